//! Text that must not be seen.

use std::fmt;

use serde::{Deserialize, Deserializer};
use zeroize::Zeroize;

/// A secret text: wiped when dropped, and never printed.
///
/// It has no `Display` and no `Serialize`, so that a secret cannot slip into a message or a document by accident;
/// [`Secret::expose`] is the one way out.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes the text over without copying it.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// Shows the text to the code that writes it to where it belongs.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Replaces the text, keeping the memory so that a reader can use one record for all rows.
    pub fn set(&mut self, text: &str) {
        self.0.clear();
        self.0.push_str(text);
    }

    /// Appends to the text.
    pub fn push(&mut self, text: &str) {
        self.0.push_str(text);
    }

    /// Empties the text, keeping the memory for the next one.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Secret::from("fake-secret")), "Secret(***)");
    }
}
