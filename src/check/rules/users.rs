//! What shows only when records are compared.

use super::super::remedy;
use super::super::rule::{Comparison, Rule, Severity, Test};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "shared-token",
        level: Some(Severity::Error),
        about: "several users have the same token, and it can be right for one of them at most",
        test: Test::Compared(Comparison::SharedToken),
        says: |case| format!("the same token as {}; it can be right for one of them at most", case.other),
        remedy: Some(&remedy::RIGHT_TOKEN),
        once: false,
        holds: &[r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s"},
               {"username":"b@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s"}"#],
        spares: &[
            r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s"},
               {"username":"A@ONE.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s"}"#,
            r#"{"username":"a@one.example","token":"your_token"},
               {"username":"b@one.example","token":"your_token"}"#,
        ],
    },
    Rule {
        id: "two-secrets",
        level: Some(Severity::Warning),
        about: "a user stands there twice with different secrets, and no date says which are right",
        test: Test::Compared(Comparison::TwoSecrets),
        says: |_| "stands here twice, with different secrets".to_owned(),
        remedy: Some(&remedy::DECIDE),
        once: false,
        holds: &[
            r#"{"username":"a@one.example","password":"Fake-1"},
               {"username":"A@one.example","password":"Fake-2"}"#,
            r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s"},
               {"username":"a@one.example","token":"h3VbN8cTq5XkZr2WmPj7LdYs9","issued":"2026-11-01"}"#,
        ],
        spares: &[
            r#"{"username":"a@one.example","password":"Fake-1"},
               {"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s"}"#,
            r#"{"username":"a@one.example","password":"Fake-1","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2026-10-01"},
               {"username":"a@one.example","password":"Fake-2","token":"h3VbN8cTq5XkZr2WmPj7LdYs9","issued":"2026-11-01"}"#,
        ],
    },
    Rule {
        id: "many-integrations",
        level: Some(Severity::Info),
        about: "many integrations share one user, and one reset breaks them all",
        test: Test::Compared(Comparison::ManyIntegrations),
        says: |case| format!("{} or more integrations share this user; one reset breaks them all at once", case.policy.many_integrations),
        remedy: Some(&remedy::UPDATE),
        once: false,
        holds: &[
            r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","used_by":[{"name":"1"},{"name":"2"},{"name":"3"},{"name":"4"},{"name":"5"}]}"#,
            r#"{"username":"a@one.example","password":"Fake-1","used_by":[{"name":"1"},{"name":"2"}]},
               {"username":"a@one.example","password":"Fake-1","used_by":[{"name":"3"},{"name":"4"},{"name":"5"}]}"#,
        ],
        spares: &[
            r#"{"username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","used_by":[{"name":"1"},{"name":"2"},{"name":"3"},{"name":"4"}]}"#,
            r#"{"username":"a@one.example","password":"Fake-1","used_by":[{"name":"1"},{"name":"2"}]},
               {"username":"b@one.example","password":"Fake-1","used_by":[{"name":"3"},{"name":"4"},{"name":"5"}]}"#,
        ],
    },
];
