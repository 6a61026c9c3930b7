//! No space, a closed pipe, a signal at any moment: the old file or the new one, never a torn one.

#[path = "tool/mod.rs"]
mod tool;

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Write};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tool::{Scratch, identity, reference, run, sfcred, wait};

/// A table of many records.
fn table(records: usize) -> String {
    let mut text = "username,password,token,issued\n".to_owned();
    for number in 0..records {
        writeln!(text, "ops{number}@harbor-widgets.example,fake-password-{number},FakeT0kenFakeT0kenFakeT0,2026-11-01").unwrap();
    }
    text
}

/// The program under `ulimit -f`, which no file that it writes can outgrow: 4 blocks are 2 or 4 KiB.
fn with_little_room(scratch: &Scratch, args: &[&str]) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -f 4; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_sfcred")]).args(args);
    command.arg(reference()).current_dir(scratch.path("")).stdin(Stdio::null());
    command
}

#[test]
fn no_room() {
    let scratch = Scratch::new();
    scratch.write("old", "old");
    let (_, recipient) = identity();
    let convert = ["convert", "--to", "sfcred", "--quiet", "-o"];
    for args in [&["new"][..], &["old", "--force"], &["new", "-r", &recipient], &["old", "--force", "-a", "-r", &recipient]] {
        let ended = run(&mut with_little_room(&scratch, &[&convert, args].concat()));
        ended.assert_error(&format!("{}: file too large", args[0]));
        assert!(ended.stderr.contains("make room or choose another place with -o; nothing was written"), "{}", ended.stderr);
        assert_eq!(scratch.names(), ["old"], "{args:?}");
        assert_eq!(fs::read(scratch.path("old")).unwrap(), b"old", "{args:?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn stdout_on_a_full_disk() {
    let reference = reference();
    let reference = reference.to_str().unwrap();
    let verbs: [&[&str]; 10] = [
        &["convert", reference, "--to", "sfcred", "-o", "-"],
        &["convert", reference, "--to", "sfcred", "--dry-run", "--json", "--quiet"],
        &["check", reference],
        &["check", reference, "--json"],
        &["inspect", reference],
        &["formats"],
        &["formats", "csv"],
        &["completions", "bash"],
        &["man"],
        &["--help"],
    ];
    for verb in verbs {
        let scratch = Scratch::new();
        let err = scratch.path("stderr");
        let full = File::options().write(true).open("/dev/full").unwrap();
        let mut child = sfcred(verb).stdout(full).stderr(File::create(&err).unwrap()).spawn().unwrap();
        let status = wait(&mut child, verb[0]);
        let said = fs::read_to_string(err).unwrap();
        assert_eq!(status.code(), Some(1), "{verb:?}: {said}");
        let end = "sfcred: error: stdout: cut short: no space left on device\n\
                   sfcred: hint: do not use what came out; -o FILE writes all or nothing\n";
        assert!(said.ends_with(end), "{verb:?}: {said}");
    }
}

#[test]
fn stdout_that_nobody_reads() {
    let scratch = Scratch::new();
    let table = scratch.write("in.csv", table(20_000));
    let table = table.to_str().unwrap();
    // It fits every record to every format and prints at the end, so a few records do.
    let few = scratch.write("few.csv", self::table(500));
    let verbs: [&[&str]; 7] = [
        &["convert", table, "--to", "bitwarden-json", "--quiet", "-o", "-"],
        &["check", table, "--as-of", "2026-11-21"],
        &["inspect", few.to_str().unwrap()],
        &["formats"],
        &["man"],
        &["completions", "zsh"],
        &["--help"],
    ];
    for verb in verbs {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let err = scratch.path("stderr");
        let mut child = sfcred(verb).stdout(writer).stderr(File::create(&err).unwrap()).spawn().unwrap();
        let status = wait(&mut child, verb[0]);
        assert_eq!(status.code(), Some(1), "{verb:?}");
        assert_eq!(fs::read_to_string(&err).unwrap(), "", "{verb:?}");
    }
    let mut head = Command::new("sh");
    head.args(["-c", "\"$0\" \"$@\" | head -c1", env!("CARGO_BIN_EXE_sfcred")]).args(verbs[0]).stdin(Stdio::null());
    let ended = run(&mut head);
    assert_eq!((ended.stdout.as_slice(), ended.stderr.as_str()), (&b"{"[..], ""));
}

#[test]
fn killed_at_any_moment() {
    const TIMES: u32 = 50;
    let scratch = Scratch::new();
    scratch.write("in.csv", table(4000));
    scratch.write("out", "old");
    let convert = || {
        let mut command = sfcred(["convert", "in.csv", "--to", "bitwarden-json", "--quiet", "--force", "-o", "out"]);
        command.current_dir(scratch.path("")).stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let start = Instant::now();
    run(&mut convert()).assert_code(0, "a whole run");
    let duration = start.elapsed();
    let new = fs::read(scratch.path("out")).unwrap();

    let (mut killed, mut left, mut kept) = (0, 0, 0);
    for time in 0..TIMES {
        scratch.write("out", "old");
        let mut child = convert().spawn().unwrap();
        thread::sleep(duration * time / TIMES);
        child.kill().unwrap();
        killed += u32::from(!child.wait().unwrap().success());
        let out = fs::read(scratch.path("out")).unwrap();
        assert!(out == b"old" || out == new, "torn after {:?}: {} bytes", duration * time / TIMES, out.len());
        kept += u32::from(out == b"old");
        for name in scratch.names().iter().filter(|name| !["in.csv", "out"].contains(&name.as_str())) {
            assert!(name.starts_with(".sfcred-"), "{name}");
            fs::remove_file(scratch.path(name)).unwrap();
            left += 1;
        }
    }
    println!("killed {killed} times of {TIMES}: {kept} times the old file, {left} unfinished files left");
    assert!(killed > 0 && left > 0, "the moments were no good: {killed} killed, {left} left");
}

#[test]
fn a_signal_leaves_nothing_behind() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129), (Signal::QUIT, 131)] {
        for old in [false, true] {
            let scratch = Scratch::new();
            if old {
                scratch.write("out", "old");
            }
            let mut convert = sfcred(["convert", "-", "--to", "csv", "--quiet", "--force", "-o", "out"]);
            let mut child = convert.current_dir(scratch.path("")).stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
            // The input does not end, so that the run is in the middle until the signal comes.
            let mut input = child.stdin.take().unwrap();
            input.write_all(table(4000).as_bytes()).unwrap();
            let start = Instant::now();
            while !scratch.names().iter().any(|name| name.starts_with(".sfcred-")) {
                assert!(start.elapsed() < Duration::from_secs(10), "no output was begun");
                thread::sleep(Duration::from_millis(2));
            }
            kill_process(Pid::from_child(&child), signal).unwrap();
            assert_eq!(wait(&mut child, "a signal").code(), Some(code));
            drop(input);
            let names: &[&str] = if old { &["out"] } else { &[] };
            assert_eq!(scratch.names(), names, "{signal:?}");
            assert!(!old || fs::read(scratch.path("out")).unwrap() == b"old");
        }
    }
}

