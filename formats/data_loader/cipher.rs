//! How Data Loader encrypts a value: with AES-128 in CBC mode since version 42.1, with DES before.
//!
//! Source: Data Loader at version 67, whose class was run on the values of the tests.

use aes::Aes128;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{Block, BlockDecrypt, BlockDecryptMut, BlockEncryptMut, KeyInit, KeyIvInit};
use des::Des;
use encoding_rs::WINDOWS_1252;
use zeroize::Zeroizing;

use crate::Secret;
use crate::xml::is_character;

/// The bytes of a key for AES, and of its blocks.
pub(super) const KEY: usize = 16;
/// The bytes of a key for DES, and of its blocks.
const OLD_KEY: usize = 8;

/// The key of versions before 42.1 where no key file was named, as it would stand in one.
const BUILT_IN: &[u8] = b"51dda30be226233d";

/// The keys that a key file can mean.
#[derive(Clone)]
pub(super) struct Key {
    new: Option<Zeroizing<[u8; KEY]>>,
    old: Option<Zeroizing<[u8; OLD_KEY]>>,
}

/// A value that was decrypted.
pub(super) struct Plain {
    pub(super) value: Secret,
    /// Whether it was not UTF-8 but windows-1252.
    pub(super) windows: bool,
    /// Whether it was encrypted as versions before 42.1 do it.
    pub(super) old: bool,
}

impl Key {
    /// The keys in a key file: its first 16 bytes, and before version 42.1 the hexadecimal digits of its first line.
    pub(super) fn of(file: &[u8]) -> Option<Self> {
        let new = file.get(..KEY).and_then(|key| key.try_into().ok()).map(Zeroizing::new);
        let line = file.split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default().trim_ascii();
        let old = decode(line).and_then(|key| key.as_slice().try_into().ok()).map(Zeroizing::new);
        (new.is_some() || old.is_some()).then_some(Self { new, old })
    }

    /// The one that is built into versions before 42.1.
    pub(super) fn built_in() -> Self {
        Self { new: None, ..Self::of(BUILT_IN).unwrap_or(Self { new: None, old: None }) }
    }

    /// Decrypts a value; none where the key is another one. Nothing authenticates it, so that only text counts.
    pub(super) fn decrypt(&self, sealed: &[u8]) -> Option<Plain> {
        let new = self.new.as_ref().and_then(|key| plain(&decrypt(key, sealed)?));
        new.or_else(|| self.old.as_ref().and_then(|key| Some(Plain { old: true, ..plain(&decrypt_old(key, sealed)?)? })))
    }

    /// Encrypts a value as the present version does; none where the file holds no such key. `iv` must be random.
    pub(super) fn encrypt(&self, value: &Secret, iv: [u8; KEY]) -> Option<String> {
        let cipher = cbc::Encryptor::<Aes128>::new((&**self.new.as_ref()?).into(), &iv.into());
        let text = value.expose().as_bytes();
        let mut sealed = Zeroizing::new(vec![0; KEY + (text.len() / KEY + 1) * KEY]);
        let (head, body) = sealed.split_at_mut(KEY);
        head.copy_from_slice(&iv);
        body[..text.len()].copy_from_slice(text);
        cipher.encrypt_padded_mut::<Pkcs7>(body, text.len()).ok()?;
        Some(encode(&sealed))
    }
}

/// The initialisation vector, and behind it whole blocks.
fn decrypt(key: &[u8; KEY], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (iv, body) = sealed.split_at_checked(KEY)?;
    let mut body = Zeroizing::new(body.to_vec());
    let cipher = cbc::Decryptor::<Aes128>::new_from_slices(key, iv).ok()?;
    let length = cipher.decrypt_padded_mut::<Pkcs7>(&mut body).ok()?.len();
    body.truncate(length);
    Some(body)
}

/// Blocks, each on its own.
fn decrypt_old(key: &Zeroizing<[u8; OLD_KEY]>, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let cipher = Des::new_from_slice(&**key).ok()?;
    let mut body = Zeroizing::new(sealed.to_vec());
    for block in body.chunks_exact_mut(OLD_KEY) {
        cipher.decrypt_block(Block::<Des>::from_mut_slice(block));
    }
    let padding = usize::from(*body.last()?);
    let length = body.len().checked_sub(padding).filter(|_| body.len().is_multiple_of(OLD_KEY) && (1..=OLD_KEY).contains(&padding))?;
    let whole = body[length..].iter().all(|byte| usize::from(*byte) == padding);
    body.truncate(length);
    whole.then_some(body)
}

/// The text behind the bytes, if they are one that people type: UTF-8, else what old Windows wrote.
fn plain(bytes: &[u8]) -> Option<Plain> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.chars().all(is_character).then(|| Plain { value: text.into(), windows: false, old: false });
    }
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
    let text = Zeroizing::new(text.into_owned());
    // Every second byte is a sign of this encoding, so that most of what a wrong key makes would be text too.
    let (ascii, others): (Vec<char>, Vec<char>) = text.chars().partition(char::is_ascii);
    let typed = others.iter().all(|character| character.is_alphabetic() || "€£§°´".contains(*character));
    let is_text = ascii.iter().all(|character| is_character(*character)) && typed && ascii.len() >= others.len();
    is_text.then(|| Plain { value: text.as_str().into(), windows: true, old: false })
}

/// The bytes of a text of two digits each, of which those from `80` on run backwards. A last digit alone is none.
pub(super) fn decode(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.chunks_exact(2);
    pairs.remainder().iter().all(u8::is_ascii_hexdigit).then_some(())?;
    pairs.map(|pair| Some(turned(digit(pair[0])? << 4 | digit(pair[1])?))).collect::<Option<Vec<u8>>>().map(Zeroizing::new)
}

/// The text of bytes, as [`decode`] reads it.
fn encode(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(half.into(), 16).unwrap_or('0');
    bytes.iter().map(|byte| turned(*byte)).flat_map(|byte| [digit(byte >> 4), digit(byte & 0xF)]).collect()
}

/// A byte as it is written: one from 128 on as 383 less itself, which undoes itself. No other program writes hexadecimal so.
fn turned(byte: u8) -> u8 {
    if byte < 0x80 { byte } else { 0x80 + (0xFF - byte) }
}

#[cfg(test)]
mod tests;
