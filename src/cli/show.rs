//! What is said on stderr and shown on stdout.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::fmt::{Display, Write as _};
use std::io::{IsTerminal, Write as _, stderr, stdout};

use sfcred_formats::{Count, Error, Kind, Notice, Result};
use unicode_width::UnicodeWidthStr;

use super::put::{Output, Target};
use crate::check::{Finding, Findings, Keep, Remedy, Severity, USERNAMES};
use crate::flow::{Reading, Report};
use crate::merge::Merged;
use crate::place::{self, Loss};

/// How many findings are told one by one; with more, each rule is one line.
pub(super) const SCREENFUL: u64 = 20;

/// What is remembered to tell beside other work. The rules that are no statuses would cost a million records too much.
pub(super) const KEEP: Keep = Keep { each: SCREENFUL, all: SCREENFUL, closely: 10_000 };

/// Prints an error and what to do about it.
pub(super) fn error(error: &Error) {
    say("error", &error.to_string());
    if let Some(hint) = error.hint_text() {
        say("hint", hint);
    }
}

/// Prints one line on stderr. A full or closed stderr is no reason to fail.
pub(super) fn say(level: &str, text: &str) {
    let _ = writeln!(stderr(), "sfcred: {level}: {}", printable(text));
}

/// Puts a text on stdout.
pub(super) fn print(text: &str) -> Result<()> {
    let mut out = Output::create(&Target::Stdout, false, &[])?;
    let text = if stdout().is_terminal() { text.split('\n').map(printable).collect::<Vec<_>>().join("\n") } else { text.to_owned() };
    out.write_all(text.as_bytes())?;
    out.commit()
}

/// Shows control and direction characters as escapes, so that a name in a file cannot drive the terminal.
pub(super) fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        let steers = matches!(character, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}');
        if character.is_control() || steers {
            let _ = write!(out, "{}", character.escape_unicode());
        } else {
            out.push(character);
        }
    }
    out
}

