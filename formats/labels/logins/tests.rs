use super::*;

const T24: &str = "Qx7LmT2vRk9ZpB4nWc6HdY1s";

/// What is found, each as username, password and token, or as the reason why it was left with its line.
fn logins(text: &str) -> Vec<(String, String, String)> {
    let told = |found| match found {
        Found::Login(record) => {
            let token = record.token.as_ref().map(|token| token.expose().to_owned()).unwrap_or_default();
            (record.username.clone(), record.password.expose().to_owned(), token)
        }
        Found::Left(left, line, name) => (format!("{left:?}"), line.to_string(), name),
        Found::Escaped(name) => ("escaped".to_owned(), name, String::new()),
    };
    Logins::of(text).map(told).collect()
}

fn login(username: &str, password: &str, token: &str) -> (String, String, String) {
    (username.into(), password.into(), token.into())
}

/// What was left in this line.
fn left(why: Left, line: u64, name: &str) -> (String, String, String) {
    (format!("{why:?}"), line.to_string(), name.into())
}

#[test]
fn three_lines_are_a_login() {
    let text = format!("Hi,\n\nUsername: a@one.example\nPassword: Quartz-Lantern: 42! \nSecurity Token: {T24}\n\nBye");
    assert_eq!(logins(&text), [login("a@one.example", "Quartz-Lantern: 42! ", T24)]);
    let below = "Username:\na@one.example\nPassword:\nFake-1\n";
    assert_eq!(logins(below), [login("a@one.example", "Fake-1", "")]);
}

#[test]
fn markdown_and_labels_alone() {
    let bold = format!("- **Username:** a@one.example\n- **Password:** `Fake-1`\n- **Security Token:** `{T24}`\n");
    assert_eq!(logins(&bold), [login("a@one.example", "Fake-1", T24)]);
    let alone = format!("### Username\n\na@one.example\n\n### Password\n\nFake-1\n\n### Security Token\n\n{T24}\n");
    assert_eq!(logins(&alone), [login("a@one.example", "Fake-1", T24)]);
    let sentence = "Username\na@one.example\nPassword\nAsk Ben for it\n";
    assert_eq!(logins(sentence), [left(Left::Code, 4, "a@one.example")]);
}

#[test]
fn a_token_may_have_a_remark_behind_it() {
    let text = |token: &str| format!("Username: a@one.example (sandbox)\nPassword: Fake-1\nSecurity Token: {token}\n");
    for token in [format!("{T24} (reset on 4 March)"), format!("{T24}, as of today"), format!("{T24}."), format!("`{T24}`")] {
        assert_eq!(logins(&text(&token)), [login("a@one.example", "Fake-1", T24)], "{token}");
    }
    let unread = [left(Left::Token, 3, "a@one.example"), login("a@one.example", "Fake-1", "")];
    for token in ["see the wiki", "Qx7LmT2vRk9Z pB4nWc6HdY1s"] {
        assert_eq!(logins(&text(token)), unread, "{token}");
    }
}

#[test]
fn code_is_read_as_far_as_it_is_literal() {
    let joined = format!("username = a@one.example\npassword = mypassword{T24}\n");
    assert_eq!(logins(&joined), [login("a@one.example", &format!("mypassword{T24}"), "")]);
    let code = "sf = Salesforce()\nusername = 'a@one.example'\npassword = os.environ['PW']\nsecurity_token = \"FakeT0ken\"\n";
    assert_eq!(logins(code), [left(Left::Reference, 3, "a@one.example"), login("a@one.example", "", "FakeT0ken")]);
    let java = format!("String username = \"a@one.example\";\nString password = \"Fake-1\" + \"{T24}\";\n");
    assert_eq!(logins(&java), [login("a@one.example", "Fake-1", T24)]);
    let expression = "String username = \"a@one.example\";\nString password = \"Fake-1\" + token;\n";
    assert_eq!(logins(expression), [left(Left::Code, 2, "a@one.example")]);
    let escaped = "username = 'a@one.example'\npassword = 'Fake\\'1'\n";
    assert_eq!(logins(escaped), [("escaped".into(), "a@one.example".into(), String::new()), login("a@one.example", "Fake\\'1", "")]);
}

