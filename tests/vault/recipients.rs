//! Who can open the vault stays what its owners said last.

use super::Home;
use super::tool::identity;

#[test]
fn a_restore_brings_no_recipient_back() {
    let home = Home::new();
    let (mine, other) = (identity().1, home.other_identity("other.key"));
    home.done(["rekey", "-r", &mine, "-r", &other]);
    home.done(["backup", "--to-dir", "copies", "--as-of", "2026-11-21", "--quiet"]);
    home.done(["rekey", "-r", &mine]);
    let copy = "copies/sfcred-2026-11-21.age";
    assert_eq!(home.done(["verify", copy]), format!("{copy}: 1 record, as in the vault\n  sealed to {other}, as the vault is not\n"));
    home.done(["remove", "ops"]);
    let ended = home.ended(["restore", copy]);
    assert!(ended.stderr.contains("sealed to the recipients of the vault as before, and not to those of the backup"), "{}", ended.stderr);
    assert!(home.done(["list"]).contains("ops@one.example"));
    assert_eq!(home.done(["rekey"]), format!("{mine}\n"));
    home.ended(["list", "-i", "other.key"]).assert_error("vault.age: no identity matches");
}

#[test]
fn undo_tells_which_recipients_come_back() {
    let home = Home::new();
    let (mine, other) = (identity().1, home.other_identity("other.key"));
    home.done(["rekey", "-r", &mine, "-r", &other]);
    home.done(["rekey", "-r", &mine]);
    for mark in ["+", "-"] {
        let ended = home.ended(["undo"]);
        assert!(ended.stderr.contains(&format!("sfcred: notice: {mark} {other}\n")), "{mark}: {}", ended.stderr);
    }
}
