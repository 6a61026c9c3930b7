//! A new token or password, and who still has the old one.

use chrono::{Days, NaiveDate};
use sfcred_formats::{Error, Field, Integration, Kind, Moment, Record, Result, Secret};

use crate::merge::forget_updates;

/// The label of the field that keeps the day of the token before.
const PREVIOUS: &str = "Previous Token Issued";

/// An integration that is not known to have the present token.
#[derive(Clone, Copy, Debug)]
pub struct Pending<'a> {
    /// The record whose token it holds.
    pub record: &'a Record,
    /// The integration.
    pub integration: &'a Integration,
}

/// Gives a record a new token that was issued then; `max_age` is after how many days it is stale.
///
/// # Errors
/// When the new token is none, or the record has it already.
pub fn rotate_token(record: &mut Record, token: Secret, issued: Moment, max_age: u32) -> Result<()> {
    check(&token, "token")?;
    if record.token.as_ref() == Some(&token) {
        return Err(Error::new("the record has this token already").hint("copy the token from the newest mail"));
    }
    if let Some(old) = record.issued.replace(issued) {
        keep_day(record, old.day());
    }
    record.token = Some(token);
    forget_updates(&mut record.used_by, Some(issued));
    // The day for the old token is over; a record that had one gets the next.
    if record.rotate_by.is_some() {
        record.rotate_by = issued.day().checked_add_days(Days::new(max_age.into()));
    }
    Ok(())
}

/// Gives a record a new password, which voids its token.
///
/// Where the order of the two on one day would be unknown, the void token goes; else its date tells that it is void.
///
/// # Errors
/// When the new password is none, or the record has it already.
pub fn rotate_password(record: &mut Record, password: Secret, day: NaiveDate) -> Result<()> {
    if password.is_empty() {
        return Err(Error::new("the new password is empty").hint("type it, or put it on the first line of a file"));
    }
    if record.password == password {
        return Err(Error::new("the record has this password already").hint("type the new one"));
    }
    record.password = password;
    let changed = Moment::Day(day);
    record.password_changed = Some(changed);
    forget_updates(&mut record.used_by, Some(changed));
    if let Some(old) = record.issued.filter(|issued| !changed.is_after(*issued)) {
        record.token = None;
        record.issued = None;
        keep_day(record, old.day());
    }
    Ok(())
}

/// Marks an integration as updated on this day.
///
/// # Errors
/// When the record has no such integration.
pub fn mark_done(record: &mut Record, name: &str, day: NaiveDate) -> Result<()> {
    let names = record.used_by.iter().map(|integration| integration.name.as_str()).collect::<Vec<_>>().join(", ");
    let Some(at) = record.used_by.iter().position(|integration| integration.name.eq_ignore_ascii_case(name)) else {
        let hint = if names.is_empty() { "`sfcred edit` adds it to `used_by`".to_owned() } else { format!("it has: {names}") };
        return Err(Error::new("the record has no such integration").hint(hint));
    };
    mark(record, at, day);
    Ok(())
}

/// Marks the integration in this place of the list as updated on this day.
pub fn mark(record: &mut Record, at: usize, day: NaiveDate) {
    // Nothing can be passed on before it was there, whatever a clock says.
    let changes = [record.issued, record.password_changed];
    let latest = changes.into_iter().flatten().map(Moment::day).chain([day]).max();
    if let Some(integration) = record.used_by.get_mut(at) {
        integration.updated = Some(Moment::Day(latest.unwrap_or(day)));
    }
}

/// The integrations of these records that are not known to have the present token.
pub fn pending(records: &[Record]) -> impl Iterator<Item = Pending<'_>> {
    records.iter().flat_map(|record| {
        let waits = move |integration: &&Integration| is_pending(record, integration);
        record.used_by.iter().filter(waits).map(move |integration| Pending { record, integration })
    })
}

/// Whether an integration is not known to have the present token and password of its record.
pub fn is_pending(record: &Record, integration: &Integration) -> bool {
    let Some(updated) = integration.updated else { return true };
    [record.issued, record.password_changed].into_iter().flatten().any(|change| change.is_after(updated))
}

