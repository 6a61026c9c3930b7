//! From the keys at hand to the values that they open.

use std::collections::HashMap;

use super::cipher::{KEY, Key, Plain, decode};
use crate::keys::Entry;
use crate::{Error, Lock, Result, Secret};

/// Where Data Loader keeps the key if nobody says otherwise; the second spelling is that of its manual.
const USUAL: [&str; 2] = ["~/.dataloader/dataLoader.key", "~/.dataloader/dataloader.key"];

/// What helps where a key is missing or wrong.
const HINT: &str = "name the key file that it was encrypted with: --from-key-file FILE";

/// The keys of a document, each read once.
pub(super) struct Keys<'l> {
    lock: &'l mut dyn Lock,
    /// By the path that stands in the document, or without one that of the user; no key where there is no such file.
    found: HashMap<Option<String>, Option<Key>>,
}

impl<'l> Keys<'l> {
    pub(super) fn new(lock: &'l mut dyn Lock) -> Self {
        Self { lock, found: HashMap::new() }
    }

    /// Decrypts a value, in a part of the document that names this key file.
    ///
    /// # Errors
    /// When it is nothing that Data Loader encrypts, there is no key, or the key is another one.
    pub(super) fn open(&mut self, entry: &Entry, path: Option<&str>) -> Result<Plain> {
        self.open_here(entry, path).map_err(|error| match &entry.path[..] {
            // It stands in the settings beside the document.
            [file, _] => error.in_file(file),
            _ => error,
        })
    }

    fn open_here(&mut self, entry: &Entry, path: Option<&str>) -> Result<Plain> {
        let key = entry.path.last().map(String::as_str).unwrap_or_default();
        let error = |what: String, hint: &str| Err(Error::new(format!("`{key}`: {what}")).at(format!("line {}", entry.line)).hint(hint));
        let sealed = decode(entry.value.expose().trim().as_bytes()).filter(|sealed| !sealed.is_empty() && sealed.len().is_multiple_of(8));
        let Some(sealed) = sealed else {
            return error(
                "not encrypted by Data Loader".to_owned(),
                "its `encrypt -e` makes such values; a plain password has no place in this file, so put the encrypted one there",
            );
        };
        let opened = |key: &Key| key.decrypt(&sealed);
        let wrong = |place: &str| {
            error(format!("{place} does not open it"), "it was encrypted with another key, or damaged; --from-key-file FILE names that key")
        };
        if let Some(key) = self.at(None, entry.line)? {
            return opened(&key).map_or_else(|| wrong("the key file"), Ok);
        }
        if let Some(path) = path {
            return match self.at(Some(path), entry.line)? {
                Some(key) => opened(&key).map_or_else(|| wrong(&format!("the key file `{}`", shown(path))), Ok),
                None => error(format!("its key file `{}` is not there", shown(path)), HINT),
            };
        }
        let mut usual = None;
        for path in USUAL {
            usual = usual.or(self.at(Some(path), entry.line)?);
        }
        let plain = usual.as_ref().and_then(opened).or_else(|| opened(&Key::built_in()));
        match (plain, usual) {
            (Some(plain), _) => Ok(plain),
            (None, Some(_)) => wrong("Data Loader's own key file in the home folder"),
            (None, None) => error("no key to open it, for the document names no key file".to_owned(), HINT),
        }
    }

    /// Encrypts what takes the place of a value that [`open`](Self::open) has opened, with the same key.
    ///
    /// # Errors
    /// When there is no such key, or no randomness.
    pub(super) fn seal(&mut self, entry: &Entry, path: Option<&str>, value: &Secret) -> Result<String> {
        let mut iv = [0; KEY];
        self.lock.random(&mut iv)?;
        let sealed = decode(entry.value.expose().trim().as_bytes()).unwrap_or_default();
        for path in [None, path].into_iter().chain(USUAL.map(Some)) {
            let Some(key) = self.at(path, entry.line)? else { continue };
            let opens = key.decrypt(&sealed).is_some_and(|plain| !plain.old);
            if let Some(text) = key.encrypt(value, iv).filter(|_| opens) {
                return Ok(text);
            }
        }
        Err(Error::new("encrypted as versions of Data Loader before 42.1 do it, which is not written")
            .at(format!("line {}", entry.line))
            .hint("encrypt the new value with that version, or move to a newer one; then mark the integration with --done"))
    }

    /// The key at a path, which stands in the document or is the user's; `line` is where it is needed.
    fn at(&mut self, path: Option<&str>, line: u64) -> Result<Option<Key>> {
        let place = path.map(str::to_owned);
        if let Some(found) = self.found.get(&place) {
            return Ok(found.clone());
        }
        let file = match path {
            Some(path) => self.lock.key_file_at(path)?,
            None => self.lock.key_file()?,
        };
        let name = || path.map_or("the key file".to_owned(), |path| format!("`{}`", shown(path)));
        let key = file.map(|file| Key::of(&file).ok_or_else(|| no_key(&name()).at(format!("line {line}")))).transpose()?;
        self.found.insert(place, key.clone());
        Ok(key)
    }
}

/// A path for a message; that of Windows is not made longer by escapes.
fn shown(path: &str) -> String {
    path.chars().map(|character| if character.is_control() { '\u{FFFD}' } else { character }).collect()
}

/// The error about a file that is too short for a key.
fn no_key(file: &str) -> Error {
    Error::new(format!("{file} holds no key of Data Loader, which has 16 bytes")).hint(HINT)
}
