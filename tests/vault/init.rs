//! A vault is not begun where it could not go on.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use super::Home;
use super::faults::with_little_room;
use super::tool::{identity, run};

const INIT: [&str; 5] = ["init", "--vault", "folder/new.age", "-i", "folder/new.key"];

#[test]
fn not_where_anybody_can_put_files() {
    let home = Home::new();
    fs::create_dir(home.path("folder")).unwrap();
    fs::set_permissions(home.path("folder"), Permissions::from_mode(0o777)).unwrap();
    home.ended(INIT).assert_error("folder/new.age: anybody can put files into the folder of the vault");
    assert_eq!(fs::read_dir(home.path("folder")).unwrap().count(), 0);
}

#[test]
fn a_passphrase_for_an_identity_that_is_there_is_refused() {
    let home = Home::new();
    home.done(INIT);
    fs::remove_file(home.path("folder/new.age")).unwrap();
    home.write("passphrase.txt", "Fake-Passphrase\n");
    for more in [&["-p"][..], &["--to-passphrase-file", "passphrase.txt"]] {
        let ended = home.ended(INIT.iter().chain(more));
        ended.assert_error("folder/new.key: this identity exists, and a passphrase would protect only a new one");
        assert!(!home.path("folder/new.age").exists());
    }
}

#[test]
fn an_identity_that_others_can_read_is_told() {
    let home = Home::new();
    home.done(INIT);
    fs::remove_file(home.path("folder/new.age")).unwrap();
    assert!(!home.ended(INIT).stderr.contains("warning"));
    fs::remove_file(home.path("folder/new.age")).unwrap();
    fs::set_permissions(home.path("folder/new.key"), Permissions::from_mode(0o640)).unwrap();
    let ended = home.ended(INIT);
    ended.assert_code(0, "init");
    let told = "warning: folder/new.key: others than its owner may read or change this identity\nsfcred: hint: chmod 600 folder/new.key\n";
    assert!(ended.stderr.contains(told), "{}", ended.stderr);
}

#[test]
fn what_is_no_identity_says_so() {
    let home = Home::new();
    fs::create_dir(home.path("folder")).unwrap();
    home.write("folder/new.key", "hello world\n");
    fs::set_permissions(home.path("folder/new.key"), Permissions::from_mode(0o600)).unwrap();
    home.ended(INIT).assert_error("folder/new.key, line 1: not an identity");
    home.write("folder/new.key", "-----BEGIN OPENSSH PRIVATE KEY-----\n");
    if cfg!(not(feature = "ssh")) {
        home.ended(INIT).assert_error("folder/new.key: this build does not support ssh keys");
    }
    assert!(!home.path("folder/new.age").exists());
}

#[test]
fn a_full_disk_names_no_option_that_is_not_there() {
    let home = Home::new();
    home.write("team.txt", format!("{}\n", identity().1).repeat(60));
    let ended = run(&mut with_little_room(&home, &["init", "--vault", "new.age", "-R", "team.txt"]));
    assert!(
        ended.stderr.contains("file too large\nsfcred: hint: make room, or name another place with --vault and -i"),
        "{}",
        ended.stderr
    );
}
