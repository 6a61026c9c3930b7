//! What becomes of values in the quotes and shapes that people write.

use super::*;

const OLD: &str = "Qx7LmT2vRk9ZpB4nWc6HdY1s";
const NEW: &str = "Zq3FakeT0kenZq3FakeT0kenN";

/// A new token, and a new password where there is one.
fn change(password: &str) -> Change {
    Change {
        username: "A@one.example".into(),
        token: Some(NEW.into()),
        issued: "2026-11-20".parse().ok(),
        password: (!password.is_empty()).then(|| password.into()),
        password_changed: "2026-11-19".parse().ok(),
        passwords: vec!["p".into()],
        tokens: vec![OLD.into()],
    }
}

/// The text as it is afterwards, and the lines that differ.
fn amended(syntax: Syntax, text: &str, change: &Change) -> Result<(String, Vec<u64>)> {
    let amended = amend(syntax, text.as_bytes(), change)?;
    let lines = amended.edits.iter().map(|edit| edit.line).collect();
    Ok((String::from_utf8(amended.bytes.to_vec()).unwrap(), lines))
}

/// `<T>` and `<P>` stand for the old ones before, and for these afterwards.
fn assert_becomes(syntax: Syntax, text: &str, new: &str, token: &str, password: &str) {
    let before = text.replace("<T>", OLD).replace("<P>", "p");
    let after = text.replace("<T>", token).replace("<P>", password);
    let (found, _) = amended(syntax, &before, &change(new)).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(found, after);
}

fn error(syntax: Syntax, text: &str, change: &Change) -> String {
    let error = amended(syntax, &text.replace("<T>", OLD), change).unwrap_err();
    assert!(error.hint_text().is_some_and(|hint| !hint.is_empty()), "{error}");
    error.to_string()
}

#[test]
fn dotenv_keeps_quotes_comments_and_line_ends() {
    for (text, new, token, password) in [
        ("SF_USERNAME=a@one.example\nSF_TOKEN=<T>", "", NEW, "p"),
        ("# x\r\nexport SF_USERNAME='a@one.example'\r\nSF_TOKEN='<T>' # why\r\nX=1\r\n", "", NEW, "p"),
        ("SF_TOKEN=  \"<T>\"  ; why\nSF_USERNAME=a@one.example\nOTHER=Qx7LmT2vRk9ZpB4nWc6HdY1sS\n", "", NEW, "p"),
        ("SF_USERNAME=a@one.example\nSF_PASSWORD=<P> # c\nSF_TOKEN=<T> #c\n", "x-1!", NEW, "x-1!"),
        ("SF_USERNAME=a@one.example\nSF_PASSWORD=<P> # c\nSF_TOKEN=<T>\n", "x #'$y", NEW, "\"x #'\\$y\""),
        ("SF_USERNAME=a@one.example\nSF_PASSWORD=<P> # c\nSF_TOKEN=<T>\n", "x #$y", NEW, "'x #$y'"),
    ] {
        assert_becomes(Syntax::Dotenv, text, new, token, password);
    }
    // The same secret under two names.
    assert_becomes(Syntax::Dotenv, "SF_USERNAME=a@one.example\nSF_TOKEN=<T>\nSF_SECURITY_TOKEN='<T>'\n", "", NEW, "");
    let (_, lines) = amended(Syntax::Dotenv, &format!("A=1\nSF_USERNAME=a@one.example\nSF_TOKEN={OLD}\n"), &change("")).unwrap();
    assert_eq!(lines, [3]);
}

#[test]
fn properties_in_the_way_of_java_and_of_ant() {
    for (text, new, password) in [
        ("sf.username: a@one.example\nsf.password = <P>\nsf.token=<T>\n", "é=:#", "\\u00e9=:#"),
        ("sfdc.username=a@one.example\r\nsfdc.password=<P>\r\nsfdc.securityToken <T>\r\n", "x", "x"),
        ("sf.username=a@one.example\nsf.password=<P><T>\nsf.serverurl=https://login.salesforce.com\n", "$x", "$$x"),
        ("sf.username=a@one.example\nsf.password=<P><T>\n", "", "p"),
    ] {
        assert_becomes(Syntax::Properties, text, new, NEW, password);
    }
    // Only Ant's file is known to want the token behind the password.
    let ant = "sf.username=a@one.example\nsf.password=p\nsf.serverurl=https://login.salesforce.com\n";
    assert_eq!(amended(Syntax::Properties, ant, &change("")).unwrap().0, ant.replace("=p", &format!("=p{NEW}")));
    assert_eq!(
        error(Syntax::Properties, "sf.username=a@one.example\nsf.password=p\n", &change("")),
        "line 1: the login of A@one.example has no token there"
    );
    assert_eq!(
        error(Syntax::Properties, "sf.username=a@one.example\nsf.token=Qx7LmT2vRk9Z\\\n  pB4nWc6HdY1s\n", &change("")),
        "line 2: `sf.token`: the value goes on over several lines, or stands inside of another one"
    );
}

