//! Lines as shells, libraries and people write them.

use super::line::{entries, looks};

fn read(text: &str) -> Vec<(String, String)> {
    entries(text).into_iter().map(|entry| (entry.path[0].clone(), entry.value.expose().to_owned())).collect()
}

#[test]
fn quotes_and_comments() {
    let text = "# a comment\r\nexport A=plain # why\r\nB='lit $x #\\n'\nC=\"a\\n\\\"\\\\\\$b # c\" # d\n D = x#y \nE=\nF='it'\\''s'\nG='two\nlines'\n\
        H=a \\# b\nif true; then\nI=\"\"\n1=2\nJ=$K\nL=\"x${M}\"\nO=#x\nP= # y\nN='open\n";
    let expected = [
        ("A", "plain"),
        ("B", "lit $x #\\n"),
        ("C", "a\n\"\\$b # c"),
        ("D", "x#y"),
        ("E", ""),
        ("F", "it's"),
        ("G", "two\nlines"),
        ("H", "a # b"),
        ("I", ""),
        ("J", "$K"),
        ("L", "x${M}"),
        ("O", "#x"),
        ("P", ""),
        ("N", ""),
    ];
    assert_eq!(read(text), expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
    let entries = entries(text);
    assert_eq!(entries.iter().map(|entry| entry.line).collect::<Vec<_>>(), [2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 15, 16, 17, 18]);
    let told: Vec<&str> = entries.iter().filter(|entry| entry.reference.is_some()).map(|entry| entry.path[0].as_str()).collect();
    assert_eq!(told, ["J", "L"]);
    let cut: Vec<&str> = entries.iter().filter(|entry| entry.cut).map(|entry| entry.path[0].as_str()).collect();
    assert_eq!(cut, ["A"]);
    assert_eq!(entries.last().unwrap().flaw, Some("the quote is not closed"));
    let spans: Vec<&str> = entries.iter().filter_map(|entry| text.get(entry.span.clone()?)).collect();
    let expected =
        ["plain", "'lit $x #\\n'", r#""a\n\"\\\$b # c""#, "x#y", "", "'it'\\''s'", "'two\nlines'", "a \\# b", "\"\"", "$K", "\"x${M}\"", "#x", ""];
    assert_eq!(spans, expected);
}

#[test]
fn escapes_that_no_shell_has() {
    let text = "A='it\\'s \"so\"' # c\nB='a\\\\'\nC='it\\'s\nD=1\n";
    let entries = entries(text);
    let read: Vec<(&str, &str, bool)> =
        entries.iter().map(|entry| (entry.path[0].as_str(), entry.value.expose(), entry.flaw.is_some())).collect();
    // What a shell can read is read as a shell does.
    assert_eq!(read[..2], [("A", "it's \"so\"", false), ("B", "a\\\\", false)]);
    assert!(read[2].2, "{read:?}");
    assert_eq!(text.get(entries[0].span.clone().unwrap()), Some("'it\\'s \"so\"'"));
}

#[test]
fn several_in_a_line() {
    let text = "export A=1 SF_USERNAME=a@z.example SF_PASSWORD='p q' SF_TOKEN=\"t\" python run.py\nSF_USERNAME=b; export SF_PASSWORD=x\n\
        ENV SF_USERNAME=c \\\n    SF_PASSWORD=Ab3 \\\n    SF_TOKEN=d\nF=a;b=c d\n";
    let expected = [
        ("A", "1"),
        ("SF_USERNAME", "a@z.example"),
        ("SF_PASSWORD", "p q"),
        ("SF_TOKEN", "t"),
        ("SF_USERNAME", "b"),
        ("SF_PASSWORD", "x"),
        ("SF_USERNAME", "c"),
        ("SF_PASSWORD", "Ab3"),
        ("SF_TOKEN", "d"),
        ("F", "a;b=c d"),
    ];
    assert_eq!(read(text), expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
    assert!(entries(text).iter().all(|entry| entry.flaw.is_none()));
    assert_eq!(entries(text).iter().map(|entry| entry.line).collect::<Vec<_>>(), [1, 1, 1, 1, 2, 2, 3, 4, 5, 6]);
    for unclear in ["SF_PASSWORD=x NODE_ENV=prod node app.js\n", "SF_PASSWORD=abc\\\nrest\n"] {
        assert!(entries(unclear)[0].flaw.is_some(), "{unclear}");
    }
    assert_eq!(read("A = \"p q\" # c\nB = x\n"), [("A", "p q"), ("B", "x")].map(|(key, value)| (key.to_owned(), value.to_owned())));
    assert!(entries("A=`pass show sf`\n")[0].reference.is_some() && entries("A=a`b`c\n")[0].reference.is_none());
}

#[test]
fn as_windows_sets_them() {
    let text = "@echo off\r\nset \"SF_TOKEN=T&x\"\r\nSET SF_PASSWORD=p^&q%%\r\nset SF_USERNAME=\"a\"\r\n";
    assert_eq!(
        read(text),
        [("SF_TOKEN", "T&x"), ("SF_PASSWORD", "p&q%"), ("SF_USERNAME", "a")].map(|(key, value)| (key.to_owned(), value.to_owned()))
    );
    let spans: Vec<Option<&str>> = entries(text).iter().map(|entry| text.get(entry.span.clone()?)).collect();
    assert_eq!(spans, [Some("T&x"), None, Some("a")]);
}

#[test]
fn what_looks_like_it() {
    assert!(looks("SF_USERNAME = \"a\"\nfor x in y: pass\n") && !looks("sf_username = a\n"));
    assert!(looks("SF_USERNAME=a\n") && looks("# x\nexport A='b'\n\nB=c\n") && looks("#!/bin/sh\nset -e\nA=b\n"));
    assert!(!looks("") && !looks("[salesforce]\nusername=a\n") && !looks("sf.username=a\n") && !looks("a: b\n") && !looks("username=a\npassword=b\n") && !looks("a,b\n1,2\n"));
}
