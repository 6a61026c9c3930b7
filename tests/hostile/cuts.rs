//! Files that were cut on the way.
//!
//! A table without its last rows is a table, and a list of variables without its last lines is one too. So of these only this can hold: a cut
//! leaves whole records, and a last one that may lack something.

use std::fs;
use std::process::Command;

use super::tool::{Scratch, reference, run, sfcred, unlock};

/// The formats that are both read and written, as one file.
fn formats() -> impl Iterator<Item = &'static str> {
    let both = sfcred_formats::all().iter().filter(|format| format.spec.read.is_some() && format.spec.write.is_some());
    both.filter(|format| format.spec.store.is_none()).map(|format| format.spec.id.as_str())
}

/// The reference records in `format`.
fn sample(scratch: &Scratch, format: &str) -> Vec<u8> {
    let path = scratch.path(&format!("sample.{format}"));
    let mut convert = sfcred(["convert", "--lossy", "--to", format, "-o"]);
    run(convert.arg(&path).args(unlock("to", format)).arg(reference())).assert_code(0, format);
    fs::read(path).unwrap()
}

fn native(input: &std::path::Path, format: &str) -> Command {
    let mut command = sfcred(["convert", "--lossy", "--all", "--quiet", "--from", format, "--to", "sfcred", "-o", "-"]);
    command.args(unlock("from", format)).arg(input);
    command
}

#[test]
fn a_cut_is_an_error_or_a_beginning() {
    let mut cuts = 0;
    let mut refused = 0;
    for format in formats() {
        let scratch = Scratch::new();
        let whole = sample(&scratch, format);
        let ended = run(&mut native(&scratch.path(&format!("sample.{format}")), format));
        ended.assert_code(0, format);
        let records = lines(&ended.stdout);
        assert!(records.len() >= 15, "{format}: only {} records", records.len());
        let half = whole.len() / 2;
        // Inside of rows, and behind every line end, where a table that was cut looks whole.
        let inside = (0..12).map(|step| half + step).chain([1, whole.len() / 3, whole.len() * 9 / 10, whole.len() - 3]);
        let ends = (1..whole.len()).filter(|end| whole[end - 1] == b'\n').step_by(3);
        for end in inside.chain(ends) {
            let cut = scratch.write("cut", &whole[..end]);
            let ended = run(&mut native(&cut, format));
            cuts += 1;
            if ended.status.code() == Some(1) {
                refused += 1;
                assert!(ended.stderr.starts_with("sfcred: error: ") && ended.stderr.contains("\nsfcred: hint: "), "{}", ended.stderr);
                assert_eq!(ended.stdout, b"", "{format}, {end}");
                continue;
            }
            ended.assert_code(0, &format!("{format}, {end}"));
            let is_list = format.ends_with("csv") || ["connection-string", "dotenv", "ini", "properties", "toml", "yaml"].contains(&format);
            assert!(is_list, "{format} was cut at {end} and was read");
            let some = lines(&ended.stdout);
            // The last record may have lost the end of its last cell, or its last lines.
            let sound = some.len().saturating_sub(1);
            assert!(some.len() <= records.len(), "{format}, {end}");
            assert_eq!(some[..sound], records[..sound], "{format}, {end}");
        }
    }
    println!("{cuts} cuts, {refused} refused");
    assert!(refused > 150 && cuts - refused > 30, "{refused} of {cuts}");
}

/// The records of a native document, one a line.
fn lines(document: &[u8]) -> Vec<String> {
    let text = String::from_utf8(document.to_vec()).unwrap();
    text.lines()
        .filter(|line| line.starts_with("{\"title\"") || line.starts_with("{\"username\""))
        .map(|line| line.trim_end_matches(',').to_owned())
        .collect()
}
