//! Files of identities.

use std::io::{Cursor, Read};

use age::secrecy::SecretString;
use sfcred_formats::{Error, Result};
use zeroize::Zeroizing;

use super::lines::{LIMIT, check_size, lines};
use super::sealed::{Sealed, is_sealed};
use super::{plugin, ssh};

/// What opens files.
pub(super) type Identities = Vec<Box<dyn age::Identity>>;

/// Unlocks identities with a passphrase, or returns nothing if that is wrong.
pub(super) type Unlock = Box<dyn Fn(SecretString) -> Result<Option<Identities>>>;

/// A file as `-i` takes it.
pub(super) enum IdentityFile {
    /// It lay open.
    Plain(Identities),
    /// It wants a passphrase of its own.
    Locked(Unlock),
}

impl IdentityFile {
    /// Reads a file of identities, a private ssh key, or either of them under a passphrase.
    pub(super) fn read(bytes: Zeroizing<Vec<u8>>, max_work_factor: u8) -> Result<Self> {
        check_size(&bytes)?;
        if bytes.starts_with(b"-----BEGIN ") && !is_sealed(&bytes) {
            return ssh::identity(&bytes);
        }
        if !is_sealed(&bytes) {
            return identities(&bytes).map(Self::Plain);
        }
        let sealed = Sealed::read(Box::new(Cursor::new(bytes)))?;
        if !sealed.is_to_passphrase(max_work_factor)? {
            return Err(Error::new("an identity file that is sealed to recipients").hint("open it with `age --decrypt` first"));
        }
        Ok(Self::Locked(Box::new(move |passphrase| {
            let Some(opened) = sealed.with_passphrase(passphrase, max_work_factor)? else { return Ok(None) };
            let mut bytes = Zeroizing::new(Vec::with_capacity(LIMIT + 1));
            opened.take(LIMIT as u64 + 1).read_to_end(&mut bytes)?;
            identities(&bytes).map(Some)
        })))
    }
}

fn identities(bytes: &[u8]) -> Result<Identities> {
    let identities = lines(bytes, identity)?;
    if identities.is_empty() {
        return Err(Error::new("no identity in it").hint("an identity begins with AGE-SECRET-KEY-1; `age-keygen` makes one"));
    }
    Ok(identities)
}

fn identity(line: &str) -> Result<Box<dyn age::Identity>> {
    if line.starts_with("AGE-SECRET-KEY-1")
        && let Ok(identity) = line.parse::<age::x25519::Identity>()
    {
        return Ok(Box::new(identity));
    }
    if line.starts_with("AGE-PLUGIN-") {
        return plugin::identity(line);
    }
    if line.starts_with("AGE-SECRET-KEY-PQ-") {
        return Err(Error::new("a post-quantum identity, which is not supported").hint("open the file with `age --decrypt` instead"));
    }
    if line.starts_with("age1") {
        return Err(Error::new("a recipient, where an identity belongs").hint("pass the file that `age-keygen` wrote"));
    }
    Err(Error::new("not an identity").hint("an identity begins with AGE-SECRET-KEY-1, in capitals; `age-keygen` makes one"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33";

    fn refusal(text: &str) -> String {
        IdentityFile::read(Zeroizing::new(text.into()), 20).err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn reads_identities() {
        let text = format!("# created: 2026-08-18\n# public key: age1…\n{GOOD}\r\n\n{GOOD}\n");
        assert_eq!(identities(text.as_bytes()).map(|found| found.len()).ok(), Some(2));
    }

    #[test]
    fn tells_the_line_and_nothing_of_it() {
        for (text, message) in [
            (String::new(), "no identity in it"),
            (format!("#\n{GOOD}\n{}", GOOD.to_lowercase()), "line 3: not an identity"),
            (format!("{GOOD}\n{GOOD} "), "line 2: not an identity"),
            (GOOD[..40].to_owned(), "line 1: not an identity"),
            ("AGE-SECRET-KEY-PQ-1QQ".to_owned(), "line 1: a post-quantum identity, which is not supported"),
            ("age1qqq".to_owned(), "line 1: a recipient, where an identity belongs"),
            ("#".repeat(LIMIT + 1), "larger than 64 KiB, the limit of a file of keys"),
        ] {
            assert_eq!(refusal(&text), message, "{text:.80}");
        }
    }

    #[test]
    #[cfg(not(any(feature = "ssh", feature = "plugin")))]
    fn some_need_a_feature() {
        assert_eq!(refusal("#\nAGE-PLUGIN-YUBIKEY-1QQ"), "line 2: this build does not support age plugins");
        assert_eq!(refusal("-----BEGIN OPENSSH PRIVATE KEY-----\n"), "this build does not support ssh keys");
    }
}