/// Forgets who was given the secrets that a record had before, unless their dates have been said anew.
pub fn forget_old(before: &Record, after: &mut Record) {
    let password = (before.password != after.password && !before.password.is_empty()).then_some(after.password_changed);
    let token = (before.token != after.token && after.token.is_some()).then_some(after.issued);
    for change in [password, token].into_iter().flatten() {
        forget_updates(after.used_by.iter_mut().filter(|integration| before.used_by.contains(integration)), change);
    }
}

fn check(secret: &Secret, what: &str) -> Result<()> {
    if secret.is_empty() {
        return Err(Error::new(format!("the new {what} is empty")).hint("type it, or put it on the first line of a file"));
    }
    if secret.expose().contains(|character: char| character.is_whitespace() || character.is_control()) {
        return Err(Error::new(format!("the new {what} has a blank in it")).hint("copy it again, and nothing around it"));
    }
    Ok(())
}

fn keep_day(record: &mut Record, day: NaiveDate) {
    record.fields.retain(|field| field.label != PREVIOUS);
    record.fields.push(Field::new(PREVIOUS, day.to_string(), Kind::Date));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn moment(text: &str) -> Moment {
        text.parse().unwrap()
    }

    fn record() -> Record {
        let integration = |name: &str, updated: &str| Integration { name: name.into(), place: "x".into(), updated: updated.parse().ok() };
        Record {
            username: "ops@one.example".into(),
            password: "Fake-Old".into(),
            token: Some("FakeOld".into()),
            issued: Some(moment("2026-05-01")),
            rotate_by: Some(day("2026-07-30")),
            used_by: vec![integration("nightly", "2026-05-02"), integration("today", "2026-11-21")],
            ..Record::default()
        }
    }

    #[test]
    fn a_new_token_has_its_date_and_keeps_that_of_the_old() {
        let mut record = record();
        rotate_token(&mut record, "FakeNew".into(), moment("2026-11-21"), 90).unwrap();
        assert_eq!((record.token.clone(), record.issued), (Some("FakeNew".into()), Some(moment("2026-11-21"))));
        assert_eq!(record.rotate_by, Some(day("2027-02-19")));
        assert_eq!((record.fields.len(), record.fields[0].value.expose()), (1, "2026-05-01"));
        rotate_token(&mut record, "FakeNext".into(), moment("2026-11-22"), 90).unwrap();
        assert_eq!((record.fields.len(), record.fields[0].value.expose()), (1, "2026-11-21"));
    }

    #[test]
    fn all_integrations_wait_for_it_until_they_are_done() {
        let mut records = vec![record()];
        rotate_token(&mut records[0], "FakeNew".into(), moment("2026-11-21"), 90).unwrap();
        assert_eq!(pending(&records).count(), 2);
        mark_done(&mut records[0], "Nightly", day("2026-11-20")).unwrap();
        assert_eq!(records[0].used_by[0].updated, Some(moment("2026-11-21")));
        assert_eq!(pending(&records).map(|pending| pending.integration.name.clone()).collect::<Vec<_>>(), ["today"]);
        let error = mark_done(&mut records[0], "nobody", day("2026-11-21")).unwrap_err();
        assert_eq!(error.hint_text(), Some("it has: nightly, today"));
    }

    #[test]
    fn a_new_password_voids_the_token() {
        let mut changed = record();
        rotate_password(&mut changed, "Fake New".into(), day("2026-11-21")).unwrap();
        assert_eq!((changed.password_changed, changed.token.is_some()), (Some(moment("2026-11-21")), true));
        assert_eq!(pending(&[changed]).count(), 2);
        let mut same_day = Record { issued: Some(moment("2026-11-21T09:00:00Z")), ..record() };
        rotate_password(&mut same_day, "Fake New".into(), day("2026-11-21")).unwrap();
        assert_eq!((same_day.token, same_day.issued), (None, None));
        assert_eq!(same_day.fields[0].value.expose(), "2026-11-21");
    }

    #[test]
    fn refuses_what_is_not_new() {
        let rotate = |token: &str| rotate_token(&mut record(), token.into(), moment("2026-11-21"), 90).unwrap_err().to_string();
        assert_eq!(rotate("FakeOld"), "the record has this token already");
        assert_eq!(rotate(""), "the new token is empty");
        assert_eq!(rotate("FakeNew "), "the new token has a blank in it");
        let error = rotate_password(&mut record(), "Fake-Old".into(), day("2026-11-21")).unwrap_err();
        assert_eq!(error.to_string(), "the record has this password already");
    }
}
