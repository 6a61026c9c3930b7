//! The same login twice.

mod pair;

use std::collections::{BTreeSet, HashMap};

use sfcred_formats::{Moment, Record, Secret, Tally};

use crate::place::SHORTEST_TOKEN;
use pair::earlier;
pub(crate) use pair::{Differs, Take, forget_updates, join, newer};

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

fn differ(one: &Record, other: &Record) -> bool {
    Differs::between(one, other).any()
}

#[cfg(test)]
mod tests {
    use sfcred_formats::Integration;

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
