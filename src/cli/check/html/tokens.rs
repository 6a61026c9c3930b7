//! All tokens with their dates: the text that says what the picture shows.

use std::fmt::Write;

use super::findings::login;
use super::{Report, Text};
use crate::check::{Class, Finding};

/// A table of every record that has a token, the oldest first, those of unknown age behind.
pub(super) fn write(page: &mut String, report: &Report) {
    let statuses = report.findings.each_status();
    let mut tokens: Vec<&Finding> = statuses.filter(|finding| finding.rule.class() != Some(Class::Missing)).collect();
    if tokens.is_empty() {
        return;
    }
    tokens.sort_by_cached_key(|finding| (std::cmp::Reverse(finding.age_days), finding.record.to_lowercase()));
    page.push_str(
        "<table class=\"tokens\">\n<caption>Every token, the oldest first</caption>\n<thead><tr><th scope=\"col\">Login</th>\
         <th scope=\"col\">Issued</th><th scope=\"col\">Replace by</th><th scope=\"col\">Days old</th></tr></thead>\n<tbody>\n",
    );
    for finding in tokens {
        let class = finding.rule.class().map_or("", Class::name);
        let issued = finding.issued.map(|issued| issued.day().to_string());
        let by = [finding.stale_on, finding.rotate_by].into_iter().flatten().min().map(|day| day.to_string());
        let age = finding.age_days.map(|age| age.to_string());
        let _ = writeln!(
            page,
            "<tr><th scope=\"row\">{}<span class=\"status {class}\">{}</span></th><td>{}</td><td>{}</td><td>{}</td></tr>",
            login(finding),
            Text(finding.rule.id),
            known(issued.as_deref()),
            known(by.as_deref()),
            known(age.as_deref()),
        );
    }
    page.push_str("</tbody>\n</table>\n");
}

fn known(value: Option<&str>) -> String {
    value.map_or_else(
        || "<span class=\"unknown\">unknown</span>".to_owned(),
        |value| format!("<span class=\"value\">{}</span>", Text(value)),
    )
}
