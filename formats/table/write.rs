//! Records to rows.

use std::fmt::Write as _;
use std::io::Write;

use super::cells::{join_json_fields, join_row};
use super::{Column, Escape, Join, Quote, RowEnd, Table, Unit};
use crate::format::{Spec, Writer};
use crate::holds::Holds;
use crate::record::{Field, Key, Record};
use crate::{Error, Moment, Result, lines, moment};

/// Cells are gathered to chunks of this many bytes.
const CHUNK: usize = 64 * 1024;

/// What stands in quotes only.
static SPECIAL: lines::Bytes = lines::Bytes::new(b"\",\n\r");

/// Writes rows, cell by cell, the header first.
///
/// Each product has its own idea of which cells are quoted, and sometimes of single cells; the writer of the csv crate has one for the
/// whole file.
pub(crate) struct Rows<'a> {
    out: &'a mut dyn Write,
    buffer: Vec<u8>,
    quote_all: bool,
    escape: Escape,
    end: &'static [u8],
    first: bool,
}

impl<'a> Rows<'a> {
    pub(crate) fn new(table: &Table, out: &'a mut dyn Write) -> Result<Self> {
        let end: &[u8] = match table.row_end {
            RowEnd::Crlf => b"\r\n",
            RowEnd::Lf => b"\n",
        };
        let buffer = Vec::with_capacity(CHUNK + CHUNK / 4);
        let mut rows =
            Self { out, buffer, quote_all: matches!(table.quote, Quote::All | Quote::Header), escape: table.escape, end, first: true };
        if !table.headerless {
            for column in table.columns.iter().filter(|column| !column.retired) {
                rows.cell(&column.name);
            }
            rows.end()?;
        }
        rows.quote_all = matches!(table.quote, Quote::All | Quote::Values);
        Ok(rows)
    }

    /// Writes a cell as the format quotes it.
    pub(crate) fn cell(&mut self, text: &str) {
        let bytes = text.as_bytes();
        self.comma();
        let edge = |byte: Option<&u8>| matches!(byte, Some(b' ' | b'\t' | b'#'));
        if self.quote_all || edge(bytes.first()) || edge(bytes.last()) || SPECIAL.are_in(text) {
            self.buffer.push(b'"');
            self.escaped(bytes);
            self.buffer.push(b'"');
        } else {
            self.buffer.extend_from_slice(bytes);
        }
    }

    fn escaped(&mut self, mut rest: &[u8]) {
        let next = |rest| match self.escape {
            Escape::Doubled => memchr::memchr(b'"', rest),
            Escape::Backslash => memchr::memchr2(b'"', b'\\', rest),
        };
        while let Some(at) = next(rest) {
            self.buffer.extend_from_slice(&rest[..at]);
            self.buffer.push(if self.escape == Escape::Doubled { b'"' } else { b'\\' });
            self.buffer.push(rest[at]);
            rest = &rest[at + 1..];
        }
        self.buffer.extend_from_slice(rest);
    }

    /// Writes a cell that is not there: nothing, without quotes.
    pub(crate) fn null(&mut self) {
        self.comma();
    }

    /// Ends the row.
    pub(crate) fn end(&mut self) -> Result<()> {
        self.buffer.extend_from_slice(self.end);
        self.first = true;
        if self.buffer.len() >= CHUNK { self.flush() } else { Ok(()) }
    }

    /// Hands everything on.
    pub(crate) fn flush(&mut self) -> Result<()> {
        self.out.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }

    fn comma(&mut self) {
        if !self.first {
            self.buffer.push(b',');
        }
        self.first = false;
    }
}

/// Writes a table that needs no code of its own.
pub(crate) struct TableWriter<'a> {
    columns: Vec<&'a Column>,
    pairs: bool,
    /// Whether the first URL has a column of its own.
    first_apart: bool,
    holds: &'a Holds,
    rows: Rows<'a>,
    scratch: String,
}

impl<'a> TableWriter<'a> {
    pub(crate) fn new(spec: &'a Spec, out: &'a mut dyn Write) -> Result<Self> {
        let Some(table) = &spec.table else { return Err(Error::new("this format is not a table")) };
        let columns: Vec<&Column> = table.columns.iter().filter(|column| !column.retired).collect();
        let first_apart = columns.iter().any(|column| column.key == Some(Key::Url));
        let rows = Rows::new(table, out)?;
        Ok(Self { columns, pairs: table.pairs, first_apart, holds: &spec.holds, rows, scratch: String::new() })
    }