/// `1 record`, `2 records`.
pub(super) fn count(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Tells everything that a run noticed before the output.
pub(super) fn report(report: &Report, target: &str) {
    inputs(report);
    notices(report);
    if let Some(text) = unused(report) {
        say("notice", &text);
    }
    for (finding, at) in report.understood.iter() {
        say("notice", &format!("{}: {}", understood(*finding), records(at)));
    }
    for (merged, at) in report.merged.iter() {
        let (level, what) = match merged {
            Merged::Joined => ("notice", "the same login in several inputs, joined"),
            Merged::Split => ("notice", "the password ended with a token that another record of the user holds; the two were taken apart"),
            Merged::NewerTaken => ("warning", "different secrets for one login; those with the newer token were taken"),
            Merged::EachTaken => ("warning", "different secrets for one login; the newer password and the newer token were taken"),
            Merged::BothKept => ("warning", "different secrets for one login and no date to decide by; both are kept"),
        };
        say(level, &format!("{what}: {}", records(at)));
    }
    findings(&report.findings);
    if let Some(text) = forgotten(report) {
        say("warning", &text);
    }
    for (loss, at) in report.losses.iter() {
        let level = if matches!(loss, Loss::Filled(_) | Loss::Shown | Loss::Joined | Loss::JoinedBefore | Loss::Title) {
            "notice"
        } else {
            "warning"
        };
        let places = if matches!(loss, Loss::TooMany(_)) { String::new() } else { format!(": {}", records(at)) };
        say(level, &format!("{target}: {loss}{places}"));
    }
}

/// Tells what the readers noticed.
pub(super) fn notices(report: &Report) {
    for (what, at) in report.notices.iter() {
        let level = if matches!(what, Notice::NotALogin(_) | Notice::Encoding(_) | Notice::KeptAsText(_)) { "notice" } else { "warning" };
        let times = match what {
            Notice::Encoding(_) => String::new(),
            Notice::OtherFiles | Notice::NoMail => format!(": {}", named(at, "file", "files")),
            Notice::NoToken => format!(": {}", named(at, "mail", "mails")),
            _ => format!(": {}", entries(at)),
        };
        say(level, &format!("{}{times}", notice(what)));
    }
}

/// How many users a list has of whom there is no record.
pub(super) fn unused(report: &Report) -> Option<String> {
    let users = report.additions.unused() as u64;
    (users > 0).then(|| format!("{} without a record left out", count(users, "user", "users")))
}

/// Tells what was read.
pub(super) fn inputs(report: &Report) {
    for input in &report.inputs {
        let mut text = format!("{}: {}, {}", input.name, input.kind(), taken(input));
        if input.twins {
            let _ = write!(text, "; it looks the same as {} (--from names it)", input.format.spec.twins.join(", "));
        }
        say("notice", &text);
    }
}

/// How many entries of an input were taken, and how many left out.
pub(super) fn taken(input: &Reading) -> String {
    let (one, many) = if input.format.spec.companion { ("user", "users") } else { ("record", "records") };
    let mut text = count(input.records, one, many);
    if input.others > 0 {
        let entries = count(input.others, "entry that is", "entries that are");
        let _ = write!(text, "; {entries} not Salesforce left out (--all keeps {})", if input.others == 1 { "it" } else { "them" });
    }
    text
}

/// What a reader noticed, in words.
pub(super) fn notice(notice: &Notice) -> String {
    match notice {
        Notice::NotALogin(what) => format!("{what} left out"),
        Notice::OtherFiles => "other files of the archive not carried over".to_owned(),
        Notice::LeftBehind(what) => format!("{what} not carried over"),
        Notice::NotADate(column) => format!("no date in `{column}`, kept as a field"),
        Notice::Reference => {
            "values that point to another entry, kept as they stand; put the real ones there, or export without references".to_owned()
        }
        Notice::NotAList(column) => format!("no list in `{column}`, kept as a field"),
        Notice::KeptAsText(what) => format!("{what} kept as text"),
        Notice::HtmlEntities => {
            "cells with escapes such as `&amp;`, which a browser extension puts there; export again from the web vault".to_owned()
        }
        Notice::Encoding(encoding) => format!("read as {encoding}"),
        Notice::KeptElsewhere(what) => {
            format!("secrets that are only named in the file, as {what}, and stay empty; fill them in where they are kept")
        }
        Notice::Comment => "secrets without quotes that end before a `#`; quote them in the file if it is a part of them".to_owned(),
        Notice::Appended => "passwords that seem to end with the token; --split-token takes the two apart".to_owned(),
        Notice::KeyPath => {
            "passwords that look like the path of a key file: `encrypt -e` leaves out a password with `=` and encrypts what comes \
                            next; write the right password into the record"
                .to_owned()
        }
        Notice::Redacted => "secrets that the Salesforce CLI does not show, left empty; its commands `sf org auth show-…` do".to_owned(),
        Notice::NoUsername => "logins without a username in the file; add it, for it is what tells logins apart".to_owned(),
        Notice::Candidate(what) => format!("{what} left out; if they are genuine, --from takes them, in a run of their own"),
        Notice::NoMail => "files that are no mails not carried over".to_owned(),
        Notice::NoToken => {
            "the subject says that there is a new token, but no username with a whole token was found; save the mail again, or add the token by hand"
                .to_owned()
        }
        _ => format!("{notice:?}"),
    }
}

fn understood(finding: place::Finding) -> Cow<'static, str> {
    let text = match finding {
        place::Finding::NotADate => "a field for a date holds none, and stays a field",
        place::Finding::Doubled => "two fields for one thing; the second stays a field",
        place::Finding::FreeText => "a token was found in free text, where it stays as well",
        place::Finding::DamagedBlock => "the notes block was edited; what could be read was taken",
        place::Finding::Split => "the token was split off the password",
        place::Finding::SplitShort => "the token was split off, and leaves a password of less than 8 characters",
        place::Finding::Ambiguous => {
            "the password may end with a token of 24 or 25 characters, and was not split; --split-token=24 or 25 says it, and a token mail decides"
        }
        place::Finding::OnlyToken => "a token stands in the place of the password, and was not moved",
        place::Finding::OtherRest(length) => {
            let characters = count(length as u64, "character", "characters");
            let what = format!("what stands behind the known password is no token, with its {characters}, and was not split off");
            return format!("{what}; copy the token anew from its mail").into();
        }
    };
    text.into()
}

