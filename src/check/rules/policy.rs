//! Users for whom a token is of no use, or who cannot reset it: facts, section 1.2. The field `Token Policy` says who they are.

use super::super::case::Case;
use super::super::remedy;
use super::super::rule::{Rule, Severity, Test};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "login-ip-ranges",
        level: Some(Severity::Notice),
        about: "the profile has login IP ranges (`Token Policy`: `login-ip-ranges`), so the token is of no use and cannot be reset",
        test: Test::Alone(|case| case.has_token() && is(case, &["login-ip-ranges"])),
        says: |_| "the profile has login IP ranges: a token is of no use there and cannot be reset".to_owned(),
        remedy: Some(&remedy::NO_TOKEN),
        once: false,
        holds: &[
            r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","fields":[{"label":"Token Policy","value":"login-ip-ranges"}]}"#,
        ],
        spares: &[r#"{"username":"a@one.example","password":"Fake-1","fields":[{"label":"Token Policy","value":"login-ip-ranges"}]}"#],
    },
    Rule {
        id: "api-only",
        level: Some(Severity::Warning),
        about: "the token is due or stale, and an API-only user (`Token Policy`: `api-only-user`) cannot reset it",
        test: Test::Alone(|case| {
            let due = case.policy.max_age.saturating_sub(case.policy.due_within);
            case.age.is_some_and(|age| age >= i64::from(due)) && is(case, API_ONLY)
        }),
        says: |_| "an API-only user cannot reset the token".to_owned(),
        remedy: Some(&remedy::API_ONLY),
        once: false,
        holds: &[
            r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2026-09-07","fields":[{"label":"Token Policy","value":"api-only-user"}]}"#,
        ],
        spares: &[
            r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2026-09-08","fields":[{"label":"Token Policy","value":"api-only-user"}]}"#,
        ],
    },
    Rule {
        id: "mfa-for-api",
        level: Some(Severity::Warning),
        about: "the user has multi-factor authentication for API logins (`Token Policy`: `mfa-api`), which refuses the token",
        test: Test::Alone(|case| case.has_token() && is(case, &["mfa-api"])),
        says: |_| "this user logs in with a one-time code in place of the token, which is refused".to_owned(),
        remedy: Some(&remedy::ONE_TIME_CODE),
        once: false,
        holds: &[
            r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","fields":[{"label":"token_policy","value":"mfa-api"}]}"#,
        ],
        spares: &[
            r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","fields":[{"label":"token_policy","value":"needed"}]}"#,
        ],
    },
    Rule {
        id: "single-sign-on",
        level: Some(Severity::Notice),
        about: "the identity provider has the password (`Token Policy`: `sso-delegated`), so Salesforce mails no token",
        test: Test::Alone(|case| case.has_token() && is(case, &["sso-delegated"])),
        says: |_| "password and token are the identity provider's matter".to_owned(),
        remedy: Some(&remedy::SINGLE_SIGN_ON),
        once: false,
        holds: &[
            r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","fields":[{"label":"Token Policy","value":"sso-delegated"}]}"#,
        ],
        spares: &[r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s"}"#],
    },
];

/// How an API-only user is marked.
pub(in crate::check) const API_ONLY: &[&str] = &["api-only-user", "api-only"];

/// What the field `Token Policy` says.
pub(in crate::check) fn is(case: &Case<'_>, words: &[&str]) -> bool {
    case.says("token policy", words)
}