#[test]
fn several_labels_in_a_line_are_not_guessed_at() {
    for text in [
        "Username: a@one.example Password: Fake-1",
        "svc: Username: a@one.example / Password: Fake-1",
        "sf = Salesforce(username='a@one.example', password='Fake-1')",
    ] {
        assert_eq!(logins(text), [left(Left::Crowded, 1, "")], "{text}");
    }
    assert_eq!(logins("def login(username: str, password: str):\n"), []);
}

#[test]
fn a_common_word_needs_a_sign_of_salesforce() {
    let plain = format!("username=a@one.example\npassword=Fake-1\ntoken={T24}\n");
    let ours = [login("a@one.example", "Fake-1", T24)];
    assert_eq!(logins(&plain), [left(Left::NotOurs, 2, "a@one.example")]);
    assert_eq!(logins(&format!("Salesforce\n\n{plain}")), ours);
    assert_eq!(logins(&plain.replace("token", "security_token")), ours);
    assert_eq!(logins(&plain.replace("token", "sf_token")), ours);
    assert_eq!(logins(&format!("{plain}url=https://test.salesforce.com\n")).len(), 1);
    assert_eq!(logins(&format!("{plain}url=https://jira.one.example\n")), [left(Left::NotOurs, 2, "a@one.example")]);
    // What was named for one login does not count for the next.
    let two = format!("# Salesforce\n{plain}jira:\n{plain}");
    assert_eq!(logins(&two), [ours[0].clone(), left(Left::NotOurs, 7, "a@one.example")]);
}

#[test]
fn labels_of_others_are_theirs() {
    let text = |owner: &str| format!("{owner}.username=a@one.example\n{owner}.password=Fake-1\n{owner}.token={T24}\n");
    for owner in ["jira", "artifactory", "app.zendesk", "sftp"] {
        let text = format!("# next to Salesforce\n{}", text(owner));
        assert_eq!(logins(&text), [left(Left::NotOurs, 3, "a@one.example")], "{owner}");
    }
    for owner in ["salesforce", "config.sf", "sfdc"] {
        assert_eq!(logins(&text(owner)), [login("a@one.example", "Fake-1", T24)], "{owner}");
    }
    let without = "jira.username=a@one.example\njira.password=Fake-1\n";
    assert_eq!(logins(without), [left(Left::NotOurs, 2, "a@one.example")]);
    let two = format!("self.username = 'b@two.example'\njira.username=a@one.example\njira.password=Fake-1\nself.password = '{T24}'\n");
    assert!(logins(&two).iter().all(|found| !found.0.contains('@')), "a password of Jira is nobody else's");
}

#[test]
fn dates() {
    let text = |date: &str| format!("Issued: 2026-01-01\nUsername: a@one.example\nSecurity Token: {T24}\nIssued: {date}\n");
    let issued = |text: &str| match Logins::of(text).last() {
        Some(Found::Login(record)) => record.issued.map(|moment| moment.to_string()),
        _ => None,
    };
    assert_eq!(issued(&text("2026-03-04")).as_deref(), Some("2026-03-04"));
    assert_eq!(logins(&text("last week"))[0], left(Left::Date, 4, "a@one.example"));
}

#[test]
fn several_logins_are_kept_apart() {
    let two = "Username: a@one.example\nPassword: Fake-1\nUsername: b@two.example\nPassword: Fake-2\n";
    assert_eq!(logins(two), [login("a@one.example", "Fake-1", ""), login("b@two.example", "Fake-2", "")]);
    let far = format!("Username: a@one.example\n{}Password: Fake-2\n", "text\n".repeat(9));
    assert_eq!(logins(&far), [left(Left::NoUsername, 11, "")], "a password far below is not this user's");
    assert_eq!(logins("Username: bob\nPassword: Fake-1\nUser: see the wiki\n").len(), 1);
    assert_eq!(logins("a: b\n\nToken:\n"), []);
}
