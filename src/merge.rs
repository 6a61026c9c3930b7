//! The same login twice.

use std::collections::HashMap;

use sfcred_formats::{Integration, Moment, Record, Secret, Tally};

use crate::check::voids;

/// What became of a login that several inputs hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Merged {
    /// They agree, and are one record with what either of them knew.
    Joined,
    /// They differ, and the one with the newer token was taken.
    NewerTaken,
    /// They differ, and the newer password was taken, and the newer token, which may be another's.
    EachTaken,
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
        let differs = Differs::between(known, &record);
        let newer = newer(known, &record);
        let merged = match newer {
            _ if !differs.any() => Merged::Joined,
            Some(take) if differs.token && (!differs.password || take.password == take.token) => Merged::NewerTaken,
            Some(_) => Merged::EachTaken,
            None => Merged::BothKept,
        };
        self.tally.add(merged, record.name());
        if let Some(take) = newer {
            join(known, record, take);
        } else {
            self.by_username.insert(name, self.records.len());
            self.records.push(record);
        }
    }

    /// The records in the order in which their logins were first seen.
    pub fn into_records(self) -> Vec<Record> {
        self.records
    }
}

/// Which secrets of two records of one login contradict each other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Differs {
    pub(crate) password: bool,
    pub(crate) token: bool,
}

impl Differs {
    pub(crate) fn between(one: &Record, other: &Record) -> Self {
        Self { password: !one.password.agrees(&other.password), token: !one.token.agrees(&other.token) }
    }

    pub(crate) fn any(self) -> bool {
        self.password || self.token
    }
}

/// Whether the second of two records of one login is the one whose password, or token, is taken where they differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Take {
    pub(crate) password: bool,
    pub(crate) token: bool,
}

/// Which secrets of two records of one login are the newer ones, where dates say so.
///
/// | what differs | what decides |
/// |---|---|
/// | the password | the later `password_changed` |
/// | the password, without two such dates | the record that knows the latest date: of a change of the password, or of the newer token |
/// | the token | the later `issued` |
/// | the token, without two such dates | the last change of the password, if it voids one of them and not the other |
///
/// A change of the password that came after the newer token voids that too. The token stays, and its date tells.
pub(crate) fn newer(known: &Record, other: &Record) -> Option<Take> {
    let differs = Differs::between(known, other);
    let password = if differs.password { newer_password(known, other, differs)? } else { known.password.is_empty() };
    let changed = match (differs.password, password) {
        (true, true) => other.password_changed,
        (true, false) => known.password_changed,
        (false, _) => last(known.password_changed, other.password_changed),
    };
    let token = if differs.token { newer_token(known, other, changed)? } else { known.token.is_none() };
    Some(Take { password, token })
}

fn newer_password(known: &Record, other: &Record, differs: Differs) -> Option<bool> {
    // A date says which token is newer only where there are two tokens.
    let token = if differs.token { later(known.issued, other.issued) } else { None };
    let knows_last = |one: &Record, other: &Record, has_newer_token: bool| {
        let dates = [other.password_changed, other.issued.filter(|_| other.token.is_some())];
        let is_last = |moment: &Moment| dates.iter().flatten().all(|date| moment.is_after(*date));
        let is_known = dates.iter().any(Option::is_some);
        is_known && (one.password_changed.as_ref().is_some_and(is_last) || (has_newer_token && one.issued.as_ref().is_some_and(is_last)))
    };
    later(known.password_changed, other.password_changed).or_else(|| {
        let other_last = knows_last(other, known, token == Some(true));
        (other_last || knows_last(known, other, token == Some(false))).then_some(other_last)
    })
}

fn newer_token(known: &Record, other: &Record, changed: Option<Moment>) -> Option<bool> {
    let is_void = |record: &Record| changed.zip(record.issued).is_some_and(|(changed, issued)| voids(changed, issued));
    later(known.issued, other.issued).or_else(|| match (is_void(known), is_void(other)) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    })
}

/// Whether the second moment is the later one, where that is certain.
fn later(one: Option<Moment>, other: Option<Moment>) -> Option<bool> {
    match (one?, other?) {
        (one, other) if other.is_after(one) => Some(true),
        (one, other) if one.is_after(other) => Some(false),
        _ => None,
    }
}

/// Adds to a record what only the other one of its login knows, and takes from it the secrets that are said.
pub(crate) fn join(record: &mut Record, mut other: Record, take: Take) {
    let differs = Differs::between(record, &other);
    let (password, password_changed) = match (differs.password, take.password) {
        (true, true) => (other.password.clone(), other.password_changed),
        (true, false) => (record.password.clone(), record.password_changed),
        // The last change is what counts, whoever knew of it.
        (false, _) => {
            let known = if record.password.is_empty() { &other.password } else { &record.password };
            (known.clone(), last(record.password_changed, other.password_changed))
        }
    };
    let (token, issued) = match (differs.token, take.token) {
        (true, true) => (other.token.clone(), other.issued),
        (true, false) => (record.token.clone(), record.issued),
        (false, _) => match (&record.token, &other.token) {
            (Some(token), Some(_)) => (Some(token.clone()), last(record.issued, other.issued)),
            (None, Some(token)) => (Some(token.clone()), other.issued.or(record.issued)),
            (token, None) => (token.clone(), record.issued.or(other.issued)),
        },
    };
    if differs.password {
        forget_updates(if take.password { &mut record.used_by } else { &mut other.used_by }, password_changed);
    }
    if differs.token {
        forget_updates(if take.token { &mut record.used_by } else { &mut other.used_by }, issued);
    }
    // What the other one says of the rest counts more, where the login itself is more its own.
    if (differs.token && take.token) || (differs.password && take.password && !differs.token) {
        std::mem::swap(record, &mut other);
    }
    fill(record, other);
    (record.password, record.password_changed, record.token, record.issued) = (password, password_changed, token, issued);
}

