//! The ciphers: of the whole database, and of the single values inside it.

use cbc::cipher::generic_array::GenericArray;
use cbc::cipher::{BlockDecryptMut, KeyIvInit, StreamCipher};
use chacha20::ChaCha20;
use salsa20::Salsa20;
use sha2::{Digest, Sha256, Sha512};
use zeroize::Zeroizing;

use crate::keepass_xml::Mask;
use crate::{Error, Result};

/// The nonce that all databases share; their keys differ.
const SALSA_NONCE: [u8; 8] = [0xE8, 0x30, 0x09, 0x4B, 0x97, 0x20, 0x5D, 0x2A];
const SALSA: u32 = 2;
/// The number of the cipher that masks the values of new databases.
pub(super) const CHACHA: u32 = 3;

/// The cipher of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cipher {
    Aes,
    Twofish,
    ChaCha,
}

impl Cipher {
    /// The name of AES-256 in a header.
    pub(super) const AES: [u8; 16] = [0x31, 0xC1, 0xF2, 0xE6, 0xBF, 0x71, 0x43, 0x50, 0xBE, 0x58, 0x05, 0x21, 0x6A, 0xFC, 0x5A, 0xFF];
    const TWOFISH: [u8; 16] = [0xAD, 0x68, 0xF2, 0x9F, 0x57, 0x6F, 0x4B, 0xB9, 0xA3, 0x6A, 0xD4, 0x7A, 0xF9, 0x65, 0x34, 0x6C];
    const CHACHA: [u8; 16] = [0xD6, 0x03, 0x8A, 0x2B, 0x8B, 0x6F, 0x4C, 0xB5, 0xA5, 0x24, 0x33, 0x9A, 0x31, 0xDB, 0xB5, 0x9A];

    /// The cipher of this name.
    ///
    /// # Errors
    /// When it is not one that the common programs have.
    pub(super) fn named(name: [u8; 16]) -> Result<Self> {
        match name {
            Self::AES => Ok(Self::Aes),
            Self::TWOFISH => Ok(Self::Twofish),
            Self::CHACHA => Ok(Self::ChaCha),
            _ => Err(Error::new("an unknown cipher").hint("in KeePassXC choose AES 256-bit in Database > Database Security")),
        }
    }

    /// How long its initialisation vector is.
    pub(super) fn iv_length(self) -> usize {
        if self == Self::ChaCha { 12 } else { 16 }
    }

    /// Decrypts in place, the padding included; `None` if no such data can have been encrypted.
    pub(super) fn decrypt(self, key: &[u8; 32], iv: &[u8], data: &mut [u8]) -> Option<()> {
        match self {
            Self::Aes => blocks(&mut cbc::Decryptor::<aes::Aes256>::new_from_slices(key, iv).ok()?, data),
            Self::Twofish => blocks(&mut cbc::Decryptor::<twofish::Twofish>::new_from_slices(key, iv).ok()?, data),
            Self::ChaCha => ChaCha20::new_from_slices(key, iv).ok()?.try_apply_keystream(data).ok(),
        }
    }

    /// How many bytes of padding stand at the end of what was decrypted; `None` if they are not what they should be.
    pub(super) fn padding(self, data: &[u8]) -> Option<usize> {
        if self == Self::ChaCha {
            return Some(0);
        }
        let count = usize::from(*data.last()?);
        let padding = data.get(data.len().checked_sub(count)?..)?;
        ((1..=16).contains(&count) && padding.iter().all(|byte| usize::from(*byte) == count)).then_some(count)
    }
}

fn blocks(cipher: &mut impl BlockDecryptMut, data: &mut [u8]) -> Option<()> {
    if data.is_empty() || !data.len().is_multiple_of(16) {
        return None;
    }
    for block in data.chunks_exact_mut(16) {
        cipher.decrypt_block_mut(GenericArray::from_mut_slice(block));
    }
    Some(())
}

/// What masks values, by its number and key.
///
/// # Errors
/// When there is no such cipher, or it is one that only very old programs had.
pub(super) fn mask(number: u32, key: &[u8]) -> Result<Mask<'static>> {
    let unknown = || Error::new("values are masked in an unknown way").hint("open the database in KeePassXC and save it");
    let mut cipher: Box<dyn StreamCipher> = match number {
        SALSA => Box::new(Salsa20::new(&Sha256::digest(key), &SALSA_NONCE.into())),
        CHACHA => {
            let hash = Zeroizing::new(<[u8; 64]>::from(Sha512::digest(key)));
            Box::new(ChaCha20::new_from_slices(&hash[..32], &hash[32..44]).map_err(|_| unknown())?)
        }
        _ => return Err(unknown()),
    };
    Ok(Box::new(move |bytes| {
        // It ends after 256 GiB, which no database reaches.
        if cipher.try_apply_keystream(bytes).is_err() {
            bytes.fill(0);
        }
    }))
}
