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

/// How often a passphrase may be typed wrong.
const TRIES: u32 = 3;

/// Takes passphrase and key from files, and the passphrase from the terminal where there is none.
pub(super) struct FileLock {
    /// What it locks, for the prompt.
    pub what: String,
    pub passphrase_file: Option<PathBuf>,
    pub key_file: Option<PathBuf>,
    /// Asks the terminal.
    pub ask: fn(&str) -> Result<SecretString>,
    /// What deriving the key costs, for a file that is written.
    pub cost: Option<Cost>,
    /// Rounds of PBKDF2, if the user wants it.
    pub pbkdf2: Option<u32>,
    pub tries: u32,
    /// How the keys of a config file are named, if the user says it.
    pub style: Option<String>,
}

impl Lock for FileLock {
    fn passphrase(&mut self) -> Result<Secret> {
        self.tries += 1;
        let so_far = if self.tries > 1 { "wrong passphrase, once more; " } else { "" };
        let passphrase = if let Some(path) = &self.passphrase_file {
            // A key file can lock alone.
            if self.key_file.is_some() { prompt::passphrase_file_or_none(path)? } else { prompt::passphrase_file(path)? }
        } else {
            (self.ask)(&format!("{so_far}passphrase for {}", self.what))?
        };
        Ok(passphrase.expose_secret().into())
    }

    /// Somebody at a terminal can mistype; a file stays what it is.
    fn again(&mut self) -> bool {
        self.passphrase_file.is_none() && self.tries < TRIES
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

    fn style(&self) -> Option<&str> {
        self.style.as_deref()
    }

    fn pbkdf2(&self) -> Option<u32> {
        self.pbkdf2
    }
}
