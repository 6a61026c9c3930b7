//! The same login twice.

use std::collections::{BTreeSet, HashMap};

use sfcred_formats::{Integration, Moment, Record, Secret, Tally};

use crate::check::voids;
use crate::place::SHORTEST_TOKEN;

/// What became of a login that several inputs hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Merged {
    /// The password ended with a token that another record of the user holds, and was split.
    Split,
    /// They agree, and are one record with what either of them knew.
    Joined,
    /// They differ, and the one with the newer token was taken.
    NewerTaken,
    /// They differ, and the newer password was taken, and the newer token, which may be another's.
    EachTaken,
    /// They differ, and nothing says which one is newer, so both are kept.
    BothKept,
}

/// How many records of one login are looked through for one that goes with the next.
const NEAREST: usize = 64;

/// Gathers records of several inputs and makes one of those with one username.
#[derive(Default)]
pub struct Merge {
    /// The first of each username.
    records: Vec<Record>,
    by_username: HashMap<String, usize>,
    /// The others, by the place of the first.
    others: HashMap<usize, Vec<Record>>,
}

impl Merge {
    /// Adds a record.
    pub fn add(&mut self, record: Record) {
        let next = self.records.len();
        if !record.username.is_empty() {
            let at = *self.by_username.entry(record.username.to_lowercase()).or_insert(next);
            if at < next {
                self.others.entry(at).or_default().push(record);
                return;
            }
        }
        self.records.push(record);
    }

    /// The records in the order in which their logins were first seen, and what was merged.
    pub fn finish(mut self) -> (Vec<Record>, Tally<Merged>) {
        let mut tally = Tally::default();
        if self.others.is_empty() {
            return (self.records, tally);
        }
        let mut merged = Vec::with_capacity(self.records.len());
        for (at, record) in self.records.into_iter().enumerate() {
            match self.others.remove(&at) {
                None => merged.push(record),
                Some(others) => merged.append(&mut one_login([record].into_iter().chain(others).collect(), &mut tally)),
            }
        }
        (merged, tally)
    }
}

/// Makes one record of those of a login, or as few as their secrets allow, whatever their order.
fn one_login(mut records: Vec<Record>, tally: &mut Tally<Merged>) -> Vec<Record> {
    take_apart(&mut records, tally);
    share_dates(&mut records);
    // First those with a password: a mail knows of a token only, and tells nothing of which password is right.
    let (logins, tokens): (Vec<_>, Vec<_>) = records.into_iter().partition(|record| !record.password.is_empty());
    let mut kept: Vec<Record> = Vec::new();
    for record in logins.into_iter().chain(tokens) {
        let near = kept.len().saturating_sub(NEAREST);
        let goes_with = |test: fn(&Record, &Record) -> bool| kept[near..].iter().position(|known| test(known, &record)).map(|at| near + at);
        let at = goes_with(|known, record| !differ(known, record) && known.token == record.token)
            .or_else(|| goes_with(|known, record| !differ(known, record)))
            .or_else(|| goes_with(|known, record| newer(known, record).is_some()));
        let taken = at.and_then(|at| Some((at, newer(&kept[at], &record)?)));
        let Some((at, take)) = taken else {
            if !kept.is_empty() {
                tally.add(Merged::BothKept, record.name());
            }
            kept.push(record);
            continue;
        };
        let known = &mut kept[at];
        let differs = Differs::between(known, &record);
        let merged = match take {
            _ if !differs.any() => Merged::Joined,
            take if differs.token && (!differs.password || take.password == take.token) => Merged::NewerTaken,
            _ => Merged::EachTaken,
        };
        tally.add(merged, record.name());
        join(known, record, take);
    }
    kept
}

/// Takes the token off a password that ends with one of the user's tokens: nothing could be more certain.
fn take_apart(records: &mut [Record], tally: &mut Tally<Merged>) {
    let tokens: BTreeSet<&str> = records.iter().filter_map(|record| Some(record.token.as_ref()?.expose())).collect();
    let lengths: BTreeSet<usize> = tokens.iter().map(|token| token.len()).filter(|length| *length >= SHORTEST_TOKEN).collect();
    let ends = |password: &str| {
        let at = |length: &usize| password.len().checked_sub(*length).filter(|at| *at > 0 && password.is_char_boundary(*at));
        lengths.iter().filter_map(at).find(|at| tokens.contains(&password[*at..]))
    };
    let found: Vec<Option<usize>> = records.iter().map(|record| ends(record.password.expose())).collect();
    for (record, at) in records.iter_mut().zip(found) {
        let Some(at) = at else { continue };
        let (rest, token) = record.password.expose().split_at(at);
        let (rest, token) = (Secret::from(rest), Secret::from(token));
        record.password = rest;
        record.token.get_or_insert(token);
        tally.add(Merged::Split, record.name());
    }
}

