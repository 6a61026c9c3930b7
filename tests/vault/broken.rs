//! A vault that cannot be opened: damaged, empty, sealed to others, gone.

use std::fs;

use super::Home;

/// A home with a backup of one record, and a vault that had another one before it was broken.
fn broken(how: &str) -> (Home, Vec<u8>) {
    let home = Home::new();
    home.done(["backup", "--to-dir", "copies", "--as-of", "2026-11-21", "--quiet"]);
    home.write("two.csv", "username,password,token,issued\ntwo@one.example,Fake-Lantern-2,FakeT0kenFakeT0kenFakeT02,2026-05-01\n");
    home.done(["import", "two.csv", "--quiet", "--as-of", "2026-11-21"]);
    home.done(["remove", "ops"]);
    let mut bytes = fs::read(home.path("vault.age")).unwrap();
    match how {
        "damaged" => *bytes.last_mut().unwrap() ^= 1,
        "empty" => bytes.clear(),
        "plain" => bytes = b"no vault at all".to_vec(),
        _ => {
            home.other_identity("other.key");
            home.done(["init", "--vault", "theirs.age", "-i", "other.key"]);
            bytes = fs::read(home.path("theirs.age")).unwrap();
        }
    }
    home.write("vault.age", &bytes);
    (home, bytes)
}

const HOWS: [(&str, &str); 4] = [
    ("damaged", "vault.age: damaged or cut: it could not be authenticated to its end"),
    ("empty", "vault.age: empty, so it is no vault"),
    ("plain", "vault.age: not sealed with age, so it is no vault"),
    ("theirs", "vault.age: no identity matches"),
];

#[test]
fn undo_goes_back_and_keeps_what_was_there() {
    for (how, why) in HOWS {
        let (home, bytes) = broken(how);
        home.ended(["list"]).assert_error(why);
        let before = fs::read(home.path("vault.age.undo")).unwrap();
        let ended = home.ended(["undo"]);
        ended.assert_code(0, how);
        assert!(ended.stderr.contains(&format!("warning: {why}; it gave way, and is now vault.age.old\n")), "{how}: {}", ended.stderr);
        assert!(ended.stderr.ends_with("vault.age: the version before is back\n"), "{how}: {}", ended.stderr);
        assert_eq!(home.done(["list"]).lines().count(), 2, "{how}");
        assert_eq!(fs::read(home.path("vault.age.old")).unwrap(), bytes, "{how}");
        // The only other good version did not give way to a broken one.
        assert_eq!(fs::read(home.path("vault.age.undo")).unwrap(), before, "{how}");
        let ended = home.ended(["undo"]);
        assert!(ended.stderr.contains("the version before is the same; nothing was changed"), "{how}: {}", ended.stderr);
    }
}

#[test]
fn restore_replaces_it_and_keeps_what_was_there() {
    for (how, why) in HOWS {
        let (home, bytes) = broken(how);
        let before = fs::read(home.path("vault.age.undo")).unwrap();
        for old in ["vault.age.old", "vault.age.old.2"] {
            home.write("vault.age", &bytes);
            let ended = home.ended(["restore", "copies/sfcred-2026-11-21.age"]);
            ended.assert_code(0, how);
            assert!(ended.stderr.contains(&format!("warning: {why}; it gave way, and is now {old}\n")), "{how}: {}", ended.stderr);
            assert!(ended.stderr.contains("vault.age: 1 record restored, sealed to age1"), "{how}: {}", ended.stderr);
            assert!(home.done(["list"]).starts_with("ops@one.example"), "{how}");
            assert_eq!(fs::read(home.path(old)).unwrap(), bytes, "{how}");
        }
        assert_eq!(fs::read(home.path("vault.age.undo")).unwrap(), before, "{how}");
    }
}

#[test]
fn verify_looks_at_backups_all_the_same() {
    for (how, why) in HOWS {
        let (home, bytes) = broken(how);
        let ended = home.ended(["verify", "copies/sfcred-2026-11-21.age"]);
        ended.assert_code(0, how);
        assert_eq!(String::from_utf8_lossy(&ended.stdout), "copies/sfcred-2026-11-21.age: 1 record\n", "{how}");
        assert!(ended.stderr.contains(&format!("warning: {why}; the backups are not compared with it\n")), "{how}: {}", ended.stderr);
        assert_eq!(fs::read(home.path("vault.age")).unwrap(), bytes, "{how}");
    }
}

