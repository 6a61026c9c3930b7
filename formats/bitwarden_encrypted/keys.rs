//! From the passphrase to the keys.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{Cost, Error, Limits, Lock, Result, Secret};

/// How the key is derived, with the numbers as they stand in the file.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kdf {
    Pbkdf2 { rounds: u32 },
    /// The memory is in MiB.
    Argon2id { passes: u32, memory: u32, lanes: u32 },
}

/// The two keys of a document.
pub(super) struct Keys {
    pub(super) encrypt: Zeroizing<[u8; 32]>,
    authenticate: Zeroizing<[u8; 32]>,
}

impl Keys {
    /// Bitwarden only expands the derived key, without the first half of HKDF.
    fn expand(key: &[u8; 32]) -> Result<Self> {
        let mut keys = Self { encrypt: Zeroizing::default(), authenticate: Zeroizing::default() };
        for (info, part) in [(&b"enc"[..], &mut keys.encrypt), (b"mac", &mut keys.authenticate)] {
            let whole = Hkdf::<Sha256>::from_prk(key).is_ok_and(|hkdf| hkdf.expand(info, &mut **part).is_ok());
            whole.then_some(()).ok_or_else(unsuitable)?;
        }
        Ok(keys)
    }

    /// What authenticates a text.
    pub(super) fn mac(&self) -> Result<Hmac<Sha256>> {
        Hmac::new_from_slice(&*self.authenticate).map_err(|_| unsuitable())
    }
}

/// For lengths that HKDF and HMAC cannot take, which 32 bytes are not.
fn unsuitable() -> Error {
    Error::new("a key of an unsuitable length").hint("this is a bug of this program; take another format")
}

impl Kdf {
    pub(super) fn new(kind: u64, iterations: u64, memory: Option<u64>, lanes: Option<u64>) -> Result<Self> {
        let number = |value: Option<u64>, key: &str, most: u32| {
            let fits = value.and_then(|value| u32::try_from(value).ok()).filter(|value| (1..=most).contains(value));
            let what = format!("`{key}` is missing or no number from 1 to {most}");
            fits.ok_or_else(|| Error::new(what).hint("the file is not complete or was changed; export it again"))
        };
        let iterations = number(Some(iterations), "kdfIterations", u32::MAX)?;
        match kind {
            0 => Ok(Self::Pbkdf2 { rounds: iterations }),
            // Argon2 counts memory in KiB, in 32 bits.
            1 => Ok(Self::Argon2id {
                passes: iterations,
                memory: number(memory, "kdfMemory", u32::MAX >> 10)?,
                lanes: number(lanes, "kdfParallelism", 64)?,
            }),
            _ => Err(Error::new("`kdfType` is neither 0 nor 1").hint("this may be newer than this program; export it with another file format")),
        }
    }

    /// What a file that is written costs.
    pub(super) fn of(lock: &dyn Lock) -> Self {
        let Cost { memory, passes, lanes } = lock.cost();
        match lock.pbkdf2() {
            Some(rounds) => Self::Pbkdf2 { rounds },
            None => Self::Argon2id { passes, memory, lanes },
        }
    }

    /// Refuses what would keep this machine busy, before any of it is done.
    pub(super) fn check(self, limits: &Limits) -> Result<()> {
        match self {
            Self::Pbkdf2 { rounds } => limits.check_rounds("kdfIterations", rounds.into()),
            Self::Argon2id { passes, memory, .. } => {
                limits.check_argon2(["kdfMemory", "kdfIterations"], u64::from(memory) << 20, passes.into())
            }
        }
    }

    /// The keys of a document that say how its key is derived.
    pub(super) fn json(self) -> String {
        match self {
            Self::Pbkdf2 { rounds } => format!("\"kdfType\":0,\"kdfIterations\":{rounds}"),
            Self::Argon2id { passes, memory, lanes } => {
                format!("\"kdfType\":1,\"kdfIterations\":{passes},\"kdfMemory\":{memory},\"kdfParallelism\":{lanes}")
            }
        }
    }

