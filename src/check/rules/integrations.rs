//! Who holds the token.

use sfcred_formats::Integration;

use super::super::case::Case;
use super::super::remedy;
use super::super::rule::{Rule, Severity, Test};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "outdated-integrations",
        level: Some(Severity::Warning),
        about: "integrations were last given a token before this one was issued",
        test: Test::Alone(|case| outdated(case).next().is_some()),
        says: |case| {
            let names: Vec<&str> = outdated(case).map(|integration| integration.name.as_str()).collect();
            let (have, integrations) = if names.len() == 1 { ("has", "integration") } else { ("have", "integrations") };
            format!("{} {integrations} still {have} the old token: {}", names.len(), names.join(", "))
        },
        remedy: Some(&remedy::UPDATE),
        once: false,
        holds: &[
            r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2026-11-02","used_by":[{"name":"nightly export","updated":"2026-11-01"}]}"#,
        ],
        spares: &[
            r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2026-11-02T10:00:00Z","used_by":[{"name":"nightly export","updated":"2026-11-02"}]}"#,
            r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2026-11-02","used_by":[{"name":"nightly export"}]}"#,
        ],
    },
    Rule {
        id: "no-integrations",
        level: Some(Severity::Info),
        about: "nobody wrote down which tools use the token",
        test: Test::Alone(|case| case.has_token() && case.record.used_by.is_empty()),
        says: |_| "nobody wrote down which tools use the token".to_owned(),
        remedy: Some(&remedy::LIST),
        once: true,
        holds: &[r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s"}"#],
        spares: &[r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","used_by":[{"name":"nightly export"}]}"#],
    },
];

fn outdated<'a>(case: &Case<'a>) -> impl Iterator<Item = &'a Integration> + use<'a> {
    let issued = case.issued();
    let is_before =
        move |integration: &&Integration| integration.updated.zip(issued).is_some_and(|(updated, issued)| issued.is_after(updated));
    case.record.used_by.iter().filter(is_before)
}
