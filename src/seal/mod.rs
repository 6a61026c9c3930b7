//! Sealing and opening with age.
//!
//! The `age` crate does the cryptography. In front of it stands a reader of the header that is as strict as the specification and bounded,
//! since the crate is neither; behind it stand messages that tell a wrong key from a damaged file. Nothing here touches a file, a terminal
//! or the clock: bytes come in as [`Read`], and what opens them comes from [`Keys`].

use std::collections::VecDeque;
use std::io::Read;

use age::secrecy::SecretString;
use sfcred_formats::{Error, Result};
use zeroize::Zeroizing;

mod header;
mod identities;
mod lines;
mod new;
mod plugin;
mod recipients;
mod sealed;
mod sealer;
mod ssh;

pub use new::{NewIdentity, recipients_of};
pub use recipients::{recipient, recipients_file};
pub use sealed::{is_damage, is_sealed};
pub use sealer::{Sealer, To, seal};

use identities::{Identities, IdentityFile, Unlock};
use sealed::Sealed;

/// The passphrase work factor that [`open`] is meant to be called with: 2^20 takes 1 GiB of memory and some seconds.
pub const MAX_WORK_FACTOR: u8 = 20;

/// What to do where no identity matches.
const FOR_OTHERS: &str = "pass the identity of one of the recipients that the file was sealed to: -i FILE";

/// Whether an error says that a file was sealed to others than the identities at hand.
pub fn is_for_others(error: &Error) -> bool {
    error.hint_text() == Some(FOR_OTHERS)
}

/// Where identities and passphrases come from; asked only when a file needs them.
pub trait Keys {
    /// The name and content of each identity file that was given.
    fn identity_files(&mut self) -> Result<Vec<(String, Zeroizing<Vec<u8>>)>>;

    /// The passphrase of the identity file of that name, or of the sealed file itself.
    fn passphrase(&mut self, identity: Option<&str>) -> Result<SecretString>;

    /// Whether to ask once more after a wrong passphrase.
    fn again(&mut self, identity: Option<&str>) -> bool {
        let _ = identity;
        false
    }
}

/// Opens a sealed file: reads its header, finds the key, and returns a reader of what is inside.
///
/// What the reader gives is authenticated piece by piece, but that the file is whole is known only when it has returned its end. Its
/// errors wrap an [`Error`]. A passphrase that would take more work than `max_work_factor` is refused before any of it is done.
pub fn open<'a>(input: Box<dyn Read + 'a>, keys: &mut dyn Keys, max_work_factor: u8) -> Result<Box<dyn Read + 'a>> {
    Opener::new(max_work_factor).open(input, keys)
}

/// Opens many files with the same keys; a passphrase of an identity is asked for once.
pub struct Opener {
    max_work_factor: u8,
    /// Nothing before the first file that needs them.
    identities: Option<Identities>,
    /// Those that still want their passphrase, with the names of their files.
    locked: VecDeque<(String, Unlock)>,
}

impl Opener {
    /// Knows no key yet.
    pub fn new(max_work_factor: u8) -> Self {
        Self { max_work_factor, identities: None, locked: VecDeque::new() }
    }

    /// Opens one file, as [`open`] does.
    pub fn open<'a>(&mut self, input: Box<dyn Read + 'a>, keys: &mut dyn Keys) -> Result<Box<dyn Read + 'a>> {
        let sealed = Sealed::read(input)?;
        if sealed.is_to_passphrase(self.max_work_factor)? {
            return ask(keys, None, |passphrase| sealed.with_passphrase(passphrase, self.max_work_factor));
        }
        let mut identities = match self.identities.take() {
            Some(identities) => identities,
            None => self.read(keys)?,
        };
        let mut opened = sealed.with_identities(&identities);
        while let (Ok(None), Some((name, unlock))) = (&opened, self.locked.pop_front()) {
            let more = ask(keys, Some(&name), unlock).map_err(|error| error.in_file(name))?;
            opened = sealed.with_identities(&more);
            identities.extend(more);
        }
        self.identities = Some(identities);
        opened?.ok_or_else(|| Error::new("no identity matches").hint(FOR_OTHERS))
    }

    /// Reads the identities that lie open, and remembers the others.
    fn read(&mut self, keys: &mut dyn Keys) -> Result<Identities> {
        let files = keys.identity_files()?;
        if files.is_empty() {
            return Err(Error::new("sealed to recipients, and no identity was given").hint("pass the file with the identity: -i FILE"));
        }
        let mut plain = Identities::new();
        for (name, bytes) in files {
            match IdentityFile::read(bytes, self.max_work_factor).map_err(|error| error.in_file(name.as_str()))? {
                IdentityFile::Plain(identities) => plain.extend(identities),
                IdentityFile::Locked(unlock) => self.locked.push_back((name, unlock)),
            }
        }
        Ok(plain)
    }
}

/// Asks for a passphrase until it fits or `keys` has enough; `unlock` returns nothing when it is wrong.
fn ask<T>(keys: &mut dyn Keys, identity: Option<&str>, unlock: impl Fn(SecretString) -> Result<Option<T>>) -> Result<T> {
    loop {
        if let Some(unlocked) = unlock(keys.passphrase(identity)?)? {
            return Ok(unlocked);
        }
        if !keys.again(identity) {
            return Err(Error::new("wrong passphrase").hint("try again; capitals and blanks count"));
        }
    }
}

/// The error for what a feature of the build would bring.
#[cfg(not(all(feature = "ssh", feature = "plugin")))]
fn not_built(what: &str, feature: &str) -> Error {
    Error::new(format!("this build does not support {what}")).hint(format!("build with `--features {feature}`"))
}

#[cfg(test)]
mod tests;
