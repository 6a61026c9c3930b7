//! Values that the CLI encrypts in its auth files: AES-256-GCM, with the key of `~/.sfdx/key.json`.
//!
//! A value is the IV, the ciphertext, a colon and the tag, all in hexadecimal digits. The key says which of two versions it is: 32 digits are the
//! key themselves, as are the first 12 of the value the IV; 64 digits stand for the 32 bytes of the key, as do the first 24 for the IV.

use aes_gcm::aead::Aead;
use aes_gcm::{Aes256Gcm, Key, KeyInit, Nonce};
use zeroize::Zeroizing;

use crate::{Error, Lock, Result, Secret};

/// The length of the tag, in digits.
const TAG: usize = 32;
/// The length of the IV in bytes.
const IV: usize = 12;

/// Whether a value is one that the CLI encrypted.
pub(super) fn is_encrypted(value: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    value.split_once(':').is_some_and(|(text, tag)| tag.len() == TAG && digits(tag) && text.len() > IV && digits(text))
}

/// Decrypts a value with the key file that the user named, if there is one.
///
/// # Errors
/// When the key file holds no key, or another one.
pub(super) fn decrypt(value: &str, lock: &mut dyn Lock) -> Result<Option<Secret>> {
    let Some(file) = lock.key_file()? else { return Ok(None) };
    let key = key(&file).ok_or_else(|| {
        Error::new("no key of the Salesforce CLI in the key file").hint("name its key.json, or a file with the 32 or 64 digits of the key")
    })?;
    let opened = open(value, &key).ok_or_else(|| {
        Error::new("the password cannot be decrypted with this key").hint("name the key.json of the computer and user that the auth file is from")
    })?;
    Ok(Some(opened))
}

/// The digits of the key: of `key.json`, or of a file with nothing else.
fn key(file: &[u8]) -> Option<Zeroizing<String>> {
    let text = std::str::from_utf8(file).ok()?;
    let key = match crate::json_config::tree(text) {
        Ok(tree) => Zeroizing::new(tree.text("key").unwrap_or(text).trim().to_owned()),
        Err(_) => Zeroizing::new(text.trim().to_owned()),
    };
    (matches!(key.len(), 32 | 64) && key.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(key)
}

fn open(value: &str, key: &str) -> Option<Secret> {
    let (text, tag) = value.split_once(':')?;
    let (key, iv, rest) = if key.len() == 32 {
        (Zeroizing::new(key.as_bytes().to_vec()), text.get(..IV)?.as_bytes().to_vec(), text.get(IV..)?)
    } else {
        (Zeroizing::new(bytes(key)?), bytes(text.get(..2 * IV)?)?, text.get(2 * IV..)?)
    };
    let sealed = [bytes(rest)?, bytes(tag)?].concat();
    let cipher = Aes256Gcm::new(Key::<Aes256Gcm>::from_slice(&key));
    let opened = cipher.decrypt(Nonce::from_slice(&iv), sealed.as_slice()).ok()?;
    String::from_utf8(opened).ok().map(Secret::new)
}

fn bytes(digits: &str) -> Option<Vec<u8>> {
    let pairs = digits.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    digits.len().is_multiple_of(2).then(|| pairs.collect::<Option<Vec<u8>>>()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const V1: &str = "a1b2c3d4e5f676498e6648c22d68e1f2c119c38adce425:37de076cbe19aeb1bee8efae3e97ae1a";
    const V2: &str = "a0a1a2a3a4a5a6a7a8a9aaabb76d1d5f31b12ff3030bf3b67514edea42:74e40006fdb09745c9faff4cea62ea45";

    #[test]
    fn both_versions_of_the_facts() {
        let long = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
        for (value, key) in [(V1, "0123456789abcdef0123456789abcdef"), (V2, long)] {
            assert!(is_encrypted(value));
            assert_eq!(open(value, key).unwrap().expose(), "Quartz-Lantern-42");
            assert!(open(&value.replacen('a', "b", 1), key).is_none(), "another IV");
        }
        assert!(open(V1, long).is_none() && open(V2, "0123456789abcdef0123456789abcdef").is_none());
        assert!(!is_encrypted("Quartz:Lantern") && !is_encrypted(":00") && !is_encrypted(""));
    }

    #[test]
    fn keys_of_both_kinds_of_files() {
        let digits = "0123456789abcdef0123456789abcdef";
        let file = format!(r#"{{"account":"local","key":"{digits}","service":"sfdx"}}"#);
        for file in [file.as_str(), digits, &format!("{digits}\n")] {
            assert_eq!(key(file.as_bytes()).unwrap().as_str(), digits, "{file}");
        }
        assert!(key(b"").is_none() && key(b"{}").is_none() && key(b"\xff").is_none());
    }
}
