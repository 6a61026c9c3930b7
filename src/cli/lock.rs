//! Where the keys of formats that encrypt by themselves come from.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::PathBuf;

use age::secrecy::{ExposeSecret, SecretString};
use sfcred_formats::{Cost, Error, Lock, Result, Secret};
use zeroize::Zeroizing;

use super::{input, prompt};

/// The longest key file: any file can be one, a photo for example.
const KEY_FILE: u64 = 64 << 20;

/// Takes passphrase and key from files, and the passphrase from the terminal where there is none.
pub(super) struct FileLock {
    what: String,
    passphrase_file: Option<PathBuf>,
    key_file: Option<PathBuf>,
    ask: fn(&str) -> Result<SecretString>,
    /// For a file that is written.
    cost: Option<Cost>,
    tries: u32,
}

impl FileLock {
    /// A lock of `what`, whose passphrase is asked for with `ask` if no file has it; `cost` is for a file that is written.
    pub(super) fn new(
        what: String,
        passphrase_file: Option<PathBuf>,
        key_file: Option<PathBuf>,
        ask: fn(&str) -> Result<SecretString>,
        cost: Option<Cost>,
    ) -> Self {
        Self { what, passphrase_file, key_file, ask, cost, tries: 0 }
    }
}

impl Lock for FileLock {
    fn passphrase(&mut self) -> Result<Secret> {
        let passphrase = match &self.passphrase_file {
            // A key file can lock alone.
            Some(path) if self.key_file.is_some() => prompt::passphrase_file_or_none(path)?,
            Some(path) => prompt::passphrase_file(path)?,
            None => (self.ask)(&format!("passphrase for {}", self.what))?,
        };
        Ok(passphrase.expose_secret().into())
    }

    /// Somebody at a terminal can mistype; a file stays what it is.
    fn again(&mut self) -> bool {
        self.tries += 1;
        self.passphrase_file.is_none() && self.tries < 3
    }

    fn key_file(&mut self) -> Result<Option<Zeroizing<Vec<u8>>>> {
        let Some(path) = &self.key_file else { return Ok(None) };
        let read = || -> Result<Zeroizing<Vec<u8>>> {
            let mut bytes = Zeroizing::new(Vec::new());
            let file = File::open(path).map_err(|error| match (error.kind(), self.cost) {
                (ErrorKind::NotFound, Some(_)) => Error::new("no such file")
                    .hint("make a new key file with `head -c 32 /dev/urandom > FILE`, and keep a copy of it apart from the database"),
                _ => error.into(),
            })?;
            if file.take(KEY_FILE + 1).read_to_end(&mut bytes)? as u64 > KEY_FILE {
                return Err(Error::new(format!("the key file is longer than {KEY_FILE} bytes, the limit")).hint("name the key file itself"));
            }
            Ok(bytes)
        };
        read().map(Some).map_err(|error| error.in_file(input::name(path)))
    }

    fn random(&mut self, bytes: &mut [u8]) -> Result<()> {
        getrandom::fill(bytes).map_err(|_| Error::new("the system gives no randomness").hint("check /dev/urandom"))
    }

    fn cost(&self) -> Cost {
        self.cost.unwrap_or_default()
    }
}
