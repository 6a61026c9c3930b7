//! A change of one record, under the lock.

use std::time::Duration;

use sfcred_formats::{Error, Record, Result};

use super::store::Store;
use crate::vault::Vault;

/// Changes the record under the lock, if its secrets still are what was looked at, and returns it.
pub(super) fn change(store: &mut Store, wait: Duration, before: &Record, change: impl FnOnce(&mut Record) -> Result<()>) -> Result<Record> {
    store.lock(wait)?;
    let Some(record) = as_it_is(&mut store.vault, before) else {
        return Err(Error::new("the record was changed meanwhile").in_file(before.name()).hint("do it again on the record as it is now"));
    };
    change(record).map_err(|error| error.in_file(before.name()))?;
    let after = record.clone();
    store.save()?;
    store.release();
    Ok(after)
}

/// The record as it is now: the very same, or the only one of its name that has the same secrets.
fn as_it_is<'v>(vault: &'v mut Vault, before: &Record) -> Option<&'v mut Record> {
    let secrets =
        |record: &Record| (record.password.clone(), record.token.clone(), record.issued, record.password_changed, record.name().to_owned());
    let (same, known) = (secrets(before), vault.records.iter().position(|record| record == before));
    let mut alike = vault.records.iter().enumerate().filter(|(_, record)| secrets(record) == same).map(|(at, _)| at);
    let at = known.or_else(|| alike.next().filter(|_| alike.next().is_none()))?;
    vault.records.get_mut(at)
}
