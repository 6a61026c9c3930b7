//! Bad files, and what must be said of each.
//!
//! `files/` holds them, `cases.toml` says what must happen. Files that are large are made by `made`, and archives by `archives`; `cuts`,
//! `kdbx`, `loader`, `locks`, `seals`, `stores` and `places` hold what is no matter of one file.

mod archives;
mod cuts;
mod kdbx;
mod loader;
mod locks;
mod made;
mod places;
mod seals;
mod stores;
#[path = "../tool/mod.rs"]
mod tool;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use tool::{Scratch, run, sfcred};

/// What every secret in these files holds.
const SECRET: &str = "S3cr3t";

/// What must be said of one file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// The first line when the format is found by content.
    error: String,
    /// The first line when it is named.
    #[serde(default)]
    from: BTreeMap<String, String>,
    /// Whether there is no secret in the file.
    #[serde(default)]
    bare: bool,
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/hostile"))
}

fn cases() -> BTreeMap<String, Case> {
    toml::from_str(&fs::read_to_string(folder().join("cases.toml")).unwrap()).unwrap()
}

#[test]
fn every_file_is_listed() {
    let mut files: Vec<_> =
        fs::read_dir(folder().join("files")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    files.sort();
    assert_eq!(files, cases().into_keys().collect::<Vec<_>>());
    println!("{} hostile files", files.len());
    assert!(files.len() >= 80, "the folder is not whole");
}

#[test]
fn every_secret_can_be_seen() {
    for (file, case) in cases() {
        let bytes = fs::read(folder().join("files").join(&file)).unwrap();
        let utf16 = |unit: fn(u16) -> [u8; 2]| SECRET.encode_utf16().flat_map(unit).collect::<Vec<_>>();
        let needles = [SECRET.as_bytes().to_vec(), utf16(u16::to_le_bytes), utf16(u16::to_be_bytes)];
        let there = needles.iter().any(|needle| bytes.windows(needle.len()).any(|window| window == needle));
        assert_eq!(there, !case.bare, "{file}");
    }
}

#[test]
fn every_file_is_refused() {
    let mut count = 0;
    for (file, case) in cases() {
        refuse(&file, &[], &case.error);
        count += 1;
        for (format, error) in &case.from {
            refuse(&file, &["--from", format], error);
            count += 1;
        }
    }
    println!("{count} cases");
    assert!(count >= 110, "only {count}");
}

/// Every verb says the same, shows no secret, and `convert` writes nothing.
fn refuse(file: &str, args: &[&str], error: &str) {
    let scratch = Scratch::new();
    let out = scratch.path("out");
    let out = out.to_str().unwrap();
    for verb in [&["convert", "--to", "bitwarden-json", "-o", out][..], &["check"], &["inspect"]] {
        let ended = run(sfcred(verb.iter().chain(args).chain([&file])).current_dir(folder().join("files")));
        ended.assert_error(error);
        assert!(!ended.stderr.contains(SECRET), "{file}: {}", ended.stderr);
    }
    assert_eq!(scratch.names(), [""; 0], "{file}");
}
