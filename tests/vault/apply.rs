//! New secrets in the files of integrations.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::process::Command;

use super::Home;
use super::faults::with_little_room;
use super::tool::{Ended, run, unlock};
use super::unprivileged::{Unprivileged, is_root};

const OLD: &str = "FakeT0kenFakeT0kenFakeT01";
const NEW: &str = "FakeT0kenFakeT0kenFakeN02";

/// A home whose login is used in these places, and a file with its next token.
fn home(places: &[&str]) -> Home {
    let home = Home::new();
    let used_by: Vec<String> = places.iter().enumerate().map(|(number, place)| format!("tool {number} | {place}")).collect();
    let used_by = used_by.join("; ");
    home.write("used.csv", format!("username,password,token,issued,used_by\nops@one.example,Fake-Lantern-1,{OLD},2026-05-01,{used_by}\n"));
    home.done(["import", "used.csv", "--quiet", "--as-of", "2026-11-21"]);
    home.write("token.txt", format!("{NEW}\n"));
    fs::create_dir(home.path("jobs")).unwrap();
    home
}

fn env(token: &str) -> String {
    format!(
        "# deploy\r\nexport SF_USERNAME=ops@one.example # who\r\nSF_PASSWORD='Fake-Lantern-1'\nSF_SECURITY_TOKEN={token} # what\nLAST=1"
    )
}

const ROTATE: [&str; 7] = ["rotate", "ops", "--token-file", "token.txt", "--as-of", "2026-11-21", "--apply"];

/// Runs it, and makes sure that no secret is said.
fn apply(home: &Home, args: &[&str]) -> Ended {
    said_nothing(home.ended(args))
}

fn said_nothing(ended: Ended) -> Ended {
    let said = format!("{}{}", ended.stderr, String::from_utf8_lossy(&ended.stdout));
    assert!(!said.contains("FakeT0ken") && !said.contains("Fake-Lantern"), "{said}");
    ended
}

fn status(home: &Home) -> String {
    home.done(["rotate", "--status"])
}

#[test]
fn only_the_token_differs() {
    let home = home(&["jobs/deploy.env"]);
    home.write("jobs/deploy.env", env(OLD));
    let ended = apply(&home, &[&ROTATE[..], &["--yes"]].concat());
    ended.assert_code(0, "apply");
    let line = "jobs/deploy.env, line 4: SF_SECURITY_TOKEN: the token of 2026-05-01 gives way to that of 2026-11-21\n";
    assert_eq!(String::from_utf8(ended.stdout).unwrap(), line);
    assert_eq!(fs::read_to_string(home.path("jobs/deploy.env")).unwrap(), env(NEW));
    assert_eq!(status(&home), "");
    assert_eq!(fs::read_dir(home.path("jobs")).unwrap().count(), 1);
}

#[test]
fn nothing_changes_before_somebody_agrees() {
    let home = home(&["jobs/deploy.env"]);
    home.write("jobs/deploy.env", env(OLD));
    let before = home.document();
    let mut alone = Command::new("setsid");
    alone.args(["-w", env!("CARGO_BIN_EXE_sfcred")]).args(ROTATE).current_dir(home.path(""));
    alone.env("SFCRED_VAULT", "vault.age").env("SFCRED_IDENTITY", super::tool::identity().0).env("XDG_CONFIG_HOME", "/nowhere");
    said_nothing(run(&mut alone)).assert_error("no terminal to ask whether files may be changed");
    let ended = apply(&home, &[&ROTATE[..], &["--dry-run"]].concat());
    ended.assert_code(0, "dry run");
    assert!(String::from_utf8(ended.stdout).unwrap().contains("SF_SECURITY_TOKEN: the token of 2026-05-01 gives way"));
    assert_eq!(fs::read_to_string(home.path("jobs/deploy.env")).unwrap(), env(OLD));
    assert_eq!(home.document(), before);
}

#[test]
fn what_was_missed_is_done_later() {
    let home = home(&["jobs/deploy.env", "https://zapier.example"]);
    apply(&home, &ROTATE[..6]).assert_code(0, "rotate alone");
    home.write("jobs/deploy.env", env(OLD));
    // Nobody knows the token before any more, and its date neither.
    let ended = apply(&home, &["rotate", "ops", "--apply", "-y", "--as-of", "2026-11-22"]);
    ended.assert_code(0, "later");
    let shown = String::from_utf8(ended.stdout).unwrap();
    assert!(shown.starts_with("jobs/deploy.env, line 4: SF_SECURITY_TOKEN: the token gives way to that of 2026-11-21\n"), "{shown}");
    assert!(shown.ends_with("tool 1  https://zapier.example\n"), "{shown}");
    assert_eq!(fs::read_to_string(home.path("jobs/deploy.env")).unwrap(), env(NEW));
    assert_eq!(status(&home).lines().count(), 1);
    // A file that has it already is as good.
    home.done(["rotate", "ops", "--done", "tool 1"]);
    home.write("token.txt", "FakeT0kenFakeT0kenFakeN03\n");
    home.done(&ROTATE[..6]);
    home.write("jobs/deploy.env", env("FakeT0kenFakeT0kenFakeN03"));
    let before = fs::metadata(home.path("jobs/deploy.env")).unwrap().ino();
    let ended = apply(&home, &["rotate", "ops", "--apply", "-y", "--as-of", "2026-11-22"]);
    ended.assert_code(0, "already");
    assert_eq!(fs::metadata(home.path("jobs/deploy.env")).unwrap().ino(), before);
    assert_eq!(status(&home).lines().count(), 1);
}

