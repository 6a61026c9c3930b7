//! A new token or password, and what else may happen meanwhile.

use std::fs::File;
use std::io::Write;
use std::process::{Child, Stdio};

use super::Home;
use super::tool::{Ended, identity, run, wait};

const TODAY: [&str; 2] = ["--as-of", "2026-11-28"];

/// A home whose login is used in these places, with a token of this moment.
fn home(used_by: &str, issued: &str) -> Home {
    let home = Home::new();
    let row = format!("ops@one.example,Fake-Lantern-1,FakeT0kenFakeT0kenFakeT02,{issued},{used_by}\n");
    home.write("used.csv", format!("username,password,token,issued,used_by\n{row}"));
    home.done([&["import", "used.csv", "--quiet", "--on-conflict", "theirs"][..], &TODAY].concat());
    home
}

fn rotate(home: &Home, args: &[&str]) -> Ended {
    home.ended([&["rotate", "ops"], args, &TODAY].concat())
}

fn field(home: &Home, name: &str) -> String {
    home.done(["show", "ops", "--field", name]).trim_end().to_owned()
}

fn mail(date: &str, token: &str) -> String {
    let date = if date.is_empty() { String::new() } else { format!("Date: {date}\n") };
    format!(
        "From: support@salesforce.com\n{date}Subject: Your new Salesforce security token\nContent-Type: text/plain\n\n\
         Username: ops@one.example\nSecurity token (case-sensitive): {token}\n"
    )
}

#[test]
fn an_older_token_stays_out_of_the_vault_and_of_the_files() {
    let home = home("nightly | deploy.env", "2026-11-03");
    let env = "SF_USERNAME=ops@one.example\nSF_SECURITY_TOKEN=FakeT0kenFakeT0kenFakeT02\n";
    home.write("deploy.env", env);
    home.write("old.eml", mail("Tue, 18 Aug 2026 09:12:44 +0000", "FakeT0kenFakeT0kenFakeT00"));
    let ended = rotate(&home, &["--from-file", "old.eml", "--apply", "--yes"]);
    ended.assert_code(1, "older");
    assert!(ended.stderr.contains("error: ops@one.example: the token of 2026-08-18T09:12:44Z is older than the present one of 2026-11-03"));
    assert!(ended.stderr.contains("--force takes this one all the same"), "{}", ended.stderr);
    assert_eq!(std::fs::read_to_string(home.path("deploy.env")).unwrap(), env);
    assert_eq!(field(&home, "issued"), "2026-11-03");
    rotate(&home, &["--from-file", "old.eml", "--force"]).assert_code(0, "insisted");
    assert_eq!(field(&home, "issued"), "2026-08-18T09:12:44Z");
}

#[test]
fn what_is_no_token_is_refused_and_what_looks_wrong_is_told() {
    let home = home("", "2026-05-01");
    for (text, said) in [
        ("hello!", "6 characters, not all of them letters and digits, cannot be a token"),
        ("YOUR_SECURITY_TOKEN", "a placeholder stands where the token should"),
        ("123456", "this is a one-time code, not a security token"),
    ] {
        home.write("token.txt", format!("{text}\n"));
        let ended = rotate(&home, &["--token-file", "token.txt"]);
        ended.assert_error(&format!("ops@one.example: {said}"));
        assert!(!ended.stderr.contains(text));
        assert_eq!(field(&home, "token"), "FakeT0kenFakeT0kenFakeT02");
    }
    home.write("token.txt", "\u{FEFF}FakeT0kenFakeT0kenFakeT3\r\n");
    let ended = rotate(&home, &["--token-file", "token.txt", "--issued", "2062-11-28"]);
    ended.assert_code(0, "a mark before the text, and a day to come");
    assert!(ended.stderr.contains("warning: ops@one.example: token is said to be issued on 2062-11-28, which is in the future"));
    assert_eq!(field(&home, "token"), "FakeT0kenFakeT0kenFakeT3");
    home.write("token.txt", "FakeT0kenFakeT0ken");
    let ended = rotate(&home, &["--token-file", "token.txt", "--force"]);
    ended.assert_code(0, "short");
    assert!(ended.stderr.contains("warning: ops@one.example: token has 18 characters, tokens have 24 or 25"), "{}", ended.stderr);
    home.write("undated.eml", mail("", "FakeT0kenFakeT0kenFakeT04"));
    let ended = rotate(&home, &["--from-file", "undated.eml"]);
    ended.assert_code(0, "undated");
    assert!(ended.stderr.contains("warning: undated.eml: no date that can be read, so the token is dated 2026-11-28"), "{}", ended.stderr);
    home.write("token.txt", b"Fake\xe4\n");
    let ended = rotate(&home, &["--token-file", "token.txt"]);
    ended.assert_error("token.txt: the first line is not UTF-8");
    assert!(ended.stderr.contains("write the secret as UTF-8"), "{}", ended.stderr);
}

