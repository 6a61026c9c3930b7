//! New secrets in a file that has the login already, byte for byte the same but for them.
//!
//! Config files have a way of their own ([`Format::amend`]), which knows where each value stands. In every other plain text a secret is
//! looked for by its text. Either way what came out is read again and compared, record by record, before anybody may write it.

mod text;

use std::collections::BTreeSet;

use sfcred_formats::{Amended, Change, Edit, Error, Format, Input, Limits, Lock, Notice, Part, Record, Result, Secret, Spot, Tally};

use crate::place::recognise;

/// Puts the new secrets of a login into the bytes of a file of this format; `None` where the format encrypts, and has no way of its own.
///
/// # Errors
/// When the file cannot be read, has no such login or several, or it cannot be done so that nothing else differs.
pub fn amend(format: &Format, bytes: &[u8], change: &Change, limits: &Limits, lock: &mut dyn Lock) -> Result<Option<Amended>> {
    let own = format.amend(bytes, change, limits, lock)?;
    if own.is_none() && format.spec.lock.is_some() {
        return Ok(None);
    }
    let before = read(format, bytes, limits, lock)?;
    let amended = if let Some(amended) = own {
        amended
    } else {
        let is_table = format.spec.table.is_some();
        text::amend(bytes, is_table, &before, change, &mut |amended| is_right(format, amended, &before, change, limits, lock))?
    };
    if amended.edits.is_empty() || is_right(format, &amended, &before, change, limits, lock) {
        return Ok(Some(amended));
    }
    Err(Error::new("what would be written does not read as the login with the new secrets")
        .hint("update it by hand, and mark it with --done"))
}

/// The records of a file, understood.
fn read(format: &Format, bytes: &[u8], limits: &Limits, lock: &mut dyn Lock) -> Result<Vec<Record>> {
    let mut records = Vec::new();
    let mut notices = Tally::<Notice>::default();
    let mut take = |record: &mut Record, _: Spot| -> Result<()> {
        recognise(&format.spec, record, &mut |_| {});
        records.push(std::mem::take(record));
        Ok(())
    };
    let mut input = Input::open(Box::new(bytes), limits)?;
    format.enter(&mut input)?;
    format.read(&mut input, limits, lock, &mut (&mut take, &mut notices))?;
    Ok(records)
}

/// Whether the amended bytes hold the same records but for the secrets of the one login.
fn is_right(format: &Format, amended: &Amended, before: &[Record], change: &Change, limits: &Limits, lock: &mut dyn Lock) -> bool {
    let Ok(after) = read(format, &amended.bytes, limits, lock) else { return false };
    let parts: BTreeSet<Part> = amended.edits.iter().map(|Edit { what, .. }| *what).collect();
    let expected = before.iter().zip(&after).map(|(before, after)| expected(before, after, change, &parts));
    before.len() == after.len() && expected.zip(&after).all(|(expected, after)| expected.as_ref() == Some(after))
}

/// What a record is to be; `None` where what came out cannot be right.
fn expected(before: &Record, after: &Record, change: &Change, parts: &BTreeSet<Part>) -> Option<Record> {
    let mut record = before.clone();
    if !before.username.eq_ignore_ascii_case(&change.username) {
        return Some(record);
    }
    for part in parts {
        match part {
            Part::Token => {
                let new = change.token.clone()?;
                // A token in free text stays there as well.
                let notes = before.token.as_ref().map(|old| before.notes.expose().replace(old.expose(), new.expose()));
                record.notes = notes.map(Secret::from).filter(|notes| *notes == after.notes).unwrap_or(record.notes);
                record.token = Some(new);
            }
            Part::Password => record.password = change.password.clone()?,
            Part::Both => record.password = joined(before, after, change)?,
            Part::Issued if record.issued.is_some() => record.issued = change.issued,
            Part::PasswordChanged if record.password_changed.is_some() => record.password_changed = change.password_changed,
            Part::Issued | Part::PasswordChanged => {}
        }
    }
    Some(record)
}

/// The value with password and token, if it is made of what it should be.
fn joined(before: &Record, after: &Record, change: &Change) -> Option<Secret> {
    let value = after.password.expose();
    let is_right = match (&change.password, &change.token) {
        (Some(password), Some(token)) => value.strip_prefix(password.expose()) == Some(token.expose()),
        // What is not replaced was there before.
        (None, Some(token)) => value.strip_suffix(token.expose()).is_some_and(|password| before.password.expose().starts_with(password)),
        (Some(password), None) => value.strip_prefix(password.expose()).is_some_and(|token| before.password.expose().ends_with(token)),
        (None, None) => false,
    };
    is_right.then(|| after.password.clone())
}