    /// Derives the keys. The salt is the text that stands in the file, which Bitwarden does not decode.
    pub(super) fn derive(self, passphrase: &Secret, salt: &str) -> Result<Keys> {
        let passphrase = passphrase.expose().as_bytes();
        let mut key = Zeroizing::new([0; 32]);
        match self {
            Self::Pbkdf2 { rounds } => pbkdf2::pbkdf2_hmac::<Sha256>(passphrase, salt.as_bytes(), rounds, &mut *key),
            Self::Argon2id { passes, memory, lanes } => {
                let wrong = |_| Error::new("`kdfMemory` is too small for `kdfParallelism`").hint("the file was changed; export it again");
                let params = Params::new(memory << 10, passes, lanes, Some(key.len())).map_err(wrong)?;
                let mut blocks: Zeroizing<Vec<Block>> = Zeroizing::default();
                if blocks.try_reserve_exact(params.block_count()).is_err() {
                    return Err(Error::new(format!("no {memory} MiB of memory for the key")).hint("close other programs, or use a larger machine"));
                }
                blocks.resize(params.block_count(), Block::default());
                let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
                let salt = Sha256::digest(salt.as_bytes());
                argon2.hash_password_into_with_memory(passphrase, &salt, &mut *key, &mut blocks[..]).map_err(wrong)?;
            }
        }
        Keys::expand(&key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_are_those_of_bitwarden() {
        let kdf = Kdf::new(0, 5000, None, None).unwrap();
        let keys = kdf.derive(&"correct horse battery staple".into(), "AAECAwQFBgcICQoLDA0ODw==").unwrap();
        for (key, expected) in [
            (keys.encrypt, 0x5ed5_1ec1_dd21_7cfa_103c_f382_5bbe_c5f5_u128),
            (keys.authenticate, 0x9800_423a_18a3_b7ad_bb32_ca5c_78a8_d039),
        ] {
            assert_eq!(key[..16], expected.to_be_bytes());
        }
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        for (kind, iterations, memory, lanes, what) in [
            (0, 0, None, None, "`kdfIterations` is missing or no number from 1 to 4294967295"),
            (0, 1 << 32, None, None, "`kdfIterations` is missing or no number from 1 to 4294967295"),
            (1, 3, None, Some(4), "`kdfMemory` is missing or no number from 1 to 4194303"),
            (1, 3, Some(1 << 42), Some(4), "`kdfMemory` is missing or no number from 1 to 4194303"),
            (1, 3, Some(64), Some(65), "`kdfParallelism` is missing or no number from 1 to 64"),
            (2, 3, Some(64), Some(4), "`kdfType` is neither 0 nor 1"),
        ] {
            assert_eq!(Kdf::new(kind, iterations, memory, lanes).unwrap_err().to_string(), what);
        }
    }

    #[test]
    fn costs_are_bounded() {
        let limits = Limits { kdf_memory: 32 << 20, kdf_bytes: 128 << 20, kdf_rounds: 1000, ..Limits::default() };
        let check = |kind, iterations, memory| Kdf::new(kind, iterations, Some(memory), Some(1)).unwrap().check(&limits);
        assert!(check(0, 1000, 1).is_ok() && check(1, 4, 32).is_ok());
        for (kind, iterations, memory, what) in [
            (0, 1001, 1, "kdfIterations asks for 1001 rounds, and the limit is 1000"),
            (1, 1, 33, "kdfMemory asks for 34603008 bytes of memory, and the limit is 33554432"),
            (1, 5, 32, "kdfMemory times kdfIterations asks for 167772160 bytes written in all, and the limit is 134217728"),
        ] {
            let error = check(kind, iterations, memory).unwrap_err();
            assert_eq!(error.to_string(), what);
            assert!(error.hint_text().unwrap().contains("--max-kdf-cost 2 "), "{error}");
        }
    }
}