#[test]
fn a_password_that_is_recorded_after_its_mail_leaves_the_token() {
    let home = home("", "2026-05-01");
    home.write("password.txt", "Fake-Lantern-2\n");
    home.write("new.eml", mail("Sat, 28 Nov 2026 09:12:00 +0000", "FakeT0kenFakeT0kenFakeT03"));
    rotate(&home, &["--from-file", "new.eml"]).assert_code(0, "mail");
    let said = rotate(&home, &["--password", "--token-file", "password.txt"]).stderr;
    assert!(said.contains("new password of 2026-11-28; whether its token of 2026-11-28 came after it, the time of the change"), "{said}");
    assert_eq!(field(&home, "token"), "FakeT0kenFakeT0kenFakeT03");
    let checked = |home: &Home| home.ended(["check", "--as-of", "2026-11-28", "--fail-on", "never"]);
    assert!(String::from_utf8(checked(&home).stdout).unwrap().contains("the password was changed on 2026-11-28 too"));
    // The time can be said later.
    let said = rotate(&home, &["--password", "--token-file", "password.txt", "--changed", "2026-11-28T09:11:00Z"]).stderr;
    assert!(said.contains("the password was changed on 2026-11-28; its token of 2026-11-28 came after it, and stays"), "{said}");
    assert!(!String::from_utf8(checked(&home).stdout).unwrap().contains("the password was changed"));
    let said = rotate(&home, &["--password", "--token-file", "password.txt", "--changed", "2026-11-28T15:00:00Z"]).stderr;
    assert!(said.contains("its token of 2026-11-28 is void"), "{said}");
    assert!(home.done(["list"]).contains("token of 2026-11-28, void"));
}

#[test]
fn a_token_that_follows_the_password_on_its_day_is_good() {
    let home = home("", "2026-05-01");
    home.write("password.txt", "Fake-Lantern-2\n");
    home.write("new.eml", mail("Sat, 28 Nov 2026 09:12:00 +0000", "FakeT0kenFakeT0kenFakeT03"));
    let said = rotate(&home, &["--password", "--token-file", "password.txt"]).stderr;
    assert!(said.contains("its token of 2026-05-01 is void"), "{said}");
    rotate(&home, &["--from-file", "new.eml"]).assert_code(0, "mail");
    let voided = |home: &Home| {
        let checked = home.ended(["check", "--as-of", "2026-11-28", "--fail-on", "never"]);
        String::from_utf8(checked.stdout).unwrap().contains("the password was changed")
    };
    assert!(!voided(&home));
    // A token without a time gets it later.
    home.write("password.txt", "Fake-Lantern-3\n");
    rotate(&home, &["--password", "--token-file", "password.txt"]).assert_code(0, "again");
    home.write("token.txt", "FakeT0kenFakeT0kenFakeT04\n");
    let said = rotate(&home, &["--token-file", "token.txt"]).stderr;
    assert!(said.contains("--issued with the time in the mail says that the token came after it"), "{said}");
    assert!(voided(&home));
    let said = rotate(&home, &["--token-file", "token.txt", "--issued", "2026-11-28T09:30:00Z"]).stderr;
    assert!(said.contains("the token was issued on 2026-11-28"), "{said}");
    assert!(!voided(&home));
}

#[test]
fn a_change_of_some_days_ago_voids_no_later_token() {
    let home = home("nightly | deploy.env", "2026-11-20T10:00:00Z");
    home.write("password.txt", "Fake-Lantern-2\n");
    let ended = rotate(&home, &["--password", "--token-file", "password.txt", "--changed", "2026-11-20T09:58:00Z"]);
    ended.assert_code(0, "changed");
    assert!(ended.stderr.contains("its token of 2026-11-20 came after it, and stays"), "{}", ended.stderr);
    assert_eq!(field(&home, "password_changed"), "2026-11-20T09:58:00Z");
    let ended = rotate(&home, &["--password", "--token-file", "password.txt", "--changed", "2027-01-01"]);
    ended.assert_code(2, "to come");
}

#[test]
fn what_never_was_is_not_called_void() {
    let home = Home::new();
    home.write("plain.csv", "username,password,used_by\nb@one.example,Fake-Lantern-1,nightly | b.env\n");
    home.done(["import", "plain.csv", "--quiet"]);
    home.write("password.txt", "Fake-Lantern-2\n");
    home.write("b.env", "SF_USERNAME=b@one.example\nSF_PASSWORD=Fake-Lantern-1\n");
    let args = ["rotate", "b@one", "--password", "--token-file", "password.txt", "--apply", "--yes", "--as-of", "2026-11-28"];
    let ended = home.ended(args);
    ended.assert_code(0, "applied");
    assert!(!ended.stderr.contains("void") && ended.stderr.contains("every integration has the present password"), "{}", ended.stderr);
}

