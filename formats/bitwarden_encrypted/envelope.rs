//! The text in which Bitwarden writes something encrypted: `2.`, and behind it initialisation vector, ciphertext and MAC.

use aes::Aes256;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockDecryptMut, KeyIvInit};
use hmac::Mac;
use zeroize::Zeroizing;

use super::keys::Keys;

/// AES-256 in CBC mode with PKCS #7, and behind it HMAC-SHA-256; Bitwarden's other kinds belong to accounts.
pub(super) const KIND: &str = "2.";
/// The bytes of a block and of an initialisation vector.
pub(super) const BLOCK: usize = 16;

/// Writes bytes in base 64.
pub(super) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Something encrypted that was read.
pub(super) struct Sealed {
    iv: [u8; BLOCK],
    ciphertext: Vec<u8>,
    mac: [u8; 32],
}

impl Sealed {
    /// Takes the text apart, if it is whole and of the one kind.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix(KIND)?.split('|').map(|part| STANDARD.decode(part).ok());
        let (iv, ciphertext, mac) = (parts.next()??, parts.next()??, parts.next()??);
        let whole = !ciphertext.is_empty() && ciphertext.len().is_multiple_of(BLOCK) && parts.next().is_none();
        whole.then_some(())?;
        Some(Self { iv: iv.try_into().ok()?, ciphertext, mac: mac.try_into().ok()? })
    }

    /// Whether it was encrypted with these keys and not changed since; the comparison takes the same time wherever they differ.
    pub(super) fn is_authentic(&self, keys: &Keys) -> bool {
        keys.mac().is_ok_and(|mac| mac.chain_update(self.iv).chain_update(&self.ciphertext).verify_slice(&self.mac).is_ok())
    }

    /// Decrypts what is known to be authentic.
    pub(super) fn decrypt(self, keys: &Keys) -> Option<Zeroizing<Vec<u8>>> {
        let mut bytes = Zeroizing::new(self.ciphertext);
        let cipher = cbc::Decryptor::<Aes256>::new((&*keys.encrypt).into(), &self.iv.into());
        let length = cipher.decrypt_padded_mut::<Pkcs7>(&mut bytes).ok()?.len();
        bytes.truncate(length);
        Some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_texts_are_taken() {
        let [iv, block, mac] = [16, 32, 32].map(|length| encode(&vec![7; length]));
        assert!(Sealed::parse(&format!("2.{iv}|{block}|{mac}")).is_some());
        for text in [
            format!("0.{iv}|{block}"),
            format!("2.{iv}|{block}"),
            format!("2.{iv}|{block}|{mac}|{mac}"),
            format!("2.{iv}||{mac}"),
            format!("2.{mac}|{block}|{mac}"),
            format!("2.{iv}|{block}|{iv}"),
            format!("2.{iv}|{}|{mac}", encode(&[7; 31])),
            format!("2.{iv}|{}|{mac}", block.trim_end_matches('=')),
            format!("2.{iv}|{block}|{mac}\n"),
        ] {
            assert!(Sealed::parse(&text).is_none(), "{text}");
        }
    }
}
