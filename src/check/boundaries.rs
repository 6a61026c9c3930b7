//! The days on which one status becomes another, exactly.

use sfcred_formats::Record;

use super::{Findings, Keep, Policy};

/// The status of a token of this date on that day.
fn status(issued: &str, today: &str) -> String {
    let record = Record {
        username: "a@one.example".into(),
        token: Some("Qx7LmT2vRk9ZpB4nWc6HdY1s".into()),
        issued: Some(issued.parse().unwrap()),
        ..Record::default()
    };
    let keep = Keep { each: 1, all: u64::MAX, closely: 0 };
    let mut findings = Findings::new(Policy::new(today.parse().unwrap()), keep);
    findings.enter(&record, None);
    let status = findings.each_status().next().unwrap();
    let age = status.age_days.map(|age| age.to_string()).unwrap_or_default();
    format!("{age} {}", status.rule.id)
}

#[test]
fn days_are_exact() {
    for (issued, expected) in [
        ("2026-11-22", "-1 future"),
        ("2026-11-21", "0 fresh"),
        ("2026-09-08", "74 fresh"),
        ("2026-09-07", "75 due"),
        ("2026-08-24", "89 due"),
        ("2026-08-23", "90 stale"),
        ("2026-05-26", "179 stale"),
        ("2026-05-25", "180 very-stale"),
        ("2025-11-22", "364 very-stale"),
        ("2025-11-21", "365 critical"),
    ] {
        assert_eq!(status(issued, "2026-11-21"), expected, "{issued}");
        // An instant counts by its day, from the first second to the last.
        assert_eq!(status(&format!("{issued}T00:00:00Z"), "2026-11-21"), expected, "{issued}");
        assert_eq!(status(&format!("{issued}T23:59:59Z"), "2026-11-21"), expected, "{issued}");
    }
}

/// What counts is the day of UTC, wherever the clock of the mail stood.
#[test]
fn time_zones() {
    for (issued, expected) in [
        ("2026-08-23T23:30:00-01:00", "89 due"),
        ("2026-08-24T00:30:00+01:00", "90 stale"),
        ("2026-08-24T13:59:59+14:00", "90 stale"),
        ("2026-08-23T12:00:00-12:00", "89 due"),
        ("2026-11-22T00:30:00+01:00", "0 fresh"),
        ("2026-11-21T23:30:00-01:00", "-1 future"),
    ] {
        assert_eq!(status(issued, "2026-11-21"), expected, "{issued}");
    }
}

#[test]
fn leap_days() {
    for (issued, today, expected) in [
        ("2024-02-29", "2024-05-28", "89 due"),
        ("2024-02-29", "2024-05-29", "90 stale"),
        ("2023-12-01", "2024-02-29", "90 stale"),
        ("2023-12-02", "2024-02-29", "89 due"),
        ("2024-02-28", "2024-02-29", "1 fresh"),
        ("2024-02-29", "2025-02-27", "364 very-stale"),
        ("2024-02-29", "2025-02-28", "365 critical"),
        ("2023-02-28", "2023-05-29", "90 stale"),
        ("2100-02-28", "2100-05-29", "90 stale"),
    ] {
        assert_eq!(status(issued, today), expected, "{issued} on {today}");
    }
}

/// Limits that contradict each other are put in order: nothing is very stale before it is stale.
#[test]
fn limits_stay_in_order() {
    let mut policy = Policy::new("2026-11-21".parse().unwrap());
    policy.max_age = 200;
    assert_eq!((policy.very_stale(), policy.critical()), (200, 365));
    policy.max_age = 500;
    assert_eq!((policy.very_stale(), policy.critical()), (500, 500));
}