#[test]
fn what_was_saved_is_done_although_nobody_reads_what_is_left() {
    let home = home("nightly | zapier.com", "2026-05-01");
    home.write("token.txt", "FakeT0kenFakeT0kenFakeT03\n");
    let mut command = home.sfcred([&["rotate", "ops", "--token-file", "token.txt"][..], &TODAY].concat());
    command.stdout(File::options().write(true).open("/dev/full").unwrap()).stderr(File::create(home.path("said")).unwrap());
    assert!(command.status().unwrap().success());
    let said = std::fs::read_to_string(home.path("said")).unwrap();
    assert!(said.contains("warning: the vault was saved, but what is left could not be printed"), "{said}");
    assert_eq!(field(&home, "token"), "FakeT0kenFakeT0kenFakeT03");
    // With --apply the files wait.
    home.write("token.txt", "FakeT0kenFakeT0kenFakeT04\n");
    home.write("zapier.com", "SF_USERNAME=ops@one.example\nSF_SECURITY_TOKEN=FakeT0kenFakeT0kenFakeT03\n");
    let mut command = home.sfcred([&["rotate", "ops", "--token-file", "token.txt", "--apply", "--yes"][..], &TODAY].concat());
    command.stdout(File::options().write(true).open("/dev/full").unwrap()).stderr(File::create(home.path("said")).unwrap());
    assert_eq!(command.status().unwrap().code(), Some(1));
    let said = std::fs::read_to_string(home.path("said")).unwrap();
    assert!(said.contains("error: the vault was saved, but what would change could not be printed, so no file was changed"), "{said}");
}

#[test]
fn those_who_mark_at_once_all_do() {
    const MARKS: usize = 8;
    let used_by: Vec<String> = (0..MARKS).map(|number| format!("tool {number} | {number}.env")).collect();
    let home = home(&used_by.join("; "), "2026-05-01");
    let start = |number: usize| -> Child {
        let mut command = home.sfcred([&["rotate", "ops", "--wait", "60", "--done", &format!("tool {number}")][..], &TODAY].concat());
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let children: Vec<Child> = (0..MARKS).map(start).collect();
    for mut child in children {
        assert!(wait(&mut child, "a mark").success());
    }
    assert_eq!(home.done(["rotate", "--status"]), "");
}

#[test]
fn a_place_that_is_not_there_is_told() {
    let home = home("a | cfg/none.env; b | zapier.com; c | https://x.example/a.json; d | ~/none/there; e | Settings of n8n", "2026-05-01");
    let ended = rotate(&home, &["--apply", "--yes"]);
    ended.assert_code(0, "none");
    for (place, is_told) in [("cfg/none.env", true), ("~/none/there", true), ("zapier.com", false), ("https://x.example/a.json", false)] {
        assert_eq!(ended.stderr.contains(&format!("notice: {place}: no such file, seen from this folder")), is_told, "{}", ended.stderr);
    }
}

#[test]
fn nobody_waits_for_a_slow_input() {
    let home = Home::new();
    let mut command = home.sfcred(["import", "-", "--quiet"]);
    let mut slow = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut stdin = slow.stdin.take().unwrap();
    stdin.write_all(b"username,password\nslow@one.example,").unwrap();
    // Long enough to have opened the vault.
    std::thread::sleep(std::time::Duration::from_millis(500));
    home.done(["add", "quick@one.example", "--wait", "0"]);
    stdin.write_all(b"Fake-Lantern-3\n").unwrap();
    drop(stdin);
    assert!(wait(&mut slow, "the slow one").success());
    let list = home.done(["list"]);
    assert!(list.contains("slow@one.example") && list.contains("quick@one.example"), "{list}");
}

#[test]
fn a_backup_of_ones_own_is_imported_with_either_identity() {
    let home = Home::new();
    home.done(["backup", "--to-dir", "copies", "--as-of", "2026-11-28"]);
    home.done(["remove", "ops"]);
    home.done(["import", "copies/sfcred-2026-11-28.age", "--quiet"]);
    assert!(home.done(["list"]).contains("ops@one.example"));
    // The vault has its identity, and the input another.
    let other = [env!("CARGO_MANIFEST_DIR"), "tests/transcripts/files/key.txt"].join("/");
    let recipient = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";
    home.write("b.csv", "username,password\nb@one.example,Fake-Lantern-1\n");
    home.done(["convert", "b.csv", "--to", "csv", "-r", recipient, "-o", "b.age", "--quiet"]);
    home.done(["import", "b.age", "-i", &other, "--quiet"]);
    assert!(home.done(["list"]).contains("b@one.example"));
    let mut alone = home.sfcred(["list"]);
    run(alone.env("SFCRED_IDENTITY", identity().0)).assert_code(0, "as it was");
}
