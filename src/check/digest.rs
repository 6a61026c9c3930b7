//! Usernames and secrets as numbers, so that they can be compared without being kept.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};

use super::token::trimmed;

/// Makes numbers of texts under a key of this run, so that nobody can guess from outside which texts share one.
#[derive(Clone, Default)]
pub(super) struct Digest(RandomState);

/// What is known of each user or secret, by its number.
pub(super) type ByDigest<V> = HashMap<u64, V, BuildHasherDefault<AsItIs>>;

impl Digest {
    /// Usernames are one whatever their case.
    pub(super) fn user(&self, username: &str) -> u64 {
        // Looks at all bytes, so that the compiler takes many at once.
        let other = username.bytes().fold(false, |found, byte| found | !byte.is_ascii() | byte.is_ascii_uppercase());
        if other { self.number(&username.to_lowercase()) } else { self.number(username) }
    }

    /// White space at the ends is no part of a secret.
    pub(super) fn secret(&self, secret: &str) -> u64 {
        self.number(trimmed(secret))
    }

    fn number(&self, text: &str) -> u64 {
        let mut hasher = self.0.build_hasher();
        hasher.write(text.as_bytes());
        hasher.finish()
    }
}

/// Takes a key for its own hash, which it is.
#[derive(Default)]
pub(super) struct AsItIs(u64);

impl Hasher for AsItIs {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0 << 8 | u64::from(*byte);
        }
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
