//! From records to a document.
//!
//! A group is one element, so entries with a folder wait for the end of the document. Those without are written at once.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use chrono::{DateTime, NaiveTime, Utc};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::entry::{self, Text};
use super::read::base64;
use super::{Mask, times};
use crate::holds::Holds;
use crate::record::Record;
use crate::xml::{self, write_text};
use crate::{Error, Result};

const CHUNK: usize = 64 * 1024;
/// A path of more names could not be read again.
const DEEPEST: usize = xml::DEPTH - 16;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>
<KeePassFile>
\t<Meta>
\t\t<Generator>sfcred</Generator>
\t\t<DatabaseName>Salesforce</DatabaseName>
\t\t<MemoryProtection>
\t\t\t<ProtectTitle>False</ProtectTitle>
\t\t\t<ProtectUserName>False</ProtectUserName>
\t\t\t<ProtectPassword>True</ProtectPassword>
\t\t\t<ProtectURL>False</ProtectURL>
\t\t\t<ProtectNotes>False</ProtectNotes>
\t\t</MemoryProtection>
\t\t<RecycleBinEnabled>True</RecycleBinEnabled>
\t\t<RecycleBinUUID>AAAAAAAAAAAAAAAAAAAAAA==</RecycleBinUUID>
\t</Meta>
\t<Root>
";

/// A document that is being written.
pub(crate) struct Document<'a, W> {
    out: W,
    holds: &'a Holds,
    /// For a document in a database; it also has its times in another form.
    mask: Option<Mask<'a>>,
    buffer: Zeroizing<Vec<u8>>,
    /// The entries so far, so that no two have one identifier.
    seen: BTreeSet<u64>,
    waiting: BTreeMap<Vec<String>, Vec<Record>>,
}

impl<'a, W: Write> Document<'a, W> {
    /// Writes the beginning.
    ///
    /// # Errors
    /// When the output fails.
    pub(crate) fn new(out: W, holds: &'a Holds, mask: Option<Mask<'a>>) -> Result<Self> {
        let buffer = Zeroizing::new(Vec::with_capacity(2 * CHUNK));
        let mut document = Self { out, holds, mask, buffer, seen: BTreeSet::new(), waiting: BTreeMap::new() };
        document.raw(HEAD);
        document.open(&[], "Root")?;
        Ok(document)
    }

    /// Writes a record, or keeps it until its group is written.
    ///
    /// # Errors
    /// When the output fails, or XML cannot hold the record.
    pub(crate) fn record(&mut self, record: &mut Record) -> Result<()> {
        if record.folder.is_empty() {
            return self.entry(record, 0);
        }
        if record.folder.len() > DEEPEST {
            let what = format!("a folder inside more than {DEEPEST} others, the limit");
            return Err(Error::new(what).hint("move the entry to a folder further up"));
        }
        let record = std::mem::take(record);
        match self.waiting.get_mut(&record.folder) {
            Some(records) => records.push(record),
            None => drop(self.waiting.insert(record.folder.clone(), vec![record])),
        }
        Ok(())
    }

    /// Writes the groups and the end.
    ///
    /// # Errors
    /// When the output fails, or XML cannot hold a record.
    pub(crate) fn finish(mut self) -> Result<W> {
        let mut open: Vec<String> = Vec::new();
        // In this order a group comes right before the groups inside it.
        while let Some((path, records)) = self.waiting.pop_first() {
            let common = open.iter().zip(&path).take_while(|(open, name)| open == name).count();
            self.close(&mut open, common);
            for name in &path[common..] {
                open.push(name.clone());
                self.open(&open, name)?;
            }
            for mut record in records {
                self.entry(&mut record, path.len())?;
            }
        }
        self.close(&mut open, 0);
        self.raw("\t\t</Group>\n\t</Root>\n</KeePassFile>\n");
        self.out.write_all(&self.buffer)?;
        Ok(self.out)
    }

    /// Begins a group.
    fn open(&mut self, path: &[String], name: &str) -> Result<()> {
        let identifier = identifier(&["group"].into_iter().chain(path.iter().map(String::as_str)).collect::<Vec<_>>(), 0);
        self.line(path.len(), "<Group>");
        self.line(path.len() + 1, "<UUID>");
        self.raw(&base64(&identifier));
        self.raw("</UUID>");
        self.line(path.len() + 1, "<Name>");
        self.text(name)?;
        self.raw("</Name>\n");
        Ok(())
    }

