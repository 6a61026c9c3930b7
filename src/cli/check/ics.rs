//! A reminder for each token, as a calendar (RFC 5545).
//!
//! A reminder is an event of a whole day with two alarms, and no task: most calendars leave tasks out when they import a file.

use std::collections::BTreeMap;
use std::fmt::Write;

use chrono::{Datelike, NaiveDate};
use sha2::{Digest, Sha256};

use super::super::show;
use super::table::integration;
use crate::check::{Class, Finding, Level, Policy, Remedy, rules};
use crate::flow::Report;

/// The most bytes of a line, without its end (RFC 5545, section 3.1).
const LINE: usize = 75;

/// The hour of the day at which alarms go off.
const HOUR: u32 = 9;

/// A calendar with an event for each login, on the day on which its token becomes stale or is to be replaced; what is late already stands on the
/// day of the check.
pub(super) fn ics(report: &Report) -> String {
    let policy = report.findings.policy();
    let mut out = Lines::default();
    out.line("BEGIN:VCALENDAR");
    out.line("VERSION:2.0");
    out.line("PRODID:-//sfcred//check//EN");
    out.line("CALSCALE:GREGORIAN");
    let mut reminders: Vec<_> = reminders(report).into_values().collect();
    reminders.sort_by_key(|(day, finding)| (*day, finding.record.to_lowercase()));
    for (day, finding) in reminders {
        event(&mut out, day, finding, policy);
    }
    out.line("END:VCALENDAR");
    out.0
}

/// How many tokens have no reminder, because nobody knows how old they are.
pub(super) fn without_reminder(report: &Report) -> u64 {
    let undated = report.findings.each_status().filter(|finding| finding.rule.class() == Some(Class::Undated));
    undated.filter(|finding| day(finding, report.findings.policy()).is_none()).count() as u64
}

/// The day and the status for each login. One that stands there twice has one reminder, on the earlier day.
fn reminders(report: &Report) -> BTreeMap<String, (NaiveDate, &Finding)> {
    let policy = report.findings.policy();
    let mut reminders = BTreeMap::new();
    for finding in report.findings.each_status() {
        let Some(day) = day(finding, policy).filter(|day| is_writable(*day)) else { continue };
        let entry = reminders.entry(finding.record.to_lowercase()).or_insert((day, finding));
        if day < entry.0 {
            *entry = (day, finding);
        }
    }
    reminders
}

/// When the token is to be replaced: never in the past, where nobody would see it.
fn day(finding: &Finding, policy: &Policy) -> Option<NaiveDate> {
    let off = rules::find(finding.rule.id).is_some_and(|(at, _)| policy.level(at) == Level::Off);
    match finding.rule.class()? {
        _ if off => None,
        Class::Missing => None,
        // The newer token has the reminder.
        Class::Void if finding.rule.id == "superseded" => None,
        Class::Void | Class::Invalid | Class::Stale => Some(policy.today),
        Class::Fresh | Class::Due | Class::Undated | Class::Future => {
            let days = [finding.stale_on, finding.rotate_by];
            days.into_iter().flatten().min().map(|day| day.max(policy.today))
        }
    }
}

fn is_writable(day: NaiveDate) -> bool {
    (1..=9998).contains(&day.year())
}

fn event(out: &mut Lines, day: NaiveDate, finding: &Finding, policy: &Policy) {
    let summary = format!("Replace the Salesforce token of {}", name(finding));
    out.line("BEGIN:VEVENT");
    out.line(&format!("UID:{}", uid(&finding.record)));
    out.line(&format!("DTSTAMP:{}T000000Z", policy.today.format("%Y%m%d")));
    // A later check counts more than an earlier one, whatever order they are imported in.
    out.line(&format!("SEQUENCE:{}", (policy.today - NaiveDate::default()).num_days().max(0)));
    out.line(&format!("DTSTART;VALUE=DATE:{}", day.format("%Y%m%d")));
    if let Some(next) = day.succ_opt() {
        out.line(&format!("DTEND;VALUE=DATE:{}", next.format("%Y%m%d")));
    }
    out.text("SUMMARY", &summary);
    out.text("DESCRIPTION", &description(finding));
    out.line("TRANSP:TRANSPARENT");
    let before = policy.due_within;
    if before > 0 && (day - policy.today).num_days() > i64::from(before) {
        alarm(out, &format!("-P{}DT{}H", before - 1, 24 - HOUR), &summary);
    }
    alarm(out, &format!("PT{HOUR}H"), &summary);
    out.line("END:VEVENT");
}

fn alarm(out: &mut Lines, trigger: &str, summary: &str) {
    out.line("BEGIN:VALARM");
    out.line("ACTION:DISPLAY");
    out.line(&format!("TRIGGER:{trigger}"));
    out.text("DESCRIPTION", summary);
    out.line("END:VALARM");
}

fn name(finding: &Finding) -> String {
    let title = if finding.title.is_empty() { String::new() } else { format!(" ({})", finding.title) };
    show::printable(&format!("{}{title}", finding.record))
}