    /// Writes a record with the text of one more column, which code has made.
    pub(crate) fn row(&mut self, record: &mut Record, made: Option<(&str, &str)>) -> Result<()> {
        // A field with a column of its own must be gone before the others are written.
        let mut own: Vec<(&str, Field)> = Vec::new();
        for label in self.columns.iter().filter(|column| column.key.is_none()).filter_map(|column| column.label.as_deref()) {
            own.extend(self.holds.take_own(record, label).map(|field| (label, field)));
        }
        for column in &self.columns {
            if let Some((_, text)) = made.filter(|(name, _)| *name == column.name) {
                self.rows.cell(text);
                continue;
            }
            if let (None, Some(label)) = (column.key, &column.label) {
                let field = own.iter().find(|(own, _)| own == label).map(|(_, field)| field.value.expose());
                self.rows.cell(field.unwrap_or(&column.default));
                continue;
            }
            let plain = match column.key {
                Some(Key::Title) => Some(record.title.as_str()),
                Some(Key::Username) => Some(record.username.as_str()),
                Some(Key::Password) => Some(record.password.expose()),
                Some(Key::Notes) => Some(record.notes.expose()),
                Some(Key::Token) => Some(record.token.as_ref().map_or("", |token| token.expose())),
                Some(Key::Url) => Some(record.urls.first().map_or("", String::as_str)),
                Some(_) => None,
                None => Some(""),
            };
            match plain {
                Some("") => self.rows.cell(&column.default),
                Some(text) => self.rows.cell(text),
                None if column.is_unset(record) => self.rows.cell(&column.default),
                None => {
                    self.scratch.clear();
                    column.write(record, self.first_apart, &mut self.scratch);
                    self.rows.cell(if self.scratch.is_empty() { &column.default } else { &self.scratch });
                }
            }
        }
        if self.pairs {
            for field in &record.fields {
                self.rows.cell(&field.label);
                self.rows.cell(field.value.expose());
            }
        }
        self.rows.end()
    }
}

impl Writer for TableWriter<'_> {
    fn record(&mut self, record: &mut Record) -> Result<()> {
        self.row(record, None)
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        self.rows.flush()
    }
}

impl Column {
    /// Whether the record has nothing for it, and the product no folder above all.
    fn is_unset(&self, record: &Record) -> bool {
        let key = if self.key == Some(Key::Urls) { Some(Key::Url) } else { self.key };
        self.root.is_empty() && !key.is_some_and(|key| record.has(key))
    }

    /// Writes the keys that are not one text; the first URL may have a column of its own.
    fn write(&self, record: &Record, first_apart: bool, out: &mut String) {
        let time = |instant: Option<chrono::DateTime<chrono::Utc>>| match (instant, self.unit) {
            (Some(instant), Unit::Millis) => instant.timestamp_millis().to_string(),
            (Some(instant), Unit::Seconds) => instant.timestamp().to_string(),
            (Some(instant), Unit::Iso) => moment::format_instant(instant),
            (None, _) => String::new(),
        };
        // A String cannot fail to take it.
        let either = |moment: Option<Moment>, out: &mut String| {
            let _ = match (moment, self.unit) {
                (Some(moment), Unit::Millis) => write!(out, "{}", moment.epoch_millis()),
                (Some(moment), Unit::Seconds) => write!(out, "{}", moment.epoch_millis().div_euclid(1000)),
                (Some(moment), Unit::Iso) => {
                    moment.push_to(out);
                    Ok(())
                }
                (None, _) => Ok(()),
            };
        };
        match self.key {
            Some(Key::Issued) => either(record.issued, out),
            Some(Key::PasswordChanged) => either(record.password_changed, out),
            Some(Key::RotateBy) => out.push_str(&record.rotate_by.map(|day| day.to_string()).unwrap_or_default()),
            Some(Key::Urls) => self.write_urls(out, record.urls.get(usize::from(first_apart)..).unwrap_or_default()),
            Some(Key::UsedBy) => out.push_str(&lines::join_integrations(&record.used_by)),
            Some(Key::Tags) if self.join == Some(Join::Comma) => out.push_str(&lines::join_by_commas(&record.tags)),
            Some(Key::Tags) => out.push_str(&lines::join_tags(&record.tags)),
            Some(Key::Folder) => self.write_path(out, &record.folder),
            Some(Key::Created) => out.push_str(&time(record.created)),
            Some(Key::Modified) => out.push_str(&time(record.modified)),
            Some(Key::Fields) => self.write_fields(out, record),
            _ => {}
        }
    }

    fn write_urls(&self, out: &mut String, urls: &[String]) {
        match self.join {
            _ if urls.is_empty() => {}
            Some(Join::Row) => join_row(out, urls),
            Some(Join::Comma) => out.push_str(&urls.join(", ")),
            Some(Join::Json) => out.push_str(&serde_json::to_string(urls).unwrap_or_default()),
            _ => lines::join_list_into(out, urls.iter().map(String::as_str)),
        }
    }

    fn write_path(&self, out: &mut String, path: &[String]) {
        let root = self.root.first().map(String::as_str);
        match self.join {
            Some(Join::EscapedSlash) => out.push_str(&lines::join_path(path)),
            Some(Join::DoubledBackslash) => {
                let names: Vec<String> = path.iter().map(|name| name.replace('\\', r"\\")).collect();
                out.push_str(&names.join("\\"));
            }
            join => {
                let separator = if join == Some(Join::Backslash) { "\\" } else { "/" };
                let names = root.into_iter().chain(path.iter().map(String::as_str));
                out.push_str(&names.collect::<Vec<_>>().join(separator));
            }
        }
    }

    fn write_fields(&self, out: &mut String, record: &Record) {
        if self.join == Some(Join::Json) {
            return join_json_fields(out, &record.fields);
        }
        for field in &record.fields {
            if !out.is_empty() && self.join != Some(Join::ColonLines) {
                out.push('\n');
            }
            let between = match self.join {
                Some(Join::PlainLines) => ": ",
                Some(Join::ColonLines) => ":",
                _ => {
                    lines::write_line(out, &field.label, field.value.expose(), field.kind);
                    continue;
                }
            };
            for part in [&field.label, between, field.value.expose()] {
                out.push_str(part);
            }
            if self.join == Some(Join::ColonLines) {
                out.push('\n');
            }
        }
    }
}
