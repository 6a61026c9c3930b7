//! What a file may ask of this machine.

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
    /// Bytes of an archive, and of the member that is read of it.
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
