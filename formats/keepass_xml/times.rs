//! Times: ISO 8601 in plain XML and KDBX 3, base64 of the seconds since the year 1 in KDBX 4. Every reader takes either.

use base64::prelude::{BASE64_STANDARD, Engine};
use chrono::{DateTime, Datelike, Utc};

use crate::{Error, Result, moment};

/// Seconds from the year 1 to 1970.
const EPOCH: i64 = 62_135_596_800;

/// Reads a time in either form.
pub(super) fn read(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if let Some(instant) = moment::parse_instant(text) {
        return Some(instant);
    }
    let bytes: [u8; 8] = BASE64_STANDARD.decode(text).ok()?.try_into().ok()?;
    DateTime::from_timestamp(i64::from_le_bytes(bytes).checked_sub(EPOCH)?, 0)
}

/// Writes a time, `binary` for KDBX 4.
///
/// # Errors
/// When its year does not have four digits.
pub(super) fn write(time: DateTime<Utc>, binary: bool) -> Result<String> {
    if !(1..=9999).contains(&time.year()) {
        return Err(Error::new("a year that does not have four digits").hint("correct the date in the entry"));
    }
    let seconds = time.timestamp();
    Ok(if binary {
        BASE64_STANDARD.encode((seconds + EPOCH).to_le_bytes())
    } else {
        DateTime::from_timestamp(seconds, 0).map(moment::format_instant).unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_one_time() {
        for (iso, binary) in [("2026-01-05T00:00:00Z", "APbs4A4AAAA="), ("2026-04-05T00:00:00Z", "AJ1j4Q4AAAA=")] {
            let time = read(iso).unwrap();
            assert_eq!(read(binary), Some(time));
            assert_eq!(write(time, false).unwrap(), iso);
            assert_eq!(write(time, true).unwrap(), binary);
        }
        assert_eq!(read("2026-01-05T01:00:00+01:00"), read("2026-01-05T00:00:00Z"));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in ["", "2026-01-05", "APbs4A4AAA==", "////////////", "/////////38=", "AAAAAAAAAIA=", "?"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert!(write(DateTime::from_timestamp(253_402_300_800, 0).unwrap(), false).is_err());
    }
}