#[test]
fn every_byte_of_latin_1_stays() {
    let text = format!("# Gr\u{fc}\u{df}e\nsf.username=a@one.example\n# \u{e9}\nsf.token={OLD}\n# \u{e4}\n");
    let bytes: Vec<u8> = text.chars().map(|character| u8::try_from(character).unwrap()).collect();
    let found = amend(Syntax::Properties, &bytes, &change("")).unwrap();
    let expected: Vec<u8> = text.replace(OLD, NEW).chars().map(|character| u8::try_from(character).unwrap()).collect();
    assert_eq!(*found.bytes, expected);
    assert!(amend(Syntax::Dotenv, b"SF_USERNAME=a@one.example\n# \xE4\n", &change("")).is_err());
    let marked = [b"\xEF\xBB\xBF".as_slice(), format!("SF_USERNAME=a@one.example\nSF_TOKEN={OLD}").as_bytes()].concat();
    assert!(amend(Syntax::Dotenv, &marked, &change("")).unwrap().bytes.ends_with(format!("SF_TOKEN={NEW}").as_bytes()));
}

#[test]
fn toml_keeps_literal_texts() {
    let text = "[sources.salesforce]\nuser_name = \"a@one.example\" # x\npassword = <P>\nsecurity_token = '<T>' # y\n";
    let one = |raw: &str| text.replace("<P>", raw);
    for (raw, password, after) in [
        ("\"p\"", "x\"\\", "\"x\\\"\\\\\""),
        ("'p'", "x\"\\", "'x\"\\'"),
        ("'p'", "it's", "\"it's\""),
        ("\"\"\"p\"\"\"", "x", "\"x\""),
        ("'''p'''", "x", "\"x\""),
    ] {
        let (found, lines) = amended(Syntax::Toml, &one(raw).replace("<T>", OLD), &change(password)).unwrap();
        assert_eq!((found, lines), (one(after).replace("<T>", NEW), vec![3, 4]));
    }
    assert_becomes(Syntax::Toml, "[salesforce]\nx = {username = \"a@one.example\", password = \"<P>\", token = \"<T>\"}\n", "y", NEW, "y");
}

#[test]
fn json_as_it_is_and_in_base64() {
    let text = "{\"salesforce\": {\"username\":\"a@one.example\",\t\"password\" : \"<P>\",\n\"securityToken\":\"<T>\"}, \"o\": [1]}";
    assert_becomes(Syntax::Json, text, "x\"\\\u{1}é", NEW, "x\\\"\\\\\\u0001é");
    let encode = |text: &str| STANDARD.encode(text);
    let secret = |token: &str, password: &str| {
        format!(
            r#"{{"kind":"Secret","data":{{"SF_USERNAME":"{}","SF_PASSWORD":"{}"}},"stringData":{{"SF_SECURITY_TOKEN":"{token}"}}}}"#,
            encode("a@one.example"),
            encode(password)
        )
    };
    assert_eq!(amended(Syntax::Json, &secret(OLD, "p"), &change("new")).unwrap().0, secret(NEW, "new"));
    let inside = r#"{"sf":{"conn_type":"salesforce","login":"a@one.example","password":"p","extra":"{\"security_token\":\"<T>\"}"}}"#;
    assert!(error(Syntax::Json, inside, &change("")).ends_with("the value goes on over several lines, or stands inside of another one"));
}

