//! The vault under fire: the old one or the new one, and never a secret beside it.

#![cfg(unix)]

#[path = "../tool/mod.rs"]
mod tool;

mod apply;
mod broken;
mod clipboard;
mod copies;
mod edit;
mod faults;
mod init;
mod kills;
mod recipients;
mod rotate;
mod together;
mod unknown;
mod unprivileged;

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use tool::{Ended, Scratch, identity, run, sfcred};

/// A folder with a vault, which one record is in.
pub(crate) struct Home {
    scratch: Scratch,
}

impl Home {
    /// Makes the vault.
    pub(crate) fn new() -> Self {
        let home = Self { scratch: Scratch::new() };
        home.done(["init"]);
        home.scratch
            .write("one.csv", "username,password,token,issued\nops@one.example,Fake-Lantern-1,FakeT0kenFakeT0kenFakeT01,2026-05-01\n");
        home.done(["import", "one.csv", "--quiet", "--as-of", "2026-11-21"]);
        home
    }

    /// The program in this folder, with this vault.
    pub(crate) fn sfcred<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = sfcred(args);
        command.current_dir(self.scratch.path("")).env("SFCRED_VAULT", "vault.age").env("SFCRED_IDENTITY", identity().0);
        command
    }

    /// Runs it to its end, which must be a good one, and returns what it printed.
    pub(crate) fn done<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> String {
        let ended = run(&mut self.sfcred(args));
        ended.assert_code(0, "done");
        String::from_utf8(ended.stdout).unwrap()
    }

    /// Runs it to its end.
    pub(crate) fn ended<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Ended {
        run(&mut self.sfcred(args))
    }

    /// A path in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.scratch.path(name)
    }

    /// Writes a file into the folder.
    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        self.scratch.write(name, text);
    }

    /// Another identity, in this file, and its recipient.
    pub(crate) fn other_identity(&self, name: &str) -> String {
        let ended = self.ended(["init", "--vault", &format!("{name}.age"), "-i", name]);
        ended.assert_code(0, "init");
        fs::remove_file(self.path(&format!("{name}.age"))).unwrap();
        ended.stderr.trim_end().rsplit(' ').next().unwrap().to_owned()
    }

    /// The document in the vault, as Debian's `age` or whoever else opens it: by the identity alone.
    pub(crate) fn document(&self) -> String {
        self.done(["convert", "vault.age", "--all", "--to", "sfcred", "-o", "-", "--quiet", "-i", identity().0.to_str().unwrap()])
    }

    /// The names of all files, hidden ones too.
    pub(crate) fn names(&self) -> Vec<String> {
        self.scratch.names()
    }

    /// Makes sure that no file but `except` has a secret in it.
    pub(crate) fn assert_no_plaintext(&self, except: &[&str]) {
        for name in self.names().iter().filter(|name| !except.contains(&name.as_str())) {
            let path = self.path(name);
            if !path.is_file() {
                continue;
            }
            let bytes = fs::read(&path).unwrap();
            let found =
                ["FakeT0ken", "Fake-Lantern"].iter().any(|secret| bytes.windows(secret.len()).any(|part| part == secret.as_bytes()));
            assert!(!found, "{name} holds a secret");
        }
    }
}
