//! Where a day stands in the picture.

use chrono::{Datelike, Days, Months, NaiveDate};

/// The most names of days below the picture, so that a telephone has room for them.
const TICKS: usize = 4;

/// A span of days, from the left edge of the picture to the right.
pub(super) struct Scale {
    left: NaiveDate,
    right: NaiveDate,
}

impl Scale {
    /// From one day to another; if they are one, the span is a day long.
    pub(super) fn new(left: NaiveDate, right: NaiveDate) -> Self {
        let next = left.checked_add_days(Days::new(1)).unwrap_or(right);
        Self { left, right: right.max(next) }
    }

    /// How far to the right a day is, in hundredths of the width; what is outside stands at the edge.
    pub(super) fn at(&self, day: NaiveDate) -> f64 {
        let part = |from: NaiveDate, to: NaiveDate| f64::from(i32::try_from((to - from).num_days()).unwrap_or(i32::MAX));
        (100.0 * part(self.left, day) / part(self.left, self.right)).clamp(0.0, 100.0)
    }

    /// Whether a day is in the span.
    pub(super) fn holds(&self, day: NaiveDate) -> bool {
        (self.left..=self.right).contains(&day)
    }

    /// The first days of months, at regular distances.
    pub(super) fn ticks(&self) -> Vec<NaiveDate> {
        let all = |step: u32| {
            let first = NaiveDate::from_ymd_opt(self.left.year(), 1, 1);
            let next = |day: &NaiveDate| day.checked_add_months(Months::new(step));
            std::iter::successors(first, next).skip_while(|day| *day < self.left).take_while(|day| *day <= self.right).collect::<Vec<_>>()
        };
        [1, 2, 3, 6].into_iter().chain((1..=2000).map(|years| 12 * years)).map(all).find(|days| days.len() <= TICKS).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(left: &str, right: &str) -> Scale {
        Scale::new(left.parse().unwrap(), right.parse().unwrap())
    }

    #[test]
    fn edges_are_nought_and_a_hundred() {
        let scale = scale("2026-01-01", "2026-04-11");
        let at = |day: &str| scale.at(day.parse().unwrap());
        assert!((at("2026-01-01") - 0.0).abs() < 1e-9 && (at("2026-02-20") - 50.0).abs() < 1e-9 && (at("2026-04-11") - 100.0).abs() < 1e-9);
        assert!((at("1999-01-01") - 0.0).abs() < 1e-9 && (at("2999-01-01") - 100.0).abs() < 1e-9);
    }

    #[test]
    fn ticks_are_few() {
        let ticks = |left, right| scale(left, right).ticks().iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(ticks("2026-08-18", "2026-11-21"), ["2026-09-01", "2026-10-01", "2026-11-01"]);
        assert_eq!(ticks("2025-10-17", "2027-02-19"), ["2026-01-01", "2026-07-01", "2027-01-01"]);
        assert!((1..=TICKS).contains(&ticks("0001-01-01", "2026-11-21").len()));
        assert_eq!(ticks("2026-01-02", "2026-01-02"), [""; 0]);
    }
}
