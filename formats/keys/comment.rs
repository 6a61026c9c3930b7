//! Dates in comments, the one place that config files have for them.

use crate::{Moment, Record};

/// What a comment says of the credential below it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Dates {
    pub(super) line: u64,
    issued: Option<Moment>,
    changed: Option<Moment>,
}

const ISSUED: &str = "token issued ";
const CHANGED: &str = "password changed ";

/// The comments of a text that say when a token was issued, or a password changed.
pub(super) fn dates(text: &str) -> Vec<Dates> {
    let mut found = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        let Some(comment) = text.trim_start().strip_prefix(['#', ';', '!']) else { continue };
        let dates = Dates { line, issued: after(comment, ISSUED), changed: after(comment, CHANGED) };
        if dates.issued.is_some() || dates.changed.is_some() {
            found.push(dates);
        }
    }
    found
}

fn after(comment: &str, label: &str) -> Option<Moment> {
    let rest = &comment[comment.find(label)? + label.len()..];
    rest.split([',', ' ', ';']).next()?.parse().ok()
}

impl Dates {
    /// Dates the record.
    pub(super) fn set(self, record: &mut Record) {
        record.issued = record.issued.or(self.issued);
        record.password_changed = record.password_changed.or(self.changed);
    }
}

/// The comment for a record, where there is anything to say.
pub(super) fn comment(record: &Record) -> Option<String> {
    let parts = [(ISSUED, record.issued), (CHANGED, record.password_changed)];
    let parts: Vec<String> = parts.into_iter().filter_map(|(label, moment)| Some(format!("{label}{}", moment?))).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}