/// Gives all records with one token its date, the earliest that any of them knows: a token is issued before it is passed on.
fn share_dates(records: &mut [Record]) {
    let mut dates: HashMap<&str, Moment> = HashMap::new();
    for record in records.iter() {
        let (Some(token), Some(issued)) = (&record.token, record.issued) else { continue };
        dates.entry(token.expose()).and_modify(|date| *date = earlier(*date, issued)).or_insert(issued);
    }
    let missing =
        |record: &Record| record.token.as_ref().filter(|_| record.issued.is_none()).and_then(|token| dates.get(token.expose()).copied());
    let found: Vec<Option<Moment>> = records.iter().map(missing).collect();
    for (record, issued) in records.iter_mut().zip(found) {
        record.issued = record.issued.or(issued);
    }
}

fn earliest(one: Option<Moment>, other: Option<Moment>) -> Option<Moment> {
    one.zip(other).map(|(one, other)| earlier(one, other)).or(one).or(other)
}

fn earlier(one: Moment, other: Moment) -> Moment {
    if one.is_after(other) { other } else { one }
}

fn differ(one: &Record, other: &Record) -> bool {
    Differs::between(one, other).any()
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
            // It was issued before anybody wrote it down.
            (Some(token), Some(_)) => (Some(token.clone()), earliest(record.issued, other.issued)),
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
        merge.finish()
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

    /// What comes of these records in every order.
    fn in_every_order(records: &[Record]) -> (Vec<Record>, Tally<Merged>) {
        let mut results = Vec::new();
        let mut orders = vec![Vec::new()];
        for _ in records {
            let longer = |order: &Vec<usize>| {
                let rest = (0..records.len()).filter(|at| !order.contains(at));
                rest.map(|at| [&order[..], &[at]].concat()).collect::<Vec<_>>()
            };
            orders = orders.iter().flat_map(longer).collect();
        }
        for order in orders {
            let mut merge = Merge::default();
            for at in order {
                merge.add(records[at].clone());
            }
            let (mut records, tally) = merge.finish();
            records.sort_by_key(|record| (record.password.expose().to_owned(), record.issued.map(|issued| issued.to_string())));
            results.push((records, tally));
        }
        assert!(
            results.iter().all(|(records, _)| *records == results[0].0),
            "{:?}",
            results.iter().map(|(records, _)| records).collect::<Vec<_>>()
        );
        results.swap_remove(0)
    }

    const OLD: &str = "Kd8RwZ3tGm6YpX1vBn5CqLj2";
    const NEW: &str = "h3VbN8cTq5XkZr2WmPj7LdYs9";

    #[test]
    fn a_token_brings_its_date_to_where_it_stands_without() {
        let undated = record("pw", NEW, "", "");
        let mails = [record("", OLD, "2026-03-03", ""), record("", NEW, "2026-06-10T10:00:00Z", "")];
        let (records, tally) = in_every_order(&[undated, mails[0].clone(), mails[1].clone()]);
        assert_eq!(records, [record("pw", NEW, "2026-06-10T10:00:00Z", "")]);
        assert_eq!(tally.count(&Merged::BothKept), 0);
    }

    #[test]
    fn a_password_with_a_known_token_is_taken_apart() {
        let joined = |token: &str| record(&format!("MonPasse9{token}"), "", "", "");
        let (old, new) = (record("", OLD, "2026-03-03", ""), record("", NEW, "2026-06-10", ""));
        let (records, tally) = in_every_order(&[joined(OLD), old.clone(), new.clone()]);
        assert_eq!((records, tally.count(&Merged::Split)), (vec![record("MonPasse9", NEW, "2026-06-10", "")], 1));
        let beside = Record { token: Some(OLD.into()), issued: old.issued, ..joined(NEW) };
        assert_eq!(in_every_order(&[beside, new]).0, [record("MonPasse9", NEW, "2026-06-10", "")]);
        let (records, _) = in_every_order(&[record("Fake-9", "", "", ""), record("", "9", "2026-06-10", "")]);
        assert_eq!(records, [record("Fake-9", "9", "2026-06-10", "")], "half of a password is no token");
    }

    #[test]
    fn what_differs_is_kept_in_every_order() {
        let two = [record("one", "", "", ""), record("two", "", "", ""), record("two", NEW, "2026-06-10", "")];
        assert_eq!(in_every_order(&two).0, [record("one", "", "", ""), record("two", NEW, "2026-06-10", "")]);
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
