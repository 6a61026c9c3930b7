//! Copies: proved before they are named, and kept as long as they are the last good ones.

use std::fs::{self, File};
use std::process::{Child, Stdio};

use super::Home;
use super::tool::{identity, wait};

/// The names in the folder of copies, the unfinished ones too.
fn copies(home: &Home) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(home.path("copies")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn backup(home: &Home, day: &str, more: &[&str]) -> String {
    let ended = home.ended(["backup", "--to-dir", "copies", "--as-of", day].iter().chain(more));
    ended.assert_code(0, day);
    ended.stderr
}

#[test]
fn only_a_copy_that_opens_counts_or_goes() {
    let home = Home::new();
    for day in ["2026-11-19", "2026-11-20"] {
        backup(&home, day, &["--quiet"]);
    }
    home.write("copies/sfcred-2026-11-20.2.age", "junk");
    let told = backup(&home, "2026-11-21", &["--quiet", "--keep", "2d"]);
    assert_eq!(
        told,
        "sfcred: warning: copies/sfcred-2026-11-20.2.age: not sealed with age, so it is no backup; this copy does not count, and stays\n"
    );
    assert_eq!(copies(&home), ["sfcred-2026-11-20.2.age", "sfcred-2026-11-20.age", "sfcred-2026-11-21.age"]);
}

#[test]
fn the_last_copy_with_records_stays() {
    let home = Home::new();
    backup(&home, "2026-11-20", &[]);
    home.done(["remove", "ops"]);
    let told = backup(&home, "2026-11-21", &["--keep", "1d"]);
    assert!(told.contains("warning: copies/sfcred-2026-11-21.age: a copy without any record"), "{told}");
    assert!(told.contains("warning: copies/sfcred-2026-11-20.age: stays, for the copies of the days to keep are empty"), "{told}");
    assert_eq!(copies(&home), ["sfcred-2026-11-20.age", "sfcred-2026-11-21.age"]);
}

#[test]
fn copies_of_one_thing_let_no_others_go() {
    let home = Home::new();
    for folder in ["p", "q"] {
        fs::create_dir(home.path(folder)).unwrap();
        home.write(&format!("{folder}/b.json"), folder);
    }
    backup(&home, "2026-11-20", &["--raw", "p/b.json"]);
    backup(&home, "2026-11-20", &["one.csv"]);
    for args in [&["--raw", "q/b.json", "--keep", "1d"][..], &["one.csv", "--keep", "1d"]] {
        let ended = home.ended(["backup", "--to-dir", "copies"].iter().chain(args));
        ended.assert_code(2, "a series without a name");
        assert!(ended.stderr.contains("hint: --name NAME says which copies belong together"), "{}", ended.stderr);
    }
    backup(&home, "2026-11-21", &["--raw", "q/b.json", "--keep", "1d", "--name", "q"]);
    backup(&home, "2026-11-22", &["--raw", "q/b.json", "--keep", "1d", "--name", "q"]);
    fs::copy(home.path("vault.age"), home.path("second.age")).unwrap();
    backup(&home, "2026-11-20", &[]);
    backup(&home, "2026-11-21", &["--vault", "second.age", "--keep", "1d"]);
    let expected = [
        "raw-b.json-2026-11-20.age",
        "raw-q-2026-11-22.age",
        "records-one.csv-2026-11-20.age",
        "sfcred-2026-11-20.age",
        "sfcred-second-2026-11-21.age",
    ];
    assert_eq!(copies(&home), expected);
}

#[test]
fn a_raw_copy_has_the_bytes_that_it_had_whatever_they_look_like() {
    let home = Home::new();
    home.write("plain.json", home.document().replace("\n]}", "\n],\"recipients\":[\"age1fake\"]}"));
    home.write("sealed.bin", fs::read(home.path("vault.age")).unwrap());
    for name in ["plain.json", "sealed.bin"] {
        backup(&home, "2026-11-21", &["--raw", name]);
        let copy = format!("copies/raw-{name}-2026-11-21.age");
        let length = fs::read(home.path(name)).unwrap().len();
        assert_eq!(home.done(["verify", &copy]), format!("{copy}: a file of {length} bytes as it was\n"));
        home.ended(["restore", &copy]).assert_error(&format!("{copy}: a file that was backed up as it is"));
        home.done(["restore", &copy, "-o", "again", "--force"]);
        assert_eq!(fs::read(home.path("again")).unwrap(), fs::read(home.path(name)).unwrap(), "{name}");
        // Under another name it is what it looks like, but --raw says what it was.
        fs::rename(home.path(&copy), home.path("renamed.age")).unwrap();
        home.done(["restore", "renamed.age", "--raw", "-o", "again", "--force"]);
        assert_eq!(fs::read(home.path("again")).unwrap(), fs::read(home.path(name)).unwrap(), "{name}");
    }
}

#[test]
fn backups_at_once_take_names_of_their_own() {
    const PROCESSES: usize = 6;
    let home = Home::new();
    let start = |number: usize| -> Child {
        let mut command = home.sfcred(["backup", "--to-dir", "copies", "--as-of", "2026-11-21"]);
        command.stdout(Stdio::null()).stderr(File::create(home.path(&format!("{number}.err"))).unwrap()).spawn().unwrap()
    };
    let children: Vec<Child> = (0..PROCESSES).map(start).collect();
    for mut child in children {
        assert!(wait(&mut child, "a backup").success());
    }
    assert_eq!(copies(&home).len(), PROCESSES);
    assert!(copies(&home).contains(&"sfcred-2026-11-21.6.age".to_owned()), "{:?}", copies(&home));
}

#[test]
fn a_copy_that_nobody_here_can_open_is_not_kept() {
    let home = Home::new();
    let other = home.other_identity("other.key");
    let ended = home.ended(["backup", "--to-dir", "copies", "--as-of", "2026-11-21", "-r", &other]);
    ended.assert_error("copies: none of your identities opens the copy, so it was not kept");
    assert_eq!(copies(&home), [""; 0]);
    // With an identity of theirs it is, and so where there is no identity at all.
    let key = identity().0;
    backup(&home, "2026-11-21", &["-r", &other, "-i", "other.key", "-i", key.to_str().unwrap()]);
    let mut command = home.sfcred(["backup", "one.csv", "--to-dir", "copies", "--as-of", "2026-11-21", "-r", &other]);
    let ended = super::tool::run(command.env("SFCRED_IDENTITY", "none.txt"));
    ended.assert_code(0, "no identity");
    assert!(ended.stderr.contains("1 record, written and compared; not opened, for there is no identity here"), "{}", ended.stderr);
    assert_eq!(copies(&home), ["records-one.csv-2026-11-21.age", "sfcred-2026-11-21.age"]);
}

#[test]
fn quiet_is_for_nights_on_which_all_is_well() {
    let home = Home::new();
    assert_eq!(backup(&home, "2026-11-21", &["--quiet", "--keep", "7d"]), "");
    let copy = "copies/sfcred-2026-11-21.age";
    assert_eq!(home.done(["verify", copy, "--quiet"]), "");
    home.write(copy, "junk");
    home.ended(["verify", copy, "--quiet"]).assert_error(&format!("{copy}: not sealed with age, so it is no backup"));
}

/// Half a gigabyte is the most that a vault may have; a file may be larger.
#[test]
#[ignore = "seals half a gigabyte, which takes a minute"]
fn a_raw_copy_may_be_large() {
    let home = Home::new();
    let length = (512 << 20) + 4711;
    File::create(home.path("large.bin")).unwrap().set_len(length).unwrap();
    // Without the time limit of the others.
    let done = |args: &[&str]| {
        let ended = home.sfcred(args).output().unwrap();
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
        String::from_utf8(ended.stdout).unwrap()
    };
    done(&["backup", "--to-dir", "copies", "--as-of", "2026-11-21", "--raw", "large.bin"]);
    let copy = "copies/raw-large.bin-2026-11-21.age";
    assert_eq!(done(&["verify", copy]), format!("{copy}: a file of {length} bytes as it was\n"));
    fs::rename(home.path(copy), home.path("renamed.age")).unwrap();
    done(&["restore", "renamed.age", "-o", "again.bin"]);
    assert_eq!(fs::metadata(home.path("again.bin")).unwrap().len(), length);
}
