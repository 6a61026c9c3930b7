//! What the engine makes of the names and shapes that people use.

use super::*;
use crate::{Notice, Record};

const T24: &str = "Qx7LmT2vRk9ZpB4nWc6HdY1s";

fn found(text: &str) -> Vec<Found> {
    find(Syntax::Dotenv, text).unwrap()
}

fn show(record: &Record) -> String {
    let token = record.token.as_ref().map_or("-", |token| token.expose());
    format!("{} {} {token} {}", record.username, record.password.expose(), record.urls.join(","))
}

#[test]
fn families_are_grouped_by_what_is_left_of_their_names() {
    let text = format!(
        "SALESFORCE_LOGIN_URL=https://login.salesforce.com\nSALESFORCE_USERNAME_1=a@one.example\nSALESFORCE_PASSWORD_1=p1\nSALESFORCE_TOKEN_1={T24}\n\
         SALESFORCE_USERNAME_2=b@one.example\nSALESFORCE_PASSWORD_2=p2\nPROD_SF_USERNAME=c@one.example\nPROD_SF_PASSWORD=p3\nPROD_SF_SANDBOX=true\n\
         SFUSER=d@one.example\nSFPASS=p4\nSF_SECURITY_TOKEN={T24}\nSF_DOMAIN=acme.my\n"
    );
    let shown: Vec<String> = found(&text).iter().map(|found| show(&found.record)).collect();
    assert_eq!(
        shown,
        [
            format!("a@one.example p1 {T24} https://login.salesforce.com"),
            "b@one.example p2 - https://login.salesforce.com".to_owned(),
            "c@one.example p3 - https://test.salesforce.com".to_owned(),
            format!("d@one.example p4 {T24} https://acme.my.salesforce.com"),
        ]
    );
}

#[test]
fn one_login_under_two_prefixes() {
    let found = found(&format!("SF_USERNAME=a@one.example\nSF_PASSWORD=p\nSALESFORCE_SECURITY_TOKEN={T24}\n"));
    assert_eq!(found.iter().map(|found| show(&found.record)).collect::<Vec<_>>(), [format!("a@one.example p {T24} ")]);
    assert_eq!((found[0].line, found[0].password_line, found[0].token_line), (1, Some(2), Some(3)));
}

#[test]
fn others_have_tokens_too() {
    for text in [
        "AWS_ACCESS_KEY_ID=AKIAFAKE\nAWS_SECRET_ACCESS_KEY=x\nAWS_SECURITY_TOKEN=Qx7LmT2vRk9ZpB4nWc6HdY1s\n",
        "OBS_SECURITY_TOKEN=Qx7LmT2vRk9ZpB4nWc6HdY1s\nUSERNAME=a\nPASSWORD=b\n",
        "USERNAME=a\nPASSWORD=b\nTOKEN=Qx7LmT2vRk9ZpB4nWc6HdY1s\n",
        "DB_HOST=login\nDB_USERNAME=a\nDB_PASSWORD=b\n",
        "SF_ACCOUNT=xy12345\nSF_USER=a\nSF_PASSWORD=b\nSF_WAREHOUSE=w\n",
        "SALESFORCE_API_VERSION=59.0\nSALESFORCE_LOGIN_URL=https://login.salesforce.com\n",
    ] {
        assert_eq!(found(text).len(), 0, "{text}");
    }
}

#[test]
fn a_token_of_oauth_is_no_security_token() {
    for (value, taken) in [(T24, true), ("00D000000000001!AQ.FakeFakeFakeFakeFakeFake", false), ("eyJfake.eyJfake.fake", false)] {
        let found = found(&format!("SF_USERNAME=a@one.example\nSF_TOKEN={value}\n"));
        assert_eq!(found[0].record.token.is_some(), taken, "{value}");
        assert_eq!(found[0].notices.is_empty(), taken, "{value}");
    }
    let named = found("SF_USERNAME=a@one.example\nSF_SECURITY_TOKEN=odd\n");
    assert!(named[0].record.token.is_some(), "what is called a security token is one");
}

