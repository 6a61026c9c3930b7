//! The ages of tokens over time, against the limits: a bar for each, from the day of issue to today; of many, columns that count them.
//!
//! Places are percentages and letters keep their size, so that one picture fits a telephone, a wide screen and paper.

mod bars;
mod columns;
mod scale;

use std::fmt::Write;

use chrono::{Days, NaiveDate};

use super::head::day;
use super::text::count;
use super::{Report, Text};
use crate::check::{Class, Finding, Policy};
use scale::Scale;

/// The most bars; more tokens than these are counted.
const BARS: usize = 40;

/// The height above the bars or columns, in pixels.
const TOP: usize = 42;

/// And below them.
const BOTTOM: usize = 30;

/// Draws all tokens of known age.
pub(super) fn write(page: &mut String, report: &Report) {
    let policy = report.findings.policy();
    let dated = |finding: &&Finding| finding.age_days.is_some_and(|age| age >= 0);
    let mut tokens: Vec<&Finding> = report.findings.each_status().filter(dated).collect();
    tokens.sort_by_cached_key(|finding| (std::cmp::Reverse(finding.age_days), finding.record.to_lowercase()));
    if tokens.is_empty() {
        page.push_str("<p>No token with an issue date, so there is no picture.</p>\n");
        return;
    }
    let few = tokens.len() <= BARS;
    let scale = scale(&tokens, few, policy);
    let height = TOP + BOTTOM + if few { bars::LANE * tokens.len() } else { columns::HEIGHT };
    let _ = write!(
        page,
        "<figure>\n<svg class=\"ages\" role=\"img\" aria-labelledby=\"picture-title\" aria-describedby=\"picture-about\" width=\"100%\" height=\"{height}\">\n\
         <title id=\"picture-title\">Ages of tokens on {}</title>\n<desc id=\"picture-about\">{}</desc>\n\
         <defs><pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
         <rect class=\"hatch\" width=\"6\" height=\"6\"/><rect class=\"stripe\" width=\"2\" height=\"6\"/></pattern></defs>\n",
        day(policy.today),
        Text(&about(&tokens, few, policy))
    );
    grid(page, &scale, policy, height);
    if few {
        bars::write(page, &scale, policy, &tokens);
    } else {
        columns::write(page, &scale, policy, &tokens);
    }
    page.push_str("</svg>\n<figcaption>\n<ul class=\"legend\">");
    for (class, name) in KEY.into_iter().filter(|(class, _)| few || *class != "ahead") {
        let _ = write!(page, "<li><svg width=\"22\" height=\"10\" aria-hidden=\"true\">{}</svg> {name}</li>", swatch(class));
    }
    page.push_str("</ul>\n");
    if !few {
        page.push_str("<p>Columns count tokens by their day of issue. The first one has all that are older, too.</p>\n");
    }
    page.push_str("</figcaption>\n</figure>\n");
}

/// What the parts of a bar mean.
const KEY: [(&str, &str); 6] = [
    ("young", "young enough"),
    ("soon", "due"),
    ("late", "stale"),
    ("worse", "very stale"),
    ("dead", "works no longer"),
    ("ahead", "left until it is stale"),
];

fn swatch(class: &str) -> String {
    match class {
        "ahead" => "<line class=\"ahead\" x1=\"0\" y1=\"5\" x2=\"22\" y2=\"5\"/>".to_owned(),
        _ => format!("<rect class=\"{class}\" width=\"22\" height=\"10\" rx=\"2\"/>"),
    }
}

/// The picture in words.
fn about(tokens: &[&Finding], few: bool, policy: &Policy) -> String {
    let limit = i64::from(policy.max_age);
    let late = tokens.iter().filter(|token| token.age_days >= Some(limit)).count();
    let oldest = tokens.first().and_then(|token| token.age_days).unwrap_or_default();
    let all = count(tokens.len() as u64, "token", "tokens");
    let what = if few {
        format!("A bar for each of {all}, from its day of issue to today.")
    } else {
        format!("Columns count {all} by day of issue.")
    };
    let late = match late {
        0 => "None is".to_owned(),
        1 => "1 is".to_owned(),
        number => format!("{number} are"),
    };
    format!(
        "{what} {late} at or over the limit of {limit} days. The oldest is {oldest} days old. The table behind the picture has the numbers."
    )
}