/// Forgets who was updated on the day of a change or later, since they may have what was there before; without its date, all of them.
pub(crate) fn forget_updates<'a>(integrations: impl IntoIterator<Item = &'a mut Integration>, change: Option<Moment>) {
    for integration in integrations {
        integration.updated = integration.updated.filter(|updated| change.is_some_and(|change| change.is_after(*updated)));
    }
}

/// The later of two moments; the first, where nothing says which one that is.
fn last(one: Option<Moment>, other: Option<Moment>) -> Option<Moment> {
    if later(one, other) == Some(true) { other } else { one.or(other) }
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
    add_integrations(&mut record.used_by, other.used_by);
    add_new(&mut record.tags, other.tags);
    add_new(&mut record.fields, other.fields);
    if !record.notes.expose().contains(other.notes.expose()) {
        if !record.notes.is_empty() {
            record.notes.push("\n\n");
        }
        record.notes.push(other.notes.expose());
    }
}

/// Adds the integrations that are not there; of one that is, the later update counts.
fn add_integrations(list: &mut Vec<Integration>, others: Vec<Integration>) {
    let length = list.len();
    for other in others {
        let known = list.iter_mut().take(length).find(|known| known.name == other.name && known.place == other.place);
        match known {
            Some(known) => known.updated = last(known.updated, other.updated),
            None => list.push(other),
        }
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

    /// A password, when it was changed, a token, when it was issued.
    type Secrets = [&'static str; 4];

    fn login([password, changed, token, issued]: Secrets) -> Record {
        Record { password_changed: changed.parse().ok(), ..record(password, token, issued, "") }
    }

    #[test]
    fn each_secret_is_decided_by_its_own_date() {
        let table: [(&str, Secrets, Secrets, Option<Secrets>); 16] = [
            ("each its own", ["a", "08-01", "A", "11-03"], ["b", "11-20", "B", "08-18"], Some(["b", "11-20", "A", "11-03"])),
            ("both of one", ["a", "08-01", "A", "08-01"], ["b", "11-20", "B", "11-20"], Some(["b", "11-20", "B", "11-20"])),
            ("the one date is the last", ["a", "", "A", "11-03"], ["b", "11-20", "B", "08-18"], Some(["b", "11-20", "A", "11-03"])),
            ("the token is the last", ["a", "", "A", "11-03"], ["b", "10-20", "B", "08-18"], Some(["a", "", "A", "11-03"])),
            ("one token", ["a", "01-01", "A", "08-01"], ["b", "08-18", "A", "08-01"], Some(["b", "08-18", "A", "08-01"])),
            ("one token, one date", ["a", "", "A", "08-01"], ["b", "08-18", "A", "08-01"], Some(["b", "08-18", "A", "08-01"])),
            ("one token, and a date before it", ["a", "", "A", "08-01"], ["b", "07-18", "A", "08-01"], None),
            ("one token without a date", ["a", "", "A", ""], ["b", "08-18", "A", ""], None),
            ("no token", ["a", "01-01", "", ""], ["b", "08-18", "", ""], Some(["b", "08-18", "", ""])),
            ("one day", ["a", "08-18", "A", "08-01"], ["b", "08-18", "A", "08-01"], None),
            ("a token is no date of a password", ["a", "", "", ""], ["b", "", "A", "08-18"], None),
            ("voided", ["a", "01-01", "A", "08-01"], ["b", "08-18", "B", ""], Some(["b", "08-18", "B", ""])),
            ("not voided", ["a", "01-01", "A", "08-20"], ["b", "08-18", "B", ""], None),
            ("only the token, voided", ["a", "08-18", "A", "08-01"], ["a", "", "B", ""], Some(["a", "08-18", "B", ""])),
            ("no date", ["a", "", "A", ""], ["b", "", "B", ""], None),
            ("a change without the password", ["a", "", "A", "08-01"], ["", "08-18", "", ""], Some(["a", "08-18", "A", "08-01"])),
        ];
        for (what, one, other, expected) in table {
            let year = |[password, changed, token, issued]: Secrets| {
                let day = |day: &str| if day.is_empty() { String::new() } else { format!("2026-{day}") };
                let changed: &'static str = day(changed).leak();
                login([password, changed, token, day(issued).leak()])
            };
            for pair in [[one, other], [other, one]] {
                let (mut records, _) = merge(pair.map(year));
                let expected = expected.map_or_else(|| pair.map(year).to_vec(), |one| vec![year(one)]);
                for record in &mut records {
                    record.username.make_ascii_lowercase();
                }
                assert_eq!(records, expected, "{what}");
            }
        }
    }

    #[test]
    fn an_integration_is_known_to_have_what_stays() {
        let with = |token: &str, issued: &str, updated: [&str; 2]| {
            let integration =
                |name: &str, updated: &str| Integration { name: name.into(), updated: updated.parse().ok(), ..Integration::default() };
            Record { used_by: vec![integration("a", updated[0]), integration("b", updated[1])], ..record("pw", token, issued, "") }
        };
        let old = with("old", "2026-05-01", ["2026-08-01", "2026-07-01"]);
        for pair in [[old.clone(), with("new", "2026-08-01", ["", "2026-08-02"])], [with("new", "2026-08-01", ["", "2026-08-02"]), old]] {
            let (records, _) = merge(pair);
            assert_eq!(records[0].used_by, with("", "", ["", "2026-08-02"]).used_by);
        }
    }
}
