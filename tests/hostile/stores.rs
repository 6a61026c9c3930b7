//! Stores that come from somebody else, and a gpg that does not do what it should.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use super::SECRET;
use super::tool::{Ended, Scratch, identity, reference, run, sfcred};

/// Runs a verb in the scratch folder, with the fictional identity at hand.
fn verb(scratch: &Scratch, args: &[&str]) -> Ended {
    run(sfcred(args).current_dir(scratch.path("")))
}

/// A store of the reference records: sealed with age, or plain text.
fn store(scratch: &Scratch, seal: &[&str]) {
    let reference = reference();
    let args = ["convert", reference.to_str().unwrap(), "--to", "passage", "--lossy", "--quiet", "-o", "store"];
    verb(scratch, &[&args, seal].concat()).assert_code(0, "a store");
}

fn sealed() -> (Scratch, String) {
    let scratch = Scratch::new();
    let (key, recipient) = identity();
    store(&scratch, &["-r", &recipient]);
    (scratch, key.to_str().unwrap().to_owned())
}

/// A program called gpg, which does what `script` says and nothing else.
fn with_gpg(scratch: &Scratch, script: &str, args: &[&str]) -> Ended {
    fs::create_dir_all(scratch.path("bin")).unwrap();
    let gpg = scratch.write("bin/gpg", format!("#!/bin/sh\n{script}\n"));
    fs::set_permissions(gpg, PermissionsExt::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", scratch.path("bin").display());
    run(sfcred(args).current_dir(scratch.path("")).env("PATH", path))
}

#[test]
fn links_do_not_lead_out() {
    let scratch = Scratch::new();
    store(&scratch, &["--plain"]);
    let outside = Scratch::new();
    outside.write("outside.txt", format!("{SECRET}\nlogin: canary@harbor-widgets.example\nurl: https://login.salesforce.com\n"));
    symlink(outside.path("outside.txt"), scratch.path("store/link.txt")).unwrap();
    symlink(outside.path(""), scratch.path("store/folder")).unwrap();
    symlink(".", scratch.path("store/round")).unwrap();
    symlink("nowhere", scratch.path("store/.gpg-id")).unwrap();
    let ended = verb(&scratch, &["convert", "store", "--to", "sfcred", "--quiet", "-o", "out"]);
    ended.assert_code(0, "links");
    let text = fs::read_to_string(scratch.path("out")).unwrap();
    assert!(!text.contains("canary") && text.contains("ops@harbor-widgets.example"));
    let ended = verb(&scratch, &["convert", "store", "--to", "csv", "-o", "out.csv"]);
    let told = "warning: symbolic links and special files of the store not carried over: 3 entries";
    assert!(ended.stderr.contains(told), "{}", ended.stderr);
}

#[test]
#[cfg(target_os = "linux")]
fn pipes_are_not_waited_for() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path("store")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(scratch.path("store/pipe.age")).status().unwrap();
    assert!(made.success());
    scratch.write("store/a.txt", "pw");
    verb(&scratch, &["check", "store"]).assert_code(0, "a pipe");
}

#[test]
fn an_entry_that_lies() {
    let (scratch, key) = sealed();
    let entry = scratch.path("store/Ops integration.age");
    let good = fs::read(&entry).unwrap();
    let mut forged = good.clone();
    *forged.last_mut().unwrap() ^= 1;
    let damaged = "damaged or cut: it could not be authenticated to its end";
    let plain = format!("{SECRET}\nlogin: ops@harbor-widgets.example\n").into_bytes();
    let work = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile/files/age-too-much-work.age")).unwrap();
    let flood = [b"age-encryption.org/v1\n".to_vec(), b"-> X25519 abc\nAAAA\n".repeat(65)].concat();
    for (bytes, what) in [
        (&plain, "not sealed with age"),
        (&vec![], "not sealed with age"),
        (&forged, damaged),
        (&good[..good.len() - 1].to_vec(), damaged),
        (&good[..40].to_vec(), "header line 2: damaged header"),
        (&flood, "the header has more than 64 recipients, the limit"),
        (&work, "its passphrase takes work factor 30, and the limit is 20"),
    ] {
        fs::write(&entry, bytes).unwrap();
        let separator = if what.starts_with("header line") { ", " } else { ": " };
        for args in [&["convert", "--to", "csv", "--quiet", "-o", "out"][..], &["check"], &["inspect"]] {
            let ended = verb(&scratch, &[args, &["store", "-i", &key]].concat());
            ended.assert_error(&format!("store/Ops integration.age{separator}{what}"));
            assert!(!ended.stderr.contains(SECRET));
        }
        assert_eq!(scratch.names(), ["store"], "{what}");
    }
}

