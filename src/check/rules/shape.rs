//! What stands in the place of the token: facts, section 1.1.

use super::super::case::Case;
use super::super::remedy;
use super::super::rule::{Class, Rule, Severity, Test};
use super::super::token::Shape;

/// Why it is none. They come first, because the age of what is no token means nothing.
pub(super) const STATUSES: &[Rule] = &[
    Rule {
        id: "malformed",
        level: Some(Severity::Error),
        about: "no token looks like this: another character than a letter or digit, or not 15 to 40 of them",
        test: Test::Status(Class::Invalid, |case| matches!(case.shape, Shape::WrongCharacter | Shape::WrongLength)),
        says: |case| match case.shape {
            Shape::WrongCharacter => format!("{} characters, not all of them letters and digits, cannot be a token", length(case)),
            _ => format!("{} characters cannot be a token", length(case)),
        },
        remedy: Some(&remedy::RIGHT_TOKEN),
        once: false,
        holds: &[
            r#"{"username":"a@one.example","token":"Qx7LmT2vRk9Z-B4nWc6HdY1s"}"#,
            r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB"}"#,
            r#"{"username":"a@one.example","token":"1234!","issued":"2026-11-01"}"#,
        ],
        spares: &[r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4"}"#, r#"{"username":"a@one.example","token":""}"#],
    },
    Rule {
        id: "placeholder",
        level: Some(Severity::Error),
        about: "a text that waits for a token stands in its place",
        test: Test::Status(Class::Invalid, |case| case.shape == Shape::Placeholder),
        says: |_| "a placeholder stands where the token should".to_owned(),
        remedy: Some(&remedy::RIGHT_TOKEN),
        once: false,
        holds: &[
            r#"{"username":"a@one.example","token":"XXXXXXXXXXXXXXXXXXXXXXXX"}"#,
            r#"{"username":"a@one.example","token":"${SF_TOKEN}"}"#,
        ],
        spares: &[r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s"}"#],
    },
    Rule {
        id: "other-secret",
        level: Some(Severity::Error),
        about: "another kind of secret stands in the token's place",
        test: Test::Status(Class::Invalid, |case| matches!(case.shape, Shape::OtherSecret(_))),
        says: |case| match case.shape {
            Shape::OtherSecret(kind) => format!("this is {kind}, not a security token"),
            _ => String::new(),
        },
        remedy: Some(&remedy::MOVE),
        once: false,
        holds: &[
            r#"{"username":"a@one.example","token":"123456"}"#,
            r#"{"username":"a@one.example","token":"force://FakeClient::FakeToken@one.example"}"#,
        ],
        spares: &[r#"{"username":"a@one.example","token":"1234567"}"#],
    },
];

/// What makes it doubtful.
pub(super) const RULES: &[Rule] = &[Rule {
    id: "odd-length",
    level: Some(Severity::Warning),
    about: "the token has not 24 or 25 characters",
    test: Test::Alone(|case| case.shape == Shape::OddLength),
    says: |case| format!("token has {} characters, tokens have 24 or 25; perhaps it was cut off", length(case)),
    remedy: Some(&remedy::RIGHT_TOKEN),
    once: false,
    holds: &[r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1"}"#],
    spares: &[
        r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s"}"#,
        r#"{"username":"a@one.example","token":"h3VbN8cTq5XkZr2WmPj7LdYs9"}"#,
    ],
}];

fn length(case: &Case<'_>) -> usize {
    case.record.token.as_ref().map_or(0, |token| token.expose().trim().chars().count())
}
