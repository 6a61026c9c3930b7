//! The key that passphrase and key file make together.

use base64::prelude::{BASE64_STANDARD, Engine};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::xml::Xml;
use crate::{Error, Limits, Result, Secret};

/// A key of 256 bits.
pub(super) type Key = Zeroizing<[u8; 32]>;

/// The keys to try, the likely one first: no passphrase and an empty one are two things to `KeePass`, and one to whoever is asked for it.
///
/// # Errors
/// When the key file is damaged.
pub(super) fn composites(passphrase: &Secret, key_file: Option<&[u8]>) -> Result<Vec<Key>> {
    let typed = Zeroizing::new(<[u8; 32]>::from(Sha256::digest(passphrase.expose())));
    let joined = |parts: &[&[u8]]| {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update(part);
        }
        Zeroizing::new(hash.finalize().into())
    };
    let Some(file) = key_file else { return Ok(vec![joined(&[&*typed])]) };
    let file = from_file(file)?;
    let both = joined(&[&*typed, &*file]);
    Ok(if passphrase.is_empty() { vec![joined(&[&*file]), both] } else { vec![both] })
}

/// The key in a key file: XML of `KeePass`, 32 bytes, 64 hexadecimal digits, or the hash of whatever else it is.
fn from_file(file: &[u8]) -> Result<Key> {
    if is_xml(file) {
        return from_xml(file);
    }
    if let Ok(key) = file.try_into() {
        return Ok(Zeroizing::new(key));
    }
    if let Some(key) = (file.len() == 64).then(|| from_hex(file)).flatten() {
        return Ok(key);
    }
    Ok(Zeroizing::new(Sha256::digest(file).into()))
}

/// Whether it is a key file of `KeePass`, and not just some document.
fn is_xml(file: &[u8]) -> bool {
    let text = String::from_utf8_lossy(file.get(..1024).unwrap_or(file)).into_owned();
    text.trim_start_matches('\u{FEFF}').trim_start().starts_with('<') && text.contains("<KeyFile")
}

fn from_xml(file: &[u8]) -> Result<Key> {
    let wrong = || Error::new("the key file is damaged").hint("take another copy of it; without the key the database cannot be opened");
    let mut input = file.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(file);
    let mut xml = Xml::new(&mut input, &Limits { element: 1 << 16, ..Limits::default() });
    let (mut version, mut hash, mut data) = (String::new(), None, Zeroizing::new(String::new()));
    let mut read = || -> Result<()> {
        xml.root("KeyFile")?;
        while let Some(part) = xml.child(&["Meta", "Key"])? {
            while let Some(name) = xml.child(&["Version", "Data"])? {
                match (part, name) {
                    ("Meta", "Version") => xml.text()?.trim().clone_into(&mut version),
                    ("Key", "Data") => {
                        hash = xml.attribute("Hash").map(str::to_owned);
                        data.push_str(xml.text()?);
                    }
                    _ => drop(xml.text()?),
                }
            }
        }
        xml.finish()
    };
    read().map_err(|_| wrong())?;
    data.retain(|character| !character.is_ascii_whitespace());
    if version.starts_with("1.") {
        let bytes = Zeroizing::new(BASE64_STANDARD.decode(data.as_bytes()).map_err(|_| wrong())?);
        return bytes.as_slice().try_into().map(Zeroizing::new).map_err(|_| wrong());
    }
    let key = from_hex(data.as_bytes()).ok_or_else(wrong)?;
    let sum = Sha256::digest(*key)[..4].iter().fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte));
    if hash.is_some_and(|hash| !hash.eq_ignore_ascii_case(&format!("{sum:08X}"))) { Err(wrong()) } else { Ok(key) }
}

fn from_hex(digits: &[u8]) -> Option<Key> {
    if digits.len() != 64 {
        return None;
    }
    let mut key = Zeroizing::new([0; 32]);
    for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |at: usize| char::from(pair[at]).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        *byte = digit(0)? << 4 | digit(1)?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_key_file_is_the_same_key() {
        let key: [u8; 32] = std::array::from_fn(|at| u8::try_from(at).unwrap());
        let hex = key.map(|byte| format!("{byte:02x}")).concat();
        let sum = <[u8; 32]>::from(Sha256::digest(key)).map(|byte| format!("{byte:02x}"))[..4].concat();
        let one = format!("<?xml version=\"1.0\"?>\n<KeyFile><Meta><Version>1.00</Version></Meta><Key><Data>{}</Data></Key></KeyFile>", BASE64_STANDARD.encode(key));
        let two = format!("\u{FEFF}<KeyFile><Meta><Version>2.0</Version></Meta><Key><Data Hash=\"{sum}\">\n\t{} {}\n</Data></Key></KeyFile>", &hex[..8], &hex[8..]);
        for file in [&key[..], hex.as_bytes(), hex.to_uppercase().as_bytes(), one.as_bytes(), two.as_bytes()] {
            assert_eq!(*from_file(file).unwrap(), key, "{}", String::from_utf8_lossy(file));
        }
        assert_eq!(*from_file(b"a photo").unwrap(), <[u8; 32]>::from(Sha256::digest(b"a photo")));
        for broken in [two.replace(&sum, "00000000"), two.replace("</Key>", ""), one.replace("Data>", "Date>"), two.replace("2.0", "1.0")] {
            assert_eq!(from_file(broken.as_bytes()).unwrap_err().to_string(), "the key file is damaged", "{broken}");
        }
    }

    #[test]
    fn passphrase_and_key_file_make_different_keys() {
        let keys = |passphrase: &str, file: Option<&[u8]>| composites(&passphrase.into(), file).unwrap();
        let all = [keys("a", None), keys("b", None), keys("a", Some(b"f")), keys("", Some(b"f")), keys("", None)].concat();
        assert_eq!(all.len(), 6);
        for (at, key) in all.iter().enumerate() {
            assert!(all[at + 1..].iter().all(|other| other != key));
        }
    }
}