/// What to say where there were too many usernames to find a newer token for each.
pub(super) fn forgotten(report: &Report) -> Option<String> {
    let forgotten = report.findings.forgotten();
    let records = count(forgotten, "record was", "records were");
    (forgotten > 0)
        .then(|| format!("more than {USERNAMES} usernames: {records} not compared with newer tokens further on; split the input"))
}

/// What to say where there were too many records to look at each closely.
fn passed_over(findings: &Findings) -> Option<String> {
    let passed = findings.passed_over();
    let records = count(passed, "record", "records");
    (passed > 0).then(|| format!("{records} behind the first {} judged by token and date alone; `sfcred check` looks at all", KEEP.closely))
}

/// The findings of the rules: one by one as long as they fit a screen, else a line for each rule.
pub(super) fn findings(findings: &Findings) {
    let worst = findings.worst_first();
    let told = |finding: &&&Finding| finding.severity > Some(Severity::Info);
    let mut lines: Vec<(Option<Severity>, String)> = Vec::new();
    for (severity, rule, at) in findings.general().filter(|(severity, ..)| *severity > Severity::Info) {
        let records = count(at.count, "record", "records");
        lines.push((Some(severity), format!("{}: {records}{}", findings.general_message(rule), remedy(rule.remedy))));
    }
    let rules: Vec<_> = findings.counts().filter(|(rule, count)| !rule.once && *count > 0).collect();
    let of = |id: &str| -> Vec<&Finding> { worst.iter().filter(told).filter(|finding| finding.rule.id == id).copied().collect() };
    let one_by_one = |id: &str| id != "missing";
    let all: u64 = rules.iter().filter(|(rule, _)| one_by_one(rule.id) && !of(rule.id).is_empty()).map(|(_, count)| count).sum();
    for (rule, count) in rules {
        let of = of(rule.id);
        let Some(first) = of.first() else { continue };
        if one_by_one(rule.id) && all <= SCREENFUL {
            lines.extend(
                of.iter().map(|finding| (finding.severity, format!("{}: {}{}", who(finding), finding.message, remedy(finding.remedy)))),
            );
            continue;
        }
        let (what, remedy) = if one_by_one(rule.id) { (rule.id, remedy(first.remedy)) } else { ("no token", String::new()) };
        let at = Count { count, examples: of.iter().take(3).map(|finding| who(finding).to_owned()).collect() };
        lines.push((first.severity, format!("{what}: {}{remedy}", records(&at))));
    }
    lines.sort_by_key(|(severity, _)| Reverse(*severity));
    let most = usize::try_from(SCREENFUL).unwrap_or(usize::MAX);
    let more = lines.len().saturating_sub(most);
    for (severity, line) in lines.into_iter().take(most) {
        // An error is what ends a run, and this one goes on.
        say(if severity >= Some(Severity::Warning) { "warning" } else { "notice" }, &line);
    }
    if more > 0 {
        say("notice", &format!("and {} like these; `sfcred check` prints them all", count(more as u64, "more line", "more lines")));
    }
    if let Some(text) = passed_over(findings) {
        say("notice", &text);
    }
}

/// The name of the record of a finding.
fn who(finding: &Finding) -> &str {
    if finding.record.is_empty() { "a login without a username" } else { &finding.record }
}

/// What to do, to stand behind a message.
fn remedy(remedy: Option<&Remedy>) -> String {
    remedy.map(|remedy| format!("; {}", remedy.line)).unwrap_or_default()
}

/// As [`records`], of entries that may be no records.
fn entries(at: &Count) -> String {
    if at.examples.is_empty() { count(at.count, "entry", "entries") } else { records(at) }
}

