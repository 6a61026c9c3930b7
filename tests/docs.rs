//! The documentation says what the code says.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Makes sure that a page is what the tool prints.
fn assert_up_to_date(page: &str, args: &[&str]) {
    let printed = Command::new(env!("CARGO_BIN_EXE_sfcred")).args(args).output().unwrap();
    assert!(printed.status.success());
    let (text, printed) = (read(page), String::from_utf8(printed.stdout).unwrap());
    let differs = text.lines().zip(printed.lines()).position(|(text, printed)| text != printed);
    assert!(
        text == printed,
        "{page} is old, from line {} on; refresh it: cargo run -- {} > {page}",
        differs.unwrap_or(text.lines().count().min(printed.lines().count())) + 1,
        args.join(" ")
    );
}

#[test]
fn the_page_of_formats_is_up_to_date() {
    assert_up_to_date("docs/formats.md", &["formats", "--markdown"]);
}

#[test]
fn the_page_of_rules_is_up_to_date() {
    assert_up_to_date("docs/rules.md", &["check", "--rules", "--markdown"]);
}

/// Collects the keys of a document, but for those that are names of rules, classes or remedies.
fn keys(value: &serde_json::Value, found: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Object(map) => {
            for (key, value) in map {
                found.insert(key.clone());
                match (key.as_str(), value) {
                    ("counts" | "classes" | "others", _) => {}
                    ("remedies", serde_json::Value::Object(remedies)) => remedies.values().for_each(|remedy| keys(remedy, found)),
                    _ => keys(value, found),
                }
            }
        }
        serde_json::Value::Array(list) => list.iter().for_each(|value| keys(value, found)),
        _ => {}
    }
}

#[test]
fn every_key_of_the_findings_is_explained_and_no_other() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("check-json");
    fs::create_dir_all(&folder).unwrap();
    let record = r#"{"title":"Fake","username":"a@one.example","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s","issued":"2026-01-01","password_changed":"2026-02-01",
        "rotate_by":"2026-03-01","used_by":[{"name":"nightly","place":"x.env","updated":"2025-01-01"}]}"#;
    fs::write(folder.join("a.json"), format!(r#"{{"format":"sfcred","version":1,"records":[{record}]}}"#)).unwrap();
    fs::write(folder.join("a.csv"), "username,token\nb@one.example,Qx7LmT2vRk9ZpB4nWc6HdY1t\n").unwrap();
    fs::write(folder.join("sfcred.toml"), "").unwrap();
    let args = ["check", "a.json", "a.csv", "--json", "--as-of", "2026-11-21"];
    let printed = Command::new(env!("CARGO_BIN_EXE_sfcred")).args(args).current_dir(&folder).output().unwrap();
    let document: serde_json::Value = serde_json::from_slice(&printed.stdout).unwrap();
    let mut found = BTreeSet::new();
    keys(&document, &mut found);
    let page = read("docs/check-json.md");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split(" |").next());
    let explained: BTreeSet<String> = rows.flat_map(|cell| cell.split(", ")).map(|name| name.trim_matches('`').to_owned()).collect();
    assert_eq!(explained, found, "docs/check-json.md explains these on the left");
}

#[test]
fn every_column_of_the_findings_is_explained_and_no_other() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/sample-vault.csv");
    let args = ["check", "--format", "csv", "--fail-on", "never", "--as-of", "2026-11-21"];
    let printed = Command::new(env!("CARGO_BIN_EXE_sfcred")).args(args).arg(sample).output().unwrap();
    let columns = String::from_utf8(printed.stdout).unwrap();
    let page = read("docs/reports.md");
    let table = page.split("| column |").nth(1).unwrap();
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `")?.split(" |").next());
    let explained: Vec<&str> = rows.flat_map(|cell| cell.split(", ")).map(|name| name.trim_matches('`')).collect();
    assert_eq!(explained.join(","), columns.lines().next().unwrap());
}

/// Where the keys of a `format.toml` are defined.
const SOURCES: [&str; 6] = ["format.rs", "holds.rs", "table/mod.rs", "store/mod.rs", "detect/mod.rs", "keys/style.rs"];

/// What a source file reads from TOML: the fields of its structs and the names of its values.
fn names(source: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let (mut read, mut inside) = (false, false);
    for line in source.lines() {
        if line.starts_with("#[derive(") {
            read = line.contains("Deserialize");
        } else if line.starts_with("pub struct ") || line.starts_with("pub enum ") {
            inside = read && line.ends_with('{');
            read = false;
        } else if line == "}" {
            inside = false;
        } else if inside && !line.trim_start().starts_with(['/', '#']) {
            let word = line.trim().trim_start_matches("pub ").trim_end_matches(',').split([':', '(']).next().unwrap();
            found.insert(if word.starts_with(char::is_uppercase) { kebab(word) } else { word.to_owned() });
        }
    }
    found
}

fn kebab(word: &str) -> String {
    let mut text = String::new();
    for character in word.chars() {
        if character.is_uppercase() && !text.is_empty() {
            text.push('-');
        }
        text.push(character.to_ascii_lowercase());
    }
    text
}

#[test]
fn every_key_of_a_format_is_explained() {
    let names: BTreeSet<String> = SOURCES.iter().flat_map(|file| names(&read(&format!("formats/{file}")))).collect();
    assert!(names.len() > 50 && names.contains("row_end") && names.contains("escaped-slash"), "the sources were not understood: {names:?}");
    let page = read("formats/README.md");
    let missing: Vec<&String> =
        names.iter().filter(|name| !page.contains(&format!("`{name}`")) && !page.contains(&format!("`[{name}]`"))).collect();
    assert!(missing.is_empty(), "formats/README.md does not explain {missing:?}");
}

/// The other way: no row explains a key that does not exist.
#[test]
fn no_other_key_is_explained() {
    let names: BTreeSet<String> = SOURCES.iter().flat_map(|file| names(&read(&format!("formats/{file}")))).collect();
    let page = read("formats/README.md");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split(" |").next());
    let explained: Vec<&str> = rows.flat_map(|cell| cell.split(", ")).map(|name| name.trim_matches('`')).collect();
    assert!(explained.len() > 40, "only {explained:?}");
    for name in &explained {
        assert!(names.contains(*name), "formats/README.md explains {name}, which does not exist");
    }
}
