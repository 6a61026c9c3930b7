//! A JSON document that is being written.

use std::io::Write;

use crate::Result;
use crate::json::write_string;

const CHUNK: usize = 64 * 1024;

/// What was written last, until it is poured out.
#[derive(Debug, Default)]
pub(crate) struct Sheet(Vec<u8>);

impl Sheet {
    /// Writes JSON as it stands.
    pub(crate) fn raw(&mut self, json: &str) {
        self.0.extend_from_slice(json.as_bytes());
    }

    /// Writes JSON, and a string behind it.
    pub(crate) fn text(&mut self, before: &str, text: &str) -> Result<()> {
        self.raw(before);
        write_string(&mut self.0, text)
    }

    /// Writes JSON, and a whole number behind it.
    pub(crate) fn number(&mut self, before: &str, number: impl std::fmt::Display) {
        self.raw(before);
        self.raw(&number.to_string());
    }

    /// Writes the strings of a list, with commas between.
    pub(crate) fn texts<'t>(&mut self, texts: impl IntoIterator<Item = &'t str>) -> Result<()> {
        for (at, text) in texts.into_iter().enumerate() {
            self.text(if at > 0 { "," } else { "" }, text)?;
        }
        Ok(())
    }

    /// Hands on what was written, once it is worth it.
    pub(crate) fn pour_when_full(&mut self, out: &mut dyn Write) -> Result<()> {
        if self.0.len() >= CHUNK { self.pour(out) } else { Ok(()) }
    }

    /// Hands on what was written.
    pub(crate) fn pour(&mut self, out: &mut dyn Write) -> Result<()> {
        out.write_all(&self.0)?;
        self.0.clear();
        Ok(())
    }
}
