//! Which backups are kept.

use std::collections::BTreeSet;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};

/// In which day, week or month a day is.
type Span<'a> = &'a dyn Fn(&NaiveDate) -> (i32, u32);

/// How many days, weeks and months keep a backup each: `7d,4w,12m`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keep {
    days: usize,
    weeks: usize,
    months: usize,
}

impl Keep {
    /// Says of each backup whether it is kept; they stand from the newest to the oldest.
    ///
    /// Of each day, week or month that has backups, the newest is the one that is kept; so the newest of all always is.
    pub fn keeps(self, newest_first: &[NaiveDate]) -> Vec<bool> {
        let mut kept: Vec<bool> = newest_first.iter().enumerate().map(|(at, _)| at == 0).collect();
        let day = |day: &NaiveDate| (day.year(), day.ordinal());
        let week = |day: &NaiveDate| (day.iso_week().year(), day.iso_week().week());
        let month = |day: &NaiveDate| (day.year(), day.month());
        let spans: [(usize, Span<'_>); 3] = [(self.days, &day), (self.weeks, &week), (self.months, &month)];
        for (most, span) in spans {
            let mut seen = BTreeSet::new();
            for (day, kept) in newest_first.iter().zip(&mut kept) {
                if seen.len() < most && seen.insert(span(day)) {
                    *kept = true;
                }
            }
        }
        kept
    }
}

impl FromStr for Keep {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut keep = Self::default();
        for part in text.split(',') {
            let (number, unit) = part.split_at_checked(part.len().saturating_sub(1)).unwrap_or_default();
            let place = match unit {
                "d" => &mut keep.days,
                "w" => &mut keep.weeks,
                "m" => &mut keep.months,
                _ => return Err(wrong()),
            };
            if *place > 0 {
                return Err(format!("`{unit}` stands there twice"));
            }
            *place = number.parse().ok().filter(|number| *number > 0).ok_or_else(wrong)?;
        }
        Ok(keep)
    }
}

fn wrong() -> String {
    "not numbers of days, weeks and months such as 7d,4w,12m".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(keep: &str, days: &[&str]) -> Vec<bool> {
        keep.parse::<Keep>().unwrap().keeps(&days.iter().map(|day| day.parse().unwrap()).collect::<Vec<_>>())
    }

    #[test]
    fn the_newest_of_each_span_is_kept() {
        let days = ["2026-11-22", "2026-11-22", "2026-11-21", "2026-11-16", "2026-11-10", "2026-10-31", "2026-09-30"];
        assert_eq!(kept("2d", &days), [true, false, true, false, false, false, false]);
        assert_eq!(kept("2w", &days), [true, false, false, false, true, false, false]);
        assert_eq!(kept("3m", &days), [true, false, false, false, false, true, true]);
        assert_eq!(kept("1d,2w,2m", &days), [true, false, false, false, true, true, false]);
        assert_eq!(kept("1d", &["2020-01-01"]), [true]);
    }

    #[test]
    fn reads_what_is_meant_and_no_more() {
        assert_eq!("7d,4w,12m".parse(), Ok(Keep { days: 7, weeks: 4, months: 12 }));
        assert_eq!("7d,4w,7d".parse::<Keep>(), Err("`d` stands there twice".to_owned()));
        for text in ["", "7", "d", "0d", "-1d", "7d,", "7y", "7d 4w", "é"] {
            assert!(text.parse::<Keep>().is_err(), "{text}");
        }
    }
}
