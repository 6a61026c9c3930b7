//! The encryption of an export with a password, which is that of `NaCl`.

use crypto_secretbox::aead::{Aead, KeyInit};
use crypto_secretbox::{Nonce, XSalsa20Poly1305};
use sha2::{Digest, Sha256, Sha512};
use zeroize::Zeroizing;

use crate::{Error, Result, Secret};

/// The costs of scrypt, which are the same for every file: as a power of two, the block size and the lanes.
const COSTS: (u8, u32, u32) = (14, 8, 1);

/// An encrypted document that was read.
pub(super) struct Secretbox {
    nonce: [u8; 24],
    text: Vec<u8>,
}

impl Secretbox {
    /// Takes the two texts, which are hexadecimal.
    pub(super) fn parse(nonce: &str, text: &str) -> Option<Self> {
        Some(Self { nonce: unhex(nonce)?.try_into().ok()?, text: unhex(text)? })
    }

    /// Decrypts it, if the passphrase is right and nothing was changed; these two cannot be told apart.
    pub(super) fn open(&self, passphrase: &Secret) -> Result<Option<Zeroizing<Vec<u8>>>> {
        let cipher = XSalsa20Poly1305::new((&*key(passphrase)?).into());
        Ok(cipher.decrypt(Nonce::from_slice(&self.nonce), &self.text[..]).ok().map(Zeroizing::new))
    }
}

/// Derives the key. The salt is the same for every file, the hash of nothing, so equal passphrases have equal keys.
fn key(passphrase: &Secret) -> Result<Zeroizing<[u8; 32]>> {
    let unsuitable = || Error::new("the key cannot be derived").hint("this is a bug of this program; export without a password");
    let (log_n, r, p) = COSTS;
    let params = scrypt::Params::new(log_n, r, p, 64).map_err(|_| unsuitable())?;
    let mut derived = Zeroizing::new([0; 64]);
    let salt = hex(&Sha512::digest(b""));
    scrypt::scrypt(passphrase.expose().as_bytes(), salt.as_bytes(), &params, &mut *derived).map_err(|_| unsuitable())?;
    Ok(Zeroizing::new(Sha256::digest(hex(&*derived).as_bytes()).into()))
}

fn hex(bytes: &[u8]) -> Zeroizing<String> {
    let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value & 0x0F)]);
    Zeroizing::new(bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect())
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| if let [high, low] = pair { Some(digit(*high)? << 4 | digit(*low)?) } else { None }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with Psono's own libraries.
    const TEXT: &str = "28cac3b4bd4ad2dbd2d6be4865e0df23b40697b570b695b768644ddc608ec469f1f3c48109f9a36bc2";

    #[test]
    fn opens_what_psono_encrypted() {
        let passphrase = Secret::from("correct horse battery staple");
        assert_eq!(**hex(&*key(&passphrase).unwrap()), *"6b857e6bd5e3f5c21ded3a6af366bec0f2f2705fc5971179d6d7fc54788a45bd");
        let sealed = Secretbox::parse(&"33".repeat(24), TEXT).unwrap();
        assert_eq!(sealed.open(&passphrase).unwrap().unwrap()[..], *br#"{"folders":[],"items":[]}"#);
        assert!(sealed.open(&"correct horse".into()).unwrap().is_none());
    }

    #[test]
    fn every_change_is_noticed() {
        let cipher = XSalsa20Poly1305::new(&(*key(&"fake-passphrase".into()).unwrap()).into());
        let open = |nonce: &[u8; 24], text: &[u8]| cipher.decrypt(Nonce::from_slice(nonce), text).is_ok();
        let whole = cipher.encrypt(&[7; 24].into(), &b"{}"[..]).unwrap();
        assert!(open(&[7; 24], &whole) && !open(&[8; 24], &whole));
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            assert!(!open(&[7; 24], &changed) && !open(&[7; 24], &whole[..at]), "{at}");
        }
    }

    #[test]
    fn only_whole_texts_are_taken() {
        let nonce = "33".repeat(24);
        assert!(Secretbox::parse(&nonce, "00aF").is_some());
        for (nonce, text) in [(&nonce[2..], "00"), (&nonce, "0"), (&nonce, "0x"), (&nonce, "+1"), (&nonce, "é")] {
            assert!(Secretbox::parse(nonce, text).is_none(), "{text}");
        }
    }
}