#[test]
fn floods_end_at_a_limit() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path("store")).unwrap();
    let large = File::create(scratch.path("store/large.txt")).unwrap();
    large.set_len(1 << 40).unwrap();
    let error = "store/large.txt: longer than 16777216 bytes, the limit for one entry";
    verb(&scratch, &["check", "store"]).assert_error(error);
    let one = ["check", "store/large.txt", "--from", "pass"];
    verb(&scratch, &one).assert_error("store/large.txt: longer than 16777216 bytes, the limit for one entry");
    fs::remove_file(scratch.path("store/large.txt")).unwrap();
    scratch.write("store/lines.txt", format!("{SECRET}\n{}", "a: b\n".repeat(5000)));
    let error = "store, lines.txt: more than 4096 lines of the form `key: value`, the limit for one entry";
    verb(&scratch, &["check", "store"]).assert_error(error);
    fs::remove_file(scratch.path("store/lines.txt")).unwrap();
    let mut deep = scratch.path("store");
    for _ in 0..70 {
        deep.push("d");
    }
    fs::create_dir_all(deep).unwrap();
    verb(&scratch, &["check", "store"]).assert_error("store: more than 64 folders inside each other");
}

#[test]
fn many_entries_are_read_in_time() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path("store")).unwrap();
    for number in 0..3000 {
        let text = format!("fake\nlogin: user{number}@many.example\nurl: https://login.salesforce.com\n");
        scratch.write(&format!("store/Org {number}.txt"), text);
    }
    let ended = verb(&scratch, &["convert", "store", "--to", "csv", "--quiet", "-o", "-"]);
    ended.assert_code(0, "many");
    assert_eq!(String::from_utf8(ended.stdout).unwrap().lines().count(), 3001);
}

#[test]
fn names_cannot_drive_the_terminal() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path("store")).unwrap();
    scratch.write("store/\u{1b}[2J\u{202e}x.txt", format!("{SECRET}\n{}", "a: b\n".repeat(5000)));
    let ended = verb(&scratch, &["check", "store"]);
    ended.assert_error("store, \\u{1b}[2J\\u{202e}x.txt: more than 4096 lines of the form `key: value`, the limit for one entry");
    // The title of a record is no way to another folder.
    let record = r#"{"title":"../../\u001b]0;x\u0007/..","username":"a","password":"b"}"#;
    scratch.write("in.json", format!(r#"{{"format":"sfcred","version":1,"records":[{record}]}}"#));
    verb(&scratch, &["convert", "in.json", "--to", "pass", "--plain", "--quiet", "-o", "new"]).assert_code(0, "a title");
    let names: Vec<_> = fs::read_dir(scratch.path("new")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["_._..__]0;x__...txt"]);
    assert_eq!(scratch.names(), ["in.json", "new", "store"]);
}

#[test]
#[cfg(target_os = "linux")]
fn a_name_that_is_not_utf_8() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let scratch = Scratch::new();
    fs::create_dir(scratch.path("store")).unwrap();
    File::create(scratch.path("store").join(OsStr::from_bytes(b"k\xf6ln.gpg"))).unwrap();
    verb(&scratch, &["check", "store"]).assert_error("store, k\u{fffd}ln.gpg: a name that is not UTF-8");
}

#[test]
fn a_gpg_that_lies() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path("store")).unwrap();
    scratch.write("store/a.gpg", "sealed");
    let opened = format!("printf '{SECRET}\\nlogin: a@b.example\\nToken: x\\n'");
    let status = |words: &str| format!("for word in {words}; do echo \"[GNUPG:] $word\"; done >&2;");
    let cannot = "store/a.gpg: gpg cannot open it";
    for (script, error) in [
        ("exit 2".to_owned(), cannot),
        // What it passes on without having opened it, or before it found out that it is damaged, does not count.
        (opened.clone(), cannot),
        (format!("{} {opened}", status("PLAINTEXT")), cannot),
        (format!("{} {opened}", status("PLAINTEXT BEGIN_DECRYPTION PLAINTEXT DECRYPTION_OKAY END_DECRYPTION")), cannot),
        (format!("{} {opened}", status("BEGIN_DECRYPTION PLAINTEXT DECRYPTION_FAILED END_DECRYPTION")), cannot),
        (format!("{} {opened}; exit 2", status("BEGIN_DECRYPTION PLAINTEXT DECRYPTION_OKAY END_DECRYPTION")), cannot),
        (format!("echo '[GNUPG:] NO_SECKEY 0123' >&2; exit 2; {opened}"), "store/a.gpg: gpg has no secret key for it"),
        (format!("echo '{SECRET}' >&2; exit 2"), cannot),
        ("exec cat /dev/zero".to_owned(), "store/a.gpg: longer than 16777216 bytes, the limit for one entry"),
        ("head -c 9999999 /dev/zero >&2; exit 2".to_owned(), cannot),
    ] {
        let ended = with_gpg(&scratch, &script, &["check", "store"]);
        ended.assert_error(error);
        assert!(!ended.stderr.contains(SECRET), "{script}");
    }
    let good = status("BEGIN_DECRYPTION PLAINTEXT DECRYPTION_OKAY END_DECRYPTION");
    with_gpg(&scratch, &format!("{good} {opened}"), &["check", "store", "--all"]).assert_code(0, "a gpg that does not");
    let nowhere = scratch.path("nowhere");
    let ended = run(sfcred(["check", "store"]).current_dir(scratch.path("")).env("PATH", nowhere));
    ended.assert_error("store/a.gpg: gpg is not installed");
}

