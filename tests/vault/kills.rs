//! SIGKILL at a random moment.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use super::Home;

/// How often each verb is killed; `.ci/run` does it 250 times.
fn times() -> u32 {
    std::env::var("SFCRED_KILLS").ok().and_then(|times| times.parse().ok()).unwrap_or(25)
}

/// A number below `most` that looks random, the same in each run.
fn pick(seed: &mut u64, most: u64) -> u64 {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    *seed % most
}

/// Whether a save is on its way, or was: its files have names of their own.
fn is_saving(home: &Home, number: u32) -> bool {
    let folders = [format!("copies/{number}"), "jobs".to_owned()];
    let inside = folders.iter().flat_map(|folder| fs::read_dir(home.path(folder)).into_iter().flatten().flatten());
    let names = home.names().into_iter().chain(inside.filter_map(|entry| entry.file_name().into_string().ok()));
    names.into_iter().any(|name| name.starts_with('.') && name.contains(".sfcred-"))
}

/// A folder in memory for the editor.
struct Memory(PathBuf);

impl Memory {
    fn new(verb: &str) -> Self {
        let path = PathBuf::from(format!("/dev/shm/sfcred-test-{verb}-{}", std::process::id()));
        let _ = fs::create_dir(&path);
        Self(path)
    }

    /// What is in it.
    fn names(&self) -> Vec<String> {
        fs::read_dir(&self.0).into_iter().flatten().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Kills a verb again and again. Each time the vault must open and be the one before or the one after; `args` makes the n-th change.
fn kill(verb: &str, prepare: impl Fn(&Home, u32), args: impl Fn(u32) -> Vec<String>, editor: Option<&str>) {
    let home = Home::new();
    let memory = Memory::new(verb);
    let mut seed = 0x5f_c4ed;
    let command = |number: u32| {
        let mut command = home.sfcred(args(number));
        if let Some(editor) = editor {
            command.env("EDITOR", editor.replace("NUMBER", &number.to_string())).env("XDG_RUNTIME_DIR", &memory.0);
        }
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    // How long it takes when nobody disturbs it.
    prepare(&home, 0);
    let start = Instant::now();
    assert!(command(0).status().unwrap().success(), "{verb}");
    let whole = u64::try_from(start.elapsed().as_micros()).unwrap();
    let (mut killed, mut inside, mut old, mut new) = (0, 0, 0, 0);
    let mut number = 0;
    // What has ended before it could be killed does not count.
    while killed < times() {
        number += 1;
        assert!(number <= 8 * times(), "{verb}: killed only {killed} of {number} times");
        prepare(&home, number);
        let before = home.document();
        let mut child = command(number).spawn().unwrap();
        if number % 2 == 0 {
            thread::sleep(Duration::from_micros(pick(&mut seed, whole + whole / 4)));
        } else {
            // Every other time not before a file of a save is there.
            let start = Instant::now();
            while !is_saving(&home, number) && child.try_wait().unwrap().is_none() && start.elapsed() < Duration::from_secs(5) {
                thread::yield_now();
            }
            thread::sleep(Duration::from_micros(pick(&mut seed, 1 + whole / 4)));
        }
        let _ = child.kill();
        killed += u32::from(!child.wait().unwrap().success());
        inside += u32::from(is_saving(&home, number));
        let after = home.document();
        if after == before {
            old += 1;
            // What was not done can be done, which proves that nothing is in its way.
            assert!(command(number).status().unwrap().success(), "{verb} after a kill");
        } else {
            new += 1;
        }
        assert!(home.document() != before || verb == "backup", "{verb}: neither the old vault nor the new one");
        home.done(["list"]);
    }
    println!(
        "{verb}: killed {killed} times in {number} runs, {inside} times inside a save: {old} times the old vault, {new} times the new one"
    );
    assert!(inside > 0, "{verb}: the moments were no good");
    // The next change sweeps up what is left.
    let mut last = home.sfcred(["add", "last@one.example"]);
    assert!(last.env("XDG_RUNTIME_DIR", &memory.0).stderr(Stdio::null()).status().unwrap().success());
    assert_eq!(memory.names(), [""; 0], "{verb}");
    assert!(home.names().iter().all(|name| !name.starts_with('.')), "{:?}", home.names());
    home.assert_no_plaintext(&["one.csv", "new.csv", "token.txt"]);
}

#[test]
fn import_killed_at_any_moment() {
    let prepare = |home: &Home, number| {
        let row = format!("user{number}@one.example,Fake-Lantern-{number},FakeT0kenFakeT0ken{number:06},2026-08-01\n");
        home.write("new.csv", format!("username,password,token,issued\n{row}"));
    };
    kill("import", prepare, |_| ["import", "new.csv", "--quiet", "--as-of", "2026-11-21"].map(str::to_owned).into(), None);
}

#[test]
fn rotate_killed_at_any_moment() {
    let prepare = |home: &Home, number| home.write("token.txt", format!("FakeT0kenFakeT0ken{number:06}\n"));
    let args = ["rotate", "ops", "--token-file", "token.txt", "--as-of", "2026-11-21"];
    kill("rotate", prepare, |_| args.map(str::to_owned).into(), None);
}

#[test]
#[cfg(target_os = "linux")]
fn edit_killed_at_any_moment() {
    let editor = "sed -i 's/\"password\":\"[^\"]*\"/\"password\":\"Fake-Lantern-eNUMBER\"/'";
    kill("edit", |_, _| {}, |_| ["edit", "ops@one.example"].map(str::to_owned).into(), Some(editor));
}

/// The file of an integration is the old one or the new one, and so is the vault; what is left open can be done afterwards.
#[test]
fn apply_killed_at_any_moment() {
    let home = Home::new();
    fs::create_dir(home.path("jobs")).unwrap();
    // Long enough to be torn.
    let env = |number: u32| {
        let filler = "# filler\n".repeat(20_000);
        format!("SF_USERNAME=nightly@one.example\nSF_SECURITY_TOKEN=FakeT0kenFakeT0ken{number:06}\n{filler}")
    };
    let next = |number: u32| home.write("token.txt", format!("FakeT0kenFakeT0ken{number:06}\n"));
    next(0);
    home.write("jobs/deploy.env", env(0));
    home.done([
        "add",
        "nightly@one.example",
        "--token-file",
        "token.txt",
        "--issued",
        "2026-01-01",
        "--used-by",
        "nightly=jobs/deploy.env",
    ]);
    let args = ["rotate", "nightly", "--token-file", "token.txt", "--as-of", "2026-11-21", "--apply", "--yes"];
    let file = || fs::read_to_string(home.path("jobs/deploy.env")).unwrap();
    let mut seed = 0x5f_c4ed;
    let (mut whole, mut inside, mut old, mut new) = (0, 0, 0, 0);
    for number in 1..=times() {
        next(number);
        let mut command = home.sfcred(args);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let start = Instant::now();
        let mut child = command.spawn().unwrap();
        match number % 3 {
            _ if number == 1 => drop(child.wait().unwrap()),
            0 => thread::sleep(Duration::from_micros(pick(&mut seed, whole + whole / 4))),
            _ => {
                let is_writing = || fs::read_dir(home.path("jobs")).unwrap().count() > 1;
                while !is_writing() && child.try_wait().unwrap().is_none() {
                    thread::yield_now();
                }
                thread::sleep(Duration::from_micros(pick(&mut seed, 2000)));
            }
        }
        if number == 1 {
            whole = u64::try_from(start.elapsed().as_micros()).unwrap();
        }
        let _ = child.kill();
        child.wait().unwrap();
        inside += u32::from(is_saving(&home, 0));
        let found = file();
        assert!(found == env(number) || found == env(number - 1), "neither the old file nor the new one");
        if found == env(number) {
            new += 1;
        } else {
            old += 1;
        }
        home.done(["list"]);
        // Either the vault has the token by now, and the file can be made so, or all can be done again.
        if !home.ended(args).status.success() {
            home.done(["rotate", "nightly", "--apply", "--yes", "--as-of", "2026-11-21"]);
        }
        assert!(file() == env(number), "the file was not made up for");
        assert_eq!(home.done(["rotate", "--status"]), "");
    }
    println!("apply: killed {inside} of {} times inside a save: {old} times the old file, {new} times the new one", times());
    assert!(inside > 0 && old > 0 && new > 1, "the moments were no good");
    // What is left lies no longer than until the file is written again.
    next(0);
    home.done(args);
    assert_eq!(fs::read_dir(home.path("jobs")).unwrap().count(), 1);
}

#[test]
fn backup_killed_at_any_moment() {
    let args = |number: u32| ["backup", "--to-dir", &format!("copies/{number}"), "--as-of", "2026-11-21"].map(str::to_owned).into();
    let home_of_copies = |home: &Home, number: u32| {
        // A copy that has its name is whole, whenever the one before it was killed.
        let Ok(copies) = fs::read_dir(home.path(&format!("copies/{}", number.saturating_sub(1)))) else { return };
        for copy in copies.map(|copy| copy.unwrap().path()).filter(|path| path.extension().is_some_and(|end| end == "age")) {
            home.done([std::ffi::OsStr::new("verify"), copy.as_os_str()]);
        }
    };
    kill("backup", home_of_copies, args, None);
    // Those that were killed inside a save leave a sealed file, which the next one into the same folder sweeps.
    let home = Home::new();
    let hidden = || {
        let names = fs::read_dir(home.path("copies")).into_iter().flatten().map(|entry| entry.unwrap().file_name());
        names.filter(|name| name.as_encoded_bytes().starts_with(b".")).count()
    };
    let start = || home.sfcred(["backup", "--to-dir", "copies", "--as-of", "2026-11-21"]).stderr(Stdio::null()).spawn().unwrap();
    let killed = (0..200).any(|_| {
        let mut child = start();
        while hidden() == 0 && child.try_wait().unwrap().is_none() {
            thread::yield_now();
        }
        let _ = child.kill();
        child.wait().unwrap();
        hidden() > 0
    });
    assert!(killed, "no backup was killed inside a save");
    assert!(start().wait().unwrap().success());
    assert_eq!(hidden(), 0);
}
