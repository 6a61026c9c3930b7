//! A day or an instant.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDate, SecondsFormat, Utc};

/// When something happened: a day, or an instant, whichever the source said.
///
/// The two are never turned into each other, because a day that becomes midnight is a different claim. Days are UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Moment {
    /// A calendar day, `2026-08-18`.
    Day(NaiveDate),
    /// A point in time, `2026-08-18T09:12:44Z`.
    Instant(DateTime<Utc>),
}

impl Moment {
    /// The UTC day on which it happened.
    pub fn day(self) -> NaiveDate {
        match self {
            Self::Day(day) => day,
            Self::Instant(instant) => instant.date_naive(),
        }
    }

    /// Whether it certainly came after `other`: a later day, or a later instant of the same day where both are instants.
    pub fn is_after(self, other: Self) -> bool {
        match (self, other) {
            (Self::Instant(a), Self::Instant(b)) => a > b,
            _ => self.day() > other.day(),
        }
    }

    /// Appends the moment as `Display` writes it.
    pub fn push_to(self, out: &mut String) {
        match self {
            Self::Instant(instant) => out.push_str(&format_instant(instant)),
            Self::Day(day) => match digits(day) {
                Some(digits) => out.push_str(std::str::from_utf8(&digits).unwrap_or_default()),
                None => out.push_str(&day.to_string()),
            },
        }
    }

    /// Milliseconds since 1970, a day counting from its midnight.
    pub fn epoch_millis(self) -> i64 {
        match self {
            Self::Day(day) => day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis(),
            Self::Instant(instant) => instant.timestamp_millis(),
        }
    }

    /// The moment of so many milliseconds since 1970: midnight UTC is a day, anything else an instant.
    pub fn from_epoch_millis(millis: i64) -> Option<Self> {
        let instant = DateTime::from_timestamp_millis(millis)?;
        Some(if millis.rem_euclid(86_400_000) == 0 { Self::Day(instant.date_naive()) } else { Self::Instant(instant) })
    }
}

/// Reads an instant of RFC 3339 and turns it to UTC.
pub fn parse_instant(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|instant| instant.with_timezone(&Utc))
}

/// Writes an instant as RFC 3339 in UTC with as many digits as it has.
pub fn format_instant(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// Reads `2026-08-18`, and nothing looser: four, two and two digits.
pub fn parse_day(text: &str) -> Option<NaiveDate> {
    let bytes = text.as_bytes();
    let number = |range: std::ops::Range<usize>| {
        bytes[range].iter().try_fold(0_u32, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')))
    };
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    NaiveDate::from_ymd_opt(i32::try_from(number(0..4)?).ok()?, number(5..7)?, number(8..10)?)
}

impl FromStr for Moment {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Self, NotADate> {
        parse_day(text).map(Self::Day).or_else(|| parse_instant(text).map(Self::Instant)).ok_or(NotADate)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.push_to(&mut text);
        f.write_str(&text)
    }
}

/// A day as chrono writes it, but without its general machinery, since every record has several. Years of four digits only.
fn digits(day: NaiveDate) -> Option<[u8; 10]> {
    let year = u32::try_from(day.year()).ok().filter(|year| *year < 10_000)?;
    let mut text = *b"0000-00-00";
    for (mut number, start, digits) in [(year, 0, 4), (day.month(), 5, 2), (day.day(), 8, 2)] {
        for at in (start..start + digits).rev() {
            text[at] = b'0' + u8::try_from(number % 10).unwrap_or(0);
            number /= 10;
        }
    }
    Some(text)
}

/// The text is neither a day nor an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotADate;

impl fmt::Display for NotADate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a date such as 2026-08-18 or 2026-08-18T09:12:44Z")
    }
}

impl std::error::Error for NotADate {}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> Moment {
        text.parse().unwrap()
    }

    #[test]
    fn keeps_what_it_was() {
        for text in ["2026-08-18", "2026-08-18T09:12:44Z", "2026-08-18T09:12:44.500Z", "2024-02-29", "0007-12-31"] {
            assert_eq!(moment(text).to_string(), text);
        }
    }

    #[test]
    fn refuses_what_is_ambiguous() {
        for text in ["", "2026-8-18", "18.08.2026", "8/18/2026", "2026-02-30", "2026-08-18 09:12", " 2026-08-18"] {
            assert_eq!(text.parse::<Moment>(), Err(NotADate), "{text}");
        }
    }

    #[test]
    fn offsets_become_utc() {
        assert_eq!(moment("2026-08-18T01:30:00+02:00").to_string(), "2026-08-17T23:30:00Z");
    }

    #[test]
    fn later_is_told_only_when_certain() {
        assert!(moment("2026-08-19").is_after(moment("2026-08-18T23:59:59Z")));
        assert!(!moment("2026-08-18").is_after(moment("2026-08-18T09:00:00Z")));
        assert!(moment("2026-08-18T09:00:01Z").is_after(moment("2026-08-18T09:00:00Z")));
    }

    #[test]
    fn epoch_and_back() {
        assert_eq!(Moment::from_epoch_millis(1_767_571_200_000), Some(moment("2026-01-05")));
        assert_eq!(moment("2026-01-05").epoch_millis(), 1_767_571_200_000);
        assert_eq!(Moment::from_epoch_millis(1_767_614_460_000), Some(moment("2026-01-05T12:01:00Z")));
        assert_eq!(Moment::from_epoch_millis(i64::MAX), None);
    }
}
