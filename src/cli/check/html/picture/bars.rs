//! A bar for each token.

use std::fmt::Write;

use chrono::{Days, NaiveDate};
use sfcred_formats::Moment;

use super::scale::Scale;
use super::{TOP, is_dead};
use crate::check::{Class, Finding, Policy};
use crate::cli::check::html::Text;
use crate::cli::check::html::text::count;

/// The height of a bar with its name, in pixels.
pub(super) const LANE: usize = 38;

/// Draws the tokens, one below the other.
pub(super) fn write(page: &mut String, scale: &Scale, policy: &Policy, tokens: &[&Finding]) {
    for (at, token) in tokens.iter().enumerate() {
        lane(page, scale, policy, token, TOP + LANE * at);
    }
}

fn lane(page: &mut String, scale: &Scale, policy: &Policy, token: &Finding, top: usize) {
    let Some((issued, age)) = token.issued.map(Moment::day).zip(token.age_days) else { return };
    let today = policy.today;
    let days = count(age.unsigned_abs(), "day", "days");
    let status = token.rule.class().filter(|class| *class != Class::Fresh).map(|class| format!(", {}", class.name())).unwrap_or_default();
    let _ = write!(page, "<g><title>{}: issued on {issued}, {days} old, {}</title>", Text(&token.record), Text(token.rule.id));
    let (text, bar) = (top + 15, top + 21);
    // Only HTML cuts a name where it does not fit.
    let _ = write!(
        page,
        "<foreignObject x=\"0\" y=\"{top}\" width=\"62%\" height=\"20\"><div class=\"name\">{}</div></foreignObject>",
        Text(&token.record)
    );
    let _ = write!(page, "<text class=\"age\" x=\"100%\" y=\"{text}\" text-anchor=\"end\">{}</text>", Text(&format!("{days}{status}")));
    let mut part = |class: &str, from: NaiveDate, to: NaiveDate| {
        let (from, to) = (scale.at(from), scale.at(to.min(today)));
        if to > from {
            let _ = write!(page, "<rect class=\"{class}\" x=\"{from:.2}%\" y=\"{bar}\" width=\"{:.2}%\" height=\"10\"/>", to - from);
        }
    };
    let after = |days: u32| issued.checked_add_days(Days::new(days.into())).unwrap_or(NaiveDate::MAX);
    if is_dead(token) {
        part("dead", issued, today);
    } else {
        let limits = [policy.max_age.saturating_sub(policy.due_within), policy.max_age, policy.very_stale()].map(after);
        part("young", issued, limits[0]);
        part("soon", limits[0], limits[1]);
        part("late", limits[1], limits[2]);
        part("worse", limits[2], today);
        let (now, end) = (scale.at(today), scale.at(limits[1]));
        if end > now {
            let y = bar + 5;
            let _ = write!(page, "<line class=\"ahead\" x1=\"{now:.2}%\" y1=\"{y}\" x2=\"{end:.2}%\" y2=\"{y}\"/>");
        }
    }
    // The day of issue is a dot, so that a token of today is seen as well; an arrow points to one further back.
    if scale.holds(issued) {
        let class = if is_dead(token) { "worse" } else { "young" };
        let _ = write!(page, "<circle class=\"{class}\" cx=\"{:.2}%\" cy=\"{}\" r=\"5\"/>", scale.at(issued), bar + 5);
    } else {
        let _ = write!(page, "<text class=\"older\" x=\"2\" y=\"{}\">&#8249;</text>", bar + 10);
    }
    page.push_str("</g>\n");
}
