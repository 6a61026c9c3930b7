//! A record in an editor, and what else happens meanwhile.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use super::Home;
use super::tool::{Ended, run};

/// Runs `edit` with a script for an editor; in it `$1` is the file, and `sfcred` the program with this vault.
fn edit(home: &Home, script: &str, args: &[&str]) -> Ended {
    let path = home.path("editor");
    fs::write(&path, format!("#!/bin/sh\nsfcred() {{ {} \"$@\"; }}\n{script}\n", env!("CARGO_BIN_EXE_sfcred"))).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
    let mut command = home.sfcred([&["edit", "ops"], args].concat());
    run(command.env("EDITOR", &path).env("XDG_RUNTIME_DIR", "/dev/shm"))
}

fn home() -> Home {
    let home = Home::new();
    home.write("b.csv", "username,password\nÄrger@one.example,Fake-Lantern-1\n");
    home.write(
        "used.csv",
        "username,password,token,issued,used_by\nops@one.example,Fake-Lantern-1,FakeT0kenFakeT0kenFakeT01,2026-05-01,nightly | x.env\n",
    );
    home.done(["import", "b.csv", "used.csv", "--quiet", "--as-of", "2026-11-21"]);
    home
}

#[test]
fn what_others_changed_meanwhile_stays() {
    let home = home();
    let script = "sed -i s/x.env/y.env/ \"$1\"; sfcred rotate ops --token-file token.txt --as-of 2026-11-21 >/dev/null 2>&1";
    home.write("token.txt", "FakeT0kenFakeT0kenFakeT02\n");
    edit(&home, script, &[]).assert_code(0, "other keys");
    assert_eq!(home.done(["show", "ops", "--field", "token"]), "FakeT0kenFakeT0kenFakeT02\n");
    assert!(home.done(["show", "ops"]).contains("y.env"));
}

#[test]
fn what_was_typed_is_kept_where_others_changed_the_same() {
    let home = home();
    home.write("token.txt", "FakeT0kenFakeT0kenFakeT02\n");
    let script = "sed -i s/FakeT01/FakeT03/ \"$1\"; sfcred rotate ops --token-file token.txt --as-of 2026-11-21 >/dev/null 2>&1";
    let ended = edit(&home, script, &[]);
    ended.assert_error("ops@one.example: token was changed by another sfcred meanwhile, so nothing was saved");
    assert!(ended.stderr.contains("what was typed is sealed in vault.age.typed: `sfcred import vault.age.typed"), "{}", ended.stderr);
    home.assert_no_plaintext(&["b.csv", "one.csv", "used.csv", "token.txt", "editor"]);
    home.done(["import", "vault.age.typed", "--quiet", "--on-conflict", "theirs"]);
    assert_eq!(home.done(["show", "ops", "--field", "token"]), "FakeT0kenFakeT0kenFakeT03\n");
}

#[test]
fn what_was_typed_is_kept_where_the_vault_is_not_free() {
    let home = home();
    let lock = fs::File::options().write(true).open(home.path("vault.age.lock")).unwrap();
    lock.lock().unwrap();
    let ended = edit(&home, "sed -i s/x.env/y.env/ \"$1\"", &["--wait", "0"]);
    assert!(ended.stderr.contains("is changing the vault") && ended.stderr.contains("vault.age.typed"), "{}", ended.stderr);
    assert_eq!(ended.status.code(), Some(1));
    drop(lock);
    home.done(["import", "vault.age.typed", "--quiet"]);
    assert!(home.done(["show", "ops"]).contains("y.env"));
}

#[test]
fn a_new_token_makes_the_updates_unknown() {
    let home = home();
    home.done(["rotate", "ops", "--done", "nightly", "--as-of", "2026-11-20"]);
    assert_eq!(home.done(["rotate", "--status"]), "");
    edit(&home, "sed -i s/FakeT01/FakeT03/ \"$1\"", &[]).assert_code(0, "edit");
    assert!(home.done(["rotate", "--status"]).contains("not known to have it"));
}

#[test]
fn a_record_stays_one_that_can_be_named() {
    let home = home();
    for (script, message) in [
        ("s/ops@one/ÄRGER@one/", "the edited record: another record has this username"),
        ("s/ops@one.example//", "the edited record: the username is gone"),
        ("s/nightly//", "the edited record: an integration without a name"),
    ] {
        let script = format!("sed -i -e 's/\"title\"/\"title\"/' -e '{script}' \"$1\"");
        let script = if message.contains("gone") {
            format!("{script}; sed -i 's/\"username\"/\"title\":\"x\",\"username\"/' \"$1\"")
        } else {
            script
        };
        edit(&home, &script, &[]).assert_error(message);
    }
    let ended = edit(&home, "echo } >> \"$1\"", &[]);
    assert!(ended.stderr.contains("hint: edit it once more") && !ended.stderr.contains("--from"), "{}", ended.stderr);
    edit(&home, "rm \"$1\"", &[]).assert_error("the edited record is gone, so nothing was saved");
    let ended = home.ended(["add", "ärger@ONE.example"]);
    ended.assert_error("ärger@ONE.example: the vault has this username already");
    home.ended(["add", "c@one.example", "--used-by", "=x"]).assert_code(2, "no name");
}
