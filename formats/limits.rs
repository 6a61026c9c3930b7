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
}

impl Default for Limits {
    fn default() -> Self {
        Self { input: 4 << 30, element: 16 << 20, fields: 4096, records: 10_000_000 }
    }
}
