//! How password and token stand to each other.

use sfcred_formats::salesforce::splits;

use super::super::case::Case;
use super::super::remedy;
use super::super::rule::{Rule, Severity, Test};
use super::super::token::trimmed;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "token-in-password",
        level: Some(Severity::Error),
        about: "the password ends with the token already",
        test: Test::Alone(|case| {
            let (password, token) = pair(case);
            case.has_token() && password.len() > token.len() && password.ends_with(token)
        }),
        says: |_| "the token is appended to the password already; clients would send it twice".to_owned(),
        remedy: Some(&remedy::REMOVE),
        once: false,
        holds: &[
            r#"{"username":"a@one.example","password":"Quartz-Lantern-42!Qx7LmT2vRk9ZpB4nWc6HdY1s","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s"}"#,
        ],
        spares: &[r#"{"username":"a@one.example","password":"Quartz-Lantern-42!","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s"}"#],
    },
    Rule {
        id: "mixed-up",
        level: Some(Severity::Error),
        about: "password and token are the same, or the password begins with the token",
        test: Test::Alone(|case| {
            let (password, token) = pair(case);
            !token.is_empty() && password.starts_with(token)
        }),
        says: |_| "password and token are the same, or mixed up".to_owned(),
        remedy: Some(&remedy::RIGHT_TOKEN),
        once: false,
        holds: &[
            r#"{"username":"a@one.example","password":"Qx7LmT2vRk9ZpB4nWc6HdY1s","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s"}"#,
            r#"{"username":"a@one.example","password":"Fake-1-2-3","token":"Fake"}"#,
        ],
        spares: &[r#"{"username":"a@one.example","password":"Fake-1","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s"}"#],
    },
    Rule {
        id: "joined-password",
        level: Some(Severity::Notice),
        about: "the password looks as if a token stood at its end, which is not the token beside it",
        test: Test::Alone(|case| {
            let (password, token) = pair(case);
            password.len() > 28 && (token.is_empty() || !password.ends_with(token)) && !splits(password).is_empty()
        }),
        says: |case| {
            let length = match splits(case.record.password.expose())[..] {
                [length] => length.to_string(),
                _ => "24 or 25".to_owned(),
            };
            let other = if case.has_token() { ", other than the one beside it" } else { "" };
            format!("the password seems to end with a token of {length} characters{other}")
        },
        remedy: Some(&remedy::SPLIT),
        once: false,
        holds: &[
            r#"{"username":"a@one.example","password":"Quartz-Lantern-42!Qx7LmT2vRk9ZpB4nWc6HdY1s"}"#,
            r#"{"username":"a@one.example","password":"maple7Kettleh3VbN8cTq5XkZr2WmPj7LdYs9"}"#,
            r#"{"username":"a@one.example","password":"maple7Kettleh3VbN8cTq5XkZr2WmPj7LdYs9","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s"}"#,
        ],
        spares: &[
            r#"{"username":"a@one.example","password":"Quartz-Lantern-42!Qx7LmT2vRk9ZpB4nWc6HdY1s","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s"}"#,
            r#"{"username":"a@one.example","password":"maple7Kettle"}"#,
            r#"{"username":"a@one.example","password":"correcthorsebatterystaplecorrect"}"#,
        ],
    },
    Rule {
        id: "hidden-space",
        level: Some(Severity::Warning),
        about: "username, password or token begins or ends with white space, or has a line break in it",
        test: Test::Alone(|case| spaced(case).next().is_some()),
        says: |case| format!("{}: hidden white space, which makes logins fail", spaced(case).collect::<Vec<_>>().join(" and ")),
        remedy: Some(&remedy::TRIM),
        once: false,
        holds: &[
            r#"{"username":"a@one.example","password":"Fake-1 "}"#,
            r#"{"username":"a@one.example","token":"\tQx7LmT2vRk9ZpB4nWc6HdY1s"}"#,
            r#"{"username":"a@one.example\n","password":"Fake-1"}"#,
        ],
        spares: &[r#"{"username":"a@one.example","password":"three fake words","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s"}"#],
    },
    Rule {
        id: "token-alone",
        level: Some(Severity::Notice),
        about: "there is a token but no password",
        test: Test::Alone(|case| case.has_token() && case.record.password.is_empty()),
        says: |_| "a token without a password cannot log in".to_owned(),
        remedy: Some(&remedy::ADD_PASSWORD),
        once: false,
        holds: &[r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s"}"#],
        spares: &[r#"{"username":"a@one.example","password":"Fake-1","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s"}"#],
    },
    Rule {
        id: "token-needed",
        level: Some(Severity::Warning),
        about: "the record says that a token is needed (field `Token Policy`: `needed`), and there is none",
        test: Test::Alone(|case| case.record.token.is_none() && case.says("token policy", &["needed"])),
        says: |_| "marked as needing a token, but there is none".to_owned(),
        remedy: Some(&remedy::RESET),
        once: false,
        holds: &[r#"{"username":"a@one.example","password":"Fake-1","fields":[{"label":"Token Policy","value":"needed"}]}"#],
        spares: &[r#"{"username":"a@one.example","password":"Fake-1"}"#],
    },
];

fn pair<'a>(case: &Case<'a>) -> (&'a str, &'a str) {
    (case.record.password.expose(), case.record.token.as_ref().map_or("", |token| trimmed(token.expose())))
}

/// The names of the values with hidden white space.
fn spaced<'a>(case: &Case<'a>) -> impl Iterator<Item = &'static str> + use<'a> {
    let record = case.record;
    let token = record.token.as_ref().map_or("", |token| token.expose());
    let values = [("username", record.username.as_str()), ("password", record.password.expose()), ("token", token)];
    values.into_iter().filter(|(_, value)| is_spaced(value)).map(|(name, _)| name)
}

fn is_spaced(value: &str) -> bool {
    // Looks at all bytes, so that the compiler takes many at once.
    let least = value.bytes().fold(u8::MAX, u8::min);
    (least < b' ' && value.contains(['\n', '\r'])) || trimmed(value).len() != value.len()
}
