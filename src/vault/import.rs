//! Takes records into a vault that has others already.

use sfcred_formats::{Key, Record, Result};

use super::Vault;
use super::rotate::forget_old;
use crate::additions::Additions;
use crate::merge::{self, Differs, Take};

/// Which secrets count where the vault and an input differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnConflict {
    /// The newer password and the newer token; where no date decides, both records are kept.
    Newer,
    /// Those of the vault.
    Ours,
    /// Those of the input.
    Theirs,
    /// Neither: both records are kept.
    Both,
}

/// One login with different secrets in the vault and in an input.
#[derive(Clone, Copy, Debug)]
pub struct Conflict<'a> {
    /// The record of the vault.
    pub ours: &'a Record,
    /// The record of the input.
    pub theirs: &'a Record,
}

impl Conflict<'_> {
    /// The secrets that differ.
    pub fn keys(&self) -> Vec<Key> {
        let differs = Differs::between(self.ours, self.theirs);
        secrets(differs.password, differs.token)
    }
}

fn secrets(password: bool, token: bool) -> Vec<Key> {
    [(password, Key::Password), (token, Key::Token)].into_iter().filter(|(is_one, _)| *is_one).map(|(_, key)| key).collect()
}

/// What became of a record of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The vault had none of this login.
    Added,
    /// The vault has everything that it says.
    Same,
    /// It said more of these keys.
    Joined(Vec<Key>),
    /// It has other secrets, and one record is kept.
    Settled {
        /// The secrets that were taken from the input.
        taken: Vec<Key>,
        /// The secrets that stayed although the input has others.
        stayed: Vec<Key>,
        /// The keys of the record that differ now.
        changed: Vec<Key>,
    },
    /// It has other secrets and stands beside the other.
    KeptBoth,
}

impl Change {
    /// The keys that differ in a record that the vault had.
    pub fn changed(&self) -> &[Key] {
        match self {
            Self::Joined(changed) | Self::Settled { changed, .. } => changed,
            _ => &[],
        }
    }
}

/// An import into a vault.
pub struct Import<'a> {
    /// The vault as it will be.
    pub vault: &'a mut Vault,
    /// The names of the records of the inputs, and what became of each.
    pub changes: Vec<(String, Change)>,
}

impl<'a> Import<'a> {
    /// Begins with the vault as it is.
    pub fn new(vault: &'a mut Vault) -> Self {
        Self { vault, changes: Vec::new() }
    }