#[test]
fn what_is_only_named_stays_empty() {
    let found = found("SF_USERNAME=a@one.example\nSF_PASSWORD=${VAULT}\nSF_TOKEN='{{ token }}'\nSF_CLIENT_ID=3MVG9fake\n");
    assert_eq!(show(&found[0].record), "a@one.example  - ");
    assert_eq!(found[0].notices, [Notice::KeptElsewhere("a variable"), Notice::KeptElsewhere("a template")]);
    assert!(!found[0].is_plain());
    let alone = outcome(Syntax::Dotenv, "SF_USERNAME=$A\nSF_PASSWORD=$B\n").unwrap();
    assert_eq!((alone.found.len(), alone.notices), (0, vec![Notice::KeptElsewhere("a variable")]));
    let literal = super::find(Syntax::Dotenv, "SF_USERNAME=a@one.example\nSF_PASSWORD='$VAULT'\n").unwrap();
    assert_eq!(literal[0].record.password.expose(), "$VAULT");
}

#[test]
fn flaws_name_their_line() {
    for (text, expected) in [
        ("SF_PASSWORD=a\nSF_PASSWORD=b\n", "line 2: `SF_PASSWORD` stands here once more, first in line 1"),
        ("SF_USERNAME=a\nSF_PASSWORD='open\n", "line 2: `SF_PASSWORD`: the quote is not closed"),
        ("SF_USERNAME=a\nSF_PASSWORD='a' b\n", "line 2: `SF_PASSWORD`: something stands behind the closing quote"),
    ] {
        let flaws = outcome(Syntax::Dotenv, text).unwrap().flaws;
        assert_eq!(flaws.iter().map(ToString::to_string).collect::<Vec<_>>(), [expected]);
    }
}

#[test]
fn dates_stand_in_comments() {
    let text = "# token issued 2026-08-18, password changed 2026-08-17\nSF_USERNAME=a@one.example\nSF_PASSWORD=p\nSF_USERNAME_2=b\nSF_PASSWORD_2=q\n";
    let found = found(text);
    assert_eq!(found[0].record.issued.unwrap().to_string(), "2026-08-18");
    assert_eq!(found[0].record.password_changed.unwrap().to_string(), "2026-08-17");
    assert_eq!(found[1].record.issued, None);
}

#[test]
fn a_joined_password_is_told() {
    let found = found(&format!(
        "SFDC_USERNAME=a@one.example\nSFDC_PASSWORD=Quartz-Lantern-42!{T24}\nSFDC_SERVERURL=https://login.salesforce.com\n"
    ));
    assert_eq!(found[0].notices, [Notice::Appended]);
}

fn shown(syntax: Syntax, text: &str) -> Vec<String> {
    find(syntax, text).unwrap().iter().map(|found| format!("{} {}", found.line, show(&found.record))).collect()
}