#[test]
fn one_that_fails_does_not_keep_the_others() {
    let places = [
        "jobs/link.env",
        "jobs/twin.env",
        "jobs/deploy.env",
        "jobs/sealed.env",
        "jobs",
        "jobs/none.env",
        "jobs/other.env",
        "zapier.com",
        "jobs/login.py",
    ];
    let home = home(&places);
    home.write("jobs/deploy.env", env(OLD));
    home.write("jobs/behind.env", env(OLD));
    symlink("behind.env", home.path("jobs/link.env")).unwrap();
    home.write("jobs/twin.env", env(OLD));
    fs::hard_link(home.path("jobs/twin.env"), home.path("jobs/sibling.env")).unwrap();
    fs::copy(home.path("vault.age"), home.path("jobs/sealed.env")).unwrap();
    home.write("jobs/other.env", env(OLD).replace("ops@", "other@"));
    home.write("jobs/login.py", format!("login('ops@one.example', '{OLD}')\n"));
    let ended = apply(&home, &[&ROTATE[..], &["--yes"]].concat());
    ended.assert_code(1, "some fail");
    for said in [
        "notice: jobs/sealed.env: sealed, and left to you",
        "notice: jobs: a folder, which is left to you",
        "notice: jobs/deploy.env: written",
        "notice: jobs/login.py: of no format that is known, and left to you",
        "error: jobs/link.env: a symbolic link, which is not followed",
        "error: jobs/twin.env: the file has several names, and a new one would have one of them only",
        "error: jobs/other.env: no login of ops@one.example",
    ] {
        assert!(ended.stderr.contains(&format!("sfcred: {said}\n")), "{said}: {}", ended.stderr);
    }
    for (name, token) in [("behind", OLD), ("twin", OLD), ("sibling", OLD), ("deploy", NEW)] {
        assert_eq!(fs::read_to_string(home.path(&format!("jobs/{name}.env"))).unwrap(), env(token), "{name}");
    }
    assert!(fs::symlink_metadata(home.path("jobs/link.env")).unwrap().is_symlink());
    let left = String::from_utf8(ended.stdout).unwrap();
    assert_eq!((left.lines().count(), status(&home).lines().count()), (1 + places.len() - 1, places.len() - 1), "{left}");
}

#[test]
fn a_record_without_a_username() {
    let home = home(&[]);
    home.write(
        "token.json",
        r#"{"format":"sfcred","version":1,"records":[{"title":"Nameless","token":"FakeT0ken","used_by":[{"name":"x","place":"y.env"}]}]}"#,
    );
    home.done(["import", "token.json", "--quiet", "--all"]);
    home.write("y.env", "SF_SECURITY_TOKEN=FakeT0ken\n");
    let ended = apply(&home, &["rotate", "Nameless", "--apply", "--yes"]);
    ended.assert_error("Nameless: a record without a username cannot be found in a file");
}

#[test]
fn one_file_of_several_integrations() {
    let home = home(&["jobs/deploy.env", "./jobs/deploy.env"]);
    home.write("jobs/deploy.env", env(OLD));
    apply(&home, &[&ROTATE[..], &["--yes"]].concat()).assert_code(0, "both");
    assert_eq!((fs::read_to_string(home.path("jobs/deploy.env")).unwrap(), status(&home)), (env(NEW), String::new()));
}

