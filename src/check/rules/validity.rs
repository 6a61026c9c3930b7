//! Whether the token can work. What voids one: facts, section 1.2.

use sfcred_formats::Moment;
use sfcred_formats::salesforce::voids;

use super::super::case::Case;
use super::super::remedy;
use super::super::rule::{Class, Rule, Severity, Test};

/// Why a token cannot work. They come before its age: a token that works no longer is not young.
pub(super) const STATUSES: &[Rule] = &[
    Rule {
        id: "void-password-changed",
        level: Some(Severity::Error),
        about: "the password was changed after the token was issued, and that voids the token",
        test: Test::Status(Class::Void, |case| {
            let changed = case.record.password_changed.zip(case.issued());
            changed.is_some_and(|(changed, issued)| voids(changed, issued))
        }),
        says: |case| {
            let [issued, changed] = [case.issued(), case.record.password_changed].map(text);
            format!("token of {issued} is void: the password was changed on {changed}")
        },
        remedy: Some(&remedy::FIND_MAIL),
        once: false,
        holds: &[
            r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2026-11-01","password_changed":"2026-11-02"}"#,
            r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2026-11-01T10:00:00Z","password_changed":"2026-11-01T10:10:01Z"}"#,
        ],
        spares: &[
            r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2026-11-01","password_changed":"2026-11-01"}"#,
            r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2026-11-01T10:00:00Z","password_changed":"2026-11-01T10:10:00Z"}"#,
            r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2026-11-01T10:00:00Z","password_changed":"2026-11-01"}"#,
        ],
    },
    Rule {
        id: "superseded",
        level: Some(Severity::Error),
        about: "a newer token for the same username exists, and Salesforce knows only one",
        test: Test::Status(Class::Void, |case| {
            let issues = case.other_issue.zip(case.issued());
            issues.is_some_and(|(other, issued)| other.is_after(issued))
        }),
        says: |case| {
            let [issued, other] = [case.issued(), case.other_issue].map(text);
            format!("token of {issued} is void: a newer one was issued on {other}")
        },
        remedy: Some(&remedy::KEEP_NEWEST),
        once: false,
        holds: &[
            r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2026-10-01"},
               {"username":"A@one.example","token":"h3VbN8cTq5XkZr2WmPj7LdYs9","issued":"2026-11-01"}"#,
            r#"{"username":"a@one.example","token":"h3VbN8cTq5XkZr2WmPj7LdYs9","issued":"2026-11-01"},
               {"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2026-10-01"}"#,
        ],
        spares: &[r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2026-11-01"},
               {"username":"b@one.example","token":"h3VbN8cTq5XkZr2WmPj7LdYs9","issued":"2026-10-01"}"#],
    },
];

/// What makes it doubtful.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "maybe-void",
        level: Some(Severity::Notice),
        about: "the password was changed on the day on which the token was issued, and nothing says which came first",
        test: Test::Alone(|case| {
            let changed = case.record.password_changed.zip(case.issued());
            changed.is_some_and(|(changed, issued)| changed.day() == issued.day() && !is_ordered(changed, issued))
        }),
        says: |case| format!("the password was changed on {} too, perhaps after the token was issued", text(case.record.password_changed)),
        remedy: Some(&remedy::TRY_LOGIN),
        once: false,
        holds: &[
            r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2026-11-01","password_changed":"2026-11-01"}"#,
            r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2026-11-01T10:00:00Z","password_changed":"2026-11-01"}"#,
        ],
        spares: &[
            r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2026-11-01T10:00:00Z","password_changed":"2026-11-01T09:59:00Z"}"#,
            r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2026-11-02","password_changed":"2026-11-01"}"#,
        ],
    },
    Rule {
        id: "sandbox-refreshed",
        level: Some(Severity::Warning),
        about: "the sandbox was refreshed after the token was issued (field `Sandbox Refreshed`)",
        test: Test::Alone(|case| refreshed(case).zip(case.issued()).is_some_and(|(refreshed, issued)| refreshed.is_after(issued))),
        says: |case| {
            let [issued, refreshed] = [case.issued(), refreshed(case)].map(text);
            format!("token of {issued} may be void: the sandbox was refreshed on {refreshed}")
        },
        remedy: Some(&remedy::RESET_SANDBOX),
        once: false,
        holds: &[
            r#"{"username":"a@one.example.uat","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2026-11-01","fields":[{"label":"Sandbox Refreshed","value":"2026-11-02"}]}"#,
        ],
        spares: &[
            r#"{"username":"a@one.example.uat","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2026-11-01","fields":[{"label":"Sandbox Refreshed","value":"2026-11-01"}]}"#,
        ],
    },
];

fn is_ordered(a: Moment, b: Moment) -> bool {
    matches!((a, b), (Moment::Instant(_), Moment::Instant(_)))
}

fn refreshed(case: &Case<'_>) -> Option<Moment> {
    case.field("sandbox refreshed").and_then(|value| value.parse().ok())
}

fn text(moment: Option<Moment>) -> String {
    moment.map(|moment| moment.to_string()).unwrap_or_default()
}
