//! Opens the inputs.

use std::fs::File;
use std::io::{IsTerminal, Read, stdin};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use age::secrecy::SecretString;
use sfcred_formats::{Error, Format, Result};
use zeroize::Zeroizing;

use super::args::Reading;
use super::lock::FileLock;
use super::prompt;
use super::store::Store;
use crate::flow::{Content, Source};
use crate::seal;

/// How much of a file of keys is read: a byte more than `seal` takes, so that it can refuse what is longer.
pub(super) const KEY_FILE: u64 = (64 << 10) + 1;

/// Opens every input, and every seal on the way; `from` is their format if the user named it.
pub(super) fn open(inputs: &[PathBuf], reading: &Reading, from: Option<&'static Format>) -> Result<(Vec<Source<'static>>, Sealed)> {
    let mut sealed = Sealed::No;
    let mut sources = Vec::new();
    for path in inputs {
        let name = name(path);
        let (content, is_sealed) = open_one(path, reading).map_err(|error| error.in_file(name.as_str()))?;
        if is_sealed {
            sealed = Sealed::Yes;
        }
        let lock = Box::new(lock(path, &name, reading));
        sources.push(Source { name, content, from, lock, made_of: None });
    }
    Ok((sources, sealed))
}

/// What opens a file that its format encrypts by itself.
pub(super) fn lock(path: &Path, name: &str, reading: &Reading) -> FileLock {
    FileLock {
        what: name.to_owned(),
        passphrase_file: reading.from_passphrase_file.clone(),
        key_file: reading.from_key_file.clone(),
        ask: prompt::passphrase,
        cost: None,
        pbkdf2: None,
        tries: 0,
        style: None,
        folder: path.parent().filter(|_| path != Path::new("-")).map(Path::to_owned),
        new_key: None,
    }
}

/// Whether any input was sealed, so that nothing may appear before it has been read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sealed {
    Yes,
    No,
}

fn open_one(path: &Path, reading: &Reading) -> Result<(Content<'static>, bool)> {
    let mut file = if path == Path::new("-") { standard()? } else { File::open(path)? };
    if file.metadata()?.is_dir() {
        let store = Store::open(file, path, Keys::new(path, reading), reading.max_work_factor)?;
        // Each entry is authentic before its record goes on.
        return Ok((Content::Folder(Box::new(store)), false));
    }
    // Enough for the first line of a sealed file and the blanks that may stand before its armor.
    let mut head = Zeroizing::new(Vec::with_capacity(2048));
    file.by_ref().take(2048).read_to_end(&mut head)?;
    let sealed = seal::is_sealed(&head);
    let bytes: Box<dyn Read> = Box::new(Head::new(head).chain(file));
    if !sealed {
        return Ok((Content::File(bytes), false));
    }
    let mut keys = Keys::new(path, reading);
    Ok((Content::File(seal::open(bytes, &mut keys, reading.max_work_factor)?), true))
}

/// Standard input as a file, because the buffer of the standard library is never wiped.
///
/// # Errors
/// When it is a terminal.
pub(super) fn standard() -> Result<File> {
    if stdin().is_terminal() {
        return Err(Error::new("there is nothing to read from a terminal").hint("name a file, or pipe one in"));
    }
    Ok(File::from(stdin().as_fd().try_clone_to_owned()?))
}

/// The beginning of a file that was looked at; it is wiped.
pub(super) struct Head {
    head: Zeroizing<Vec<u8>>,
    used: usize,
}

impl Head {
    /// The beginning, to be read once more.
    pub(super) fn new(head: Zeroizing<Vec<u8>>) -> Self {
        Self { head, used: 0 }
    }
}

impl Read for Head {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let count = (&self.head[self.used..]).read(buf)?;
        self.used += count;
        Ok(count)
    }
}

/// The name of an input for messages.
pub(super) fn name(path: &Path) -> String {
    if path == Path::new("-") { "stdin".to_owned() } else { path.display().to_string() }
}

/// Where the keys of sealed input come from.
pub(super) struct Keys {
    /// The name of the input, for whoever is asked.
    pub(super) input: String,
    identity: Vec<PathBuf>,
    passphrase_file: Option<PathBuf>,
    tries: u32,
}

impl Keys {
    fn new(path: &Path, reading: &Reading) -> Self {
        Self::of(path, reading.identity.clone(), reading.from_passphrase_file.clone())
    }

    /// The keys of this file.
    pub(super) fn of(path: &Path, identity: Vec<PathBuf>, passphrase_file: Option<PathBuf>) -> Self {
        Self { input: name(path), identity, passphrase_file, tries: 0 }
    }
}

impl seal::Keys for Keys {
    fn identity_files(&mut self) -> Result<Vec<(String, Zeroizing<Vec<u8>>)>> {
        let read = |path: &PathBuf| {
            let mut bytes = Zeroizing::new(Vec::new());
            let read = || -> Result<()> {
                File::open(path)?.take(KEY_FILE).read_to_end(&mut bytes)?;
                Ok(())
            };
            let result = { read }();
            result.map_err(|error| error.in_file(name(path)))?;
            Ok((name(path), bytes))
        };
        self.identity.iter().map(read).collect()
    }

    fn passphrase(&mut self, identity: Option<&str>) -> Result<SecretString> {
        match &self.passphrase_file {
            Some(path) => prompt::passphrase_file(path),
            None => prompt::passphrase(&format!("passphrase for {}", identity.unwrap_or(&self.input))),
        }
    }

    /// Somebody at a terminal can mistype; a file stays what it is.
    fn again(&mut self, _: Option<&str>) -> bool {
        self.tries += 1;
        self.passphrase_file.is_none() && self.tries < 3
    }
}
