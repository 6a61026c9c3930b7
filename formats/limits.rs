//! What a file may ask of this machine.

use crate::{Error, Result};

/// Bounds on what is read, so that a hostile file is an error and not an outage.
///
/// The defaults are far above what people keep; every error that comes from one of them names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one input, after decryption.
    pub input: u64,
    /// Bytes of one cell, value or JSON element.
    pub element: usize,
    /// Fields of one record, or columns of one table.
    pub fields: usize,
    /// Records of one input.
    pub records: usize,
    /// Bytes of an archive, of the member that is read of it, and of a document that is encrypted whole.
    pub archive: u64,
    /// Members of an archive.
    pub members: usize,
    /// Bytes of memory that deriving a key may take.
    pub kdf_memory: u64,
    /// Rounds of PBKDF2, or of AES in a key of `KeePass`, that deriving a key may take.
    pub kdf_rounds: u64,
    /// Bytes that Argon2 may write in all its passes.
    pub kdf_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            input: 4 << 30,
            element: 16 << 20,
            fields: 4096,
            records: 10_000_000,
            archive: 512 << 20,
            members: 100_000,
            kdf_memory: 1 << 30,
            kdf_rounds: 100_000_000,
            kdf_bytes: 64 << 30,
        }
    }
}

impl Limits {
    /// How many times as much the key of a file may be let cost.
    pub const MOST_KDF_TIMES: u32 = 64;

    /// Lets the key of a file cost so many times as much.
    #[must_use]
    pub fn kdf_times(self, factor: u32) -> Self {
        let times = |limit: u64| limit.saturating_mul(factor.into());
        Self { kdf_memory: times(self.kdf_memory), kdf_rounds: times(self.kdf_rounds), kdf_bytes: times(self.kdf_bytes), ..self }
    }

    /// Refuses more than so many `rounds`, which stand in the file as `key`.
    ///
    /// # Errors
    /// Names the key, and how many times the limit it is.
    pub fn check_rounds(&self, key: &str, rounds: u64) -> Result<()> {
        within(key, rounds, self.kdf_rounds, "rounds")
    }

    /// Refuses an Argon2 of so many bytes of `memory` and so many `passes` over it, which stand in the file as the two `keys`.
    ///
    /// # Errors
    /// Names the key, and how many times the limit it is.
    pub fn check_argon2(&self, keys: [&str; 2], memory: u64, passes: u64) -> Result<()> {
        within(keys[0], memory, self.kdf_memory, "bytes of memory")?;
        within(&keys.join(" times "), memory.saturating_mul(passes), self.kdf_bytes, "bytes written in all")
    }
}

fn within(key: &str, asked: u64, limit: u64, unit: &str) -> Result<()> {
    if asked <= limit {
        return Ok(());
    }
    let factor = asked.div_ceil(limit.max(1));
    let hint = if factor <= Limits::MOST_KDF_TIMES.into() {
        format!("this is more than programs use; if you trust the file, --max-kdf-cost {factor} opens it")
    } else {
        "no program uses so much, so the file was changed; export it again".to_owned()
    };
    Err(Error::new(format!("{key} asks for {asked} {unit}, and the limit is {limit}")).hint(hint))
}
