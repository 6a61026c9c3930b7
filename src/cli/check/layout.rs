//! Findings in columns as wide as the terminal.

use std::fmt::Write;

use super::super::show;
use super::paint::Paint;
use crate::check::Finding;

/// Between two columns.
const GAP: usize = 2;

/// How far messages are indented that have lines of their own.
const INDENT: usize = 4;

/// A row for each finding: the rule, the record, and what is wrong, which goes below the others where not all rows fit in `width`.
pub(super) fn rows(findings: &[&Finding], width: usize, paint: Paint) -> String {
    let rows: Vec<[String; 3]> = findings.iter().map(|finding| cells(finding)).collect();
    let widest = |at: usize| rows.iter().map(|row| show::columns(&row[at])).max().unwrap_or(0);
    let (rules, records) = (widest(0), widest(1));
    let beside = rules + records + widest(2) + 2 * GAP <= width;
    let mut text = String::new();
    for (finding, [rule, record, message]) in findings.iter().zip(&rows) {
        let gap = " ".repeat(rules + GAP - show::columns(rule));
        let rule = paint.level(finding.severity, rule);
        if beside {
            let next = " ".repeat(records + GAP - show::columns(record));
            let _ = writeln!(text, "{rule}{gap}{record}{next}{message}");
        } else {
            let record = lines(record, width.saturating_sub(rules + GAP)).join(&format!("\n{}", " ".repeat(rules + GAP)));
            let _ = writeln!(text, "{rule}{gap}{record}");
            for line in lines(message, width.saturating_sub(INDENT)) {
                let _ = writeln!(text, "{}{line}", " ".repeat(INDENT));
            }
        }
    }
    text
}

fn cells(finding: &Finding) -> [String; 3] {
    let title = if finding.title.is_empty() { String::new() } else { format!(" ({})", finding.title) };
    [finding.rule.id.to_owned(), show::printable(&format!("{}{title}", finding.record)), show::printable(&finding.message)]
}

/// Breaks a text between words, and within one where that alone is too long.
fn lines(text: &str, width: usize) -> Vec<String> {
    let width = width.max(10);
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let Some(line) = lines.last_mut() else { continue };
        if !line.is_empty() && show::columns(line) + 1 + show::columns(word) <= width {
            line.push(' ');
        } else if !line.is_empty() {
            lines.push(String::new());
        }
        for character in word.chars() {
            let Some(line) = lines.last_mut() else { continue };
            let next = show::columns(character.encode_utf8(&mut [0; 4]));
            if show::columns(line) + next > width {
                lines.push(character.to_string());
            } else {
                line.push(character);
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::super::samples::{HOSTILE, MIXED, report};
    use super::*;

    #[test]
    fn every_line_fits() {
        for records in [MIXED, HOSTILE] {
            let report = report(records);
            let worst = report.findings.worst_first();
            for width in [40, 60, 80, 132] {
                let text = rows(&worst, width, Paint(false));
                let widest = text.lines().map(show::columns).max().unwrap_or(0);
                assert!(widest <= width, "{widest} in {width}:\n{text}");
            }
            assert_eq!(rows(&worst, usize::MAX, Paint(false)).lines().count(), worst.len());
        }
    }

    #[test]
    fn colours_do_not_move_columns() {
        let report = report(MIXED);
        let worst = report.findings.worst_first();
        let plain = rows(&worst, 200, Paint(false));
        let painted = rows(&worst, 200, Paint(true));
        assert!(painted.contains("\u{1b}[33mstale\u{1b}[0m"));
        let bare =
            painted.split('\u{1b}').map(|part| part.split_once('m').filter(|_| part.starts_with('[')).map_or(part, |(_, text)| text));
        assert_eq!(bare.collect::<String>(), plain);
    }

    #[test]
    fn words_break_only_where_they_must() {
        assert_eq!(lines("a few words go on", 11), ["a few words", "go on"]);
        assert_eq!(lines("abcdefghijklmno", 10), ["abcdefghij", "klmno"]);
        assert_eq!(lines("鍵鍵鍵鍵鍵鍵", 10), ["鍵鍵鍵鍵鍵", "鍵"]);
        assert_eq!(lines("", 10), [""]);
    }
}
