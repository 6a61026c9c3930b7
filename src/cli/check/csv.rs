//! The findings as a table for spreadsheets and scripts; `docs/reports.md` explains the columns.

use std::fmt::Display;

use sfcred_formats::Spot;

use super::super::show;
use super::table::integration;
use crate::check::{Finding, Remedy, Severity};
use crate::flow::Report;

const COLUMNS: [&str; 18] = [
    "level",
    "rule",
    "class",
    "record",
    "title",
    "records",
    "input",
    "row",
    "entry",
    "issued",
    "age_days",
    "limit_days",
    "stale_on",
    "rotate_by",
    "used_by",
    "message",
    "remedy_id",
    "remedy",
];

/// A row for each finding, worst first, and one for each that is told once for many records.
pub(super) fn csv(report: &Report) -> String {
    let findings = &report.findings;
    let mut text = COLUMNS.join(",");
    text.push_str("\r\n");
    let own = findings.worst_first().into_iter().map(|finding| (finding.severity, row(finding, report)));
    let general = findings.general().map(|(severity, rule, at)| {
        let mut cells = vec![String::new(); COLUMNS.len()];
        cells[0] = severity.to_string();
        rule.id.clone_into(&mut cells[1]);
        cells[5] = at.count.to_string();
        cells[15] = cell(&findings.general_message(rule));
        (cells[16], cells[17]) = remedy(rule.remedy);
        (Some(severity), cells)
    });
    let mut rows: Vec<_> = own.chain(general).collect();
    rows.sort_by_key(|(severity, _)| std::cmp::Reverse(*severity));
    for (_, cells) in rows {
        line(&mut text, &cells);
    }
    text
}

fn row(finding: &Finding, report: &Report) -> Vec<String> {
    let input = finding.place.and_then(|place| report.inputs.get(place.input));
    let (row, entry) = match finding.place.map(|place| place.spot) {
        Some(Spot::Row(row)) => (row.to_string(), String::new()),
        Some(Spot::Entry(entry)) => (String::new(), entry.to_string()),
        None => (String::new(), String::new()),
    };
    let (remedy_id, remedy) = remedy(finding.remedy);
    vec![
        finding.severity.map_or("", Severity::name).to_owned(),
        finding.rule.id.to_owned(),
        finding.rule.class().map_or("", crate::check::Class::name).to_owned(),
        cell(&finding.record),
        cell(&finding.title),
        "1".to_owned(),
        cell(input.map_or("", |input| &input.name)),
        row,
        entry,
        known(finding.issued),
        known(finding.age_days),
        finding.limit_days.to_string(),
        known(finding.stale_on),
        known(finding.rotate_by),
        cell(&show::join(finding.used_by.iter().map(integration), "; ")),
        cell(&finding.message),
        remedy_id,
        remedy,
    ]
}

fn known(value: Option<impl Display>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn remedy(remedy: Option<&Remedy>) -> (String, String) {
    remedy.map_or_else(Default::default, |remedy| (remedy.id.to_owned(), cell(remedy.line)))
}

/// One line of text. A spreadsheet would run what begins like a formula, so that gets an apostrophe before it: this table is to be looked at, and
/// no password manager reads it.
fn cell(text: &str) -> String {
    let text = show::printable(text);
    if text.starts_with(['=', '+', '-', '@', '\t']) { format!("'{text}") } else { text }
}

fn line(text: &mut String, cells: &[String]) {
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        if cell.contains(['"', ',']) || cell.starts_with(' ') || cell.ends_with(' ') {
            text.push('"');
            text.push_str(&cell.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(cell);
        }
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::super::samples::{HOSTILE, MIXED, report};
    use super::*;

    fn rows(text: &str) -> Vec<csv::StringRecord> {
        csv::Reader::from_reader(text.as_bytes()).into_records().map(Result::unwrap).collect()
    }

    #[test]
    fn another_reader_gets_every_finding() {
        let report = report(MIXED);
        let text = csv(&report);
        let rows = rows(&text);
        let findings = &report.findings;
        assert_eq!(rows.len(), findings.worst_first().len() + findings.general().count());
        let own: Vec<_> = rows.iter().filter(|row| !row[3].is_empty()).map(|row| (&row[1], &row[3], &row[15])).collect();
        let told: Vec<_> =
            findings.worst_first().into_iter().map(|told| (told.rule.id, told.record.as_str(), told.message.as_str())).collect();
        assert_eq!(own, told);
        let levels: Vec<usize> =
            rows.iter().map(|row| Severity::ALL.iter().rev().position(|level| level.name() == &row[0]).unwrap()).collect();
        assert!(levels.is_sorted(), "{levels:?}");
        let stale = rows.iter().find(|row| &row[1] == "stale").unwrap();
        assert_eq!([&stale[0], &stale[2], &stale[6], &stale[8]], ["warning", "stale", "sample", "1"]);
        assert_eq!([&stale[9], &stale[10], &stale[11], &stale[12]], ["2026-08-18", "95", "90", "2026-11-16"]);
        assert_eq!(&stale[14], "nightly export (jobs/process-conf.xml); Zapier");
        let general = rows.last().unwrap();
        assert!(general[3].is_empty() && general[5].parse::<u64>().unwrap() > 1 && !general[17].is_empty());
    }

    #[test]
    fn names_stay_on_their_line_and_are_no_formulas() {
        let report = report(HOSTILE);
        let text = csv(&report);
        assert_eq!(text.lines().count(), rows(&text).len() + 1);
        for row in rows(&text) {
            let begins = |at: usize| row[at].starts_with(['=', '+', '-', '@']);
            assert!(!begins(3) && !begins(4), "{row:?}");
        }
        assert!(rows(&text).iter().any(|row| row[4].starts_with("'=HYPERLINK(")));
    }
}
