//! What opens and closes a file that is encrypted in its format's own way.

use zeroize::Zeroizing;

use crate::{Error, Result, Secret};

/// What a format that encrypts by itself asks of whoever uses it; files sealed with age are opened before they come here.
pub trait Lock {
    /// The passphrase of the file that is read, or for the file that is written. It is asked for only when a file needs it.
    ///
    /// # Errors
    /// When there is nobody to ask.
    fn passphrase(&mut self) -> Result<Secret>;

    /// Whether to ask once more after a wrong passphrase.
    fn again(&mut self) -> bool {
        false
    }

    /// The content of the key file, where the user named one.
    ///
    /// # Errors
    /// When it cannot be read.
    fn key_file(&mut self) -> Result<Option<Zeroizing<Vec<u8>>>>;

    /// The content of a key file that the document names, for a format whose files do; none where there is no such file. A path that begins
    /// with `~/` is one in the home folder, and a relative one begins where the document lies.
    ///
    /// The document may be anybody's, so what lies there is taken for a key or not at all, and never shown.
    ///
    /// # Errors
    /// When there is something that cannot be read, or is no file.
    fn key_file_at(&mut self, path: &str) -> Result<Option<Zeroizing<Vec<u8>>>> {
        let _ = path;
        Ok(None)
    }

    /// The path of the document, as the user gave it; none where it is no file.
    fn document(&self) -> Option<&str> {
        None
    }

    /// The content of the file of this name in the folder of the document, for a format of several files; none where there is no such file.
    ///
    /// # Errors
    /// When there is something that cannot be read, or is no file.
    fn beside(&mut self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>> {
        let _ = name;
        Ok(None)
    }

    /// The key file for a file that is written, where the user named one. One that does not exist yet gets `length` random bytes, and appears
    /// together with what is written.
    ///
    /// # Errors
    /// When it cannot be read, or there is no place for it.
    fn key_file_to_write(&mut self, length: usize) -> Result<Option<KeyFile>> {
        let _ = length;
        Ok(None)
    }

    /// Fills `bytes` with randomness for keys, salts and identifiers.
    ///
    /// # Errors
    /// When the system has none.
    fn random(&mut self, bytes: &mut [u8]) -> Result<()>;

    /// What deriving the key of a file that is written costs whoever tries passphrases.
    fn cost(&self) -> Cost {
        Cost::default()
    }

    /// The style of a file that is written, where another than the first is wanted.
    fn style(&self) -> Option<&str> {
        None
    }

    /// Rounds of PBKDF2, where it is wanted in place of Argon2id.
    fn pbkdf2(&self) -> Option<u32> {
        None
    }
}

/// A key file and where it lies.
#[derive(Clone)]
pub struct KeyFile {
    /// The absolute path, as a document can name it.
    pub path: String,
    /// What is in it.
    pub content: Zeroizing<Vec<u8>>,
}

/// Asks for the passphrase until `unlock` returns something; it returns nothing when the passphrase is wrong.
pub(crate) fn ask<T>(lock: &mut dyn Lock, wrong: &str, unlock: impl Fn(&Secret) -> Result<Option<T>>) -> Result<T> {
    loop {
        if let Some(unlocked) = unlock(&lock.passphrase()?)? {
            return Ok(unlocked);
        }
        if !lock.again() {
            return Err(Error::new(wrong).hint("try again; capitals and blanks count"));
        }
    }
}

/// The costs of Argon2id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory in MiB.
    pub memory: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes that can be computed side by side.
    pub lanes: u32,
}

/// Half a second on a common computer, and several times what the password managers themselves ask.
impl Default for Cost {
    fn default() -> Self {
        Self { memory: 64, passes: 10, lanes: 2 }
    }
}

/// For formats without encryption of their own: nothing is ever asked.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoLock;

impl Lock for NoLock {
    fn passphrase(&mut self) -> Result<Secret> {
        Err(Error::new("a passphrase is needed").hint("pass a `Lock` that knows it"))
    }

    fn key_file(&mut self) -> Result<Option<Zeroizing<Vec<u8>>>> {
        Ok(None)
    }

    fn random(&mut self, _: &mut [u8]) -> Result<()> {
        Err(Error::new("randomness is needed").hint("pass a `Lock` that has it"))
    }
}
