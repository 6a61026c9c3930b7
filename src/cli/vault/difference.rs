//! What two vaults differ in.

use sfcred_formats::{Key, Record};

use super::super::show;
use super::import::names;
use crate::vault::{Vault, differences};

/// How one vault becomes another.
#[derive(Default)]
pub(super) struct Difference {
    /// The records that only the new one has.
    pub(super) added: Vec<String>,
    /// The records that both have, and the keys that differ.
    pub(super) changed: Vec<(String, Vec<Key>)>,
    /// The records that only the old one has.
    pub(super) removed: Vec<String>,
}

impl Difference {
    /// Compares two vaults; records of one username are compared in their order.
    pub(super) fn between(old: &Vault, new: &Vault) -> Self {
        let mut difference = Self::default();
        let mut left: Vec<&Record> = old.records.iter().collect();
        for record in &new.records {
            let same = |known: &&Record| known.username.eq_ignore_ascii_case(&record.username);
            let whole = left.iter().position(|known| *known == record);
            let login = || left.iter().position(|known| same(known) && (!record.username.is_empty() || known.title == record.title));
            match whole.or_else(login).map(|at| left.remove(at)) {
                None => difference.added.push(record.name().to_owned()),
                Some(known) if known == record => {}
                Some(known) => difference.changed.push((record.name().to_owned(), differences(known, record))),
            }
        }
        difference.removed = left.iter().map(|record| record.name().to_owned()).collect();
        difference
    }

    /// A line for each record.
    pub(super) fn lines(&self) -> impl Iterator<Item = String> {
        let added = self.added.iter().map(|name| format!("+ {name}"));
        let changed = self.changed.iter().map(|(name, keys)| format!("~ {name}: {}", names(keys)));
        added.chain(changed).chain(self.removed.iter().map(|name| format!("- {name}")))
    }
}

/// Tells what became of the records.
pub(super) fn tell_difference(old: &Vault, new: &Vault) {
    for line in Difference::between(old, new).lines() {
        show::say("notice", &line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_record_is_told_once() {
        let vault = |names: &[(&str, &str)]| {
            let mut vault = Vault::new(Vec::new());
            let record = |(name, title): &(&str, &str)| Record { username: (*name).into(), title: (*title).into(), ..Record::default() };
            vault.records = names.iter().map(record).collect();
            vault
        };
        let old = vault(&[("a", "1"), ("b", "1"), ("b", "2"), ("c", "1"), ("", "x")]);
        let new = vault(&[("A", "1"), ("b", "2"), ("b", "3"), ("d", "1"), ("", "x")]);
        let lines: Vec<String> = Difference::between(&old, &new).lines().collect();
        assert_eq!(lines, ["+ d", "~ A: username", "~ b: title", "- c"]);
        assert_eq!(Difference::between(&old, &old).lines().count(), 0);
    }
}
