//! The header, which everyone can read and change: nothing in it is believed before its length and its cost have been looked at.

use sha2::{Digest, Sha256};

use super::bytes::Bytes;
use super::cipher::Cipher;
use super::damaged;
use super::kdf::Kdf;
use crate::{Error, Result};

const SIGNATURE: [u8; 8] = [0x03, 0xD9, 0xA2, 0x9A, 0x67, 0xFB, 0x4B, 0xB5];
/// What is written: every program that reads KDBX 4 reads 4.0.
const VERSION: [u8; 4] = [0, 0, 4, 0];
/// What `KeePass` puts into the last field.
const END: &[u8] = b"\r\n\r\n";

/// What the header says.
pub(super) struct Header {
    pub(super) cipher: Cipher,
    /// Whether the document is packed with gzip.
    pub(super) packed: bool,
    pub(super) seed: [u8; 32],
    pub(super) iv: Vec<u8>,
    pub(super) kdf: Kdf,
    /// What only KDBX 3 has.
    pub(super) old: Option<Old>,
    /// How many bytes it is long.
    pub(super) length: usize,
    /// The SHA-256 of all of it.
    pub(super) hash: [u8; 32],
}

/// What KDBX 3 has in its header, and KDBX 4 behind it.
pub(super) struct Old {
    /// The number of the cipher that masks values.
    pub(super) mask: u32,
    pub(super) mask_key: Vec<u8>,
    /// What the encrypted part begins with.
    pub(super) start: [u8; 32],
}

impl Header {
    /// Reads the header at the beginning of a file.
    ///
    /// # Errors
    /// When it is damaged, or of another kind than KDBX 3 and 4.
    pub(super) fn read(file: &[u8]) -> Result<Self> {
        let mut bytes = Bytes::new(file);
        if bytes.array() != Some(SIGNATURE) {
            return Err(Error::new("not a KDBX database").hint("leave --from out, so that the format is found by content"));
        }
        let (_, major) = (bytes.u16().ok_or_else(damaged)?, bytes.u16().ok_or_else(damaged)?);
        if !matches!(major, 3 | 4) {
            return Err(Error::new(format!("KDBX version {major}, and only 3 and 4 can be read"))
                .hint("open it in KeePassXC and save it, or look for a newer sfcred"));
        }
        let mut fields = Fields::default();
        while fields.add(&mut bytes, major == 4).ok_or_else(damaged)?? {}
        let length = bytes.at();
        fields.into_header(major, length, Sha256::digest(file.get(..length).unwrap_or_default()).into())
    }

    /// Writes the header of a new database.
    pub(super) fn write(seed: &[u8; 32], iv: &[u8; 16], kdf: &Kdf) -> Vec<u8> {
        let mut out = [&SIGNATURE[..], &VERSION].concat();
        let kdf = kdf.write();
        let fields: [(u8, &[u8]); 6] = [(2, &Cipher::AES), (3, &1_u32.to_le_bytes()), (4, seed), (7, iv), (11, &kdf), (0, END)];
        for (number, value) in fields {
            out.push(number);
            out.extend_from_slice(&u32::try_from(value.len()).unwrap_or(u32::MAX).to_le_bytes());
            out.extend_from_slice(value);
        }
        out
    }
}

/// The fields as they come.
#[derive(Default)]
struct Fields<'a>([Option<&'a [u8]>; 13]);

impl<'a> Fields<'a> {
    /// Takes the next field, and says whether there are more; `None` is a cut.
    fn add(&mut self, bytes: &mut Bytes<'a>, wide: bool) -> Option<Result<bool>> {
        let number = bytes.u8()?;
        let value = if wide {
            bytes.sized()?
        } else {
            let length = bytes.u16()?;
            bytes.take(length.into())?
        };
        let Some(field) = self.0.get_mut(usize::from(number)) else {
            let what = format!("an unknown field {number} in the header");
            return Some(Err(Error::new(what).hint("take another copy of the database, or look for a newer sfcred")));
        };
        if field.replace(value).is_some() {
            return Some(Err(Error::new(format!("two of field {number} in the header")).hint("take another copy of the database")));
        }
        Some(Ok(number != 0))
    }

    fn exact<const N: usize>(&self, number: usize) -> Result<[u8; N]> {
        self.0[number].and_then(|value| value.try_into().ok()).ok_or_else(|| {
            Error::new(format!("field {number} of the header is missing or not {N} bytes long")).hint("take another copy of the database")
        })
    }

    fn into_header(self, major: u16, length: usize, hash: [u8; 32]) -> Result<Header> {
        let packed = match u32::from_le_bytes(self.exact(3)?) {
            0 => false,
            1 => true,
            _ => return Err(Error::new("an unknown compression").hint("open the database in KeePassXC and save it")),
        };
        let cipher = Cipher::named(self.exact(2)?)?;
        let iv = self.0[7].filter(|iv| iv.len() == cipher.iv_length()).ok_or_else(damaged)?.to_vec();
        let old = if major == 3 {
            Some(Old { mask: u32::from_le_bytes(self.exact(10)?), mask_key: self.exact::<32>(8)?.to_vec(), start: self.exact(9)? })
        } else {
            None
        };
        let kdf = if major == 3 {
            Kdf::Aes { rounds: u64::from_le_bytes(self.exact(6)?), seed: self.exact(5)? }
        } else {
            Kdf::read(self.0[11].ok_or_else(damaged)?)?
        };
        Ok(Header { cipher, packed, seed: self.exact(4)?, iv, kdf, old, length, hash })
    }
}