#[test]
fn shapes_of_json() {
    let whole = |line: u64| format!("{line} a@one.example p {T24} ");
    for (text, expected) in [
        (
            format!(
                r#"{{"mcpServers":{{"x":{{"env":{{"SALESFORCE_USERNAME":"a@one.example","SALESFORCE_PASSWORD":"p","SALESFORCE_TOKEN":"{T24}"}}}}}}}}"#
            ),
            whole(1),
        ),
        (format!("{{\"Salesforce\":{{\n\"Username\":\"a@one.example\",\"Password\":\"p\",\"SecurityToken\":\"{T24}\"}}}}"), whole(2)),
        (
            format!(
                r#"{{"sf_prod":{{"conn_type":"salesforce","login":"a@one.example","password":"p","extra":"{{\"security_token\":\"{T24}\"}}"}}}}"#
            ),
            whole(1),
        ),
        (
            format!(
                r#"{{"name":"Salesforce","values":[{{"key":"url","value":"https://test.salesforce.com"}},{{"key":"username","value":"a@one.example"}},
                {{"key":"password","value":"p"}},{{"key":"secretToken","value":"{T24}"}}]}}"#
            ),
            format!("1 a@one.example p {T24} https://test.salesforce.com"),
        ),
        (
            format!(
                r#"{{"properties":{{"type":"Salesforce","typeProperties":{{"environmentUrl":"https://login.salesforce.com","username":"a@one.example",
                "password":{{"type":"SecureString","value":"p"}},"securityToken":{{"type":"SecureString","value":"{T24}"}}}}}}}}"#
            ),
            format!("1 a@one.example p {T24} https://login.salesforce.com"),
        ),
        (
            format!(r#"{{"username":"a@one.example","password":"p","token":"{T24}","sandbox":true}}"#),
            format!("1 a@one.example p {T24} https://test.salesforce.com"),
        ),
        (format!(r#"{{"username":"a@one.example","password":"p","security_token":"{T24}"}}"#), whole(1)),
        (format!(r#"{{"Password":"p","AccessToken":"{T24}","ConsumerKey":"3MVG9fake","ConsumerSecret":"fake"}}"#), format!("1  p {T24} ")),
        (
            format!(
                r#"{{"kind":"Secret","data":{{"SF_USERNAME":"YUBvbmUuZXhhbXBsZQ==","SF_PASSWORD":"cA=="}},"stringData":{{"SF_SECURITY_TOKEN":"{T24}"}}}}"#
            ),
            whole(1),
        ),
    ] {
        assert_eq!(shown(Syntax::Json, &text), [expected], "{text}");
    }
    for text in [
        r#"{"username":"a","password":"p","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s"}"#,
        r#"{"Password":"p","AccessToken":"Qx7LmT2vRk9ZpB4nWc6HdY1s"}"#,
        r#"{"client_id":"c","client_secret":"s","refresh_token":"r","is_sandbox":true}"#,
        "[]",
    ] {
        assert!(shown(Syntax::Json, text).is_empty(), "{text}");
    }
}

#[test]
fn shapes_of_toml() {
    let text = format!(
        "title = \"x\"\n[salesforce]\nUSER = \"a@one.example\"\nPASSWORD = \"p\"\nTOKEN = \"{T24}\"\nDOMAIN = \"test\"\n\
         [sources.salesforce_eu.credentials]\nuser_name = \"b@one.example\"\npassword = 007\n[other]\nusername = \"c\"\npassword = \"d\"\n"
    );
    let expected = [format!("3 a@one.example p {T24} https://test.salesforce.com"), "8 b@one.example 007 - ".to_owned()];
    let read = find(Syntax::Toml, &text);
    assert!(read.is_err(), "007 is no number of TOML");
    assert_eq!(shown(Syntax::Toml, &text.replace("007", "\"007\"")), expected);
    assert_eq!(find(Syntax::Toml, "a = \n").unwrap_err().to_string(), "line 1: no TOML");
}

#[test]
fn shapes_of_yaml() {
    let whole = |line: u64| format!("{line} a@one.example p {T24} ");
    for (text, expected) in [
        (
            format!(
                "plugins:\n  extractors:\n  - name: tap-salesforce\n    config:\n      username: a@one.example\n      password: p\n      security_token: {T24}\n      is_sandbox: false\n"
            ),
            format!("5 a@one.example p {T24} https://login.salesforce.com"),
        ),
        (
            format!("production:\n  salesforce_username: a@one.example\n  salesforce_password: p\n  salesforce_security_token: {T24}\n"),
            whole(2),
        ),
        (
            format!(
                "apiVersion: v1\nkind: Secret\ndata:\n  SF_USERNAME: YUBvbmUuZXhhbXBsZQ==\n  SF_PASSWORD: cA==\nstringData:\n  SF_SECURITY_TOKEN: {T24}\n"
            ),
            whole(4),
        ),
        (
            format!(
                "sfdc:\n  username: a@one.example\n  password: \"p\"\n  securityToken: '{T24}'\n  url: https://login.salesforce.com/services/Soap/u/59.0\n"
            ),
            format!("2 a@one.example p {T24} https://login.salesforce.com/services/Soap/u/59.0"),
        ),
        (
            format!(
                "sf_default:\n  conn_type: salesforce\n  login: a@one.example\n  password: p\n  extra: '{{\"security_token\": \"{T24}\"}}'\n"
            ),
            whole(3),
        ),
    ] {
        assert_eq!(shown(Syntax::Yaml, &text), [expected], "{text}");
        assert_eq!(Syntax::of(&text), Some(Syntax::Yaml), "{text}");
    }
    let listed = format!(
        "services:\n  app:\n    environment:\n      - SF_USERNAME=a\n      - \"SF_PASSWORD=p q\"\n      - SF_TOKEN={T24}\n  other:\n    \
         environment:\n      - SF_USERNAME=b\n      - SF_PASSWORD=${{SF_PASSWORD}}\n      - PATH\n"
    );
    let found = find(Syntax::Yaml, &listed).unwrap();
    assert_eq!(found.iter().map(|found| show(&found.record)).collect::<Vec<_>>(), [format!("a p q {T24} "), "b  - ".to_owned()]);
    assert_eq!(found[1].notices, [Notice::KeptElsewhere("a variable")]);
    assert_eq!(Syntax::of(&listed), Some(Syntax::Yaml));
    let secret = "kind: Secret\nmetadata:\n  name: salesforce-login\ndata:\n  username: YUBvbmUuZXhhbXBsZQ==\n  password: cA==\n  token: RmFrZVRva2VuUXg3TG1UMnZSazk=\n";
    assert_eq!(shown(Syntax::Yaml, secret), ["5 a@one.example p FakeTokenQx7LmT2vRk9 "]);
    let elsewhere =
        "env:\n  - name: SF_PASSWORD\n    valueFrom:\n      secretKeyRef: {name: sf, key: password}\n  - name: SF_USERNAME\n    value: a\n";
    assert_eq!(find(Syntax::Yaml, elsewhere).unwrap()[0].notices, [Notice::KeptElsewhere("a secret kept elsewhere")]);
    let documents = "---\nkind: Secret\nstringData: {SF_USERNAME: a, SF_PASSWORD: p}\n---\nkind: Secret\nstringData: {SF_USERNAME: b, SF_PASSWORD: q}\n";
    assert_eq!(shown(Syntax::Yaml, documents), ["3 a p - ", "6 b q - "]);
    let inherited =
        "default: &default\n  sfdc_username: a\n  sfdc_password: p\nproduction:\n  <<: *default\n  sfdc_password: q # comment\n";
    let found = find(Syntax::Yaml, inherited).unwrap();
    assert_eq!(found.iter().map(|found| show(&found.record)).collect::<Vec<_>>(), ["a p - ", "a q - "]);
    assert_eq!(found[1].notices, [Notice::Comment]);
    let kept =
        "salesforce:\n  username: a\n  password: !vault |\n    $ANSIBLE_VAULT;1.1;AES256\n    66616b65\n  security_token: {{ token }}\n";
    let found = find(Syntax::Yaml, kept).unwrap();
    assert_eq!(found[0].notices, [Notice::KeptElsewhere("a vault of Ansible"), Notice::KeptElsewhere("a template")]);
    assert_eq!(show(&found[0].record), "a  - ");
    for text in
        ["username: a\npassword: p\n", "Username: a@one.example\nSecurity Token: x\n", "a, b\n1, 2\n", "- x\n", "Dear all,\n\nsee: below\n"]
    {
        assert_ne!(Syntax::of(text), Some(Syntax::Yaml), "{text}");
    }
    // A damaged one is not read as anything else.
    let damaged = "salesforce:\n  username: a\n  password: \"p\n  token: x\n";
    assert_eq!(Syntax::of(damaged), Some(Syntax::Yaml));
    assert!(find(Syntax::Yaml, damaged).is_err());
}

#[test]
fn toml_without_tables_and_damaged() {
    for text in ["sf_username = \"a\" # the user\nsf_password = 'p'\n", "salesforce = { username = \"a\", password = \"p\" }\n"] {
        assert_eq!(Syntax::of(text), Some(Syntax::Toml), "{text}");
        assert!(shown(Syntax::Toml, text)[0].ends_with(" a p - "), "{text}");
    }
    for text in ["[salesforce]\nusername = \"a\"\npassword = \"p\n", "[salesforce]\nusername = \"a\"\ntoken = \"t\"\npassword = p\n"] {
        assert_eq!(Syntax::of(text), Some(Syntax::Toml), "{text}");
        assert!(find(Syntax::Toml, text).is_err(), "{text}");
    }
    assert_eq!(Syntax::of("[salesforce]\nusername = a\npassword = \"p\ntoken = t\n"), Some(Syntax::Ini));
    assert_eq!(Syntax::of("SF_USERNAME=\"a\"\nSF_PASSWORD = \"p q\"\nif x; then\n"), Some(Syntax::Dotenv));
}

#[test]
fn shapes_of_ini() {
    let text = format!(
        "[Salesforce]\nusername = a@one.example\npassword = 50%% p;x\ntoken = {T24}\nis_sandbox = yes\n[sf.raw]\nuser: b\npassword: %(home)s\n\
         [DSN]\nDriver = /opt/salesforce.so\nLogonID = c\nPassword = {{a;b}}\nSecurityToken = {T24}\nHostName = login.salesforce.com\n[obs]\nusername = d\npassword = e\n"
    );
    let found = find(Syntax::Ini, &text).unwrap();
    assert_eq!(
        found.iter().map(|found| show(&found.record)).collect::<Vec<_>>(),
        [
            format!("a@one.example 50% p;x {T24} https://test.salesforce.com"),
            "b  - ".to_owned(),
            format!("c a;b {T24} https://login.salesforce.com"),
        ]
    );
    assert_eq!(found[1].notices, [Notice::KeptElsewhere("a variable")]);
    assert_eq!(Syntax::of(&text), Some(Syntax::Ini));
}

#[test]
fn connections_in_one_value() {
    let whole = |line: u64, url: &str| format!("{line} a@one.example p&1 {T24} {url}");
    for (syntax, text, expected) in [
        (
            Syntax::Dotenv,
            format!(
                "AIRFLOW_CONN_SALESFORCE_DEFAULT='http://a%40one.example:p%261@https%3A%2F%2Fone.my.salesforce.com?security_token={T24}'\n"
            ),
            whole(1, "https://one.my.salesforce.com"),
        ),
        (
            Syntax::Dotenv,
            format!("X=1\nAIRFLOW_CONN_CRM=salesforce://a%40one.example:p%261@/?security_token={T24}&domain=test\n"),
            whole(2, "https://test.salesforce.com"),
        ),
        (
            Syntax::Dotenv,
            format!(
                "AIRFLOW_CONN_SF='{{\"conn_type\":\"salesforce\",\"login\":\"a@one.example\",\"password\":\"p&1\",\"extra\":{{\"security_token\":\"{T24}\",\"domain\":\"test\"}}}}'\n"
            ),
            whole(1, "https://test.salesforce.com"),
        ),
        (
            Syntax::Json,
            format!(
                r#"{{"ConnectionStrings":{{"Crm":"Host=https://test.salesforce.com;User Id=a@one.example;Password=p&1;Security Token={T24};"}}}}"#
            ),
            whole(1, "https://test.salesforce.com"),
        ),
        (
            Syntax::Yaml,
            format!("spring:\n  url: jdbc:salesforce:User=a@one.example;Password=p&1;Security Token={T24};UseSandbox=true;\n"),
            whole(2, "https://test.salesforce.com"),
        ),
        (
            Syntax::Connection,
            format!("jdbc:datadirect:sforce://login.salesforce.com;User=a@one.example;Password=p&1;SecurityToken={T24}\n"),
            whole(1, "https://login.salesforce.com"),
        ),
        (
            Syntax::Properties,
            format!("userPassword.userId=\"a@one.example\"\nuserPassword.password=\"p&1\"\nuserPassword.securityKey=\"{T24}\"\n"),
            whole(1, ""),
        ),
    ] {
        assert_eq!(shown(syntax, &text), [expected], "{text}");
        assert_eq!(Syntax::of(&text), Some(syntax), "{text}");
    }
    let others = "AIRFLOW_CONN_DB=postgresql://a:b@c/d?x=y\nCRM=Server=db;User Id=a;Password=b;\n";
    assert!(shown(Syntax::Dotenv, others).is_empty());
    let older = format!(
        r#"{{"sf":{{"conn_type":"salesforce","login":"a@one.example","password":"p&1","extra__salesforce__security_token":"{T24}"}}}}"#
    );
    assert_eq!(shown(Syntax::Json, &older), [whole(1, "")]);
}

#[test]
fn a_login_with_oauth_is_told_and_not_taken() {
    let told = |syntax, text: &str| {
        let outcome = outcome(syntax, text).unwrap();
        (outcome.found.len(), outcome.notices.len())
    };
    for (syntax, text, expected) in [
        (Syntax::Json, r#"{"client_id":"c","client_secret":"s","refresh_token":"r","is_sandbox":true}"#, (0, 1)),
        (Syntax::Json, r#"{"client_id":"c","client_secret":"s","refresh_token":"r"}"#, (0, 0)),
        (Syntax::Json, r#"{"salesforce":{"username":"a@one.example","client_id":"c","private_key":"k"}}"#, (0, 1)),
        (Syntax::Dotenv, "SF_CLIENT_ID=c\nSF_CLIENT_SECRET=s\n", (0, 1)),
        (Syntax::Dotenv, "SF_CLIENT_ID=c\nSF_CLIENT_SECRET=s\nSF_USERNAME_1=a@one.example\nSF_PASSWORD_1=p\n", (1, 0)),
        (Syntax::Dotenv, "SF_USERNAME=a@one.example\nSF_PASSWORD=p\nSF_CLIENT_ID=c\nSF_REFRESH_TOKEN=r\n", (1, 0)),
        (Syntax::Dotenv, "FORCE_REFRESH_TOKEN=true\n", (0, 0)),
    ] {
        assert_eq!(told(syntax, text), expected, "{text}");
    }
}

#[test]
fn what_is_no_token_is_called_by_its_name() {
    for (value, what) in [
        ("482133", "one-time codes"),
        ("your_token", "placeholders of tokens"),
        ("Quartz42", "values too short for a token"),
        ("a.b.1-2345678901", "tokens of OAuth"),
    ] {
        let found = found(&format!("SF_USERNAME=a@one.example\nSF_TOKEN={value}\n"));
        assert_eq!(found[0].notices, [Notice::LeftBehind(what.to_owned())], "{value}");
    }
}

#[test]
fn secrets_that_objects_only_name() {
    let vault = r#"{"properties":{"type":"Salesforce","typeProperties":{"username":"a@one.example","password":{"type":"AzureKeyVaultSecret","secretName":"n"}}}}"#;
    let left_out =
        r#"{"name":"Salesforce","values":[{"key":"username","value":"a@one.example"},{"key":"password","value":"","type":"secret"}]}"#;
    for (text, kind) in [(vault, "a secret kept elsewhere"), (left_out, "a value that was not exported")] {
        let found = find(Syntax::Json, text).unwrap();
        assert_eq!(
            (found[0].record.password.is_empty(), found[0].notices.as_slice()),
            (true, &[Notice::KeptElsewhere(kind)][..]),
            "{text}"
        );
    }
}