    /// Ends groups until so many are open.
    fn close(&mut self, open: &mut Vec<String>, left: usize) {
        while open.len() > left {
            self.line(open.len(), "</Group>\n");
            open.pop();
        }
    }

    fn entry(&mut self, record: &mut Record, depth: usize) -> Result<()> {
        // Writing takes the record apart.
        let name = record.name().to_owned();
        self.try_entry(record, depth).map_err(|error| error.at(name.escape_debug().to_string()))?;
        if self.buffer.len() >= CHUNK {
            self.out.write_all(&self.buffer)?;
            self.buffer.clear();
        }
        Ok(())
    }

    fn try_entry(&mut self, record: &mut Record, depth: usize) -> Result<()> {
        let identifier = self.unique(record);
        self.line(depth + 1, "<Entry>");
        self.line(depth + 2, "<UUID>");
        self.raw(&base64(&identifier));
        self.raw("</UUID>");
        if !record.tags.is_empty() {
            self.line(depth + 2, "<Tags>");
            self.text(&entry::tame_tags(&record.tags).join(";"))?;
            self.raw("</Tags>");
        }
        let expiry = record.rotate_by.map(|day| day.and_time(NaiveTime::MIN).and_utc());
        self.times(depth + 2, [("CreationTime", record.created), ("LastModificationTime", record.modified), ("ExpiryTime", expiry)])?;
        let totp = self.holds.take_own(record, "TOTP");
        for text in entry::texts(record, totp) {
            self.string(depth + 2, &text)?;
        }
        self.line(depth + 1, "</Entry>\n");
        Ok(())
    }

    /// What identifies the record wherever it is written, so that a later file can be merged with this one.
    fn unique(&mut self, record: &Record) -> [u8; 16] {
        let username = record.username.to_lowercase();
        let mut parts = vec!["entry", &username, &record.title];
        parts.extend(record.folder.iter().map(String::as_str));
        let mut number = 0;
        loop {
            let identifier = identifier(&parts, number);
            if identifier.first_chunk().is_some_and(|half| self.seen.insert(u64::from_le_bytes(*half))) {
                return identifier;
            }
            number += 1;
        }
    }

    /// A time that nobody knows is left out, and the product puts the day of the import there.
    fn times(&mut self, depth: usize, times: [(&str, Option<DateTime<Utc>>); 3]) -> Result<()> {
        let expires = times[2].1.is_some();
        self.line(depth, "<Times>");
        for (name, time) in times {
            let Some(time) = time else { continue };
            let time = times::write(time, self.mask.is_some())?;
            self.line(depth + 1, &format!("<{name}>{time}</{name}>"));
        }
        self.line(depth + 1, if expires { "<Expires>True</Expires>" } else { "<Expires>False</Expires>" });
        self.line(depth, "</Times>");
        Ok(())
    }

    fn string(&mut self, depth: usize, text: &Text) -> Result<()> {
        self.line(depth, "<String><Key>");
        self.text(&text.key)?;
        self.raw("</Key><Value");
        match &mut self.mask {
            Some(mask) if text.hidden => {
                let mut bytes = Zeroizing::new(text.value.expose().as_bytes().to_vec());
                mask(&mut bytes);
                self.raw(" Protected=\"True\">");
                self.raw(&base64(&bytes));
            }
            _ => {
                self.raw(if text.hidden { " ProtectInMemory=\"True\">" } else { ">" });
                self.text(text.value.expose())?;
            }
        }
        self.raw("</Value></String>");
        Ok(())
    }

    /// Begins a line; the top group is at 0.
    fn line(&mut self, depth: usize, text: &str) {
        if self.buffer.last().is_some_and(|last| *last != b'\n') {
            self.raw("\n");
        }
        self.buffer.extend(std::iter::repeat_n(b'\t', depth + 2));
        self.raw(text);
    }

    fn raw(&mut self, text: &str) {
        self.buffer.extend_from_slice(text.as_bytes());
    }

    fn text(&mut self, text: &str) -> Result<()> {
        write_text(&mut self.buffer, text)
    }
}

/// An identifier made of what it stands for, so that nothing depends on chance.
fn identifier(parts: &[&str], number: u64) -> [u8; 16] {
    let mut hash = Sha256::new();
    hash.update(b"sfcred\0");
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.update(number.to_le_bytes());
    let mut identifier = [0; 16];
    identifier.copy_from_slice(&hash.finalize()[..16]);
    identifier
}
