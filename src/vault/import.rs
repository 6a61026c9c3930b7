//! Takes records into a vault that has others already.

use sfcred_formats::{Key, Record, Result};

use super::Vault;
use crate::additions::Additions;
use crate::merge;

/// Which secrets count where the vault and an input differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnConflict {
    /// Those with the newer token; where no date decides, both records are kept.
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

/// What became of a record of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The vault had none of this login.
    Added,
    /// The vault has everything that it says.
    Same,
    /// It said more of these keys.
    Joined(Vec<Key>),
    /// It has other secrets, and they were taken; these keys differ now.
    Replaced(Vec<Key>),
    /// It has other secrets, and those of the vault stayed.
    Refused,
    /// It has other secrets and stands beside the other.
    KeptBoth,
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
        if let Some(known) = twins.iter_mut().find(|known| merge::agree(known, &record)) {
            let before = known.clone();
            let newer = merge::newer(known, &record) == Some(true);
            let old = if newer { std::mem::replace(*known, record) } else { record };
            merge::join(known, old);
            let keys = differences(&before, known);
            return Ok(if keys.is_empty() { Change::Same } else { Change::Joined(keys) });
        }
        let Some(known) = twins.pop() else {
            self.vault.records.push(record);
            return Ok(Change::Added);
        };
        let newer = match decide(Conflict { ours: known, theirs: &record })? {
            OnConflict::Newer => merge::newer(known, &record),
            OnConflict::Both => None,
            OnConflict::Ours => Some(false),
            OnConflict::Theirs => Some(true),
        };
        Ok(match newer {
            Some(true) => {
                let before = known.clone();
                let old = std::mem::replace(known, record);
                merge::join(known, old);
                Change::Replaced(differences(&before, known))
            }
            Some(false) => {
                merge::join(known, record);
                Change::Refused
            }
            None => {
                self.vault.records.push(record);
                Change::KeptBoth
            }
        })
    }
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
    use sfcred_formats::Moment;

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

    #[test]
    fn the_newer_token_wins() {
        let (changes, tokens) = import(&[record("two", "2026-08-01"), record("one", "2026-05-01")], OnConflict::Newer);
        assert!(matches!(changes[..], [Change::Replaced(_), Change::Refused]), "{changes:?}");
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
        assert_eq!(import(&[record("two", "")], OnConflict::Ours), (vec![Change::Refused], vec!["one".into()]));
        let (changes, tokens) = import(&[record("two", "")], OnConflict::Theirs);
        assert!(matches!(&changes[..], [Change::Replaced(keys)] if keys.contains(&Key::Token)), "{changes:?}");
        assert_eq!(tokens, ["two"]);
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
