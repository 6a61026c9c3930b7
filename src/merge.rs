//! The same login twice.

use std::collections::HashMap;

use sfcred_formats::{Record, Secret, Tally};

/// What became of a login that several inputs hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Merged {
    /// They agree, and are one record with what either of them knew.
    Joined,
    /// They differ, and the one with the newer token was taken.
    NewerTaken,
    /// They differ, and nothing says which one is newer, so both are kept.
    BothKept,
}

/// Gathers records of several inputs and makes one of those with one username.
#[derive(Default)]
pub struct Merge {
    records: Vec<Record>,
    /// The last record of each username, in lower case.
    by_username: HashMap<String, usize>,
    /// What was merged.
    pub tally: Tally<Merged>,
}

impl Merge {
    /// Adds a record.
    pub fn add(&mut self, record: Record) {
        if record.username.is_empty() {
            self.records.push(record);
            return;
        }
        let name = record.username.to_lowercase();
        let Some(known) = self.by_username.get(&name).and_then(|at| self.records.get_mut(*at)) else {
            self.by_username.insert(name, self.records.len());
            self.records.push(record);
            return;
        };
        let newer = newer(known, &record);
        let merged = match newer {
            _ if agree(known, &record) => Merged::Joined,
            Some(_) => Merged::NewerTaken,
            None => Merged::BothKept,
        };
        self.tally.add(merged, record.name());
        if merged == Merged::BothKept {
            self.by_username.insert(name, self.records.len());
            self.records.push(record);
            return;
        }
        let old = if newer == Some(true) { std::mem::replace(known, record) } else { record };
        join(known, old);
    }

    /// The records in the order in which their logins were first seen.
    pub fn into_records(self) -> Vec<Record> {
        self.records
    }
}

/// Whether the secrets of two records of one login do not contradict each other.
pub(crate) fn agree(one: &Record, other: &Record) -> bool {
    one.password.agrees(&other.password) && one.token.agrees(&other.token)
}

/// Whether the second of two records of one login has the newer token, where that is certain.
pub(crate) fn newer(known: &Record, record: &Record) -> Option<bool> {
    // A date says which token is newer only where there are two tokens.
    let both = known.token.is_some() && record.token.is_some();
    match (known.issued, record.issued) {
        (Some(known), Some(new)) if both && new.is_after(known) => Some(true),
        (Some(known), Some(new)) if both && known.is_after(new) => Some(false),
        _ => None,
    }
}

/// Adds to a record what only the other one of its login knows.
pub(crate) fn join(record: &mut Record, other: Record) {
    fill_secrets(record, &other);
    fill(record, other);
}

trait Agrees {
    /// Whether both say the same, or one says nothing.
    fn agrees(&self, other: &Self) -> bool;
}

impl Agrees for Secret {
    fn agrees(&self, other: &Self) -> bool {
        self.is_empty() || other.is_empty() || self == other
    }
}

impl Agrees for Option<Secret> {
    fn agrees(&self, other: &Self) -> bool {
        self.is_none() || other.is_none() || self == other
    }
}

/// Adds the secrets that only the other one knows: a new token leaves the password as it was. A date stays with its secret.
fn fill_secrets(record: &mut Record, other: &Record) {
    if record.password.is_empty() {
        record.password = other.password.clone();
    }
    // The last change is what counts, whoever knew of it.
    record.password_changed = match (record.password_changed, other.password_changed) {
        (Some(one), Some(later)) if later.is_after(one) => Some(later),
        (one, other) => one.or(other),
    };
    if record.token.is_none() && other.token.is_some() {
        record.token.clone_from(&other.token);
        record.issued = other.issued.or(record.issued);
    } else if other.token.is_none() || record.token == other.token {
        record.issued = record.issued.or(other.issued);
    }
}

