//! Where the keys of formats that encrypt by themselves come from.

use std::env::home_dir;
use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf, absolute};

use age::secrecy::{ExposeSecret, SecretString};
use rustix::fs::OFlags;
use sfcred_formats::{Cost, Error, KeyFile, Lock, Result, Secret};
use zeroize::Zeroizing;

use super::put::{Output, Target};
use super::{input, prompt};

/// The longest key file: any file can be one, a photo for example.
const KEY_FILE: u64 = 64 << 20;

/// The longest key file or other file that a document can name: what it needs of it is short.
const NAMED_KEY_FILE: u64 = 64 << 10;

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
    /// The folder of the input, where paths in it begin.
    pub folder: Option<PathBuf>,
    /// A key file that is still to be made.
    pub new_key: Option<NewKey>,
}

/// A key file that appears together with the output.
pub(super) struct NewKey {
    path: PathBuf,
    place: Output,
    content: Zeroizing<Vec<u8>>,
}

/// A key file that is there, and that nothing needs if the output fails.
pub(super) struct MadeKey(PathBuf);

impl NewKey {
    /// Makes the file, and returns once it would survive a power cut. One that appeared meanwhile stays as it is.
    fn put(mut self) -> Result<MadeKey> {
        self.place.write_all(&self.content)?;
        self.place.commit()?;
        Ok(MadeKey(self.path))
    }
}

impl MadeKey {
    /// Its name, for whoever is told of it.
    pub(super) fn name(&self) -> String {
        input::name(&self.0)
    }

    /// Takes it back, since nothing is encrypted with it.
    pub(super) fn take_back(self) {
        let _ = fs::remove_file(self.0);
    }
}

impl FileLock {
    /// Makes the key file of the output, if a new one is needed.
    pub(super) fn put_key(&mut self) -> Result<Option<MadeKey>> {
        self.new_key.take().map(NewKey::put).transpose()
    }
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

    fn key_file_at(&mut self, path: &str) -> Result<Option<Zeroizing<Vec<u8>>>> {
        let places = match path.strip_prefix("~/") {
            Some(rest) => [home_dir().map(|home| home.join(rest)), None],
            None => [self.folder.as_ref().map(|folder| folder.join(path)), Some(PathBuf::from(path))],
        };
        for place in places.iter().flatten() {
            let found = read_regular(place, NAMED_KEY_FILE, "key file").map_err(|error| error.in_file(input::name(place)))?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn document(&self) -> Option<&str> {
        self.folder.as_ref().map(|_| self.what.as_str())
    }

    fn beside(&mut self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>> {
        let Some(path) = self.folder.as_ref().map(|folder| folder.join(name)) else { return Ok(None) };
        read_regular(&path, NAMED_KEY_FILE, "file of settings").map_err(|error| error.in_file(input::name(&path)))
    }

    fn key_file_to_write(&mut self, length: usize) -> Result<Option<KeyFile>> {
        let Some(named) = self.key_file.clone() else { return Ok(None) };
        let mut file = || -> Result<KeyFile> {
            let path = absolute(&named)?;
            let Some(shown) = path.to_str() else {
                return Err(Error::new("a path that is not UTF-8, and so cannot stand in a document").hint("choose another place"));
            };
            if let Some(content) = read_regular(&named, KEY_FILE, "key file")? {
                return Ok(KeyFile { path: shown.to_owned(), content });
            }
            if fs::symlink_metadata(&named).is_ok() {
                return Err(Error::new("a link that leads nowhere").hint("name the key file itself"));
            }
            let place = Output::create(&Target::File(named.clone()), false, &[])?;
            let mut content = Zeroizing::new(vec![0; length]);
            self.random(&mut content)?;
            self.new_key = Some(NewKey { path: named.clone(), place, content: content.clone() });
            Ok(KeyFile { path: shown.to_owned(), content })
        };
        file().map(Some).map_err(|error| error.in_file(input::name(&named)))
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

/// The content of a regular file; none where there is no file. What a path leads to may wait for somebody, as a pipe does, so it is opened
/// without waiting.
fn read_regular(path: &Path, limit: u64, what: &str) -> Result<Option<Zeroizing<Vec<u8>>>> {
    let flags = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or_default();
    let file = match File::options().read(true).custom_flags(flags).open(path) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
        file => file?,
    };
    if !file.metadata()?.is_file() {
        return Err(Error::new(format!("is not a regular file, and so no {what}")).hint(format!("name the {what} itself")));
    }
    let mut bytes = Zeroizing::new(Vec::new());
    if file.take(limit + 1).read_to_end(&mut bytes)? as u64 > limit {
        return Err(Error::new(format!("longer than {limit} bytes, the limit for a {what}")).hint(format!("name the {what} itself")));
    }
    Ok(Some(bytes))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::super::put::scratch::Scratch;
    use super::*;

    fn lock(path: PathBuf) -> FileLock {
        FileLock {
            what: String::new(),
            passphrase_file: None,
            key_file: Some(path),
            ask: |_| Err(Error::new("nobody is asked")),
            cost: None,
            pbkdf2: None,
            tries: 0,
            style: None,
            folder: None,
            new_key: None,
        }
    }

    #[test]
    fn a_new_key_appears_when_it_is_put() {
        let scratch = Scratch::new();
        let path = scratch.path("new.key");
        let mut lock = lock(path.clone());
        let key = lock.key_file_to_write(16).unwrap().unwrap();
        assert_eq!((key.path.as_str(), key.content.len()), (path.to_str().unwrap(), 16));
        assert_eq!(scratch.names(), [""; 0]);
        let made = lock.put_key().unwrap().unwrap();
        assert_eq!(fs::read(&path).unwrap(), *key.content);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
        // Now it is there, and stays.
        assert_eq!(lock.key_file_to_write(16).unwrap().unwrap().content, key.content);
        assert!(lock.put_key().unwrap().is_none());
        made.take_back();
        assert_eq!(scratch.names(), [""; 0]);
    }

    #[test]
    fn a_key_that_came_meanwhile_is_spared() {
        let scratch = Scratch::new();
        let path = scratch.path("new.key");
        let mut lock = lock(path.clone());
        lock.key_file_to_write(16).unwrap();
        fs::write(&path, "another key file").unwrap();
        let error = lock.put_key().err().unwrap();
        assert_eq!(error.to_string(), format!("{}: exists already", path.display()));
        assert_eq!(fs::read(&path).unwrap(), b"another key file");
    }
}
