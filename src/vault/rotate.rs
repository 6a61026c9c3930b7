//! A new token or password.

use chrono::{Days, NaiveDate};
use sfcred_formats::{Error, Field, Kind, Moment, Record, Result, Secret};

use crate::merge::forget_updates;
use sfcred_formats::salesforce::voids;

/// The label of the field that keeps the day of the token before.
const PREVIOUS: &str = "Previous Token Issued";

/// What the user has said of a new secret.
#[derive(Clone, Copy, Debug, Default)]
pub struct Said {
    /// Its date, which corrects that of the same secret.
    pub date: bool,
    /// That it is taken although it is older than the present one, or void.
    pub force: bool,
}

/// Gives a record a new token that was issued then, or corrects the date of the one it has; `max_age` is after how many days it is stale.
///
/// # Errors
/// When the new token is none, is no new one, or the record has it already.
pub fn rotate_token(record: &mut Record, token: Secret, issued: Moment, max_age: u32, said: Said) -> Result<()> {
    check(&token, "token")?;
    let is_present = record.token.as_ref() == Some(&token);
    if is_present && !said.date {
        return Err(Error::new("the record has this token already")
            .hint("copy the token from the newest mail; --issued DATE corrects when this one was issued"));
    }
    let judged = !is_present && !said.force;
    if let Some(present) = record.issued.filter(|present| judged && record.token.is_some() && present.is_after(issued)) {
        return Err(Error::new(format!("the token of {issued} is older than the present one of {present}, which voids it"))
            .hint("take the token from the newest mail; --force takes this one all the same"));
    }
    if let Some(changed) = record.password_changed.filter(|changed| judged && voids(*changed, issued)) {
        return Err(Error::new(format!("the token of {issued} is void, for the password was changed on {changed}")).hint(
            "take the token from a later mail, or correct that date with --password --changed; --force takes this one all the same",
        ));
    }
    if let Some(old) = record.issued.replace(issued).filter(|_| !is_present) {
        keep_day(record, old.day());
    }
    record.token = Some(token);
    if follows(record) {
        record.password_changed = Some(issued);
    }
    if !is_present {
        forget_updates(&mut record.used_by, Some(issued));
    }
    // The day for the old token is over; a record that had one gets the next.
    if record.rotate_by.is_some() {
        record.rotate_by = issued.day().checked_add_days(Days::new(max_age.into()));
    }
    Ok(())
}

/// Whether the token is taken for the one that a change of the password on that day has issued: it came into the record after it.
pub fn follows(record: &Record) -> bool {
    matches!((record.password_changed, record.issued), (Some(Moment::Day(day)), Some(Moment::Instant(issued))) if issued.date_naive() == day)
}

/// Whether the last change of the password certainly voids the token of a record.
pub fn is_void(record: &Record) -> bool {
    record.token.is_some() && record.password_changed.zip(record.issued).is_some_and(|(changed, issued)| voids(changed, issued))
}

