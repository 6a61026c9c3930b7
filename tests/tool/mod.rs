//! Runs the real program in a folder of its own.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use std::{process, thread};

/// The longest that any run may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// An empty folder that is gone with the test.
pub struct Scratch(PathBuf);

impl Scratch {
    /// Makes the folder.
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("scratch-{}-{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// A path inside the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes a file and returns its path.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    /// The names of all files, hidden ones too.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// How a run ended and what it said.
#[derive(Debug)]
pub struct Ended {
    /// The status.
    pub status: ExitStatus,
    /// Everything on stdout.
    pub stdout: Vec<u8>,
    /// Everything on stderr.
    pub stderr: String,
}

impl Ended {
    /// Makes sure that the run failed with this error line first, and a hint behind it.
    pub fn assert_error(&self, what: &str) {
        self.assert_code(1, what);
        let mut lines = self.stderr.lines();
        assert_eq!(lines.next(), Some(format!("sfcred: error: {what}").as_str()), "{}", self.stderr);
        let hint = lines.next().and_then(|line| line.strip_prefix("sfcred: hint: "));
        assert!(hint.is_some_and(|hint| !hint.is_empty()), "no hint: {}", self.stderr);
        assert_eq!(lines.next(), None, "more than an error and its hint");
        assert_eq!(self.stdout, b"", "{what}");
    }

    /// Makes sure of the exit code, and that nothing panicked.
    pub fn assert_code(&self, code: i32, what: &str) {
        assert_eq!(self.status.code(), Some(code), "{what}: {}", self.stderr);
        assert!(!self.stderr.contains("panicked") && !self.stderr.contains("internal error"), "{what}: {}", self.stderr);
    }
}

/// The program, without a terminal to ask and with nothing on stdin.
pub fn sfcred<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sfcred"));
    command.args(args).stdin(Stdio::null()).env_remove("COLUMNS").env("XDG_CONFIG_HOME", "/nowhere");
    command.env("XDG_DATA_HOME", "/nowhere").env_remove("SFCRED_VAULT").env_remove("SFCRED_IDENTITY");
    command
}

/// Runs a command to its end, which must come soon; what it says goes to files, which no pipe can block.
pub fn run(command: &mut Command) -> Ended {
    let scratch = Scratch::new();
    let (out, err) = (scratch.path("stdout"), scratch.path("stderr"));
    let mut child = command.stdout(File::create(&out).unwrap()).stderr(File::create(&err).unwrap()).spawn().unwrap();
    let status = wait(&mut child, &format!("{command:?}"));
    Ended { status, stdout: fs::read(out).unwrap(), stderr: String::from_utf8(fs::read(err).unwrap()).unwrap() }
}

/// Waits for a child, and ends it when it takes too long.
pub fn wait(child: &mut Child, what: &str) -> ExitStatus {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if start.elapsed() > PATIENCE {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("still running after {PATIENCE:?}: {what}");
        }
        thread::sleep(Duration::from_millis(2));
    }
}

/// The options with the passphrase or the key file of a file of this format, where it encrypts by itself, and with a low cost; `way` is
/// `from` or `to`.
pub fn unlock(way: &str, format: &str) -> Vec<String> {
    let spec = &sfcred_formats::find(format).unwrap().spec;
    let (what, file) = if spec.takes_passphrase() { ("passphrase", "passphrase.txt") } else { ("key", "data-loader.key") };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/keys").join(file);
    let mut options = vec![format!("--{way}-{what}-file"), path.to_str().unwrap().to_owned()];
    if way == "to" && spec.takes_passphrase() {
        options.extend(["--kdf-memory", "1", "--kdf-passes", "1", "--kdf-lanes", "1"].map(str::to_owned));
    }
    options.retain(|_| spec.lock.is_some());
    options
}

/// The reference records in the native format.
pub fn reference() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("formats/sfcred/sample.json")
}

/// A fictional identity, and the recipient that goes with it.
pub fn identity() -> (PathBuf, String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/keys/x25519.txt");
    let text = fs::read_to_string(&path).unwrap();
    let recipient = text.lines().find_map(|line| line.strip_prefix("# public key: ")).unwrap();
    (path, recipient.to_owned())
}
