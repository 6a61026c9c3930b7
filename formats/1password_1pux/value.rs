//! The values of fields: an object whose only key says what kind it is.

use chrono::{DateTime, Datelike, NaiveDate};

use crate::loose::Loose;
use crate::record::Kind;
use crate::{Result, Secret};

/// Noon and a minute: 1Password keeps days this way, so that they are the same day nearly everywhere.
const NOON: i64 = 12 * 3600 + 60;

/// What a value is to a record.
pub(super) enum Read {
    /// There is none.
    Nothing,
    /// It points to something that a record has no place for.
    Left(&'static str),
    /// The secret of one-time passwords.
    Totp(Secret),
    /// Anything that a field can hold.
    Value(Secret, Kind),
}

/// Reads the value of a field of a section.
pub(super) fn read(value: Loose) -> Result<Read> {
    let Loose::Map(map) = value else { return Ok(Read::Nothing) };
    let Some((kind, mut value)) = map.into_iter().next() else { return Ok(Read::Nothing) };
    if matches!(value, Loose::Null) {
        return Ok(Read::Nothing);
    }
    let number = value.number();
    Ok(match (kind.as_str(), number) {
        ("totp", _) => Read::Totp(value.into_secret()?),
        ("url", _) => Read::Value(value.into_secret()?, Kind::Url),
        ("date", Some(seconds)) => match day(seconds) {
            Some(day) => Read::Value(day.to_string().into(), Kind::Date),
            None => Read::Value(value.into_secret()?, Kind::Text),
        },
        ("monthYear", Some(month)) => Read::Value(format!("{:04}-{:02}", month / 100, month % 100).into(), Kind::Text),
        ("email", _) => Read::Value(value.take("email_address").unwrap_or(value).into_secret()?, Kind::Text),
        ("file", _) => Read::Left("attachments"),
        ("reference", _) => Read::Left("links to other entries"),
        ("string" | "phone" | "menu" | "gender" | "address" | "date" | "monthYear" | "creditCardType", _) => {
            Read::Value(value.into_secret()?, Kind::Text)
        }
        // What is concealed, keys, card numbers, and whatever comes later.
        _ => Read::Value(value.into_secret()?, Kind::Hidden),
    })
}

/// The day that a date of 1Password means.
fn day(seconds: i64) -> Option<NaiveDate> {
    let day = DateTime::from_timestamp(seconds, 0)?.date_naive();
    (0..10_000).contains(&day.year()).then_some(day)
}

/// A day as 1Password writes it.
pub(super) fn seconds(day: NaiveDate) -> i64 {
    day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp() + NOON
}
