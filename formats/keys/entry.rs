//! What a parser hands to the engine.

use std::ops::Range;

use serde::Deserialize;

use crate::{Result, Secret};

/// One key of a file with its value.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// The names that lead to it, outermost first; the last one is the key.
    pub path: Vec<String>,
    /// The value, as it is after quotes and escapes.
    pub value: Secret,
    /// The line of the key, counted from one.
    pub line: u64,
    /// Where the value stands in the text, its quotes included, if it stands there by itself.
    pub span: Option<Range<usize>>,
    /// Whether base64 of the value stands there.
    pub base64: bool,
    /// What the value points to, where it is not the value itself.
    pub reference: Option<&'static str>,
    /// Whether a comment behind the value may have been a part of it.
    pub cut: bool,
    /// Why the value cannot be read.
    pub flaw: Option<&'static str>,
}

/// The entries of a file.
pub(crate) type Entries = Vec<Entry>;

/// A way of writing keys and values in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Syntax {
    /// `KEY=value`, as shells and programs with a `.env` read it.
    Dotenv,
    /// `key=value` as Java reads it.
    Properties,
    /// TOML with tables.
    Toml,
    /// JSON.
    Json,
}

impl Syntax {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Dotenv, Self::Properties, Self::Toml, Self::Json];

    /// The name as it stands in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dotenv => "dotenv",
            Self::Properties => "properties",
            Self::Toml => "toml",
            Self::Json => "json",
        }
    }

    /// What a text looks like, where it looks like one of these.
    pub fn of(text: &str) -> Option<Self> {
        let looks = |syntax: &Self| match syntax {
            Self::Dotenv => crate::dotenv::looks(text),
            Self::Properties => crate::properties::looks(text),
            Self::Toml => crate::toml::looks(text),
            Self::Json => text.trim_start().starts_with(['{', '[']),
        };
        Self::ALL.into_iter().find(looks)
    }

    /// The keys and values of a text.
    ///
    /// # Errors
    /// When the text as a whole cannot be read, with the line.
    pub fn entries(self, text: &str) -> Result<Vec<Entry>> {
        match self {
            Self::Dotenv => Ok(crate::dotenv::entries(text)),
            Self::Properties => Ok(crate::properties::entries(text)),
            Self::Toml => crate::toml::entries(text),
            Self::Json => crate::json_config::entries(text),
        }
    }

    /// Writes a value that takes the place of `raw` in a text: in the same quotes, or without any, where it can stand so.
    pub(super) fn quote(self, text: &str, raw: &str, value: &str, out: &mut Vec<u8>) -> Result<()> {
        match self {
            Self::Dotenv => crate::dotenv::quote_like(raw, value, out),
            Self::Properties => crate::properties::quote_like(text, value, out),
            Self::Toml => crate::toml::quote_like(raw, value, out),
            Self::Json => crate::json::write_string(out, value)?,
        }
        Ok(())
    }
}
