//! The findings as annotations of GitHub Actions, which that service makes of lines such as `::warning title=stale::what is wrong`.

use sfcred_formats::Integration;

use super::super::show;
use super::table::integration;
use crate::check::{Finding, Remedy, Severity};
use crate::flow::Report;

/// A line for each finding, worst first, because only the first ten of a level are shown beside the job.
pub(super) fn github(report: &Report) -> String {
    let findings = &report.findings;
    let general = findings.general().map(|(severity, rule, at)| {
        let text = format!("{}: {}{}", findings.general_message(rule), show::records(at), behind(rule.remedy));
        (severity, annotation(severity, rule.id, None, &text))
    });
    let own = findings.worst_first().into_iter().filter_map(|finding| {
        let severity = finding.severity?;
        let input = finding.place.and_then(|place| report.inputs.get(place.input));
        let file = input.map(|input| input.name.as_str()).filter(|name| *name != "stdin");
        Some((severity, annotation(severity, finding.rule.id, file, &message(finding))))
    });
    let mut lines: Vec<_> = own.chain(general).collect();
    lines.sort_by_key(|(severity, _)| std::cmp::Reverse(*severity));
    lines.into_iter().map(|(_, line)| line).collect()
}

fn message(finding: &Finding) -> String {
    let title = if finding.title.is_empty() { String::new() } else { format!(" ({})", finding.title) };
    let place = finding.place.map(|place| format!(", {}", place.spot)).unwrap_or_default();
    let text = format!("{}{title}{place}: {}{}", finding.record, finding.message, behind(finding.remedy));
    let replaces = finding.remedy.is_some_and(Remedy::replaces);
    if replaces && !finding.used_by.is_empty() { format!("{text}; then update {}", names(&finding.used_by)) } else { text }
}

fn names(used_by: &[Integration]) -> String {
    show::join(used_by.iter().map(integration), ", ")
}

fn behind(remedy: Option<&Remedy>) -> String {
    remedy.map(|remedy| format!("; {}", remedy.line)).unwrap_or_default()
}

/// There is no milder command than `notice`.
fn annotation(severity: Severity, title: &str, file: Option<&str>, text: &str) -> String {
    let command = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Notice | Severity::Info => "notice",
    };
    let file = file.map(|file| format!("file={},", property(file))).unwrap_or_default();
    format!("::{command} {file}title={}::{}\n", property(title), data(text))
}

/// Escapes text as the runner unescapes it.
fn data(text: &str) -> String {
    show::printable(text).replace('%', "%25")
}

/// In a property, `:` and `,` would end it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::samples::{HOSTILE, MIXED, report};
    use super::*;

    #[test]
    fn the_worst_comes_first() {
        let text = github(&report(MIXED));
        let levels: Vec<usize> = text
            .lines()
            .map(|line| ["::error ", "::warning ", "::notice "].iter().position(|command| line.starts_with(command)).unwrap())
            .collect();
        assert!(levels.is_sorted() && levels.first() == Some(&0) && levels.last() == Some(&2), "{text}");
        assert!(
            text.contains("::warning file=sample,title=stale::ops@harbor-widgets.example (Ops integration), entry 1: token is 95 days old")
        );
        assert!(text.contains("; then update nightly export (jobs/process-conf.xml), Zapier\n"));
    }

    #[test]
    fn names_are_no_commands() {
        let report = report(HOSTILE);
        let text = github(&report);
        assert_eq!(text.lines().count(), report.findings.worst_first().len() + report.findings.general().count());
        assert!(text.lines().all(|line| line.starts_with("::")), "{text}");
        assert!(text.contains("100%25, really\\u{a}::error::forged"));
        assert_eq!(property("a:b,c%\n"), "a%3Ab%2Cc%25\\u{a}");
    }
}