/// From the oldest token, or somewhat before the last limit, to the last day on which a bar becomes stale.
fn scale(tokens: &[&Finding], few: bool, policy: &Policy) -> Scale {
    let today = policy.today;
    let before = |days: u32| today.checked_sub_days(Days::new(days.into())).unwrap_or(NaiveDate::MIN);
    let oldest = tokens.iter().filter_map(|token| Some(token.issued?.day())).min().unwrap_or(today);
    let left = oldest.max(before(policy.critical().saturating_add(35)));
    let past = u64::try_from((today - left).num_days()).unwrap_or(0).max(30);
    let after = |days: u64| today.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX);
    let last = tokens.iter().filter(|token| few && !is_dead(token)).filter_map(|token| token.stale_on).max().unwrap_or(today);
    Scale::new(left, last.clamp(after(past / 16), after(past)))
}

fn is_dead(token: &Finding) -> bool {
    token.rule.class() == Some(Class::Void)
}

/// Today, the limits as days of issue, and the months.
fn grid(page: &mut String, scale: &Scale, policy: &Policy, height: usize) {
    let foot = height - BOTTOM + 6;
    for tick in scale.ticks() {
        let at = scale.at(tick);
        let _ = write!(page, "<line class=\"month\" x1=\"{at:.2}%\" y1=\"{TOP}\" x2=\"{at:.2}%\" y2=\"{foot}\"/>");
        // At the edges there is no room for a name.
        if (8.0..92.0).contains(&at) {
            let _ = writeln!(
                page,
                "<text class=\"month\" x=\"{at:.2}%\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                height - 6,
                tick.format("%b %Y")
            );
        }
    }
    let now = scale.at(policy.today);
    let _ = write!(page, "<line class=\"today\" x1=\"{now:.2}%\" y1=\"34\" x2=\"{now:.2}%\" y2=\"{foot}\"/>");
    let _ = writeln!(page, "<text class=\"today\" x=\"{now:.2}%\" y=\"30\"{}>today</text>", anchor(now));
    let (mut drawn, mut free) = (0, 100.0);
    for limit in [policy.max_age, policy.very_stale(), policy.critical()] {
        let Some(issued) = policy.today.checked_sub_days(Days::new(limit.into())).filter(|day| scale.holds(*day) && limit > drawn) else {
            continue;
        };
        drawn = limit;
        let at = scale.at(issued);
        let _ = writeln!(page, "<line class=\"limit\" x1=\"{at:.2}%\" y1=\"17\" x2=\"{at:.2}%\" y2=\"{foot}\"/>");
        // What a name takes of a telephone's width.
        if free - at > 18.0 {
            let _ = writeln!(page, "<text class=\"limit\" x=\"{at:.2}%\" y=\"12\"{}>{limit} days</text>", anchor(at));
            free = at;
        }
    }
}

/// Letters stay inside the picture.
fn anchor(at: f64) -> &'static str {
    match at {
        ..8.0 => "",
        92.0.. => " text-anchor=\"end\"",
        _ => " text-anchor=\"middle\"",
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::samples::{HOSTILE, MIXED, report};
    use super::*;

    fn drawn(records: &'static str) -> String {
        let mut page = String::new();
        write(&mut page, &report(records));
        page
    }

    #[test]
    fn every_dated_token_has_a_bar() {
        let picture = drawn(MIXED);
        assert_eq!(picture.matches("<g><title>").count(), 9);
        let of = |login: &str| picture.lines().find(|line| line.starts_with(&format!("<g><title>{login}@"))).unwrap();
        let parts =
            |login: &str| ["young", "soon", "late", "worse", "dead", "ahead"].map(|class| of(login).contains(&format!("\"{class}\"")));
        assert_eq!(parts("fresh"), [true, false, false, false, false, true]);
        assert_eq!(parts("due"), [true, true, false, false, false, true]);
        assert_eq!(parts("ops"), [true, true, true, false, false, false]);
        assert_eq!(parts("old"), [false, false, false, true, false, false], "what is left of the picture is not drawn");
        assert!(of("old").contains("older"));
        assert_eq!(parts("billing"), [false, false, false, true, true, false], "the dot is red");
        assert!(picture.contains("3 are at or over the limit of 90 days. The oldest is 996 days old."), "{picture}");
    }

    #[test]
    fn nothing_leaves_the_picture() {
        for records in [MIXED, HOSTILE] {
            let picture = drawn(records);
            let numbers = picture.split(['"', ' ']).filter_map(|part| part.strip_suffix('%')?.parse::<f64>().ok());
            let numbers: Vec<f64> = numbers.collect();
            assert!(numbers.len() > 20 && numbers.iter().all(|at| (0.0..=100.0).contains(at)), "{numbers:?}");
        }
    }
}
