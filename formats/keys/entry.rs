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
    /// How it stands there.
    pub encoding: Encoding,
    /// What the value points to, where it is not the value itself.
    pub reference: Option<&'static str>,
    /// Whether a comment behind the value may have been a part of it.
    pub cut: bool,
    /// Why the value cannot be read.
    pub flaw: Option<&'static str>,
}

/// How a value stands in a text, inside of the quotes and escapes of the syntax.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// As it is.
    #[default]
    Plain,
    /// As base64.
    Base64,
    /// As a part of a URI.
    Uri,
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
    /// YAML, of one document or several.
    Yaml,
    /// `[section]` and `key = value`, as Python's `configparser` and ODBC read it.
    Ini,
    /// Pipelines of Logstash.
    Logstash,
    /// Connection strings of drivers: `Key=value;Key=value`.
    Connection,
    /// XML of Mule and of Kettle.
    Xml,
}

impl Syntax {
    /// All of them, in the order in which a text is asked.
    pub const ALL: [Self; 9] =
        [Self::Connection, Self::Logstash, Self::Toml, Self::Dotenv, Self::Properties, Self::Ini, Self::Json, Self::Xml, Self::Yaml];

    /// The name as it stands in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dotenv => "dotenv",
            Self::Properties => "properties",
            Self::Toml => "toml",
            Self::Json => "json",
            Self::Yaml => "yaml",
            Self::Ini => "ini",
            Self::Logstash => "logstash",
            Self::Connection => "connection",
            Self::Xml => "xml",
        }
    }

    /// What a text looks like, where it looks like one of these.
    pub fn of(text: &str) -> Option<Self> {
        let looks = |syntax: &Self| match syntax {
            Self::Dotenv => crate::dotenv::looks(text),
            Self::Properties => crate::properties::looks(text),
            Self::Toml => crate::toml::looks(text),
            Self::Json => crate::json_config::looks(text),
            Self::Yaml => crate::yaml::looks(text),
            Self::Ini => crate::ini::looks(text),
            Self::Logstash => crate::logstash::looks(text),
            Self::Connection => crate::connection_string::looks(text),
            Self::Xml => crate::xml_config::looks(text.as_bytes()),
        };
        Self::ALL.into_iter().find(looks)
    }

    /// The keys and values of a text.
    ///
    /// # Errors
    /// When the text as a whole cannot be read, with the line.
    pub fn entries(self, text: &str) -> Result<Vec<Entry>> {
        let entries = match self {
            Self::Dotenv => crate::dotenv::entries(text),
            Self::Properties => crate::properties::entries(text),
            Self::Toml => crate::toml::entries(text)?,
            Self::Json => crate::json_config::entries(text)?,
            Self::Xml => crate::xml_config::entries(text)?,
            Self::Yaml => crate::yaml::entries(text)?,
            Self::Ini => crate::ini::entries(text),
            Self::Logstash => crate::logstash::entries(text),
            Self::Connection => crate::connection_string::entries(text),
        };
        Ok(super::unfold::unfold(text, entries))
    }

    /// Writes a value that takes the place of another one in a text: in the same quotes, or without any, where it can stand so.
    ///
    /// # Errors
    /// When the syntax has no way to write it.
    pub(super) fn quote(self, text: &str, span: Range<usize>, value: &str, out: &mut Vec<u8>) -> Result<()> {
        let raw = text.get(span.clone()).unwrap_or_default();
        match self {
            Self::Dotenv => crate::dotenv::quote_like(raw, value, out),
            Self::Properties => crate::properties::quote_like(text, raw, value, out),
            Self::Toml => crate::toml::quote_like(raw, value, out),
            Self::Json => crate::json::write_string(out, value)?,
            Self::Yaml => crate::yaml::quote_like(raw, value, out),
            Self::Ini => crate::ini::quote_like(text, span.start, value, out)?,
            Self::Connection => crate::connection_string::quote_like(text, value, out),
            // These can only be read.
            Self::Xml | Self::Logstash => {}
        }
        Ok(())
    }
}