/// Gives a record a new password that was changed then, or corrects the date of the one it has.
///
/// The token stays: the dates tell whether it is void.
///
/// # Errors
/// When the new password is none or no new one, or the record has it already and `changed` is no correction.
pub fn rotate_password(record: &mut Record, password: Secret, changed: Moment, said: Said) -> Result<()> {
    if password.is_empty() {
        return Err(Error::new("the new password is empty").hint("type it, or put it on the first line of a file"));
    }
    if record.password == password && !said.date {
        return Err(
            Error::new("the record has this password already").hint("type the new one; --changed DATE corrects when it was changed")
        );
    }
    let present = record.password_changed.filter(|present| record.password != password && present.is_after(changed) && !said.force);
    if let Some(present) = present {
        return Err(Error::new(format!("a password of {changed} is older than the present one of {present}"))
            .hint("say with --changed when it was changed; --force takes it all the same"));
    }
    record.password = password;
    record.password_changed = Some(changed);
    forget_updates(&mut record.used_by, Some(changed));
    Ok(())
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
    use sfcred_formats::Integration;

    use super::super::{mark_done, pending};
    use super::*;

    const FORCE: Said = Said { date: false, force: true };

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn moment(text: &str) -> Moment {
        text.parse().unwrap()
    }

    fn record() -> Record {
        let integration = |name: &str, updated: &str| Integration {
            name: name.into(),
            place: "x".into(),
            updated: updated.parse().ok(),
            ..Integration::default()
        };
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
        rotate_token(&mut record, "FakeNew".into(), moment("2026-11-21"), 90, Said::default()).unwrap();
        assert_eq!((record.token.clone(), record.issued), (Some("FakeNew".into()), Some(moment("2026-11-21"))));
        assert_eq!(record.rotate_by, Some(day("2027-02-19")));
        assert_eq!((record.fields.len(), record.fields[0].value.expose()), (1, "2026-05-01"));
        rotate_token(&mut record, "FakeNext".into(), moment("2026-11-22"), 90, Said::default()).unwrap();
        assert_eq!((record.fields.len(), record.fields[0].value.expose()), (1, "2026-11-21"));
    }

    #[test]
    fn all_integrations_wait_for_it_until_they_are_done() {
        let mut records = vec![record()];
        rotate_token(&mut records[0], "FakeNew".into(), moment("2026-11-21"), 90, Said::default()).unwrap();
        assert_eq!(pending(&records).count(), 2);
        mark_done(&mut records[0], "Nightly", day("2026-11-20")).unwrap();
        assert_eq!(records[0].used_by[0].updated, Some(moment("2026-11-21")));
        assert_eq!(pending(&records).map(|pending| pending.integration.name.clone()).collect::<Vec<_>>(), ["today"]);
        let error = mark_done(&mut records[0], "nobody", day("2026-11-21")).unwrap_err();
        assert_eq!(error.hint_text(), Some("it has: nightly, today"));
    }

    #[test]
    fn a_new_password_leaves_the_token_to_its_date() {
        for (issued, changed, is_void) in [
            ("2026-11-13", "2026-11-13", false),
            ("2026-11-13T09:12:00Z", "2026-11-13", false),
            ("2026-11-13T09:12:00Z", "2026-11-13T09:10:00Z", false),
            ("2026-11-13T09:10:00Z", "2026-11-13T09:12:00Z", false),
            ("2026-11-13T09:10:00Z", "2026-11-13T15:00:00Z", true),
            ("2026-11-13T09:12:00Z", "2026-11-21", true),
            ("", "2026-11-21", false),
        ] {
            let mut changes = Record { issued: issued.parse().ok(), ..record() };
            rotate_password(&mut changes, "Fake New".into(), moment(changed), Said::default()).unwrap();
            assert_eq!((super::is_void(&changes), changes.token.is_some()), (is_void, true), "{issued} {changed}");
            assert_eq!((changes.issued, changes.password_changed), (issued.parse().ok(), Some(moment(changed))));
        }
        let mut changed = record();
        rotate_password(&mut changed, "Fake New".into(), moment("2026-11-21"), Said::default()).unwrap();
        assert_eq!(pending(&[changed]).count(), 2);
    }

    #[test]
    fn a_token_that_comes_after_the_password_of_its_day_is_the_one_it_issued() {
        let mut changed = Record { password_changed: Some(moment("2026-11-21")), ..record() };
        let issued = moment("2026-11-21T09:12:00Z");
        rotate_token(&mut changed, "FakeNew".into(), issued, 90, Said::default()).unwrap();
        assert_eq!((changed.password_changed, is_void(&changed)), (Some(issued), false));
    }

    #[test]
    fn the_date_of_a_token_can_be_corrected() {
        let mut changed = Record { password_changed: Some(moment("2026-05-01")), ..record() };
        let issued = moment("2026-05-01T09:12:00Z");
        let said = Said { date: true, force: false };
        rotate_token(&mut changed, "FakeOld".into(), issued, 90, said).unwrap();
        assert_eq!((changed.issued, changed.password_changed), (Some(issued), Some(issued)));
        assert_eq!((changed.fields.len(), changed.used_by), (0, record().used_by));
    }

    #[test]
    fn the_date_of_a_password_can_be_corrected() {
        let mut changed = Record { password_changed: Some(moment("2026-11-21")), ..record() };
        let rotate = |record: &mut Record, corrects| {
            rotate_password(record, "Fake-Old".into(), moment("2026-11-13"), Said { date: corrects, force: false })
        };
        assert!(rotate(&mut changed, false).is_err());
        rotate(&mut changed, true).unwrap();
        assert_eq!(changed.password_changed, Some(moment("2026-11-13")));
    }

    #[test]
    fn refuses_what_is_not_new() {
        let rotate = |record: &mut Record, token: &str, issued: &str| {
            rotate_token(record, token.into(), moment(issued), 90, Said::default()).map_err(|error| error.to_string())
        };
        let refused = |token: &str| rotate(&mut record(), token, "2026-11-21").unwrap_err();
        assert_eq!(refused("FakeOld"), "the record has this token already");
        assert_eq!(refused(""), "the new token is empty");
        assert_eq!(refused("FakeNew "), "the new token has a blank in it");
        let mut changed = Record { password_changed: Some(moment("2026-06-01")), ..record() };
        assert_eq!(
            rotate(&mut changed, "FakeNew", "2026-04-30"),
            Err("the token of 2026-04-30 is older than the present one of 2026-05-01, which voids it".to_owned())
        );
        assert_eq!(
            rotate(&mut changed, "FakeNew", "2026-05-31"),
            Err("the token of 2026-05-31 is void, for the password was changed on 2026-06-01".to_owned())
        );
        assert!(rotate(&mut changed.clone(), "FakeNew", "2026-06-01").is_ok());
        rotate_token(&mut changed, "FakeNew".into(), moment("2026-04-30"), 90, FORCE).unwrap();
        let password = |record: &mut Record, password: &str, changed: &str| {
            rotate_password(record, password.into(), moment(changed), Said::default()).map_err(|error| error.to_string())
        };
        assert_eq!(password(&mut record(), "Fake-Old", "2026-11-21"), Err("the record has this password already".to_owned()));
        assert_eq!(
            password(&mut changed, "Fake-New", "2026-05-31"),
            Err("a password of 2026-05-31 is older than the present one of 2026-06-01".to_owned())
        );
    }
}
