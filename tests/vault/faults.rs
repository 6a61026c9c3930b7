//! No room, no permission, no identity.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use super::Home;
use super::tool::{identity, run, sfcred};
use super::unprivileged::Unprivileged;

/// The program where no file that it writes can outgrow a few KiB.
pub(crate) fn with_little_room(home: &Home, args: &[&str]) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -f 4; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_sfcred")]).args(args);
    command.current_dir(home.path("")).env("SFCRED_VAULT", "vault.age").env("SFCRED_IDENTITY", identity().0).stdin(Stdio::null());
    command.env("XDG_CONFIG_HOME", "/nowhere");
    command
}

/// A table that makes the vault larger than there is room for.
fn large() -> String {
    let row = |number| format!("user{number}@one.example,Fake-Lantern-{number},FakeT0kenFakeT0ken{number:06},2026-08-01\n");
    format!("username,password,token,issued\n{}", (0..100).map(row).collect::<Vec<_>>().concat())
}

#[test]
fn no_room() {
    let home = Home::new();
    home.write("new.csv", large());
    let before = fs::read(home.path("vault.age")).unwrap();
    let ended = run(&mut with_little_room(&home, &["import", "new.csv", "--quiet", "--as-of", "2026-11-21"]));
    ended.assert_error("vault.age: file too large");
    assert_eq!(fs::read(home.path("vault.age")).unwrap(), before);
    assert!(home.names().iter().all(|name| !name.starts_with('.')), "{:?}", home.names());
    home.assert_no_plaintext(&["one.csv", "new.csv"]);
    home.done(["import", "new.csv", "--quiet", "--as-of", "2026-11-21"]);
    let ended = run(&mut with_little_room(&home, &["backup", "--to-dir", "copies", "--as-of", "2026-11-21"]));
    ended.assert_error("copies: file too large");
    assert!(ended.stderr.contains("hint: make room and do it again; nothing was changed"), "{}", ended.stderr);
    assert_eq!(fs::read_dir(home.path("copies")).unwrap().count(), 0);
}

#[test]
fn a_folder_that_cannot_be_written() {
    // Root may write everywhere.
    let own = Unprivileged::new(&Home::new());
    let before = fs::read(own.path("vault.age")).unwrap();
    let names = || fs::read_dir(own.path("")).unwrap().count();
    let count = names();
    fs::set_permissions(own.path(""), Permissions::from_mode(0o500)).unwrap();
    let ended = own.ended(["remove", "ops"]);
    fs::set_permissions(own.path(""), Permissions::from_mode(0o700)).unwrap();
    ended.assert_error("vault.age: permission denied");
    assert_eq!((fs::read(own.path("vault.age")).unwrap(), names()), (before, count));
    // Nothing but the mode was in the way.
    own.ended(["remove", "ops"]).assert_code(0, "remove");
}

#[test]
fn a_folder_that_anybody_can_write_to() {
    let home = Home::new();
    let before = home.document();
    fs::set_permissions(home.path(""), Permissions::from_mode(0o777)).unwrap();
    home.ended(["remove", "ops"]).assert_error("vault.age: anybody can put files into the folder of the vault");
    assert_eq!(home.document(), before);
}

