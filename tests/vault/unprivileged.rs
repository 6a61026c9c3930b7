//! The program run by somebody for whom modes and owners count, also where root runs the tests.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{self, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use super::Home;
use super::tool::{Ended, identity, run};

/// Nobody, whom every system has.
const NOBODY: u32 = 65534;

/// A copy of a home, with a copy of the program, that belongs to a user without privileges.
pub(crate) struct Unprivileged {
    folder: PathBuf,
}

impl Unprivileged {
    /// Copies the home as it is now.
    pub(crate) fn new(home: &Home) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("sfcred-unprivileged-{}-{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        // Not in the folder for the build, which need not be open to others.
        let folder = env::temp_dir().join(name);
        fs::create_dir(&folder).unwrap();
        let own = Self { folder };
        // By another process: what this one has open for writing, a child that is started just now has too, and that cannot be run.
        let program = own.folder.join("sfcred");
        assert!(Command::new("cp").arg(env!("CARGO_BIN_EXE_sfcred")).arg(program).status().unwrap().success());
        fs::copy(identity().0, own.folder.join("key.txt")).unwrap();
        copy(&home.path(""), &own.path(""));
        give_away(&own.folder);
        own
    }

    /// A path in the copy of the home.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join("home").join(name)
    }

    /// Runs the program there to its end.
    pub(crate) fn ended<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Ended {
        let mut command = Command::new(self.folder.join("sfcred"));
        command.args(args).stdin(Stdio::null()).current_dir(self.path(""));
        command.env("SFCRED_VAULT", "vault.age").env("SFCRED_IDENTITY", self.folder.join("key.txt"));
        command.env("XDG_CONFIG_HOME", "/nowhere").env("XDG_DATA_HOME", "/nowhere");
        if is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        run(&mut command)
    }
}

impl Drop for Unprivileged {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Whether root runs the tests.
pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn give_away(path: &Path) {
    if !is_root() {
        return;
    }
    chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            give_away(&entry.unwrap().path());
        }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).unwrap();
        }
    }
}
