//! A folder of files, half of them innocent, through the real command.

use std::collections::BTreeSet;
use std::fs::{self, File, Permissions};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const FILES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scan/files");

/// What `sfcred scan` finds below a path, as `file:line username`, and its exit status.
fn scan(path: &Path, more: &[&str]) -> (BTreeSet<String>, u64, Option<i32>) {
    let output = Command::new(env!("CARGO_BIN_EXE_sfcred"))
        .args(["scan", "--json", "-q", "--as-of", "2026-11-21"])
        .args(more)
        .arg(path)
        .output()
        .unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    let found = report["found"].as_array().unwrap().iter().map(|one| {
        let file = one["file"].as_str().unwrap();
        let file = Path::new(file).strip_prefix(path).unwrap().display().to_string();
        let username = one["username"].as_str().filter(|name| !name.is_empty()).unwrap_or("-");
        format!("{file}:{} {username}", one["line"])
    });
    (found.collect(), report["files"].as_u64().unwrap(), output.status.code())
}

#[test]
fn no_miss_and_no_false_report() {
    let expected: BTreeSet<String> = fs::read_to_string(format!("{FILES}/../expected.txt")).unwrap().lines().map(str::to_owned).collect();
    let (found, guilty, code) = scan(&Path::new(FILES).join("guilty"), &["--no-ignore"]);
    let (false_reports, innocent, clean) = scan(&Path::new(FILES).join("innocent"), &["--no-ignore"]);
    let missed: Vec<_> = expected.difference(&found).collect();
    println!("{} credentials in {guilty} files: {} missed", expected.len(), missed.len());
    println!("{innocent} innocent files: {} false reports", false_reports.len());
    assert!(missed.is_empty(), "{missed:#?}");
    assert_eq!(found, expected);
    assert_eq!(false_reports, BTreeSet::new());
    assert!(guilty + innocent >= 40 && guilty.abs_diff(innocent) <= 2, "{guilty} and {innocent}");
    assert_eq!((code, clean), (Some(3), Some(0)));
}

/// A folder of this test alone, empty at first.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("scan-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

const SECRET: &str = "SF_USERNAME=ops@one.example\nSF_PASSWORD='Quartz-Lantern-42!'\nSF_SECURITY_TOKEN=Qx7LmT2vRk9ZpB4nWc6HdY1s\n";

#[test]
fn what_git_ignores_is_left_out_unless_told() {
    let folder = folder("ignored");
    fs::create_dir(folder.join(".git")).unwrap();
    fs::write(folder.join(".gitignore"), "ignored.env\n").unwrap();
    for name in ["ignored.env", ".env", ".git/config"] {
        fs::write(folder.join(name), SECRET).unwrap();
    }
    let names = |more: &[&str]| scan(&folder, more).0.into_iter().collect::<Vec<_>>();
    assert_eq!(names(&[]), [".env:3 ops@one.example"]);
    assert_eq!(names(&["--no-ignore"]), [".env:3 ops@one.example", "ignored.env:3 ops@one.example"]);
}

#[test]
fn long_files_and_links_are_left_out() {
    let folder = folder("long");
    fs::write(folder.join("long.env"), format!("{SECRET}{}", " ".repeat(1 << 20))).unwrap();
    fs::write(folder.join("short.env"), SECRET).unwrap();
    symlink(folder.join("short.env"), folder.join("link.env")).unwrap();
    symlink(&folder, folder.join("circle")).unwrap();
    let (found, files, _) = scan(&folder, &["--max-size", "1"]);
    assert_eq!((found.len(), files), (1, 1));
}

#[test]
fn what_was_found_can_be_taken_over() {
    let folder = folder("import");
    fs::write(folder.join("deploy.env"), SECRET).unwrap();
    fs::write(folder.join("auth.txt"), "force://PlatformCLI::5Aep861FakeRefreshTokenFakeRefreshToken@one.my.salesforce.com\n").unwrap();
    let out = folder.join("found.csv");
    let run = || {
        Command::new(env!("CARGO_BIN_EXE_sfcred"))
            .args(["scan", "--import", "--to", "csv", "--as-of", "2026-11-21", "-o"])
            .arg(&out)
            .arg(&folder)
            .output()
            .unwrap()
    };
    let output = run();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{told}");
    let written = fs::read_to_string(&out).unwrap();
    assert!(written.contains("ops@one.example,Quartz-Lantern-42!,Qx7LmT2vRk9ZpB4nWc6HdY1s"), "{written}");
    assert!(!written.contains("5Aep861"), "a session is no record");
    assert!(told.contains("deploy.env: still holds the secret") && !told.contains("Quartz"), "{told}");
    assert_eq!(run().status.code(), Some(1), "the output is there now, and is not replaced");
}