#[test]
fn every_file_is_for_its_owner_only() {
    let home = Home::new();
    home.done(["remove", "ops"]);
    home.done(["backup", "--to-dir", "copies", "--as-of", "2026-11-21"]);
    home.done(["init", "--vault", "new/folder/vault.age", "-i", "new/key.txt"]);
    for name in ["vault.age", "vault.age.undo", "vault.age.lock", "copies/sfcred-2026-11-21.age", "new/folder/vault.age", "new/key.txt"] {
        assert_eq!(fs::metadata(home.path(name)).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
    }
    for name in ["copies", "new", "new/folder"] {
        assert_eq!(fs::metadata(home.path(name)).unwrap().permissions().mode() & 0o777, 0o700, "{name}");
    }
}

#[test]
fn an_identity_with_a_passphrase() {
    let home = Home::new();
    home.write("passphrase.txt", "Fake-Passphrase\n");
    let at = ["--vault", "locked.age", "-i", "locked.key"];
    home.done(["init", "--to-passphrase-file", "passphrase.txt"].iter().chain(&at));
    assert!(fs::read(home.path("locked.key")).unwrap().starts_with(b"-----BEGIN AGE ENCRYPTED FILE-----"));
    let opened = ["--from-passphrase-file", "passphrase.txt"];
    home.done(["import", "one.csv", "--quiet", "--as-of", "2026-11-21"].iter().chain(&at).chain(&opened));
    assert!(home.done(["list"].iter().chain(&at).chain(&opened)).contains("ops@one.example"));
    // Nothing gives way where only the passphrase is missing.
    for verb in ["list", "undo"] {
        home.ended([verb].iter().chain(&at)).assert_error("locked.key: no terminal to ask for the passphrase");
    }
    assert!(!home.path("locked.age.old").exists());
    home.done(["undo"].iter().chain(&at).chain(&opened));
}

#[test]
fn a_newer_vault_is_refused_and_not_rewritten() {
    let home = Home::new();
    home.write("newer.json", r#"{"format":"sfcred","version":2,"records":[],"recipients":["age1fake"]}"#);
    let (_, recipient) = identity();
    let sealed = Command::new("age").args(["-r", &recipient, "-o", "newer.age", "newer.json"]).current_dir(home.path("")).status();
    if !sealed.is_ok_and(|status| status.success()) {
        println!("skipped: there is no age");
        return;
    }
    let before = fs::read(home.path("newer.age")).unwrap();
    let ended = home.ended(["add", "new@one.example", "--vault", "newer.age"]);
    assert!(ended.stderr.contains("version 2 of the format, but this program reads up to 1"), "{}", ended.stderr);
    assert_eq!(fs::read(home.path("newer.age")).unwrap(), before);
}

/// Nobody is locked in: the identity and Debian's `age` are enough.
#[test]
fn age_opens_the_vault_and_each_backup() {
    let home = Home::new();
    home.write("original.bin", b"\0\xff any bytes");
    home.done(["backup", "--to-dir", "copies", "--as-of", "2026-11-21"]);
    home.done(["backup", "one.csv", "--to-dir", "copies", "--as-of", "2026-11-21"]);
    home.done(["backup", "original.bin", "--raw", "--to-dir", "copies", "--as-of", "2026-11-21"]);
    home.done(["restore", "copies/raw-original.bin-2026-11-21.age", "-o", "again.bin"]);
    assert_eq!(fs::read(home.path("again.bin")).unwrap(), b"\0\xff any bytes");
    let open = |name: &str| {
        let key = identity().0;
        let opened = Command::new("age").arg("--decrypt").arg("-i").arg(key).arg(name).current_dir(home.path("")).output();
        opened.ok().map(|opened| {
            assert!(opened.status.success(), "{name}: {}", String::from_utf8_lossy(&opened.stderr));
            opened.stdout
        })
    };
    let Some(vault) = open("vault.age") else {
        println!("skipped: there is no age");
        return;
    };
    let document: serde_json::Value = serde_json::from_slice(&vault).unwrap();
    assert_eq!(document["records"][0]["username"], "ops@one.example");
    assert_eq!(open("copies/sfcred-2026-11-21.age"), Some(vault));
    let records: serde_json::Value = serde_json::from_slice(&open("copies/records-one.csv-2026-11-21.age").unwrap()).unwrap();
    assert_eq!(records["records"][0]["username"], "ops@one.example");
    assert_eq!(open("copies/raw-original.bin-2026-11-21.age").unwrap(), b"\0\xff any bytes");
    // And what age sealed is a vault.
    fs::write(home.path("plain.json"), open("vault.age").unwrap()).unwrap();
    let (_, recipient) = identity();
    let sealed = Command::new("age").args(["-r", &recipient, "-o", "by-age.age", "plain.json"]).current_dir(home.path("")).status();
    assert!(sealed.unwrap().success());
    assert!(home.done(["list", "--vault", "by-age.age"]).contains("ops@one.example"));
}

#[test]
fn what_a_killed_backup_has_left_is_swept() {
    let home = Home::new();
    home.done(["backup", "--to-dir", "copies", "--as-of", "2026-11-20"]);
    let names = [".sfcred-0123456789abcdef", ".sfcred-fedcba9876543210", ".sfcred-notes", "sfcred-0123456789abcdef"];
    for name in names {
        home.write(&format!("copies/{name}"), "sealed");
    }
    // Somebody else is writing this one.
    let held = File::open(home.path("copies/.sfcred-fedcba9876543210")).unwrap();
    held.lock().unwrap();
    fs::create_dir(home.path("copies/.sfcred-00000000000000aa")).unwrap();
    home.done(["backup", "--to-dir", "copies", "--as-of", "2026-11-21"]);
    let found = fs::read_dir(home.path("copies")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut found: Vec<String> = found.collect();
    found.sort();
    let expected =
        [".sfcred-00000000000000aa", names[1], names[2], "sfcred-0123456789abcdef", "sfcred-2026-11-20.age", "sfcred-2026-11-21.age"];
    assert_eq!(found, expected);
}

#[test]
fn a_damaged_backup_is_told_and_not_restored() {
    let home = Home::new();
    home.done(["backup", "--to-dir", "copies", "--as-of", "2026-11-21"]);
    let name = "copies/sfcred-2026-11-21.age";
    let mut bytes = fs::read(home.path(name)).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(home.path(name), bytes).unwrap();
    let before = home.document();
    for verb in ["verify", "restore"] {
        home.ended([verb, name]).assert_error(&format!("{name}: damaged or cut: it could not be authenticated to its end"));
    }
    assert_eq!(home.document(), before);
}

#[test]
fn help_names_no_option_that_takes_a_secret() {
    for verb in
        ["init", "import", "export", "add", "list", "show", "edit", "rotate", "remove", "rekey", "undo", "backup", "verify", "restore"]
    {
        let ended = run(&mut sfcred([verb, "--help"]));
        let help = String::from_utf8(ended.stdout).unwrap();
        for option in ["--password <", "--token <", "--passphrase <"] {
            assert!(!help.contains(option), "{verb}: {option}");
        }
    }
}
