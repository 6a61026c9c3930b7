//! All tokens with their dates: the text that says what the picture shows.

use std::fmt::Write;

use super::findings::{columns, login};
use super::{Report, Text};
use crate::check::{Class, Finding, Severity};

const ISSUED: &str = "Issued";
const REPLACE: &str = "Replace by";
const AGE: &str = "Days old";

/// A table of every record that has a token, the oldest first, those of unknown age behind.
pub(super) fn write(page: &mut String, report: &Report) {
    let statuses = report.findings.each_status();
    let mut tokens: Vec<&Finding> = statuses.filter(|finding| finding.rule.class() != Some(Class::Missing)).collect();
    if tokens.is_empty() {
        return;
    }
    tokens.sort_by_cached_key(|finding| (std::cmp::Reverse(finding.age_days), finding.record.to_lowercase()));
    let _ = write!(
        page,
        "<table class=\"tokens\" role=\"table\">\n<caption>Every token, the oldest first</caption>\n{}",
        columns(&["Login", ISSUED, REPLACE, AGE])
    );
    for finding in tokens {
        let level = finding.severity.map_or("fresh", Severity::name);
        let issued = finding.issued.map(|issued| issued.day().to_string());
        let by = [finding.stale_on, finding.rotate_by].into_iter().flatten().min().map(|day| day.to_string());
        let age = finding.age_days.map(|age| age.to_string());
        let _ = writeln!(
            page,
            "<tr role=\"row\"><th scope=\"row\" role=\"rowheader\">{}<span class=\"status {level}\">{}</span></th>{}{}{}</tr>",
            login(finding),
            Text(finding.rule.id),
            cell(ISSUED, issued.as_deref()),
            cell(REPLACE, by.as_deref()),
            cell(AGE, age.as_deref()),
        );
    }
    page.push_str("</tbody>\n</table>\n");
}

/// A value, and the name of its column for where there is no room for columns.
fn cell(column: &str, value: Option<&str>) -> String {
    let class = if value.is_some() { "value" } else { "unknown" };
    format!("<td role=\"cell\" data-column=\"{column}\"><span class=\"{class}\">{}</span></td>", Text(value.unwrap_or("unknown")))
}
