//! Encrypts a stream into the text of an envelope.

use std::io::{self, Write};

use aes::Aes256;
use cbc::cipher::{BlockEncryptMut, KeyIvInit};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::envelope::{BLOCK, KIND, encode};
use super::keys::Keys;
use crate::Result;

/// What is encrypted at once: whole blocks, and whole groups of base 64.
const CHUNK: usize = 3 * BLOCK * 512;

/// Writes what it gets encrypted, and behind it a MAC of all of it.
pub(super) struct Sealer<'a> {
    out: &'a mut dyn Write,
    cipher: cbc::Encryptor<Aes256>,
    mac: Hmac<Sha256>,
    buffer: Zeroizing<Vec<u8>>,
}

impl<'a> Sealer<'a> {
    /// Begins with the initialisation vector, which must be random.
    pub(super) fn new(out: &'a mut dyn Write, keys: &Keys, iv: [u8; BLOCK]) -> Result<Self> {
        let cipher = cbc::Encryptor::new((&*keys.encrypt).into(), &iv.into());
        let mac = keys.mac()?.chain_update(iv);
        write!(out, "{KIND}{}|", encode(&iv))?;
        Ok(Self { out, cipher, mac, buffer: Zeroizing::new(Vec::with_capacity(CHUNK + BLOCK)) })
    }

    /// Writes the last block and the MAC, and gives the output back.
    pub(super) fn end(mut self) -> Result<&'a mut dyn Write> {
        let padding = BLOCK - self.buffer.len() % BLOCK;
        self.buffer.extend(std::iter::repeat_n(u8::try_from(padding).unwrap_or_default(), padding));
        self.flush_chunk()?;
        let mac = encode(&self.mac.finalize().into_bytes());
        write!(self.out, "|{mac}")?;
        Ok(self.out)
    }

    fn flush_chunk(&mut self) -> io::Result<()> {
        for block in self.buffer.chunks_exact_mut(BLOCK) {
            self.cipher.encrypt_block_mut(block.into());
        }
        self.mac.update(&self.buffer);
        self.out.write_all(encode(&self.buffer).as_bytes())?;
        self.buffer.clear();
        Ok(())
    }
}

impl Write for Sealer<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = bytes.len().min(CHUNK - self.buffer.len());
        self.buffer.extend_from_slice(&bytes[..count]);
        if self.buffer.len() == CHUNK {
            self.flush_chunk()?;
        }
        Ok(count)
    }

    /// Nothing is passed on before a chunk is full.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