#[test]
fn a_damaged_vault_names_what_goes_on_from_there() {
    let (home, _) = broken("damaged");
    let hint = "hint: `sfcred undo` goes back to the version before it, `sfcred restore FILE` to a backup; both keep this file\n";
    for args in [&["list"][..], &["add", "x@one.example"], &["verify", "copies/sfcred-2026-11-21.age"]] {
        let ended = home.ended(args);
        assert!(ended.stderr.contains(hint), "{args:?}: {}", ended.stderr);
    }
}

#[test]
fn both_versions_damaged_leave_restore() {
    let (home, bytes) = broken("damaged");
    home.write("vault.age.undo", &bytes);
    home.ended(["undo"]).assert_error("vault.age: the version before it: damaged or cut: it could not be authenticated to its end");
    assert_eq!(fs::read(home.path("vault.age")).unwrap(), bytes);
    home.done(["restore", "copies/sfcred-2026-11-21.age"]);
}

#[test]
fn undo_brings_a_deleted_vault_back() {
    let (home, _) = broken("damaged");
    fs::remove_file(home.path("vault.age")).unwrap();
    let ended = home.ended(["list"]);
    assert!(ended.stderr.contains("hint: `sfcred undo` brings back the version that lies beside its place"), "{}", ended.stderr);
    home.done(["undo"]);
    assert_eq!(home.done(["list"]).lines().count(), 2);
    assert!(!home.path("vault.age.old").exists());
    // Where there was never a vault, nothing is left behind.
    let ended = home.ended(["undo", "--vault", "none.age"]);
    ended.assert_error("none.age: there is no vault");
    assert!(!home.path("none.age.lock").exists());
}

#[test]
fn a_new_vault_has_no_version_before_it() {
    for verb in [&["init"][..], &["restore", "copies/sfcred-2026-11-21.age"]] {
        let (home, _) = broken("damaged");
        let before = fs::read(home.path("vault.age.undo")).unwrap();
        fs::remove_file(home.path("vault.age")).unwrap();
        let ended = home.ended(verb);
        ended.assert_code(0, verb[0]);
        assert!(ended.stderr.contains("vault.age: the version before a former vault is now vault.age.old"), "{}", ended.stderr);
        home.ended(["undo"]).assert_error("vault.age: there is no version before this one");
        assert_eq!(fs::read(home.path("vault.age.old")).unwrap(), before);
    }
}

#[test]
fn nothing_is_written_in_the_place_of_the_vault() {
    let home = Home::new();
    home.done(["backup", "--to-dir", "copies", "--as-of", "2026-11-21", "--quiet"]);
    std::os::unix::fs::symlink("vault.age", home.path("link.age")).unwrap();
    let before = fs::read(home.path("vault.age")).unwrap();
    for out in ["vault.age", "copies/../vault.age", "link.age"] {
        for args in [
            &["restore", "copies/sfcred-2026-11-21.age", "-o", out, "--force"][..],
            &["convert", "one.csv", "--to", "csv", "-o", out, "--force"],
            &["export", "--to", "csv", "-o", out, "--force"],
            &["check", "one.csv", "-o", out, "--force"],
            &["scan", "one.csv", "--import", "-o", out, "--force"],
        ] {
            home.ended(args).assert_error(&format!("{out}: this is the place of the vault"));
        }
    }
    assert_eq!(fs::read(home.path("vault.age")).unwrap(), before);
    assert!(home.path("link.age").is_symlink());
}

#[test]
fn a_link_that_leads_nowhere_is_told_by_all() {
    let home = Home::new();
    std::os::unix::fs::symlink("gone.age", home.path("link.age")).unwrap();
    for verb in [&["init"][..], &["list"], &["undo"], &["add", "x@one.example"], &["backup", "--to-dir", "copies"]] {
        home.ended(verb.iter().chain(&["--vault", "link.age"])).assert_error("link.age: a link that leads nowhere");
    }
}
