//! Where the login goes. Hosts and usernames: facts, section 4.

use sfcred_formats::salesforce::is_salesforce;

use super::super::case::Case;
use super::super::org::{Org, of_username};
use super::super::remedy;
use super::super::rule::{Rule, Severity, Test};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "url-mismatch",
        level: Some(Severity::Warning),
        about: "the username looks like a sandbox and the URL like production, or the other way",
        test: Test::Alone(|case| mismatch(case).is_some()),
        says: |case| match mismatch(case) {
            Some((user, url)) => {
                format!("the username looks like {}, but the URL {} leads to {}", user.name(), case.login().0, url.name())
            }
            None => String::new(),
        },
        remedy: Some(&remedy::URL),
        once: false,
        holds: &[
            r#"{"username":"a@one.example.uat","password":"Fake-1","urls":["https://login.salesforce.com"]}"#,
            r#"{"username":"a@one.com","password":"Fake-1","urls":["https://test.salesforce.com"]}"#,
        ],
        spares: &[
            r#"{"username":"a@one.example.uat","password":"Fake-1","urls":["https://one--uat.sandbox.my.salesforce.com"]}"#,
            r#"{"username":"a@one.com","password":"Fake-1","urls":["https://login.salesforce.com"]}"#,
            r#"{"username":"a@one.com.blue","password":"Fake-1","urls":["https://test.salesforce.com"]}"#,
        ],
    },
    Rule {
        id: "wrong-host",
        level: Some(Severity::Warning),
        about: "the login URL is that of the user interface or of an instance, which the API does not take or will not for long",
        test: Test::Alone(|case| matches!(case.login().1, Some(Org::Interface | Org::Instance))),
        says: |case| match case.login().1 {
            Some(Org::Instance) => format!("{} is the host of an instance, which may move or end", case.login().0),
            _ => format!("{} is a host of the user interface, not of the API", case.login().0),
        },
        remedy: Some(&remedy::URL),
        once: false,
        holds: &[
            r#"{"username":"a@one.example","password":"Fake-1","urls":["https://one.lightning.force.com/home"]}"#,
            r#"{"username":"a@one.example","password":"Fake-1","urls":["https://na139.salesforce.com"]}"#,
        ],
        spares: &[
            r#"{"username":"a@one.example","password":"Fake-1","urls":["https://one.my.salesforce.com","https://one.lightning.force.com"]}"#,
        ],
    },
    Rule {
        id: "unsafe-url",
        level: Some(Severity::Error),
        about: "the login URL is not encrypted, or leads to a host that is not Salesforce's",
        test: Test::Alone(|case| {
            let url = login_url(case);
            !url.is_empty() && (is_plain(url) || (case.login().1.is_none() && !is_salesforce(url)))
        }),
        // A host that is not Salesforce's is not named: it can be a password that got into the wrong column.
        says: |case| match login_url(case) {
            url if is_salesforce(url) => format!("{} is asked without encryption (http)", case.login().0),
            _ => "the URL leads to no host of Salesforce, and secrets would go there".to_owned(),
        },
        remedy: Some(&remedy::URL),
        once: false,
        holds: &[
            r#"{"username":"a@one.example","password":"Fake-1","urls":["http://login.salesforce.com"]}"#,
            r#"{"username":"a@one.example","password":"Fake-1","urls":["https://login.salesforce.com.evil.example"]}"#,
        ],
        spares: &[
            r#"{"username":"a@one.example","password":"Fake-1","urls":["https://login.salesforce.com","http://wiki.one.example"]}"#,
            r#"{"username":"a@one.example","password":"Fake-1","urls":["login.salesforce.com"]}"#,
            r#"{"username":"a@one.example","password":"Fake-1"}"#,
        ],
    },
];

fn login_url<'a>(case: &Case<'a>) -> &'a str {
    case.record.urls.first().map_or("", String::as_str)
}

fn is_plain(url: &str) -> bool {
    url.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http:"))
}

/// What the username and the URL say, where they contradict each other.
fn mismatch(case: &Case<'_>) -> Option<(Org, Org)> {
    let url = case.login().1.filter(|org| matches!(org, Org::Production | Org::Sandbox))?;
    let user = of_username(&case.record.username)?;
    (user != url).then_some((user, url))
}
