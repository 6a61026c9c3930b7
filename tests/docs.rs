//! The documentation says what the code says.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn the_page_of_formats_is_up_to_date() {
    let printed = Command::new(env!("CARGO_BIN_EXE_sfcred")).args(["formats", "--markdown"]).output().unwrap();
    assert!(printed.status.success());
    let (page, printed) = (read("docs/formats.md"), String::from_utf8(printed.stdout).unwrap());
    let differs = page.lines().zip(printed.lines()).position(|(page, printed)| page != printed);
    assert!(
        page == printed,
        "docs/formats.md is old, from line {} on; refresh it: cargo run -- formats --markdown > docs/formats.md",
        differs.unwrap_or(page.lines().count().min(printed.lines().count())) + 1
    );
}

/// Where the keys of a `format.toml` are defined.
const SOURCES: [&str; 4] = ["format.rs", "table/mod.rs", "store/mod.rs", "detect/mod.rs"];

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