/// `3 records, a, b, c`, or the first few and how many more.
pub(super) fn records(at: &Count) -> String {
    named(at, "record", "records")
}

fn named(at: &Count, one: &str, many: &str) -> String {
    let more = at.count - at.examples.len() as u64;
    let mut text = count(at.count, one, many);
    if !at.examples.is_empty() {
        let _ = write!(text, ", {}", at.examples.join(", "));
        if more > 0 {
            let _ = write!(text, " and {more} more");
        }
    }
    text
}

/// Lays rows out in columns; the last column goes to a line of its own where it does not fit in `width`.
pub(super) fn table(rows: &[Vec<String>], width: usize) -> String {
    let cells = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> =
        (0..cells).map(|at| rows.iter().filter_map(|row| row.get(at)).map(|cell| columns(cell)).max().unwrap_or(0)).collect();
    let whole = widths.iter().sum::<usize>() + 2 * cells.saturating_sub(1);
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        for (at, cell) in row.iter().enumerate() {
            if at > 0 && at + 1 == row.len() && whole > width {
                line.truncate(line.trim_end().len());
                line.push_str("\n    ");
            }
            line.push_str(cell);
            if at + 1 < row.len() {
                line.push_str(&" ".repeat(widths[at] + 2 - columns(cell)));
            }
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// Breaks a line between words so that it fits in `width`; what goes on is indented.
pub(super) fn wrap(line: &str, width: usize) -> String {
    let mut out = String::new();
    let mut length = 0;
    for word in line.split(' ') {
        let next = columns(word);
        if length > 0 && length + 1 + next > width {
            out.push_str("\n   ");
            length = 3;
        }
        if length > 0 {
            out.push(' ');
            length += 1;
        }
        out.push_str(word);
        length += next;
    }
    out.push('\n');
    out
}

/// How many characters fit a line of stdout: what `COLUMNS` says, else the terminal; without either nothing is wrapped.
pub(super) fn width() -> usize {
    if let Some(columns) = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse::<usize>().ok()) {
        return columns.max(20);
    }
    if !stdout().is_terminal() {
        return usize::MAX;
    }
    rustix::termios::tcgetwinsize(stdout()).map_or(80, |size| usize::from(size.ws_col).max(20))
}

/// How many columns of a terminal a text takes.
pub(super) fn columns(text: &str) -> usize {
    text.width()
}

/// A document as text.
pub(super) fn pretty(document: &impl serde::Serialize) -> Result<String> {
    let mut text = serde_json::to_string_pretty(document).map_err(|error| Error::new(error.to_string()).hint("report this"))?;
    text.push('\n');
    Ok(text)
}

/// A document on stdout, for machines.
pub(super) fn json(document: &impl serde::Serialize) -> Result<()> {
    let text = pretty(document)?;
    let mut out = Output::create(&Target::Stdout, false, &[])?;
    out.write_all(text.as_bytes())?;
    out.commit()
}

/// The names of field kinds, for tables.
pub(super) fn kinds(kinds: &[Kind]) -> String {
    kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(", ")
}

/// Joins what can be displayed.
pub(super) fn join<T: Display>(items: impl IntoIterator<Item = T>, between: &str) -> String {
    items.into_iter().map(|item| item.to_string()).collect::<Vec<_>>().join(between)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_drive_a_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb\u{202e}c\u{7f}é"), "a\\u{1b}[2Jb\\u{202e}c\\u{7f}é");
    }

    #[test]
    fn the_last_column_wraps() {
        let rows = [vec!["a".to_owned(), "long text".to_owned()], vec!["bbb".to_owned(), "x".to_owned()]];
        assert_eq!(table(&rows, 80), "a    long text\nbbb  x\n");
        assert_eq!(table(&rows, 10), "a\n    long text\nbbb\n    x\n");
        assert_eq!(wrap("a few words", 80), "a few words\n");
        assert_eq!(wrap("a few words go on", 9), "a few\n    words\n    go on\n");
    }
}
