//! When the password expires, which stops the login and then voids the token: facts, section 1.3.

use chrono::{Days, NaiveDate};

use super::super::case::Case;
use super::super::remedy;
use super::super::rule::{Rule, Severity, Test};
use super::age::days;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "password-expired",
        level: Some(Severity::Error),
        about: "the password has expired under the organisation's policy (field `Password Expires Days`, or `password-expires` in sfcred.toml)",
        test: Test::Alone(|case| left(case).is_some_and(|left| left <= 0)),
        says: |case| {
            let (on, policy) = (expires(case).unwrap_or_default(), policy(case).unwrap_or_default());
            format!("password expired on {on} (policy {policy} days), so logins fail; changing it voids the token")
        },
        remedy: Some(&remedy::NEW_PASSWORD),
        once: false,
        holds: &[
            r#"{"username":"a@one.example","password":"Fake-1","password_changed":"2026-08-23","fields":[{"label":"Password Expires Days","value":"90"}]}"#,
        ],
        spares: &[
            r#"{"username":"a@one.example","password":"Fake-1","password_changed":"2026-08-24","fields":[{"label":"Password Expires Days","value":"90"}]}"#,
            r#"{"username":"a@one.example","password":"Fake-1","password_changed":"2020-08-24","fields":[{"label":"Password Expires Days","value":"never"}]}"#,
        ],
    },
    Rule {
        id: "password-expires",
        level: Some(Severity::Warning),
        about: "the password expires within `password-notice` days",
        test: Test::Alone(|case| left(case).is_some_and(|left| left > 0 && left <= i64::from(case.policy.password_notice))),
        says: |case| {
            let (on, policy) = (expires(case).unwrap_or_default(), policy(case).unwrap_or_default());
            let left = days(left(case).unwrap_or_default());
            format!("password expires on {on}, in {left} (policy {policy} days); changing it voids the token")
        },
        remedy: Some(&remedy::CHANGE_PASSWORD),
        once: false,
        holds: &[
            r#"{"username":"a@one.example","password":"Fake-1","password_changed":"2026-08-24","fields":[{"label":"password_expires_days","value":"90"}]}"#,
            r#"{"username":"a@one.example","password":"Fake-1","password_changed":"2026-09-06","fields":[{"label":"Password Expires Days","value":"90"}]}"#,
        ],
        spares: &[
            r#"{"username":"a@one.example","password":"Fake-1","password_changed":"2026-09-07","fields":[{"label":"Password Expires Days","value":"90"}]}"#,
            r#"{"username":"a@one.example","password":"Fake-1","password_changed":"2026-09-01"}"#,
        ],
    },
    Rule {
        id: "password-undated",
        level: Some(Severity::Notice),
        about: "the record names the policy, but not when the password was changed",
        test: Test::Alone(|case| case.record.password_changed.is_none() && own_policy(case).is_some()),
        says: |case| format!("the password lasts {}, but nobody knows from when", days(own_policy(case).unwrap_or_default().into())),
        remedy: Some(&remedy::PASSWORD_DATE),
        once: false,
        holds: &[r#"{"username":"a@one.example","password":"Fake-1","fields":[{"label":"Password Expires Days","value":"90"}]}"#],
        spares: &[r#"{"username":"a@one.example","password":"Fake-1","fields":[{"label":"Password Expires Days","value":"never"}]}"#],
    },
];

const LABEL: &str = "password expires days";

/// After how many days the password expires; `None` where it never does, or nobody knows.
fn policy(case: &Case<'_>) -> Option<u32> {
    match case.field(LABEL) {
        Some(_) => own_policy(case),
        None => case.policy.password_expires,
    }
}

/// What the record itself says.
fn own_policy(case: &Case<'_>) -> Option<u32> {
    case.field(LABEL)?.parse().ok().filter(|days| *days > 0)
}

fn expires(case: &Case<'_>) -> Option<NaiveDate> {
    let changed = case.record.password_changed?;
    changed.day().checked_add_days(Days::new(policy(case)?.into()))
}

fn left(case: &Case<'_>) -> Option<i64> {
    expires(case).map(|day| (day - case.policy.today).num_days())
}
