//! The head of the page, and what there is to know first.

use std::fmt::Write;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::NaiveDate;
use sha2::{Digest, Sha256};

use super::text::count;
use super::{Report, Text};
use crate::check::{Class, Findings};

const STYLE: &str = include_str!("page.css");

/// The classes that are told even where there are none.
const ALWAYS: [Class; 5] = [Class::Void, Class::Stale, Class::Undated, Class::Due, Class::Fresh];

/// Everything before the findings.
pub(super) fn write(page: &mut String, report: &Report) {
    let findings = &report.findings;
    let today = day(findings.policy().today);
    let style = BASE64_STANDARD.encode(Sha256::digest(STYLE));
    let _ = write!(
        page,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<title>Salesforce tokens on {today}: {}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n",
        Text(&findings.summary())
    );
    let _ = write!(page, "<header>\n<p class=\"over\">Salesforce security tokens on {today}</p>\n<h1>{}</h1>\n", verdict(findings));
    page.push_str("<ul class=\"counts\" aria-label=\"Logins by what their token is\">\n");
    for class in Class::ALL.into_iter().rev() {
        let number = findings.class(class);
        if number > 0 || ALWAYS.contains(&class) {
            let none = if number == 0 { " none" } else { "" };
            let _ = writeln!(page, "<li class=\"{0}{none}\"><strong>{number}</strong> {0}</li>", class.name());
        }
    }
    page.push_str("</ul>\n<p class=\"inputs\">");
    for (at, input) in report.inputs.iter().enumerate() {
        let records = count(input.records, "record", "records");
        let between = if at > 0 { "; " } else { "Read: " };
        let _ = write!(page, "{between}<bdi>{}</bdi> ({}, {records})", Text(&input.name), Text(&input.format.spec.id));
    }
    page.push_str("</p>\n</header>\n");
}

/// All of it in a sentence.
fn verdict(findings: &Findings) -> String {
    let now = [Class::Void, Class::Invalid, Class::Stale].into_iter().map(|class| findings.class(class)).sum::<u64>();
    let all: u64 = Class::ALL.into_iter().map(|class| findings.class(class)).sum();
    let due = findings.class(Class::Due);
    match (all, now, due) {
        (0, ..) => "There is nothing to judge.".to_owned(),
        (_, 0, 0) => "Nothing has to be replaced now.".to_owned(),
        (_, 0, 1) => "Nothing is late, and one token is due.".to_owned(),
        (_, 0, _) => format!("Nothing is late, and {due} tokens are due."),
        (_, 1, _) => format!("One of {} needs another token now.", count(all, "login", "logins")),
        _ => format!("{now} of {} need another token now.", count(all, "login", "logins")),
    }
}

/// A day as people write it.
pub(super) fn day(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}
