//! From the encrypted part to what it holds, authenticated to its last byte.

use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256, Sha512};
use zeroize::Zeroizing;

use super::bytes::Bytes;
use super::damaged;
use super::header::{Header, Old};
use crate::{Error, Result};

/// What is said when no key opens the file.
pub(super) fn wrong(header: &Header, key_file: bool) -> Error {
    let mut what = if key_file { "wrong passphrase or key file" } else { "wrong passphrase" }.to_owned();
    if header.old.is_some() {
        // KDBX 3 has no checksum that can be looked at without the key.
        what.push_str(", or the file is damaged");
    }
    let hint = if key_file {
        "try again; capitals and blanks count, and the key file must be the same byte for byte"
    } else {
        "try again; capitals and blanks count; a key file is named with --from-key-file"
    };
    Error::new(what).hint(hint)
}

/// Decrypts the part behind the header; `None` if the key does not fit.
///
/// # Errors
/// When the file is damaged.
pub(super) fn open(file: &[u8], header: &Header, composite: &[u8; 32]) -> Result<Option<Zeroizing<Vec<u8>>>> {
    match &header.old {
        Some(old) => open_3(file, header, old, composite),
        None => open_4(file, header, composite),
    }
}

fn open_4(file: &[u8], header: &Header, composite: &[u8; 32]) -> Result<Option<Zeroizing<Vec<u8>>>> {
    let mut rest = Bytes::new(file.get(header.length..).unwrap_or_default());
    if rest.array::<32>().ok_or_else(damaged)? != header.hash {
        return Err(damaged());
    }
    let sum = rest.take(32).ok_or_else(damaged)?;
    let transformed = header.kdf.derive(composite)?;
    let keys = Keys::new(&header.seed, &transformed);
    if keys.sum(u64::MAX, &[file.get(..header.length).unwrap_or_default()])?.verify_slice(sum).is_err() {
        return Ok(None);
    }
    let mut data = Zeroizing::new(Vec::with_capacity(file.len()));
    for number in 0.. {
        let sum = rest.take(32).ok_or_else(damaged)?;
        let length = rest.array::<4>().ok_or_else(damaged)?;
        let block = rest.take(usize::try_from(u32::from_le_bytes(length)).map_err(|_| damaged())?).ok_or_else(damaged)?;
        keys.sum(number, &[&u64::to_le_bytes(number), &length, block])?.verify_slice(sum).map_err(|_| damaged())?;
        if block.is_empty() {
            break;
        }
        data.extend_from_slice(block);
    }
    if !rest.is_empty() {
        return Err(Error::new("something behind the end of the database").hint("take another copy of the database"));
    }
    header.cipher.decrypt(&keys.master, &header.iv, &mut data).ok_or_else(damaged)?;
    let padding = header.cipher.padding(&data).ok_or_else(damaged)?;
    let length = data.len() - padding;
    data.truncate(length);
    Ok(Some(data))
}

fn open_3(file: &[u8], header: &Header, old: &Old, composite: &[u8; 32]) -> Result<Option<Zeroizing<Vec<u8>>>> {
    let mut data = Zeroizing::new(file.get(header.length..).unwrap_or_default().to_vec());
    let transformed = header.kdf.derive(composite)?;
    let keys = Keys::new(&header.seed, &transformed);
    header.cipher.decrypt(&keys.master, &header.iv, &mut data).ok_or_else(damaged)?;
    if !data.starts_with(&old.start) {
        return Ok(None);
    }
    let padding = header.cipher.padding(&data).ok_or_else(damaged)?;
    let mut blocks = Bytes::new(data.get(old.start.len()..data.len() - padding).ok_or_else(damaged)?);
    let mut joined = Zeroizing::new(Vec::with_capacity(data.len()));
    for number in 0_u32.. {
        let (index, sum) = (blocks.u32().ok_or_else(damaged)?, blocks.array::<32>().ok_or_else(damaged)?);
        let block = blocks.sized().ok_or_else(damaged)?;
        let end = block.is_empty() && sum == [0; 32];
        if index != number || (!end && sum != <[u8; 32]>::from(Sha256::digest(block))) {
            return Err(damaged());
        }
        if end {
            break;
        }
        joined.extend_from_slice(block);
    }
    if blocks.is_empty() { Ok(Some(joined)) } else { Err(damaged()) }
}

/// The keys of one file.
pub(super) struct Keys {
    /// The key of the cipher.
    pub(super) master: Zeroizing<[u8; 32]>,
    base: Zeroizing<[u8; 64]>,
}

impl Keys {
    pub(super) fn new(seed: &[u8; 32], transformed: &[u8; 32]) -> Self {
        let master = Sha256::new().chain_update(seed).chain_update(transformed).finalize();
        let base = Sha512::new().chain_update(seed).chain_update(transformed).chain_update([1]).finalize();
        Self { master: Zeroizing::new(master.into()), base: Zeroizing::new(base.into()) }
    }

    /// The checksum of block `number` in KDBX 4; the header has the highest number.
    pub(super) fn sum(&self, number: u64, parts: &[&[u8]]) -> Result<Hmac<Sha256>> {
        let key = Zeroizing::new(<[u8; 64]>::from(Sha512::new().chain_update(number.to_le_bytes()).chain_update(*self.base).finalize()));
        let mut sum = <Hmac<Sha256> as Mac>::new_from_slice(&*key).map_err(|_| damaged())?;
        for part in parts {
            sum.update(part);
        }
        Ok(sum)
    }
}
