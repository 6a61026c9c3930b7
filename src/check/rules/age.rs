//! How old the token is. Ages and limits: facts, sections 1.4 and 7.2.

use std::fmt;

use chrono::{Datelike, Days, NaiveDate};

use super::super::case::Case;
use super::super::remedy;
use super::super::rule::{Class, Rule, Severity, Test};
use super::super::token::Shape;

/// What the age makes of a token.
pub(super) const STATUSES: &[Rule] = &[
    Rule {
        id: "critical",
        level: Some(Severity::Error),
        about: "the token is a year old",
        test: Test::Status(Class::Stale, |case| is_as_old_as(case, case.policy.critical())),
        says: |case| format!("{}; replace it, or delete it if nothing uses it", age(case, case.policy.critical())),
        remedy: Some(&remedy::RESET),
        once: false,
        holds: &[r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2025-11-21"}"#],
        spares: &[r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2025-11-22"}"#],
    },
    Rule {
        id: "very-stale",
        level: Some(Severity::Warning),
        about: "the token is half a year old",
        test: Test::Status(Class::Stale, |case| is_as_old_as(case, case.policy.very_stale())),
        says: |case| age(case, case.policy.max_age),
        remedy: Some(&remedy::RESET),
        once: false,
        holds: &[
            r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2026-05-25"}"#,
            r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2025-11-22"}"#,
        ],
        spares: &[r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2026-05-26"}"#],
    },
    Rule {
        id: "stale",
        level: Some(Severity::Warning),
        about: "the token is as old as `--max-age`",
        test: Test::Status(Class::Stale, |case| is_as_old_as(case, case.policy.max_age)),
        says: |case| age(case, case.policy.max_age),
        remedy: Some(&remedy::RESET),
        once: false,
        holds: &[
            r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2026-08-23"}"#,
            r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2026-08-23T23:59:59Z"}"#,
            r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2026-05-26"}"#,
        ],
        spares: &[r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2026-08-24"}"#],
    },
    Rule {
        id: "future",
        level: Some(Severity::Warning),
        about: "the token is said to be issued after today",
        test: Test::Status(Class::Future, |case| case.age.is_some_and(|age| age < 0)),
        says: |case| format!("token is said to be issued on {}, which is in the future", issued(case)),
        remedy: Some(&remedy::CORRECT_DATE),
        once: false,
        holds: &[
            r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2026-11-22"}"#,
            r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2026-11-21T23:30:00-02:00"}"#,
        ],
        spares: &[
            r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2026-11-21"}"#,
            r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2026-11-22T01:30:00+02:00"}"#,
        ],
    },
    Rule {
        id: "undated",
        level: Some(Severity::Warning),
        about: "nobody knows when the token was issued",
        test: Test::Status(Class::Undated, |case| case.has_token() && case.age.is_none()),
        says: |_| "token without an issue date, so its age cannot be judged".to_owned(),
        remedy: Some(&remedy::DATE),
        once: false,
        holds: &[r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s"}"#],
        spares: &[r#"{"username":"a@one.example","password":"Fake-1"}"#],
    },
    Rule {
        id: "due",
        level: Some(Severity::Notice),
        about: "the token is stale within `--due-within`",
        test: Test::Status(Class::Due, is_due),
        says: |case| {
            let days = case.age.unwrap_or_default();
            let stale = stale_on(case).map(|day| format!("; it is stale on {day}")).unwrap_or_default();
            format!("token is {} old{stale} (limit {})", self::days(days), case.policy.max_age)
        },
        remedy: Some(&remedy::RESET),
        once: false,
        holds: &[
            r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2026-09-07"}"#,
            r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2026-08-24"}"#,
        ],
        spares: &[r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2026-09-08"}"#],
    },
    Rule {
        id: "missing",
        level: Some(Severity::Notice),
        about: "there is no token; nothing is wrong if the login needs none",
        test: Test::Status(Class::Missing, |case| case.shape == Shape::Absent),
        says: |_| "no token".to_owned(),
        remedy: Some(&remedy::ADD_TOKEN),
        once: false,
        holds: &[r#"{"username":"a@one.example","password":"Fake-1"}"#],
        spares: &[r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s"}"#],
    },
    Rule {
        id: "fresh",
        level: None,
        about: "the token is young, and nothing says that it does not work",
        test: Test::Status(Class::Fresh, |_| true),
        says: |case| format!("token is {} old", days(case.age.unwrap_or_default())),
        remedy: None,
        once: false,
        holds: &[
            r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2026-09-08"}"#,
            r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2026-11-21T23:59:59Z"}"#,
        ],
        spares: &[r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2026-09-07"}"#],
    },
];

/// What else the dates of a token say.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "implausible",
        level: Some(Severity::Notice),
        about: "the token is said to be issued before 2007, when Salesforce had none",
        test: Test::Alone(|case| case.issued().is_some_and(|issued| issued.day().year() < FIRST_TOKENS)),
        says: |case| format!("token is said to be issued on {}, before there were any", issued(case)),
        remedy: Some(&remedy::DATE),
        once: false,
        holds: &[r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2006-12-31"}"#],
        spares: &[r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2007-01-01"}"#],
    },
    Rule {
        id: "rotation-overdue",
        level: Some(Severity::Warning),
        about: "the day in Next Rotation has passed",
        test: Test::Alone(|case| case.record.rotate_by.is_some_and(|day| case.has_token() && day < case.policy.today)),
        says: |case| {
            let day = case.record.rotate_by.unwrap_or_default();
            format!("token was to be replaced by {day}, {} ago", days((case.policy.today - day).num_days()))
        },
        remedy: Some(&remedy::RESET),
        once: false,
        holds: &[r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","rotate_by":"2026-11-20"}"#],
        spares: &[r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","rotate_by":"2026-11-21"}"#],
    },
];

/// The first year with tokens: facts, section 7.2, SF-116.
const FIRST_TOKENS: i32 = 2007;

/// Whether a glance shows that no other status holds, so that a record with nothing to tell costs next to nothing.
pub(in crate::check) fn is_plainly_fresh(case: &Case<'_>) -> bool {
    let nothing_later = case.record.password_changed.is_none() && case.other_issue.is_none();
    nothing_later && case.has_token() && case.age.is_some_and(|age| age >= 0) && !is_due(case)
}

fn is_due(case: &Case<'_>) -> bool {
    is_as_old_as(case, case.policy.max_age.saturating_sub(case.policy.due_within))
}

fn is_as_old_as(case: &Case<'_>, limit: u32) -> bool {
    case.age.is_some_and(|age| age >= i64::from(limit))
}

/// The day on which the token becomes stale.
pub(in crate::check) fn stale_on(case: &Case<'_>) -> Option<NaiveDate> {
    case.issued()?.day().checked_add_days(Days::new(case.policy.max_age.into()))
}

fn age(case: &Case<'_>, limit: u32) -> String {
    format!("token is {} old (limit {limit})", days(case.age.unwrap_or_default()))
}

fn issued(case: &Case<'_>) -> String {
    case.record.issued.map(|issued| issued.to_string()).unwrap_or_default()
}

/// `1 day`, `2 days`.
pub(super) fn days(days: i64) -> impl fmt::Display {
    struct Words(i64);
    impl fmt::Display for Words {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "{} day{}", self.0, if self.0 == 1 { "" } else { "s" })
        }
    }
    Words(days)
}
