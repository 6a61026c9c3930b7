//! Custom fields: an object whose keys are `$type:label`, or a label alone.
//!
//! The web vault puts a number of one digit behind a label, `$text:Label:1`. Fields of one key are a list.

use chrono::{DateTime, NaiveDate, Timelike};

use super::EXPIRY;
use crate::loose::Loose;
use crate::record::{Field, Kind, Record};
use crate::{Moment, Result, moment};

const NOON: i64 = 12 * 3600 * 1000;

/// A key taken apart.
struct Key<'k> {
    kind: &'k str,
    label: &'k str,
    /// Whether there is a colon, and so a label, although it may be empty.
    labelled: bool,
}

impl<'k> Key<'k> {
    fn of(key: &'k str) -> Self {
        let Some(typed) = key.strip_prefix('$') else { return Self { kind: "text", label: key, labelled: true } };
        let Some((kind, label)) = typed.split_once(':') else { return Self { kind: typed, label: "", labelled: false } };
        let bare = without_number(label);
        Self { kind, label: bare, labelled: bare.len() == label.len() || !bare.is_empty() }
    }
}

/// The label without the number that the web vault puts behind it.
pub(super) fn without_number(label: &str) -> &str {
    match label.as_bytes() {
        [rest @ .., b':', digit] if digit.is_ascii_digit() => &label[..rest.len()],
        _ => label,
    }
}

/// Reads the custom fields into the record.
pub(super) fn read(custom: Loose, record: &mut Record) -> Result<()> {
    let Loose::Map(custom) = custom else { return Ok(()) };
    for (key, value) in custom {
        let key = Key::of(&key);
        let values = if matches!(value, Loose::List(_)) { value.into_list() } else { vec![value] };
        for value in values {
            one(&key, value, record)?;
        }
    }
    Ok(())
}

fn one(key: &Key<'_>, value: Loose, record: &mut Record) -> Result<()> {
    let (day, instant) = match (key.kind, value.number()) {
        ("date" | "birthDate" | "expirationDate", Some(millis)) => time(millis),
        _ => (None, None),
    };
    let expiry = key.kind == "expirationDate" && (!key.labelled || key.label == EXPIRY || key.label.eq_ignore_ascii_case("expiration date"));
    if let Some(day) = day.filter(|_| expiry && record.rotate_by.is_none()) {
        record.rotate_by = Some(day);
        return Ok(());
    }
    if key.kind == "url" && !key.labelled {
        record.urls.push(value.into_secret()?.expose().to_owned());
        return Ok(());
    }
    if key.kind == "oneTimeCode" && !record.fields.iter().any(|field| field.label == "TOTP") {
        record.fields.push(Field::new("TOTP", value.into_secret()?, Kind::Hidden));
        return Ok(());
    }
    let kind = match (key.kind, &value) {
        ("secret" | "pinCode" | "password" | "note" | "keyPair" | "oneTimeCode", _) => Kind::Hidden,
        ("checkbox", Loose::Bool(_)) => Kind::Boolean,
        ("url", _) => Kind::Url,
        _ if day.is_some() => Kind::Date,
        _ => Kind::Text,
    };
    let label = if key.labelled { key.label } else { key.kind };
    let value = match (day, instant) {
        (Some(day), _) => day.to_string().into(),
        (None, Some(instant)) => instant.into(),
        (None, None) => value.into_secret()?,
    };
    record.fields.push(Field::new(label.to_owned(), value, kind));
    Ok(())
}

/// Noon and midnight in UTC mean a day. At any other time of day nobody knows which day was meant, so it stays an instant.
fn time(millis: i64) -> (Option<NaiveDate>, Option<String>) {
    let Some(instant) = DateTime::from_timestamp_millis(millis) else { return (None, None) };
    let day = Moment::Day(instant.date_naive()).to_string();
    let sharp = instant.num_seconds_from_midnight() % (12 * 3600) == 0 && instant.nanosecond() == 0;
    match moment::parse_day(&day) {
        Some(day) if sharp => (Some(day), None),
        Some(_) => (None, Some(moment::format_instant(instant))),
        None => (None, None),
    }
}

/// A day as Keeper writes it: at noon, because programs show it in their own time zone.
pub(super) fn millis(day: NaiveDate) -> i64 {
    Moment::Day(day).epoch_millis() + NOON
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_taken_apart() {
        for (key, kind, label, labelled) in [
            ("$secret:Security Token", "secret", "Security Token", true),
            ("$text:a: b", "text", "a: b", true),
            ("$text:Label:1", "text", "Label", true),
            ("$text:Label:12", "text", "Label:12", true),
            ("$text:Room:5:1", "text", "Room:5", true),
            ("$oneTimeCode::1", "oneTimeCode", "", false),
            ("$url", "url", "", false),
            ("$text:", "text", "", true),
            ("Plain:1", "text", "Plain:1", true),
        ] {
            let found = Key::of(key);
            assert_eq!((found.kind, found.label, found.labelled), (kind, label, labelled), "{key}");
        }
    }
}