/// Adds everything but the secrets that only the other one knows.
fn fill(record: &mut Record, other: Record) {
    if record.title.is_empty() {
        record.title = other.title;
    }
    if record.folder.is_empty() {
        record.folder = other.folder;
    }
    record.rotate_by = record.rotate_by.or(other.rotate_by);
    record.created = [record.created, other.created].into_iter().flatten().min();
    record.modified = record.modified.max(other.modified);
    add_new(&mut record.urls, other.urls);
    add_new(&mut record.used_by, other.used_by);
    add_new(&mut record.tags, other.tags);
    add_new(&mut record.fields, other.fields);
    if !record.notes.expose().contains(other.notes.expose()) {
        if !record.notes.is_empty() {
            record.notes.push("\n\n");
        }
        record.notes.push(other.notes.expose());
    }
}

fn add_new<T: PartialEq>(list: &mut Vec<T>, others: Vec<T>) {
    for other in others {
        if !list.contains(&other) {
            list.push(other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(password: &str, token: &str, issued: &str, notes: &str) -> Record {
        Record {
            username: "ops@one.example".into(),
            password: password.into(),
            token: (!token.is_empty()).then(|| token.into()),
            issued: issued.parse().ok(),
            notes: notes.into(),
            ..Record::default()
        }
    }

    fn merge(records: [Record; 2]) -> (Vec<Record>, Tally<Merged>) {
        let mut merge = Merge::default();
        let [first, mut second] = records;
        second.username = second.username.to_uppercase();
        merge.add(first);
        merge.add(second);
        let tally = merge.tally.clone();
        (merge.into_records(), tally)
    }

    #[test]
    fn two_halves_become_one() {
        let (records, tally) = merge([record("pw", "", "", "a"), record("", "FakeT0ken", "2026-08-01", "b")]);
        assert_eq!(tally.count(&Merged::Joined), 1);
        assert_eq!(records, [record("pw", "FakeT0ken", "2026-08-01", "a\n\nb")]);
    }

    #[test]
    fn the_newer_token_wins_in_either_order() {
        let (old, new) = (record("pw", "old", "2026-05-01", ""), record("pw2", "new", "2026-08-01", ""));
        for pair in [[old.clone(), new.clone()], [new, old]] {
            let (records, tally) = merge(pair);
            assert_eq!(tally.count(&Merged::NewerTaken), 1);
            assert_eq!((records.len(), records[0].token.clone(), records[0].password.clone()), (1, Some("new".into()), "pw2".into()));
        }
    }

    #[test]
    fn a_newer_token_leaves_the_password() {
        let (login, token) = (record("pw", "old", "2026-05-01", ""), record("", "new", "2026-08-01", ""));
        for pair in [[login.clone(), token.clone()], [token, login]] {
            let (records, tally) = merge(pair);
            assert_eq!(tally.count(&Merged::NewerTaken), 1);
            assert_eq!((records.len(), records[0].token.clone(), records[0].password.clone()), (1, Some("new".into()), "pw".into()));
        }
    }

    #[test]
    fn a_date_stays_with_its_token() {
        let (dated, other) = (record("", "token", "2026-05-01", ""), record("pw", "", "2026-08-01", ""));
        for pair in [[dated.clone(), other.clone()], [other, dated]] {
            let (records, _) = merge(pair);
            assert_eq!((records.len(), records[0].issued), (1, "2026-05-01".parse().ok()));
        }
    }

    #[test]
    fn the_last_change_of_the_password_counts() {
        let changed = |day: &str| Record { password_changed: day.parse().ok(), ..record("pw", "one", "2026-08-01", "") };
        for pair in [["2026-07-01", "2026-09-01"], ["2026-09-01", "2026-07-01"], ["", "2026-09-01"]] {
            let (records, _) = merge(pair.map(changed));
            assert_eq!(records[0].password_changed, "2026-09-01".parse().ok());
        }
    }

    #[test]
    fn what_cannot_be_decided_is_kept_twice() {
        let (records, tally) = merge([record("pw", "one", "", ""), record("pw", "two", "2026-08-01", "")]);
        assert_eq!(tally.count(&Merged::BothKept), 1);
        assert_eq!(records.len(), 2);
    }
}
