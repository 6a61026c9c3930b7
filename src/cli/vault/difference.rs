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
    /// The keys of the document, beside the records, that differ.
    pub(super) others: Vec<String>,
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
        difference.others = old.differing_keys(new);
        difference.removed = left.iter().map(|record| record.name().to_owned()).collect();
        difference
    }

    /// A line for each record, and one for what stands beside them.
    pub(super) fn lines(&self) -> impl Iterator<Item = String> {
        let added = self.added.iter().map(|name| format!("+ {name}"));
        let changed = self.changed.iter().map(|(name, keys)| format!("~ {name}: {}", names(keys)));
        let others = (!self.others.is_empty()).then(|| format!("~ beside the records: {}", show::join(&self.others, ", ")));
        added.chain(changed).chain(self.removed.iter().map(|name| format!("- {name}"))).chain(others)
    }
}

/// The recipients that one of two vaults has, and the other has not.
pub(super) fn only_in<'a>(one: &'a Vault, other: &'a Vault) -> impl Iterator<Item = &'a str> {
    one.recipients.iter().filter(|recipient| !other.recipients.contains(recipient)).map(String::as_str)
}

/// Tells what became of the records and of the recipients.
pub(super) fn tell_difference(old: &Vault, new: &Vault) {
    for line in Difference::between(old, new).lines() {
        show::say("notice", &line);
    }
    tell_recipients(old, new);
}

/// Tells who can open the vault no longer, and who can from now on.
pub(super) fn tell_recipients(old: &Vault, new: &Vault) {
    for gone in only_in(old, new) {
        show::say("notice", &format!("- {gone}"));
    }
    for came in only_in(new, old) {
        show::say("notice", &format!("+ {came}"));
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
        let head =
            |keys: &str| Vault::read(format!(r#"{{"format":"sfcred","version":1,"records":[],"recipients":["a","b"]{keys}}}"#).as_bytes());
        let (one, other) = (head(r#","shelf":1,"same":1"#).unwrap(), head(r#","shelf":2,"same":1,"more":null"#).unwrap());
        let lines: Vec<String> = Difference::between(&one, &other).lines().collect();
        assert_eq!(lines, ["~ beside the records: shelf, more"]);
    }
}