#[test]
fn a_gpg_that_does_not_encrypt() {
    let scratch = Scratch::new();
    fs::copy(reference(), scratch.path("in.json")).unwrap();
    let convert = ["convert", "in.json", "--to", "pass", "--lossy", "--quiet", "--gpg-id", "fake@harbor-widgets.example", "-o", "new"];
    for (script, error) in [
        ("exit 2", "new: gpg cannot encrypt"),
        ("cat", "new: gpg cannot encrypt"),
        ("exec <&-; exit 0", "new: gpg cannot encrypt"),
        ("echo '[GNUPG:] INV_RECP 10 fake@x' >&2; exit 2", "new: gpg does not trust the key fake@x"),
        ("echo '[GNUPG:] INV_RECP 0 fake@x' >&2; exit 2", "new: gpg has no key fake@x to encrypt to"),
    ] {
        with_gpg(&scratch, script, &convert).assert_error(error);
        assert_eq!(scratch.names(), ["bin", "in.json"], "{script}");
    }
    // What it is given on its command line and in its environment holds no secret.
    let script = "cat >/dev/null; echo \"$@\"; env; echo '[GNUPG:] END_ENCRYPTION' >&2";
    with_gpg(&scratch, script, &convert).assert_code(0, "arguments");
    let said = fs::read_to_string(scratch.path("new/Ops integration.gpg")).unwrap();
    assert!(said.contains("--recipient fake@harbor-widgets.example"), "{said}");
    assert!(!said.contains("Quartz") && !said.contains("Qx7LmT2vRk9ZpB4nWc6HdY1s"));
    assert_eq!(fs::read_to_string(scratch.path("new/.gpg-id")).unwrap(), "fake@harbor-widgets.example\n");
}

#[test]
fn stores_in_the_way() {
    let (scratch, key) = sealed();
    let before = fs::read(scratch.path("store/Ops integration.age")).unwrap();
    let (_, recipient) = identity();
    scratch.write("file", "old");
    fs::create_dir(scratch.path("empty")).unwrap();
    symlink("empty", scratch.path("link")).unwrap();
    for output in ["store", "store/", "file", "link", "store/Ops integration.age"] {
        let convert = ["convert", "store", "-i", &key, "--to", "passage", "--lossy", "--force", "--quiet", "-r", &recipient, "-o", output];
        verb(&scratch, &convert).assert_error(&format!("{output}: exists already, and is not an empty folder"));
    }
    assert_eq!(fs::read(scratch.path("store/Ops integration.age")).unwrap(), before);
    assert_eq!(scratch.names(), ["empty", "file", "link", "store"]);
    let mut out = File::create(scratch.path("one.txt")).unwrap();
    write!(out, "{SECRET}\nlogin: one@harbor-widgets.example\n").unwrap();
    verb(&scratch, &["convert", "one.txt", "--from", "pass", "--all", "--to", "passage", "--quiet", "-r", &recipient, "-o", "empty"])
        .assert_code(0, "an empty folder");
    assert!(scratch.path("empty/.age-recipients").is_file());
}

#[test]
fn a_mail_with_a_long_attachment_is_passed_over() {
    let scratch = Scratch::new();
    fs::create_dir_all(scratch.path("mail/cur")).unwrap();
    let token = "Qx7LmT2vRk9ZpB4nWc6HdY1s";
    let mail = format!(
        "From: support@salesforce.com\nDate: Tue, 18 Aug 2026 09:12:44 +0000\nSubject: Your new Salesforce security token\n\n\
         Username: ops@one.example\nSecurity token (case-sensitive): {token}\n"
    );
    scratch.write("mail/cur/1787000000.M1.host:2,S", mail);
    File::create(scratch.path("mail/cur/1786000000.M2.host:2,S")).unwrap().set_len(17 << 20).unwrap();
    let ended = verb(&scratch, &["convert", "mail", "--to", "csv", "-o", "out.csv"]);
    ended.assert_code(0, "a long mail");
    assert!(
        ended.stderr.contains("warning: mails of more than 16777216 bytes not carried over: 1 record, cur/1786000000.M2.host:2,S\n"),
        "{}",
        ended.stderr
    );
    assert!(fs::read_to_string(scratch.path("out.csv")).unwrap().contains(token));
}
