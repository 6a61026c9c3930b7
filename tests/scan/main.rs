//! A folder of files, half of them innocent, through the real command.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

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
    std::os::unix::fs::symlink(folder.join("short.env"), folder.join("link.env")).unwrap();
    std::os::unix::fs::symlink(&folder, folder.join("circle")).unwrap();
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