#[test]
fn no_room_for_a_store() {
    let scratch = Scratch::new();
    let entry = |name: &str, notes: &str| format!("{name}@harbor-widgets.example,FakeT0kenFakeT0ken,{notes}\n");
    scratch.write("in.csv", format!("username,token,notes\n{}{}", entry("first", "short"), entry("second", &"x".repeat(9000))));
    let (_, recipient) = identity();
    for seal in [&["--plain"][..], &["-r", &recipient]] {
        let args = [&["-c", "ulimit -f 4; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_sfcred"), "convert", "in.csv"][..], seal].concat();
        let mut command = Command::new("sh");
        command.args(args).args(["--to", "passage", "--quiet", "-o", "new"]).current_dir(scratch.path("")).stdin(Stdio::null());
        run(&mut command).assert_error("new: file too large");
        assert_eq!(scratch.names(), ["in.csv"]);
    }
}

#[test]
fn a_signal_leaves_no_store_behind() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        for seal in ["--plain", "-r"] {
            let scratch = Scratch::new();
            let (_, recipient) = identity();
            let mut convert = sfcred(["convert", "-", "--from", "csv", "--to", "passage", "--quiet", "-o", "new", seal]);
            if seal == "-r" {
                convert.arg(recipient);
            }
            let mut child = convert.current_dir(scratch.path("")).stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
            // The input does not end, so that the run is in the middle until the signal comes.
            let mut input = child.stdin.take().unwrap();
            input.write_all(table(4000).as_bytes()).unwrap();
            let entries = || {
                let name = scratch.names().into_iter().find(|name| name.starts_with(".sfcred-"))?;
                Some(fs::read_dir(scratch.path(&name)).ok()?.count())
            };
            let start = Instant::now();
            while entries().is_none_or(|entries| entries < 20) {
                assert!(start.elapsed() < Duration::from_secs(10), "no store was begun");
                thread::sleep(Duration::from_millis(2));
            }
            kill_process(Pid::from_child(&child), signal).unwrap();
            assert_eq!(wait(&mut child, "a signal").code(), Some(code));
            drop(input);
            assert_eq!(scratch.names(), [""; 0], "{signal:?}");
        }
    }
}