#[test]
fn a_new_password_goes_with_what_holds_it() {
    let home = home(&["jobs/deploy.env", "jobs/build.properties", "jobs/logins.csv"]);
    home.write("jobs/deploy.env", env(OLD));
    let ant = |value: &str| format!("sf.username=ops@one.example\nsf.password={value}\nsf.serverurl=https://login.salesforce.com\n");
    home.write("jobs/build.properties", ant(&format!("Fake-Lantern-1{OLD}")));
    let table =
        |password: &str, token: &str, day: &str| format!("username,password,token,issued\nops@one.example,{password},{token},{day}\n");
    home.write("jobs/logins.csv", table("Fake-Lantern-1", OLD, "2026-05-01"));
    home.write("password.txt", "Fake-Lantern-2, \"quoted\" $x\n");
    let password = ["rotate", "ops", "--password", "--token-file", "password.txt", "--as-of", "2026-11-20", "--apply", "--yes"];
    let ended = apply(&home, &password);
    ended.assert_code(0, "password");
    assert!(String::from_utf8(ended.stdout).unwrap().contains("line 3: SF_PASSWORD: the password gives way to that of 2026-11-20\n"));
    assert_eq!(fs::read_to_string(home.path("jobs/build.properties")).unwrap(), ant(&format!("Fake-Lantern-2, \"quoted\" $$x{OLD}")));
    let quoted = "\"Fake-Lantern-2, \"\"quoted\"\" $x\"";
    assert_eq!(fs::read_to_string(home.path("jobs/logins.csv")).unwrap(), table(quoted, OLD, "2026-05-01"));
    // The mail with the token that goes with it.
    apply(&home, &[&ROTATE[..], &["--yes"]].concat()).assert_code(0, "token");
    let found = fs::read_to_string(home.path("jobs/deploy.env")).unwrap();
    assert_eq!(found, env(NEW).replace("Fake-Lantern-1", "Fake-Lantern-2, \"quoted\" $x"));
    assert_eq!(fs::read_to_string(home.path("jobs/build.properties")).unwrap(), ant(&format!("Fake-Lantern-2, \"quoted\" $$x{NEW}")));
    assert_eq!(fs::read_to_string(home.path("jobs/logins.csv")).unwrap(), table(quoted, NEW, "2026-11-21"));
    assert_eq!(status(&home), "");
}

#[test]
fn what_its_format_encrypts_is_left_alone() {
    let home = home(&["jobs/team.kdbx"]);
    let convert = ["convert", "used.csv", "--to", "kdbx", "-o", "jobs/team.kdbx", "--quiet"].map(str::to_owned);
    home.done(convert.into_iter().chain(unlock("to", "kdbx")));
    let before = fs::read(home.path("jobs/team.kdbx")).unwrap();
    let ended = apply(&home, &[&ROTATE[..], &["--yes"]].concat());
    ended.assert_code(0, "kdbx");
    assert!(ended.stderr.contains("notice: jobs/team.kdbx: encrypted in its own way, and left to you\n"), "{}", ended.stderr);
    assert_eq!(fs::read(home.path("jobs/team.kdbx")).unwrap(), before);
}

#[test]
fn mode_owner_and_group_stay() {
    let home = home(&["jobs/deploy.env"]);
    let path = home.path("jobs/deploy.env");
    home.write("jobs/deploy.env", env(OLD));
    if is_root() {
        chown(&path, Some(65534), Some(65533)).unwrap();
    }
    fs::set_permissions(&path, Permissions::from_mode(0o664)).unwrap();
    let before = fs::metadata(&path).unwrap();
    apply(&home, &[&ROTATE[..], &["--yes"]].concat()).assert_code(0, "apply");
    let after = fs::metadata(&path).unwrap();
    assert_eq!((after.mode(), after.uid(), after.gid()), (before.mode(), before.uid(), before.gid()));
    assert_eq!(fs::read_to_string(&path).unwrap(), env(NEW));
}

#[test]
fn no_room() {
    let home = home(&["jobs/deploy.env"]);
    let large = format!("{}\n# {}\n", env(OLD), "x".repeat(8000));
    home.write("jobs/deploy.env", &large);
    let ended = said_nothing(run(&mut with_little_room(&home, &[&ROTATE[..], &["--yes"]].concat())));
    ended.assert_code(1, "no room");
    assert!(ended.stderr.contains("sfcred: error: jobs/deploy.env: file too large\n"), "{}", ended.stderr);
    assert_eq!(fs::read_to_string(home.path("jobs/deploy.env")).unwrap(), large);
    assert_eq!(fs::read_dir(home.path("jobs")).unwrap().count(), 1);
    assert_eq!(status(&home).lines().count(), 1);
}