#[test]
fn password_and_token_in_one_value() {
    let file = |value: &str| format!("SFDC_USERNAME=a@one.example\nSFDC_PASSWORD={value}\n");
    for (value, new, expected) in [
        (format!("p{OLD}"), "", format!("p{NEW}")),
        (format!("p{OLD}"), "q", format!("q{NEW}")),
        // Half of it was updated by hand.
        (format!("q{OLD}"), "q", format!("q{NEW}")),
        (format!("p{NEW}"), "q", format!("q{NEW}")),
        // A token that nobody knows any more.
        ("ph3VbN8cTq5XkZr2WmPj7LdYs9".to_owned(), "", format!("p{NEW}")),
        // Without a token it has none to replace, but its password is known.
        ("p".to_owned(), "q", "q".to_owned()),
    ] {
        assert_eq!(amended(Syntax::Dotenv, &file(&value), &change(new)).unwrap().0, file(&expected), "{value}");
    }
    let unknown = "line 2: `SFDC_PASSWORD`: it seems to hold password and token, but the password is none that is known";
    assert_eq!(error(Syntax::Dotenv, &file("Other-Fake-1!<T>"), &change("")), unknown);
    assert_eq!(error(Syntax::Dotenv, &file("Other-Fake-1!<T>"), &change("q")), unknown);
    // A record of a token alone knows no password.
    let token_only = Change { passwords: Vec::new(), ..change("") };
    assert_eq!(amended(Syntax::Dotenv, &file(&format!("Other{OLD}")), &token_only).unwrap().0, file(&format!("Other{NEW}")));
    // Nor does a record whose password was never split from its token.
    let whole = Change { passwords: vec![format!("Other-Fake-1!{OLD}").into()], ..change("") };
    let ant = format!("sf.username=a@one.example\nsf.password=Other-Fake-1!{OLD}\nsf.serverurl=https://login.salesforce.com\n");
    assert!(error(Syntax::Properties, &ant, &whole).contains("it seems to hold password and token"));
    // The token goes with a password that voids it, and the next one replaces it.
    let no_token = Change { token: None, ..change("q") };
    assert_eq!(amended(Syntax::Dotenv, &file(&format!("p{OLD}")), &no_token).unwrap().0, file(&format!("q{OLD}")));
}

#[test]
fn references_are_left_alone() {
    assert_eq!(
        error(Syntax::Dotenv, "SF_USERNAME=a@one.example\nSF_PASSWORD=p\nSF_TOKEN=${X}\n", &change("")),
        "line 3: `SF_TOKEN` is a variable, and not the secret itself"
    );
    let password = "SF_USERNAME=a@one.example\nSF_PASSWORD=${X}\nSF_TOKEN=<T>\n";
    assert_becomes(Syntax::Dotenv, password, "", NEW, "");
    assert_eq!(error(Syntax::Dotenv, password, &change("q")), "line 2: `SF_PASSWORD` is a variable, and not the secret itself");
}

#[test]
fn what_is_not_there_is_updated_elsewhere() {
    // Half of it is elsewhere.
    assert_becomes(Syntax::Dotenv, "SF_USERNAME=a@one.example\nSF_TOKEN=<T>\n", "q", NEW, "");
    let no_token = Change { token: None, ..change("q") };
    for text in ["SF_USERNAME=a@one.example\nSF_TOKEN=<T>\n", "SF_USERNAME=a@one.example\nSF_TOKEN=${X}\n"] {
        assert_eq!(error(Syntax::Dotenv, text, &no_token), "line 1: the login of A@one.example has no password there");
    }
}

#[test]
fn several_logins() {
    let twice = |one: &str, other: &str| {
        format!("SF_USERNAME_1=a@one.example\nSF_TOKEN_1={one}\nSF_USERNAME_2=A@ONE.example\nSF_TOKEN_2={other}\n")
    };
    assert_eq!(amended(Syntax::Dotenv, &twice(OLD, OLD), &change("")).unwrap(), (twice(NEW, NEW), vec![2, 4]));
    assert_eq!(
        error(Syntax::Dotenv, &twice(OLD, NEW), &change("")),
        "line 3: another login of A@one.example, which differs from that in line 1"
    );
    assert_eq!(error(Syntax::Dotenv, "SF_USERNAME=b@one.example\nSF_TOKEN=<T>\n", &change("")), "no login of A@one.example");
    assert!(
        error(Syntax::Dotenv, "SF_USERNAME=a@one.example\nSF_TOKEN=<T>\nSF_TOKEN=<T>\n", &change("")).contains("stands here once more")
    );
    // Others stay as they are, even with the same secret.
    let other = format!("SF_USERNAME_2=b@one.example\nSF_TOKEN_2={OLD}\n");
    let found = amended(Syntax::Dotenv, &format!("{other}SF_USERNAME_1=a@one.example\nSF_TOKEN_1={OLD}\n"), &change("")).unwrap();
    assert_eq!(found.0, format!("{other}SF_USERNAME_1=a@one.example\nSF_TOKEN_1={NEW}\n"));
}

#[test]
fn dates_go_with_their_secrets() {
    let text = |token: &str, password: &str| {
        format!("# é token issued {token}, password changed {password}\r\nSF_USERNAME=a@one.example\nSF_PASSWORD=p\nSF_TOKEN={NEW}\n")
    };
    let before = text("2026-05-01T01:02:03Z", "2026-04-01");
    assert_eq!(amended(Syntax::Dotenv, &before, &change("")).unwrap().0, text("2026-11-20", "2026-04-01"));
    let both = amended(Syntax::Dotenv, &before, &change("p")).unwrap();
    assert_eq!(both, (text("2026-11-20", "2026-11-19"), vec![1, 1]));
    assert_eq!(amended(Syntax::Dotenv, &both.0, &change("p")).unwrap(), (both.0.clone(), vec![]));
}