    /// Takes a record; `decide` is asked where secrets differ.
    ///
    /// What is no Salesforce login is added as it is: elsewhere one username has many logins.
    pub fn add(&mut self, record: Record, salesforce: bool, decide: &mut dyn FnMut(Conflict<'_>) -> Result<OnConflict>) -> Result<()> {
        let name = record.name().to_owned();
        let change = if salesforce && !record.username.is_empty() { self.login(record, decide)? } else { self.other(record) };
        self.changes.push((name, change));
        Ok(())
    }

    /// Adds to the records of the vault what lists of users say of them.
    pub fn complete(&mut self, additions: &mut Additions) {
        for record in &mut self.vault.records {
            let before = record.clone();
            additions.complete(record);
            let keys = differences(&before, record);
            if !keys.is_empty() {
                self.changes.push((record.name().to_owned(), Change::Joined(keys)));
            }
        }
    }

    fn other(&mut self, record: Record) -> Change {
        if self.vault.records.contains(&record) {
            return Change::Same;
        }
        self.vault.records.push(record);
        Change::Added
    }

    fn login(&mut self, record: Record, decide: &mut dyn FnMut(Conflict<'_>) -> Result<OnConflict>) -> Result<Change> {
        let name = record.username.to_lowercase();
        let mut twins: Vec<&mut Record> = self.vault.records.iter_mut().filter(|known| known.username.to_lowercase() == name).collect();
        // Where both were kept once, the one with these secrets is meant.
        if let Some(known) = twins.iter_mut().find(|known| !Differs::between(known, &record).any()) {
            let keys = join(known, record, Take { password: false, token: false });
            return Ok(if keys.is_empty() { Change::Same } else { Change::Joined(keys) });
        }
        let Some(known) = twins.pop() else {
            self.vault.records.push(record);
            return Ok(Change::Added);
        };
        let take = match decide(Conflict { ours: known, theirs: &record })? {
            OnConflict::Newer => merge::newer(known, &record),
            OnConflict::Both => None,
            OnConflict::Ours => Some(Take { password: false, token: false }),
            OnConflict::Theirs => Some(Take { password: true, token: true }),
        };
        let Some(take) = take else {
            self.vault.records.push(record);
            return Ok(Change::KeptBoth);
        };
        let differs = Differs::between(known, &record);
        let taken = secrets(differs.password && take.password, differs.token && take.token);
        let stayed = secrets(differs.password && !take.password, differs.token && !take.token);
        Ok(Change::Settled { taken, stayed, changed: join(known, record, take) })
    }
}

/// Joins a record of the vault with another, and returns the keys that differ now.
fn join(known: &mut Record, other: Record, take: Take) -> Vec<Key> {
    let before = known.clone();
    merge::join(known, other, take);
    forget_old(&before, known);
    differences(&before, known)
}

/// The keys in which two records differ.
pub fn differences(one: &Record, other: &Record) -> Vec<Key> {
    let differs = |key: &Key| match key {
        Key::Title => one.title != other.title,
        Key::Username => one.username != other.username,
        Key::Password => one.password != other.password,
        Key::Token => one.token != other.token,
        Key::Issued => one.issued != other.issued,
        Key::PasswordChanged => one.password_changed != other.password_changed,
        Key::RotateBy => one.rotate_by != other.rotate_by,
        Key::Url => one.urls.first() != other.urls.first(),
        Key::Urls => one.urls.get(1..) != other.urls.get(1..) && one.urls.len().max(other.urls.len()) > 1,
        Key::UsedBy => one.used_by != other.used_by,
        Key::Tags => one.tags != other.tags,
        Key::Folder => one.folder != other.folder,
        Key::Notes => one.notes != other.notes,
        Key::Created => one.created != other.created,
        Key::Modified => one.modified != other.modified,
        Key::Fields => one.fields != other.fields,
    };
    Key::ALL.into_iter().filter(differs).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sfcred_formats::{Integration, Moment};

    #[test]
    fn a_list_of_users_completes_what_the_vault_has() {
        let mut vault = Vault {
            records: vec![record("a", "2026-05-01"), Record { username: "b@one.example".into(), ..Record::default() }],
            ..Vault::default()
        };
        let changed: Option<Moment> = "2026-08-01".parse().ok();
        let mut additions = Additions::default();
        additions.add(&mut Record { username: "OPS@one.example".into(), password_changed: changed, ..Record::default() });
        let mut import = Import::new(&mut vault);
        import.complete(&mut additions);
        assert_eq!(import.changes, [("ops@one.example".to_owned(), Change::Joined(vec![Key::PasswordChanged]))]);
        assert_eq!((vault.records[0].password_changed, vault.records[1].password_changed), (changed, None));
        assert_eq!(additions.unused(), 0);
    }

    fn record(token: &str, issued: &str) -> Record {
        Record { username: "ops@one.example".into(), token: Some(token.into()), issued: issued.parse().ok(), ..Record::default() }
    }

    /// Imports each record in turn into a vault with one, and returns what became of them and the tokens of the vault.
    fn import(records: &[Record], on: OnConflict) -> (Vec<Change>, Vec<String>) {
        let mut vault = Vault { records: vec![record("one", "2026-05-01")], ..Vault::default() };
        let mut import = Import::new(&mut vault);
        for record in records {
            let mut record = record.clone();
            record.username.make_ascii_uppercase();
            import.add(record, true, &mut |_| Ok(on)).unwrap();
        }
        let changes = import.changes.into_iter().map(|(_, change)| change).collect();
        (changes, vault.records.iter().map(|record| record.token.clone().unwrap().expose().to_owned()).collect())
    }

    fn settled(taken: &[Key], stayed: &[Key], changed: &[Key]) -> Change {
        Change::Settled { taken: taken.to_vec(), stayed: stayed.to_vec(), changed: changed.to_vec() }
    }

    #[test]
    fn the_newer_token_wins() {
        let (changes, tokens) = import(&[record("two", "2026-08-01"), record("one", "2026-05-01")], OnConflict::Newer);
        let taken = settled(&[Key::Token], &[], &[Key::Username, Key::Token, Key::Issued]);
        assert_eq!(changes, [taken, settled(&[], &[Key::Token], &[])]);
        assert_eq!(tokens, ["two"]);
    }

    #[test]
    fn what_no_date_decides_is_kept_twice_and_not_three_times() {
        let (changes, tokens) = import(&[record("two", ""), record("two", ""), record("one", "")], OnConflict::Newer);
        assert_eq!(changes[0], Change::KeptBoth);
        assert_eq!(changes[1..], [Change::Same, Change::Same]);
        assert_eq!(tokens, ["one", "two"]);
    }

    #[test]
    fn what_was_said_decides() {
        assert_eq!(import(&[record("two", "")], OnConflict::Ours), (vec![settled(&[], &[Key::Token], &[])], vec!["one".into()]));
        let (changes, tokens) = import(&[record("two", "")], OnConflict::Theirs);
        assert_eq!(changes, [settled(&[Key::Token], &[], &[Key::Username, Key::Token, Key::Issued])]);
        assert_eq!(tokens, ["two"]);
    }

    #[test]
    fn what_else_the_input_says_is_told_although_the_secrets_of_the_vault_stay() {
        for on in [OnConflict::Newer, OnConflict::Ours] {
            let other = Record { notes: "more".into(), used_by: vec![integration("x", "")], ..record("two", "2026-04-01") };
            let (changes, tokens) = import(&[other], on);
            assert_eq!(changes, [settled(&[], &[Key::Token], &[Key::UsedBy, Key::Notes])]);
            assert_eq!(tokens, ["one"]);
        }
    }

    #[test]
    fn a_password_keeps_its_date() {
        let changed = |password: &str, changed: &str, token: &str, issued: &str| Record {
            password: password.into(),
            password_changed: changed.parse().ok(),
            ..record(token, issued)
        };
        let (old, new) = (changed("Fake-Old", "", "one", "2026-11-03"), changed("Fake-New", "2026-11-20", "two", "2026-08-18"));
        for (on, password, token, issued, date) in [
            (OnConflict::Newer, "Fake-New", "one", "2026-11-03", "2026-11-20"),
            (OnConflict::Ours, "Fake-Old", "one", "2026-11-03", ""),
            (OnConflict::Theirs, "Fake-New", "two", "2026-08-18", "2026-11-20"),
        ] {
            let mut vault = Vault { records: vec![old.clone()], ..Vault::default() };
            Import::new(&mut vault).add(new.clone(), true, &mut |_| Ok(on)).unwrap();
            assert_eq!(vault.records, [changed(password, date, token, issued)], "{on:?}");
        }
    }

    fn integration(name: &str, updated: &str) -> Integration {
        Integration { name: name.into(), place: String::new(), updated: updated.parse().ok(), ..Integration::default() }
    }

    #[test]
    fn who_was_updated_on_the_day_of_a_new_token_may_have_the_old_one() {
        let used_by = vec![integration("a", "2026-11-01"), integration("b", "2026-10-31")];
        let old = Record { used_by, ..record("one", "2026-11-01T09:05:00Z") };
        let new = record("two", "2026-11-01T15:00:00Z");
        for old in [old.clone(), Record { token: None, issued: None, ..old }] {
            let mut vault = Vault { records: vec![old], ..Vault::default() };
            Import::new(&mut vault).add(new.clone(), true, &mut |_| Ok(OnConflict::Newer)).unwrap();
            assert_eq!(vault.records[0].used_by, [integration("a", ""), integration("b", "2026-10-31")]);
        }
    }

    #[test]
    fn others_are_added_once() {
        let mut vault = Vault::default();
        let mut import = Import::new(&mut vault);
        for _ in 0..2 {
            import.add(record("one", ""), false, &mut |_| Ok(OnConflict::Newer)).unwrap();
        }
        assert_eq!(import.changes.iter().map(|(_, change)| change.clone()).collect::<Vec<_>>(), [Change::Added, Change::Same]);
        assert_eq!(vault.records.len(), 1);
    }
}