#[test]
fn a_folder_that_cannot_be_written_and_an_owner_that_cannot_be_kept() {
    let home = home(&["jobs/deploy.env", "free/deploy.env", "foreign/deploy.env"]);
    for folder in ["free", "foreign"] {
        fs::create_dir(home.path(folder)).unwrap();
    }
    for name in ["jobs", "free", "foreign"] {
        home.write(&format!("{name}/deploy.env"), env(OLD));
    }
    let own = Unprivileged::new(&home);
    fs::set_permissions(own.path("jobs"), Permissions::from_mode(0o500)).unwrap();
    if is_root() {
        chown(own.path("foreign/deploy.env"), Some(0), Some(0)).unwrap();
        fs::set_permissions(own.path("foreign/deploy.env"), Permissions::from_mode(0o644)).unwrap();
    }
    let ended = said_nothing(own.ended([&ROTATE[..], &["--yes"]].concat()));
    fs::set_permissions(own.path("jobs"), Permissions::from_mode(0o700)).unwrap();
    ended.assert_code(1, "read-only");
    assert!(ended.stderr.contains("sfcred: error: jobs/deploy.env: permission denied\n"), "{}", ended.stderr);
    assert!(ended.stderr.contains("sfcred: notice: free/deploy.env: written\n"), "{}", ended.stderr);
    let lost = "sfcred: error: foreign/deploy.env: its owner or group cannot be kept, so nothing was written\n";
    assert_eq!(ended.stderr.contains(lost), is_root(), "{}", ended.stderr);
    let foreign = if is_root() { OLD } else { NEW };
    for (name, token) in [("jobs", OLD), ("free", NEW), ("foreign", foreign)] {
        assert_eq!(fs::read_to_string(own.path(&format!("{name}/deploy.env"))).unwrap(), env(token), "{name}");
        assert_eq!(fs::read_dir(own.path(name)).unwrap().count(), 1, "{name}");
    }
}

/// Data Loader's document is encrypted, and its key lies beside it.
#[test]
fn a_process_of_data_loader() {
    let home = home(&["jobs/process-conf.xml"]);
    let key = home.path("jobs/dataLoader.key");
    home.done([
        "convert",
        "one.csv",
        "--to",
        "data-loader",
        "-o",
        "jobs/process-conf.xml",
        "--quiet",
        "--to-key-file",
        key.to_str().unwrap(),
    ]);
    let before = fs::read_to_string(home.path("jobs/process-conf.xml")).unwrap();
    let ended = apply(&home, &[&ROTATE[..], &["--yes"]].concat());
    ended.assert_code(0, "apply");
    let said =
        "jobs/process-conf.xml, line 10: sfdc.password: the token of 2026-05-01 behind the password gives way to that of 2026-11-21\n";
    assert_eq!(String::from_utf8(ended.stdout).unwrap(), said);
    let after = fs::read_to_string(home.path("jobs/process-conf.xml")).unwrap();
    let differing: Vec<_> = before.lines().zip(after.lines()).filter(|(before, after)| before != after).collect();
    assert_eq!((differing.len(), before.lines().count()), (1, after.lines().count()));
    let records = home.done(["convert", "jobs/process-conf.xml", "--to", "csv", "-o", "-", "--split-token", "--quiet"]);
    assert!(records.contains(NEW) && records.contains("Fake-Lantern-1") && !records.contains(OLD), "{records}");
    assert_eq!(status(&home), "");
}

#[test]
fn a_place_in_the_home_folder() {
    let home = home(&["~/deploy.env"]);
    home.write("jobs/deploy.env", env(OLD));
    let mut command = home.sfcred([&ROTATE[..], &["--yes"]].concat());
    said_nothing(run(command.env("HOME", home.path("jobs")))).assert_code(0, "home");
    assert_eq!(fs::read_to_string(home.path("jobs/deploy.env")).unwrap(), env(NEW));
}

#[test]
fn a_token_in_the_notes_of_a_browser_is_found() {
    let home = home(&["logins.csv"]);
    let chrome = |token: &str| {
        format!(
            "name,url,username,password,note\nOps,https://login.salesforce.com/,ops@one.example,Fake-Lantern-1,Security Token: {token}\n\
             Shop,https://shop.example/,me,Fake-Lantern-9,x\n"
        )
    };
    home.write("logins.csv", chrome(OLD));
    apply(&home, &[&ROTATE[..], &["--yes"]].concat()).assert_code(0, "note");
    assert_eq!((fs::read_to_string(home.path("logins.csv")).unwrap(), status(&home)), (chrome(NEW), String::new()));
}

#[test]
fn a_password_with_quotes_gets_a_cell_in_quotes() {
    let home = home(&["logins.csv"]);
    let csv = |password: &str| format!("username,password,token,issued\nops@one.example,{password},{OLD},2026-05-01\n");
    home.write("logins.csv", csv("Fake-Lantern-1"));
    home.write("password.txt", "Pw\"One#1$x'\\%y\n");
    let args = ["rotate", "ops", "--password", "--token-file", "password.txt", "--as-of", "2026-11-20", "--apply", "--yes"];
    apply(&home, &args).assert_code(0, "password");
    assert_eq!(fs::read_to_string(home.path("logins.csv")).unwrap(), csv("\"Pw\"\"One#1$x'\\%y\""));
}
