//! Sealed files that are damaged, or that are given the wrong key.

use std::fs;
use std::path::PathBuf;

use super::tool::{Scratch, identity, reference, run, sfcred};

/// A secret of the reference, which must never come out of a damaged file.
const SECRET: &str = "Quartz-Lantern-42!";

/// The reference, sealed to the identity of the tests.
fn sealed(scratch: &Scratch, armor: bool) -> Vec<u8> {
    let path = scratch.path("whole.age");
    let mut command = sfcred(["convert", "--to", "sfcred", "--quiet", "-r", &identity().1, "-o"]);
    command.arg(&path).arg(reference());
    if armor {
        command.arg("-a");
    }
    run(&mut command).assert_code(0, "sealing");
    let bytes = fs::read(&path).unwrap();
    fs::remove_file(path).unwrap();
    bytes
}

/// Makes sure that no output comes of these bytes, and returns the error line.
fn refuse(scratch: &Scratch, bytes: &[u8], what: &str) -> String {
    let input = scratch.write("damaged.age", bytes);
    let mut first = None;
    for out in ["out", "-"] {
        let mut command = sfcred(["convert", "damaged.age", "--to", "csv", "-o", out, "-i"]);
        let ended = run(command.arg(identity().0).current_dir(scratch.path("")));
        ended.assert_code(1, what);
        let line = ended.stderr.lines().next().unwrap_or_default().to_owned();
        ended.assert_error(line.strip_prefix("sfcred: error: ").unwrap());
        assert!(!ended.stderr.contains(SECRET), "{what}");
        assert_eq!(*first.get_or_insert(line.clone()), line, "{what}");
        assert_eq!(scratch.names(), ["damaged.age"], "{what}");
    }
    fs::remove_file(input).unwrap();
    first.unwrap()
}

#[test]
fn cut_anywhere() {
    let scratch = Scratch::new();
    for armor in [false, true] {
        let whole = sealed(&scratch, armor);
        let size = whole.len();
        // Behind the last byte of armor stands only its line end.
        let last = size - if armor { 2 } else { 1 };
        for end in [100, 150, 190, 210, size / 2, size - 100, size - 20, last] {
            let line = refuse(&scratch, &whole[..end], &format!("cut at {end} of {size}"));
            assert!(line.contains("damaged"), "{end} of {size}: {line}");
        }
    }
}

#[test]
fn one_bit_turned() {
    let scratch = Scratch::new();
    for armor in [false, true] {
        let whole = sealed(&scratch, armor);
        for at in (30..whole.len() - 40).step_by(whole.len() / 12) {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            refuse(&scratch, &bytes, &format!("byte {at} of {}", whole.len()));
        }
    }
}

#[test]
fn something_behind_the_end() {
    let scratch = Scratch::new();
    for armor in [false, true] {
        let mut bytes = sealed(&scratch, armor);
        bytes.extend_from_slice(b"more");
        let line = refuse(&scratch, &bytes, "appended");
        assert!(line.contains("damaged"), "{line}");
    }
}

#[test]
fn keys_that_do_not_fit() {
    let scratch = Scratch::new();
    scratch.write("sealed.age", sealed(&scratch, false));
    scratch.write("empty.txt", "# nothing\n");
    scratch.write("swapped.txt", identity().1);
    scratch.write("broken.txt", "AGE-SECRET-KEY-1S3CR3T\n");
    let other = "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33";
    scratch.write("other.txt", other);
    for (key, error) in [
        (None, "sealed.age: sealed to recipients, and no identity was given"),
        (Some("other.txt"), "sealed.age: no identity matches"),
        (Some("missing.txt"), "missing.txt: no such file or directory"),
        (Some("empty.txt"), "empty.txt: no identity in it"),
        (Some("swapped.txt"), "swapped.txt, line 1: a recipient, where an identity belongs"),
        (Some("broken.txt"), "broken.txt, line 1: not an identity"),
    ] {
        let mut command = sfcred(["check", "sealed.age"]);
        if let Some(key) = key {
            command.args(["-i", key]);
        }
        let ended = run(command.current_dir(scratch.path("")));
        ended.assert_error(error);
        assert!(!ended.stderr.contains("S3CR3T") && !ended.stderr.contains(other), "{}", ended.stderr);
    }
}

#[test]
fn a_wrong_passphrase() {
    let scratch = Scratch::new();
    scratch.write("right", "fake-passphrase\n");
    let passphrases: [(&str, &str, &str); 4] = [
        ("wrong", "Fake-passphrase\n", "sealed.age: wrong passphrase"),
        ("blank", " fake-passphrase\n", "sealed.age: wrong passphrase"),
        ("empty", "\n", "empty: the first line is empty"),
        ("long", &"x".repeat(65 * 1024), "long: a passphrase file is longer than 65536 bytes, the limit"),
    ];
    let mut seal = sfcred(["convert", "--to", "sfcred", "--quiet", "--to-passphrase-file", "right", "-o", "sealed.age"]);
    run(seal.arg(reference()).current_dir(scratch.path(""))).assert_code(0, "sealing");
    let open = |file: &str| {
        run(sfcred(["check", "--fail-on", "never", "sealed.age", "--from-passphrase-file", file]).current_dir(scratch.path("")))
    };
    open("right").assert_code(0, "the right one");
    for (file, passphrase, error) in passphrases {
        let path: PathBuf = scratch.write(file, passphrase);
        open(file).assert_error(error);
        fs::remove_file(path).unwrap();
    }
    open("missing").assert_error("missing: no such file or directory");
}