/// Runs `sfcred scan` with this on stdin, and gives its exit status, and what it printed on stdout and stderr.
fn run(args: &[&str], stdin: &str) -> (Option<i32>, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_sfcred"))
        .args(["scan", "--as-of", "2026-11-21"])
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A run that fails before it reads closes the pipe.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn stdin_is_searched() {
    assert_eq!(run(&["-"], "nothing\n").0, Some(0));
    let (code, found, told) = run(&["-"], SECRET);
    assert_eq!((code, found.as_str()), (Some(3), "stdin:3: dotenv, ops@one.example: password and token\n"), "{told}");
    let (code, found, told) = run(&["-", "--import", "--to", "csv", "-o", "-", "-q"], SECRET);
    assert_eq!(code, Some(3), "{told}");
    assert!(found.contains("ops@one.example,Quartz-Lantern-42!") && !found.contains("stdin"), "stdin is no integration: {found}");
    let (code, _, told) = run(&["-", "--max-size", "1"], &" ".repeat((1 << 20) + 1));
    assert!(code == Some(1) && told.contains("stdin: longer than 1 MiB"), "{told}");
}

#[test]
fn a_named_path_is_searched_or_the_run_fails() {
    let folder = folder("named");
    let path = |name: &str| folder.join(name).display().to_string();
    fs::write(folder.join("ok.env"), SECRET).unwrap();
    fs::write(folder.join("long.env"), " ".repeat((1 << 20) + 1)).unwrap();
    symlink("ok.env", folder.join("link.env")).unwrap();
    symlink("nowhere", folder.join("dangling")).unwrap();
    assert!(Command::new("mkfifo").arg(folder.join("pipe")).status().unwrap().success());
    let (code, found, _) = run(&[&path("link.env")], "");
    assert!(code == Some(3) && found.contains("link.env:3"), "{found}");
    for (name, why) in [("dangling", "no such file"), ("pipe", "neither a file nor a folder"), ("long.env", "longer than 1 MiB")] {
        let (code, found, told) = run(&["-q", "--max-size", "1", &path(name), &path("ok.env")], "");
        assert_eq!((code, found.as_str()), (Some(1), ""), "{name}");
        assert!(told.contains(&format!("{name}: {why}")) && told.contains("hint: "), "{told}");
    }
    let (code, _, told) = run(&["--max-size", "1", &path("")], "");
    assert!(code == Some(3) && told.contains("1 file of more than 1 MiB left out"), "{told}");
}

#[test]
fn what_could_not_be_read_is_not_called_clean() {
    let folder = folder("unreadable");
    let closed = folder.join("closed.env");
    fs::write(&closed, SECRET).unwrap();
    fs::write(folder.join("clean.txt"), "nothing\n").unwrap();
    fs::set_permissions(&closed, Permissions::from_mode(0o000)).unwrap();
    if File::open(&closed).is_ok() {
        println!("this user may read everything, so nothing was tested");
        return;
    }
    let folder = folder.display().to_string();
    let (code, _, told) = run(&["-q", &folder], "");
    assert!(code == Some(1) && told.contains("1 file could not be read"), "{told}");
    fs::write(Path::new(&folder).join("open.env"), SECRET).unwrap();
    assert_eq!(run(&["-q", &folder], "").0, Some(3));
    assert_eq!(run(&["-q", &closed.display().to_string()], "").0, Some(1));
}

#[test]
fn only_what_programs_read_is_an_integration() {
    let folder = folder("integrations");
    let mail = "From: support@salesforce.com\nSubject: Your new Salesforce security token\nDate: Tue, 3 Mar 2026 10:00:00 +0000\n\n\
                Username: ops@one.example\nSecurity token (case-sensitive): Qx7LmT2vRk9ZpB4nWc6HdY1s\n";
    fs::create_dir_all(folder.join("Maildir/cur")).unwrap();
    for (name, text) in [
        ("mail.eml", mail),
        ("Maildir/cur/1:2,S", mail),
        ("token.mbox", &format!("From support Tue Mar 03 10:00:00 2026\n{mail}")),
        ("orgs.csv", "username,password,token\nops@one.example,Quartz-Lantern-42!,Qx7LmT2vRk9ZpB4nWc6HdY1s\n"),
        ("notes.md", "The security token of ops@one.example is Qx7LmT2vRk9ZpB4nWc6HdY1s\n"),
        ("deploy.env", SECRET),
        ("login.js", "conn.login('ops@one.example', 'Quartz-Lantern-42!' + 'Qx7LmT2vRk9ZpB4nWc6HdY1s')\n"),
    ] {
        fs::write(folder.join(name), text).unwrap();
    }
    let (code, written, told) = run(&["--import", "-o", "-", &folder.display().to_string()], "");
    assert_eq!(code, Some(3), "{told}");
    let document: serde_json::Value = serde_json::from_str(&written).unwrap();
    let records = document["records"].as_array().unwrap().iter();
    let used = records.flat_map(|record| record["used_by"].as_array().into_iter().flatten());
    let names: BTreeSet<_> = used.filter_map(|used| used["name"].as_str()).collect();
    assert_eq!(names, BTreeSet::from(["deploy.env", "login.js"]), "{written}");
    assert!(told.contains("mail.eml: salesforce-email, 1 record") && told.contains("notes.md: sentence, 1 record"), "{told}");
}
