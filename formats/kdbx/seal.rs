//! Encrypts what is written to it, in blocks that each have their checksum.

use std::io::{self, Write};

use aes::Aes256;
use cbc::Encryptor;
use cbc::cipher::generic_array::GenericArray;
use cbc::cipher::{BlockEncryptMut, KeyIvInit};
use hmac::Mac;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::damaged;
use super::header::Header;
use super::kdf::Kdf;
use super::open::Keys;
use crate::{Lock, Result};

/// As long as `KeePass` makes them.
const BLOCK: usize = 1 << 20;

/// The encrypted part of a new database.
pub(super) struct Sealed<'a> {
    out: &'a mut dyn Write,
    keys: Keys,
    cipher: Encryptor<Aes256>,
    block: Zeroizing<Vec<u8>>,
    number: u64,
}

impl<'a> Sealed<'a> {
    /// Derives the key and writes the header.
    ///
    /// # Errors
    /// When the output fails, or there is no randomness or not enough memory.
    pub(super) fn create(out: &'a mut dyn Write, kdf: &Kdf, composite: &[u8; 32], lock: &mut dyn Lock) -> Result<Self> {
        let (mut seed, mut iv) = ([0; 32], [0; 16]);
        lock.random(&mut seed)?;
        lock.random(&mut iv)?;
        let keys = Keys::new(&seed, &*kdf.derive(composite)?);
        let header = Header::write(&seed, &iv, kdf);
        out.write_all(&header)?;
        out.write_all(&Sha256::digest(&header))?;
        out.write_all(&keys.sum(u64::MAX, &[&header])?.finalize().into_bytes())?;
        let cipher = Encryptor::new_from_slices(&*keys.master, &iv).map_err(|_| damaged())?;
        Ok(Self { out, keys, cipher, block: Zeroizing::new(Vec::with_capacity(BLOCK + 16)), number: 0 })
    }

    /// Writes what is left, and the end.
    ///
    /// # Errors
    /// When the output fails.
    pub(super) fn finish(mut self) -> Result<()> {
        let padding = 16 - self.block.len() % 16;
        self.block.extend(std::iter::repeat_n(u8::try_from(padding).unwrap_or_default(), padding));
        self.put()?;
        self.put()
    }

    /// Writes a block; an empty one is the end.
    fn put(&mut self) -> Result<()> {
        for block in self.block.chunks_exact_mut(16) {
            self.cipher.encrypt_block_mut(GenericArray::from_mut_slice(block));
        }
        let length = u32::try_from(self.block.len()).map_err(|_| damaged())?.to_le_bytes();
        let sum = self.keys.sum(self.number, &[&self.number.to_le_bytes(), &length, &self.block])?;
        self.out.write_all(&sum.finalize().into_bytes())?;
        self.out.write_all(&length)?;
        self.out.write_all(&self.block)?;
        self.block.clear();
        self.number += 1;
        Ok(())
    }
}

impl Write for Sealed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = bytes.len().min(BLOCK - self.block.len());
        self.block.extend_from_slice(&bytes[..count]);
        if self.block.len() == BLOCK {
            self.put()?;
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
