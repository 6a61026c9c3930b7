//! Where a file is, rather than what is in it.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use super::tool::{Ended, Scratch, reference, run, sfcred};

/// Converts `input` to `output`, both in the scratch folder, and returns how it ended.
fn convert(scratch: &Scratch, input: &str, output: &str, args: &[&str]) -> Ended {
    let mut command = sfcred(["convert", input, "--to", "bitwarden-json", "-o", output]);
    run(command.args(args).current_dir(scratch.path("")))
}

fn with_input() -> Scratch {
    let scratch = Scratch::new();
    fs::copy(reference(), scratch.path("in.json")).unwrap();
    scratch
}

#[test]
fn inputs_that_are_no_file() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path("folder")).unwrap();
    symlink("nowhere", scratch.path("dangling")).unwrap();
    for (input, error) in [
        ("folder", "folder: this is a folder"),
        ("missing.csv", "missing.csv: no such file or directory"),
        ("folder/missing.csv", "folder/missing.csv: no such file or directory"),
        ("dangling", "dangling: no such file or directory"),
        ("/dev/null", "/dev/null: the file is empty"),
        ("-", "stdin: the file is empty"),
    ] {
        convert(&scratch, input, "out", &[]).assert_error(error);
        assert_eq!(scratch.names(), ["dangling", "folder"], "{input}");
    }
}

#[test]
fn one_bad_input_spoils_all() {
    let scratch = with_input();
    scratch.write("bad.csv", "username,password\nops@harbor-widgets.example\n");
    convert(&scratch, "in.json", "out", &["bad.csv"]).assert_error("bad.csv, row 2: 1 column, but csv has 2 in this file");
    convert(&scratch, "in.json", "out", &["missing.csv"]).assert_error("missing.csv: no such file or directory");
    assert_eq!(scratch.names(), ["bad.csv", "in.json"]);
}

#[test]
fn an_input_that_may_not_be_read() {
    let scratch = with_input();
    let file = scratch.path("in.json");
    fs::set_permissions(&file, PermissionsExt::from_mode(0o0)).unwrap();
    // Nothing is locked for root.
    if fs::File::open(&file).is_err() {
        convert(&scratch, "in.json", "out", &[]).assert_error("in.json: permission denied");
    }
    assert_eq!(scratch.names(), ["in.json"]);
}

#[test]
fn outputs_in_the_way() {
    let scratch = with_input();
    let before = fs::read(scratch.path("in.json")).unwrap();
    scratch.write("old", "old");
    fs::create_dir(scratch.path("folder")).unwrap();
    symlink("old", scratch.path("link")).unwrap();
    symlink("in.json", scratch.path("to-input")).unwrap();
    fs::hard_link(scratch.path("in.json"), scratch.path("twin")).unwrap();
    for (output, force, error) in [
        ("old", false, "old: exists already"),
        ("link", false, "link: exists already, as a symbolic link"),
        ("folder", true, "folder: is a folder"),
        ("new/out", true, "new/out: no such folder"),
        ("old/out", true, "old/out: no such folder"),
        ("in.json", true, "in.json: the output is also the input"),
        ("to-input", true, "to-input: the output is also the input"),
        ("twin", true, "twin: the output is also the input"),
        ("/dev/null", true, "/dev/null: is not a regular file"),
    ] {
        convert(&scratch, "in.json", output, if force { &["--force"] } else { &[] }).assert_error(error);
    }
    assert_eq!(fs::read(scratch.path("in.json")).unwrap(), before);
    assert_eq!(fs::read(scratch.path("old")).unwrap(), b"old");
    assert_eq!(scratch.names(), ["folder", "in.json", "link", "old", "to-input", "twin"]);
    let ended = convert(&scratch, "in.json", "link", &["--force", "--quiet"]);
    ended.assert_code(0, "link");
    assert_eq!(fs::read(scratch.path("old")).unwrap(), b"old");
    assert!(fs::symlink_metadata(scratch.path("link")).unwrap().is_file());
}
