//! The document as it is written.

use std::collections::BTreeSet;
use std::io::Write;

use crate::format::Writer;
use crate::holds::Holds;
use crate::json::write_string;
use crate::record::{Field, Kind, Record};
use crate::{Result, moment};

const CHUNK: usize = 64 * 1024;

/// Writes entries behind one another, and the folders that they name behind them.
pub(crate) struct Document<'a, W> {
    holds: &'a Holds,
    out: W,
    buffer: Vec<u8>,
    first: bool,
    folders: BTreeSet<String>,
}

impl<'a, W: Write> Document<'a, W> {
    /// Starts the document.
    pub(crate) fn new(holds: &'a Holds, out: W) -> Self {
        let mut buffer = Vec::with_capacity(CHUNK + CHUNK / 4);
        buffer.extend_from_slice(b"{\"encrypted\":false,\"items\":[");
        Self { holds, out, buffer, first: true, folders: BTreeSet::new() }
    }

    /// Writes the end of the document and gives the output back.
    pub(crate) fn end(mut self) -> Result<W> {
        self.raw("\n],\"folders\":[");
        for (at, name) in std::mem::take(&mut self.folders).iter().enumerate() {
            self.text(if at > 0 { ",\n{\"id\":" } else { "\n{\"id\":" }, name)?;
            self.text(",\"name\":", name)?;
            self.raw("}");
        }
        self.raw("\n]}\n");
        self.out.write_all(&self.buffer)?;
        Ok(self.out)
    }

    fn text(&mut self, key: &str, text: &str) -> Result<()> {
        self.buffer.extend_from_slice(key.as_bytes());
        write_string(&mut self.buffer, text)
    }

    fn raw(&mut self, text: &str) {
        self.buffer.extend_from_slice(text.as_bytes());
    }

    fn fields(&mut self, fields: &[Field]) -> Result<()> {
        for (at, field) in fields.iter().enumerate() {
            self.text(if at > 0 { ",{\"name\":" } else { "{\"name\":" }, &field.label)?;
            self.text(",\"value\":", field.value.expose())?;
            self.raw(match field.kind {
                Kind::Hidden => ",\"type\":1}",
                Kind::Boolean => ",\"type\":2}",
                _ => ",\"type\":0}",
            });
        }
        Ok(())
    }
}

impl<W: Write> Writer for Document<'_, W> {
    fn record(&mut self, record: &mut Record) -> Result<()> {
        let totp = self.holds.take_own(record, "TOTP");
        let favorite = self.holds.take_own(record, "Favorite");
        let reprompt = self.holds.take_own(record, "Reprompt");
        self.raw(if self.first { "\n{\"type\":1" } else { ",\n{\"type\":1" });
        self.first = false;
        self.text(",\"name\":", &record.title)?;
        if !record.notes.is_empty() {
            self.text(",\"notes\":", record.notes.expose())?;
        }
        // What is unset is left out, as Bitwarden's own exports do.
        if favorite.is_some() {
            self.raw(",\"favorite\":true");
        }
        if reprompt.is_some() {
            self.raw(",\"reprompt\":1");
        }
        if !record.folder.is_empty() {
            let name = record.folder.join("/");
            self.text(",\"folderId\":", &name)?;
            if !self.folders.contains(&name) {
                self.folders.insert(name);
            }
        }
        if !record.fields.is_empty() {
            self.raw(",\"fields\":[");
            self.fields(&record.fields)?;
            self.raw("]");
        }
        self.raw(",\"login\":{\"uris\":[");
        for (at, url) in record.urls.iter().enumerate() {
            self.text(if at > 0 { ",{\"uri\":" } else { "{\"uri\":" }, url)?;
            self.raw("}");
        }
        self.text("],\"username\":", &record.username)?;
        self.text(",\"password\":", record.password.expose())?;
        if let Some(totp) = totp {
            self.text(",\"totp\":", totp.value.expose())?;
        }
        self.raw("}");
        for (key, instant) in [(",\"creationDate\":", record.created), (",\"revisionDate\":", record.modified)] {
            if let Some(instant) = instant {
                self.text(key, &moment::format_instant(instant))?;
            }
        }
        self.raw("}");
        if self.buffer.len() >= CHUNK {
            self.out.write_all(&self.buffer)?;
            self.buffer.clear();
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<()> {
        self.end().map(drop)
    }
}
