//! What this program does not know in a vault stays there as it is.

use std::fs;

use super::Home;
use super::tool::identity;

const PARTS: [&str; 5] = [
    r#""used_by":[{"name":"nightly","kind":"dataloader","note":null}]"#,
    r#"{"label":"pin","value":"1","hint":1.50}"#,
    r#""nul":null"#,
    r#""big":123456789012345678901234567890"#,
    r#""shelf":{"price":1.50,"b":[null]}"#,
];

/// Makes a document the vault.
fn fill(home: &Home, document: &str) {
    home.write("document.json", document);
    home.done(["backup", "document.json", "--raw", "--to-dir", "raw", "--as-of", "2026-11-21"]);
    fs::rename(home.path("raw/raw-document.json-2026-11-21.age"), home.path("vault.age")).unwrap();
}

/// What is in the vault.
fn document(home: &Home) -> String {
    home.done(["restore", "vault.age", "--raw", "-o", "plain.json", "--force"]);
    fs::read_to_string(home.path("plain.json")).unwrap()
}

fn home() -> (Home, String) {
    let home = Home::new();
    let [used_by, field, nul, big, shelf] = PARTS;
    let recipient = identity().1;
    let document = format!(
        r#"{{"format":"sfcred","version":1,"records":[{{"username":"a@one.example","urls":["https://login.salesforce.com"],{used_by},"fields":[{field}],{nul},{big}}}],"recipients":["{recipient}"],{shelf}}}"#
    );
    fill(&home, &document);
    (home, document)
}

#[test]
fn a_save_leaves_it_as_it_is() {
    let (home, _) = home();
    assert!(home.done(["list"]).contains("a@one.example"));
    home.done(["import", "one.csv", "--quiet", "--as-of", "2026-11-21"]);
    let saved = document(&home);
    assert!(saved.contains("ops@one.example"));
    for part in PARTS {
        assert!(saved.contains(part), "{part}: {saved}");
    }
}

#[test]
fn a_copy_and_a_restore_keep_it() {
    let (home, document_before) = home();
    let recipient = identity().1;
    home.done(["backup", "--to-dir", "copies", "--as-of", "2026-11-21", "-r", &recipient, "--quiet"]);
    let copy = "copies/sfcred-2026-11-21.age";
    assert_eq!(home.done(["verify", copy]), format!("{copy}: 1 record, as in the vault\n"));
    fill(&home, &document_before.replace(r#""price":1.50"#, r#""price":2"#));
    let line = "~ beside the records: shelf";
    assert_eq!(home.done(["verify", copy]), format!("{copy}: 1 record; a restore would change the vault:\n  {line}\n"));
    let ended = home.ended(["restore", copy]);
    assert!(ended.stderr.contains(&format!("notice: {line}\n")), "{}", ended.stderr);
    let restored = document(&home);
    for part in PARTS {
        assert!(restored.contains(part), "{part}: {restored}");
    }
}

#[test]
fn other_formats_get_it_as_fields() {
    let (home, _) = home();
    for (format, name) in [("bitwarden-json", "out.json"), ("csv", "out.csv"), ("keepassxc-csv", "notes.csv")] {
        home.done(["export", "--to", format, "-o", name, "--quiet", "--as-of", "2026-11-21"]);
        home.done(["convert", name, "--to", "sfcred", "-o", "back.json", "--force", "--quiet", "--as-of", "2026-11-21"]);
        let back = fs::read_to_string(home.path("back.json")).unwrap();
        for (label, value) in [("nightly kind", "dataloader"), ("pin hint", "1.50"), ("big", "123456789012345678901234567890")] {
            assert!(back.contains(&format!(r#"{{"label":"{label}","value":"{value}"}}"#)), "{format}, {label}: {back}");
        }
    }
}
