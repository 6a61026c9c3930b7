//! Dates in comments, the one place that config files have for them.

use crate::{Moment, Record};

/// What a comment says of the credential below it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Dates {
    pub(super) line: u64,
    pub(super) issued: Option<Dated>,
    pub(super) changed: Option<Dated>,
}

/// A moment, and where it stands in the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dated {
    pub(super) moment: Moment,
    pub(super) start: usize,
    pub(super) end: usize,
}

const ISSUED: &str = "token issued ";
const CHANGED: &str = "password changed ";

/// The comments of a text that say when a token was issued, or a password changed.
pub(super) fn dates(text: &str) -> Vec<Dates> {
    let mut found = Vec::new();
    let mut next = 0;
    for (line, whole) in (1..).zip(text.split_inclusive('\n')) {
        let at = next;
        next += whole.len();
        if !whole.trim_start().starts_with(['#', ';', '!']) {
            continue;
        }
        let dates = Dates { line, issued: after(whole, at, ISSUED), changed: after(whole, at, CHANGED) };
        if dates.issued.is_some() || dates.changed.is_some() {
            found.push(dates);
        }
    }
    found
}

/// The moment behind a label in a line that begins at `at`.
fn after(line: &str, at: usize, label: &str) -> Option<Dated> {
    let begin = line.find(label)? + label.len();
    let text = line[begin..].split([',', ' ', ';', '\r', '\n']).next()?;
    let start = at + begin;
    Some(Dated { moment: text.parse().ok()?, start, end: start + text.len() })
}

impl Dates {
    /// Dates the record.
    pub(super) fn set(self, record: &mut Record) {
        record.issued = record.issued.or(self.issued.map(|dated| dated.moment));
        record.password_changed = record.password_changed.or(self.changed.map(|dated| dated.moment));
    }
}

/// The comment for a record, where there is anything to say.
pub(super) fn comment(record: &Record) -> Option<String> {
    let parts = [(ISSUED, record.issued), (CHANGED, record.password_changed)];
    let parts: Vec<String> = parts.into_iter().filter_map(|(label, moment)| Some(format!("{label}{}", moment?))).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}
