//! The clipboard, with a tool that keeps it in a file.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use super::Home;
use super::tool::{run, wait};

#[test]
fn a_copied_token_is_cleared_unless_something_else_was_copied() {
    let home = Home::new();
    fs::create_dir(home.path("bin")).unwrap();
    // The second one is as if somebody had copied something else meanwhile.
    for (name, script) in [("pbcopy", "cat > clip; cat clip >> log; echo >> log"), ("pbpaste", "cat ${PASTES:-clip}")] {
        let path = home.path("bin").join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
    }
    home.write("other", "other");
    let path = format!("{}:/usr/bin:/bin", home.path("bin").display());
    let copy = |pastes: &str| {
        let mut command = home.sfcred(["show", "ops", "--copy", "--clear-after", "1"]);
        command.env("PATH", &path).env_remove("WAYLAND_DISPLAY").env_remove("DISPLAY").env("PASTES", pastes);
        let ended = run(&mut command);
        ended.assert_code(0, "copy");
        assert_eq!(ended.stdout, b"");
        ended.stderr
    };
    assert!(copy("").ends_with("the clipboard was cleared\n"));
    assert_eq!(fs::read(home.path("log")).unwrap(), b"FakeT0kenFakeT0kenFakeT01\n\n");
    assert!(copy("other").ends_with("the clipboard holds something else by now, and was left alone\n"));
    assert_eq!(fs::read(home.path("clip")).unwrap(), b"FakeT0kenFakeT0kenFakeT01");
}

#[test]
fn a_signal_clears_it_too() {
    let home = Home::new();
    fs::create_dir(home.path("bin")).unwrap();
    for (name, script) in [("pbcopy", "cat > clip.new; mv clip.new clip"), ("pbpaste", "cat clip")] {
        let path = home.path("bin").join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
    }
    let path = format!("{}:/usr/bin:/bin", home.path("bin").display());
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        home.write("clip", "");
        let mut command = home.sfcred(["show", "ops", "--copy", "--clear-after", "60"]);
        command.env("PATH", &path).env_remove("WAYLAND_DISPLAY").env_remove("DISPLAY");
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while fs::read(home.path("clip")).unwrap() != b"FakeT0kenFakeT0kenFakeT01" {
            assert!(child.try_wait().unwrap().is_none());
            thread::sleep(Duration::from_millis(5));
        }
        assert!(Command::new("kill").args(["-s", signal, &child.id().to_string()]).status().unwrap().success());
        assert_eq!(wait(&mut child, signal).code(), Some(code));
        assert_eq!(fs::read(home.path("clip")).unwrap(), b"", "{signal}");
    }
}
