//! Columns that count tokens by their day of issue.

use std::fmt::Write;

use super::scale::Scale;
use super::{TOP, is_dead};
use crate::check::{Finding, Policy};
use crate::cli::check::html::text::count;

/// The height of all this, in pixels.
pub(super) const HEIGHT: usize = 190;

/// What is left of it above the highest column, for its number.
const ABOVE: usize = 24;

const COLUMNS: usize = 36;

/// What stands in a column from its foot upwards.
const PARTS: [&str; 5] = ["young", "soon", "late", "worse", "dead"];

/// The tokens of a column: how many of each part, and the ages of the youngest and the oldest.
#[derive(Clone, Default)]
struct Column {
    parts: [u32; PARTS.len()],
    ages: Option<(i64, i64)>,
}

impl Column {
    fn number(&self) -> u32 {
        self.parts.iter().sum()
    }
}

/// Draws the columns, as high as they are full.
pub(super) fn write(page: &mut String, scale: &Scale, policy: &Policy, tokens: &[&Finding]) {
    let columns = columns(scale, policy, tokens);
    let most = columns.iter().map(Column::number).max().unwrap_or(0).max(1);
    let step = scale.at(policy.today) / f64::from(u32::try_from(COLUMNS).unwrap_or(1));
    let foot = px(TOP + HEIGHT);
    let unit = px(HEIGHT - ABOVE) / f64::from(most);
    let mut left = 0.0;
    let mut named = false;
    for column in &columns {
        let number = column.number();
        if let Some((youngest, oldest)) = column.ages {
            let ages = if youngest == oldest { oldest.to_string() } else { format!("{youngest} to {oldest}") };
            let _ = write!(page, "<g><title>{}, {ages} days old</title>", count(number.into(), "token", "tokens"));
            let mut top = foot;
            for (class, part) in PARTS.iter().zip(column.parts).filter(|(_, part)| *part > 0) {
                let height = f64::from(part) * unit;
                top -= height;
                let _ = write!(
                    page,
                    "<rect class=\"{class}\" x=\"{left:.2}%\" y=\"{top:.1}\" width=\"{:.2}%\" height=\"{height:.1}\"/>",
                    step * 0.82
                );
            }
            if number == most && !named {
                named = true;
                // Not across the line of today.
                let (x, anchor) = if left > 50.0 { (left + step * 0.82, " text-anchor=\"end\"") } else { (left, "") };
                let _ = write!(page, "<text class=\"most\" x=\"{x:.2}%\" y=\"{:.1}\"{anchor}>{number}</text>", top - 5.0);
            }
            page.push_str("</g>\n");
        }
        left += step;
    }
}

fn columns(scale: &Scale, policy: &Policy, tokens: &[&Finding]) -> Vec<Column> {
    let today = scale.at(policy.today).max(f64::MIN_POSITIVE);
    let mut columns = vec![Column::default(); COLUMNS];
    for token in tokens {
        let Some((issued, age)) = token.issued.zip(token.age_days) else { continue };
        let part = scale.at(issued.day()) / today;
        // The day of today belongs to the last column.
        let at = (1..COLUMNS).take_while(|at| px(*at) / px(COLUMNS) <= part).count();
        let column = &mut columns[at];
        column.parts[part_of(token, age, policy)] += 1;
        let (youngest, oldest) = column.ages.unwrap_or((age, age));
        column.ages = Some((youngest.min(age), oldest.max(age)));
    }
    columns
}

fn part_of(token: &Finding, age: i64, policy: &Policy) -> usize {
    if is_dead(token) {
        return PARTS.len() - 1;
    }
    let limits = [policy.max_age.saturating_sub(policy.due_within), policy.max_age, policy.very_stale()];
    limits.iter().filter(|limit| age >= i64::from(**limit)).count()
}

fn px(pixels: usize) -> f64 {
    u32::try_from(pixels).map_or(0.0, f64::from)
}

#[cfg(test)]
mod tests {
    use super::super::super::super::samples::{MIXED, report};
    use super::super::scale as over;
    use super::*;

    #[test]
    fn every_token_is_counted_once() {
        let report = report(MIXED);
        let tokens: Vec<_> = report.findings.each_status().filter(|token| token.age_days.is_some_and(|age| age >= 0)).collect();
        let policy = report.findings.policy();
        let columns = columns(&over(&tokens, false, policy), policy, &tokens);
        let sum = |part: usize| columns.iter().map(|column| column.parts[part]).sum::<u32>();
        // Fresh, early, twice and new; due; ops; old; billing and the older one of twice.
        assert_eq!([0, 1, 2, 3, 4].map(sum), [4, 1, 1, 1, 2]);
        assert_eq!(columns[0].ages, Some((996, 996)), "what is older than the picture stands at its edge");
        assert!(columns.iter().filter_map(|column| column.ages).all(|(youngest, oldest)| youngest <= oldest));
        let mut page = String::new();
        write(&mut page, &over(&tokens, false, policy), policy, &tokens);
        assert_eq!(page.matches("class=\"most\"").count(), 1);
        assert!(page.contains("<title>1 token, 996 days old</title>"));
    }
}