/// The same for a login whatever becomes of its token, so that a calendar moves the reminder.
fn uid(record: &str) -> String {
    let mut text = "sfcred-token-".to_owned();
    for byte in Sha256::digest(record.to_lowercase()).iter().take(16) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// What is known of the token, what to do, and what to update then.
fn description(finding: &Finding) -> String {
    let mut text = show::printable(&finding.message);
    if let Some(issued) = finding.issued {
        let _ = write!(text, "\nissued on {}", issued.day());
    }
    if let Some(day) = finding.rotate_by {
        let _ = write!(text, "\nto be replaced by {day}");
    }
    let remedy = finding.remedy.unwrap_or(finding.reset);
    let _ = write!(text, "\n\nwhat to do: {}", remedy.line);
    for (number, step) in remedy.steps.iter().enumerate() {
        let _ = write!(text, "\n{}. {step}", number + 1);
    }
    if !finding.used_by.is_empty() && Remedy::replaces(remedy) {
        let _ = write!(text, "\n\nthen update: {}", show::printable(&show::join(finding.used_by.iter().map(integration), "; ")));
    }
    text
}

#[derive(Default)]
struct Lines(String);

impl Lines {
    /// A property whose value is text without control characters but for line breaks.
    fn text(&mut self, name: &str, value: &str) {
        let value = value.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace('\n', "\\n");
        self.line(&format!("{name}:{value}"));
    }

    /// A line, folded between characters so that no part is longer than [`LINE`].
    fn line(&mut self, line: &str) {
        let mut length = 0;
        for character in line.chars() {
            if length + character.len_utf8() > LINE {
                self.0.push_str("\r\n ");
                length = 1;
            }
            self.0.push(character);
            length += character.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{HOSTILE, MIXED, report, report_on};
    use super::*;

    /// The values of a property, unfolded, in their order.
    fn values(text: &str, name: &str) -> Vec<String> {
        let text = text.replace("\r\n ", "");
        text.lines().filter_map(|line| line.strip_prefix(name)).map(str::to_owned).collect()
    }

    /// The day of a login's event.
    fn day_of(text: &str, login: &str) -> Option<String> {
        let text = text.replace("\r\n ", "");
        let event = text.split("BEGIN:VEVENT").find(|event| event.contains(&format!("UID:{}\r\n", uid(login))))?;
        values(event, "DTSTART;VALUE=DATE:").pop()
    }

    #[test]
    fn every_token_of_known_age_has_one_reminder() {
        let report = report(MIXED);
        let text = ics(&report);
        for (login, day) in [
            ("ops", Some("20261121")),
            ("billing", Some("20261121")),
            ("due", Some("20261128")),
            ("fresh", Some("20270131")),
            ("early", Some("20261201")),
            ("undated", None),
            ("none", None),
            ("twice", Some("20270201")),
            ("old", Some("20261121")),
        ] {
            assert_eq!(day_of(&text, &format!("{login}@harbor-widgets.example")).as_deref(), day, "{login}");
        }
        assert_eq!(day_of(&text, "new@harbor-widgets.example.uat").as_deref(), Some("20270216"));
        assert_eq!(values(&text, "UID:").len(), 8);
        assert_eq!(without_reminder(&report), 1);
    }

    #[test]
    fn a_later_check_moves_the_same_reminders() {
        let (first, later) = (ics(&report_on(MIXED, "2026-11-21")), ics(&report_on(MIXED, "2026-11-29")));
        let sorted = |text: &str| {
            let mut uids = values(text, "UID:");
            uids.sort();
            uids
        };
        assert_eq!(sorted(&first), sorted(&later));
        assert_eq!(day_of(&later, "due@harbor-widgets.example").as_deref(), Some("20261129"));
        assert_eq!(values(&first, "SEQUENCE:")[0], "20778");
        assert_eq!(values(&later, "SEQUENCE:")[0], "20786");
        assert_eq!(values(&later, "DTSTAMP:")[0], "20261129T000000Z");
        assert_eq!(first, ics(&report_on(MIXED, "2026-11-21")), "nothing but the day decides");
    }

    #[test]
    fn alarms_are_ahead_and_on_the_day() {
        let text = ics(&report(MIXED));
        let event = |login: &str| {
            let uid = uid(&format!("{login}@harbor-widgets.example"));
            let event = text.split("BEGIN:VEVENT").find(|event| event.contains(&uid)).unwrap();
            values(event, "TRIGGER:")
        };
        assert_eq!(event("fresh"), ["-P14DT15H", "PT9H"]);
        assert_eq!(event("due"), ["PT9H"]);
        assert_eq!(event("ops"), ["PT9H"]);
    }

    #[test]
    fn a_reminder_says_how_this_very_user_goes_about_it() {
        let text = ics(&report(MIXED));
        let about = values(&text, "DESCRIPTION:");
        let of = |what: &str| about.iter().find(|text| text.starts_with(what)).unwrap();
        assert!(of("token is 95 days old").contains(r"then update: nightly export (jobs/process-conf.xml)\; Zapier"));
        assert!(of("token is 19 days old").contains(r"\n\nwhat to do: log in as this user\, profile picture"));
        assert!(of("token is 3 days old").contains("what to do: have an admin take .invalid off"));
        assert!(of("token of 2026-06-30 is void").contains("what to do: find the token mail"));
    }

    #[test]
    fn names_cannot_end_a_line_or_begin_one() {
        let text = ics(&report(HOSTILE));
        assert!(text.split("\r\n").all(|line| line.len() <= LINE && !line.contains(['\r', '\n'])));
        assert!(text.split("\r\n").any(|line| line.starts_with(' ')), "nothing was folded");
        assert!(values(&text, "SUMMARY:").iter().any(|text| text.contains("чужой-鍵-🔑-чужой-鍵-🔑-чужой-鍵-🔑-чужой-鍵-🔑@four.example")));
        assert_eq!(values(&text, "BEGIN:VEVENT").len(), 4);
        assert_eq!(values(&text, "UID:").len(), 4);
        let said = values(&text, "SUMMARY:").join("\n");
        assert!(said.contains(r"BEGIN:VEVENT\\u{d}\\u{a}UID:forged@three.example (100%\, really\\u{a}::error::forged)"), "{said}");
        assert!(values(&text, "DESCRIPTION:").iter().any(|text| text.contains(r"then update: <b onclick='x'>&amp\; (a\,b\;c\\d)")));
    }
}
