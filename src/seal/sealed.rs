//! A sealed file whose header was read and whose payload was not.

use std::cell::RefCell;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::rc::Rc;

use age::armor::ArmoredReader;
use age::secrecy::SecretString;
use age::{DecryptError, Decryptor, scrypt};
use sfcred_formats::{Error, Result};

use super::header::{self, Header, MAGIC};
use super::identities::Identities;
use super::plugin;

const ARMOR: &[u8] = b"-----BEGIN AGE ENCRYPTED FILE-----";
/// White space that may stand in front of armor, which gets there when it is copied out of a mail.
const BLANK: usize = 1 << 10;
/// Bytes of a file that show whether it is sealed.
const HEAD: usize = BLANK + ARMOR.len();
const NONCE: usize = 16;

/// What to do about a damaged file, where nothing better is known.
pub(super) const FROM_A_BACKUP: &str = "restore it from a backup; nothing was written";

/// Whether an error says that what was sealed is damaged, whatever opens it.
pub fn is_damage(error: &Error) -> bool {
    error.hint_text() == Some(FROM_A_BACKUP)
}

/// Whether a file that begins with `head` is sealed, binary or armored; 2 KiB of it are enough.
pub fn is_sealed(head: &[u8]) -> bool {
    head.starts_with(MAGIC) || armor(head).is_some()
}

/// Where the armor begins behind leading white space, if there is any.
fn armor(head: &[u8]) -> Option<usize> {
    let start = head.iter().position(|byte| !byte.is_ascii_whitespace())?;
    (start <= BLANK && head[start..].starts_with(ARMOR)).then_some(start)
}

/// A sealed file that can be tried with one key after the other.
pub(super) struct Sealed<'a> {
    header: Header,
    nonce: [u8; NONCE],
    payload: Payload<'a>,
}

impl<'a> Sealed<'a> {
    /// Takes off the armor and reads the header.
    pub(super) fn read(mut input: Box<dyn Read + 'a>) -> Result<Self> {
        let mut head = Vec::with_capacity(HEAD);
        input.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
        let mut input: Box<dyn BufRead + 'a> = if let Some(start) = armor(&head) {
            head.drain(..start);
            Box::new(BufReader::new(ArmoredReader::new(ShortLines { inner: Cursor::new(head).chain(input), length: 0 })))
        } else if head.starts_with(MAGIC) {
            Box::new(BufReader::new(Cursor::new(head).chain(input)))
        } else {
            return Err(Error::new("not sealed with age").hint("check that it is the right file"));
        };
        let header = Header::read(&mut *input)?;
        let mut nonce = [0; NONCE];
        input.read_exact(&mut nonce).map_err(damaged_or)?;
        Ok(Self { header, nonce, payload: Payload(Rc::new(RefCell::new(input))) })
    }

    /// Whether it takes a passphrase to open; an error if that takes more work than allowed.
    pub(super) fn is_to_passphrase(&self, max_work_factor: u8) -> Result<bool> {
        match self.header.work_factor {
            Some(factor) if factor > max_work_factor => Err(too_much_work(factor, max_work_factor)),
            factor => Ok(factor.is_some()),
        }
    }

    /// Opens it with a passphrase, or returns nothing if that is wrong.
    pub(super) fn with_passphrase(&self, passphrase: SecretString, max_work_factor: u8) -> Result<Option<Box<dyn Read + 'a>>> {
        let mut identity = scrypt::Identity::new(passphrase);
        identity.set_max_work_factor(max_work_factor);
        self.decrypt([&identity as &dyn age::Identity].into_iter()).map_err(|error| match error {
            DecryptError::ExcessiveWork { required, .. } => too_much_work(required, max_work_factor),
            other => failed(other),
        })
    }

    /// Opens it with one of the identities, or returns nothing if none matches.
    pub(super) fn with_identities(&self, identities: &Identities) -> Result<Option<Box<dyn Read + 'a>>> {
        self.decrypt(identities.iter().map(|identity| &**identity)).map_err(failed)
    }

    fn decrypt<'k>(&self, keys: impl Iterator<Item = &'k dyn age::Identity>) -> Result<Option<Box<dyn Read + 'a>>, DecryptError> {
        let head = [&self.header.bytes[..], &self.nonce].concat();
        let input = Cursor::new(head).chain(BufReader::new(self.payload.clone()));
        match Decryptor::new_buffered(input)?.decrypt(keys) {
            Ok(inner) => Ok(Some(Box::new(Opened { inner, failed: false }))),
            Err(DecryptError::NoMatchingKeys | DecryptError::DecryptionFailed) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn failed(error: DecryptError) -> Error {
    match error {
        DecryptError::Io(error) => damaged_or(error),
        DecryptError::InvalidHeader | DecryptError::InvalidMac => header::damaged(),
        // What is left comes from plugins only.
        _ => plugin::failed(),
    }
}

fn too_much_work(factor: u8, limit: u8) -> Error {
    Error::new(format!("its passphrase takes work factor {factor}, and the limit is {limit}"))
        .hint(format!("each step doubles time and memory; if you trust the file, pass --max-work-factor {factor}"))
}

/// The error for bytes that are not what was sealed; one of the disk, or from a reader of ours, stays what it is.
pub(super) fn damaged_or(error: io::Error) -> Error {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    if error.raw_os_error().is_some() || inner.is_some() {
        return error.into();
    }
    Error::new("damaged or cut: it could not be authenticated to its end").hint(FROM_A_BACKUP)
}

/// What stands behind the header, shared by the keys that are tried on it; the one that fits is the first to read it.
#[derive(Clone)]
struct Payload<'a>(Rc<RefCell<Box<dyn BufRead + 'a>>>);

impl Read for Payload<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.borrow_mut().read(buf)
    }
}

/// The content of a sealed file, which fails for good once a part of it could not be authenticated.
struct Opened<R> {
    inner: R,
    failed: bool,
}

impl<R: Read> Read for Opened<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.failed {
            return Err(damaged_or(io::ErrorKind::InvalidData.into()).into());
        }
        self.inner.read(buf).map_err(|error| {
            self.failed = true;
            damaged_or(error).into()
        })
    }
}

/// Refuses endless lines, which the armor of the crate would collect.
struct ShortLines<R> {
    inner: R,
    length: usize,
}

impl<R: Read> Read for ShortLines<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buf)?;
        for line in buf[..count].split_inclusive(|byte| *byte == b'\n') {
            self.length += line.len();
            if self.length > HEAD {
                return Err(io::ErrorKind::InvalidData.into());
            }
            if line.ends_with(b"\n") {
                self.length = 0;
            }
        }
        Ok(count)
    }
}
