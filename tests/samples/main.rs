//! The ways in which credentials lie about today, each as a file, through the real command.
//!
//! `files/` has a folder for each kind of place, and `expected/` a table for each folder, which says of every file what must be read, or why it
//! is refused. Both follow `salesforce.md` of the facts, sections 1.6, 2.3 and 3, and not what the program happens to do.

#[path = "../tool/mod.rs"]
mod tool;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;
use tool::{Ended, run, sfcred};

/// What must become of one file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    /// Further options.
    #[serde(default)]
    options: Vec<String>,
    /// The format as which it is recognised, or named by the options.
    #[serde(default)]
    format: String,
    /// The records, whole, as the native format has them; none where it is only told why.
    #[serde(default)]
    records: Vec<Value>,
    /// What is told of them: a part of each line on stderr, in order.
    #[serde(default)]
    told: Vec<String>,
    /// Or the line with which it is refused.
    error: Option<String>,
    /// What a search finds in it, as `line username`, where that is more than the records.
    scan: Option<Vec<String>>,
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/samples"))
}

/// What is expected of every file, by its path below `files/`.
fn expected() -> BTreeMap<PathBuf, Expected> {
    let mut all = BTreeMap::new();
    for (name, path) in entries(&folder().join("expected")) {
        let kind = name.strip_suffix(".toml").unwrap_or_else(|| panic!("{name} is no table"));
        let table: BTreeMap<String, Expected> =
            toml::from_str(&fs::read_to_string(path).unwrap()).unwrap_or_else(|error| panic!("{name}: {error}"));
        all.extend(table.into_iter().map(|(file, expected)| (Path::new(kind).join(file), expected)));
    }
    all
}

/// The names and paths of what lies in a folder.
fn entries(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries.map(|entry| (entry.file_name().into_string().unwrap(), entry.path())).collect()
}

#[test]
fn every_file_has_an_expectation() {
    let mut files = BTreeSet::new();
    for (kind, path) in entries(&folder().join("files")) {
        files.extend(entries(&path).into_iter().map(|(file, _)| Path::new(&kind).join(file)));
    }
    // Keys are no samples; the options of those that need one name it.
    files.retain(|file| !file.starts_with("keys"));
    assert_eq!(files, expected().into_keys().collect());
}

#[test]
fn every_sample_reads_as_expected() {
    let (mut read, mut told, mut refused) = (0, 0, 0);
    let mut wrong = Vec::new();
    for (file, expected) in expected() {
        match (&expected.error, expected.records.as_slice()) {
            (Some(_), _) => refused += 1,
            (None, []) => told += 1,
            (None, _) => read += 1,
        }
        assert!(!expected.records.is_empty() || !expected.told.is_empty() || expected.error.is_some(), "{}: says nothing", file.display());
        wrong.extend(differences(&file, &expected).into_iter().map(|what| format!("{}: {what}", file.display())));
    }
    println!("{} samples: {read} read, {told} told to hold no login, {refused} refused", read + told + refused);
    assert!(wrong.is_empty(), "{} differences\n{}", wrong.len(), wrong.join("\n"));
    assert!(read >= 200 && told >= 15 && refused >= 25, "the folder is not whole");
}

/// Converts a file and says what is not as expected.
fn differences(file: &Path, expected: &Expected) -> Vec<String> {
    let (place, name) = (folder().join("files").join(file.parent().unwrap()), file.file_name().unwrap().to_str().unwrap());
    // What is said of a record's age and use is no matter of its file.
    let config = folder().join("rules.toml");
    let judging = ["--as-of", "2026-11-21", "--config", config.to_str().unwrap()];
    let args = ["convert", name, "--to", "sfcred", "-o", "-"].into_iter().chain(judging).chain(expected.options.iter().map(String::as_str));
    let ended = run(sfcred(args).current_dir(&place).env("HOME", "/nowhere"));
    let mut wrong = match &expected.error {
        Some(error) => refused(&ended, error),
        None => converted(&ended, name, expected),
    };
    if let Some(lines) = &expected.scan {
        let ended = run(sfcred(["scan", name, "--json", "-q"].into_iter().chain(judging)).current_dir(&place).env("HOME", "/nowhere"));
        let report: Value = serde_json::from_slice(&ended.stdout).unwrap();
        let found = report["found"].as_array().unwrap().iter();
        let found: Vec<String> =
            found.map(|one| format!("{} {}", one["line"], one["username"].as_str().unwrap_or_default()).trim().to_owned()).collect();
        if found != *lines {
            wrong.push(format!("scan found {found:?}"));
        }
    }
    wrong
}

/// Whether it was refused with this line, and a hint behind it.
fn refused(ended: &Ended, error: &str) -> Vec<String> {
    let mut lines = ended.stderr.lines();
    let first = lines.next() == Some(format!("sfcred: error: {error}").as_str());
    let hint = lines.next().is_some_and(|line| line.starts_with("sfcred: hint: "));
    let right = ended.status.code() == Some(1) && first && hint && ended.stdout.is_empty();
    if right {
        Vec::new()
    } else {
        vec![format!("ended with {} and said\n{}{}", ended.status, ended.stderr, String::from_utf8_lossy(&ended.stdout))]
    }
}

/// Whether it became these records, and nothing else was told.
fn converted(ended: &Ended, name: &str, expected: &Expected) -> Vec<String> {
    let mut wrong = Vec::new();
    if ended.status.code() != Some(0) {
        return vec![format!("ended with {} and said\n{}", ended.status, ended.stderr)];
    }
    let document: Value = serde_json::from_slice(&ended.stdout).unwrap();
    let records = document["records"].as_array().unwrap();
    if *records != expected.records {
        let lines: Vec<String> = records.iter().map(Value::to_string).collect();
        wrong.push(format!("holds\n{}", lines.join("\n")));
    }
    let mut lines: Vec<&str> = ended.stderr.lines().filter_map(|line| line.strip_prefix("sfcred: ")).collect();
    let first = format!("notice: {name}: {}, ", expected.format);
    if expected.format.is_empty() || !lines.first().is_some_and(|line| line.starts_with(&first)) {
        wrong.push(format!("begins with {:?}", lines.first()));
    }
    lines.drain(..1.min(lines.len()));
    if lines.len() != expected.told.len() || lines.iter().zip(&expected.told).any(|(line, told)| !line.contains(told)) {
        wrong.push(format!("tells {lines:#?}"));
    }
    wrong
}
