//! The table of `RoboForm`, with a quote before what a spreadsheet would take for a formula, and any number of form fields behind.

use std::io::{Read, Write};

use crate::format::{Sink, Spec, Spot, Writer};
use crate::record::{Field, Kind, Record};
use crate::{Limits, Lock, Notice, Result, table};

/// What `RoboForm` puts its quote before.
const MARKS: [char; 5] = ['@', '\'', '=', '+', '-'];
/// The column for the first form field; the others stand behind it without a name.
const FIELDS: &str = "RfFieldsV2";
const MATCH_URL: &str = "MatchUrl";

#[derive(Debug)]
pub(crate) struct Codec;

impl crate::format::Codec for Codec {
    fn read(&self, spec: &Spec, input: &mut dyn Read, limits: &Limits, lock: &mut dyn Lock, sink: &mut dyn Sink) -> Result<()> {
        table::Codec.read(spec, input, limits, lock, &mut Unquoted(sink))
    }

    fn write<'a>(&self, spec: &'a Spec, out: &'a mut dyn Write, lock: &'a mut dyn Lock) -> Result<Box<dyn Writer + 'a>> {
        Ok(Box::new(Quoted(table::Codec.write(spec, out, lock)?)))
    }
}

struct Unquoted<'s>(&'s mut dyn Sink);

impl Sink for Unquoted<'_> {
    fn record(&mut self, record: &mut Record, spot: Spot) -> Result<()> {
        for text in [&mut record.title, &mut record.username].into_iter().chain(&mut record.urls) {
            *text = unquote(text).to_owned();
        }
        for secret in [&mut record.password, &mut record.notes] {
            *secret = unquote(secret.expose()).into();
        }
        for field in std::mem::take(&mut record.fields) {
            let field = form_field(field);
            let value = field.value.expose();
            let repeats = match field.label.as_ref() {
                MATCH_URL => record.urls.first().is_some_and(|url| url == value),
                "User ID" => record.username == value,
                "Password" => record.password.expose() == value,
                _ => false,
            };
            if !repeats {
                record.fields.push(field);
            }
        }
        if record.username.is_empty() && record.password.is_empty() && record.fields.is_empty() {
            self.0.notice(Notice::NotALogin("safenotes and bookmarks".to_owned()), "");
            return Ok(());
        }
        self.0.record(record, spot)
    }

    fn notice(&mut self, notice: Notice, name: &str) {
        self.0.notice(notice, name);
    }
}

/// Takes away the one quote that `RoboForm` puts before a value.
fn unquote(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| rest.starts_with(MARKS) || rest.starts_with('(')).unwrap_or(text)
}

/// The form field that stands in a cell as `label,,,type,value`, or in older files as `label:type:value`.
fn form_field(field: Field) -> Field {
    if field.label == MATCH_URL {
        return Field::new(MATCH_URL, unquote(field.value.expose()), Kind::Url);
    }
    if field.label != FIELDS && !field.label.starts_with("Column ") {
        return field;
    }
    let cell = unquote(field.value.expose());
    let parts: Vec<&str> = cell.splitn(5, ',').collect();
    let (label, kind, value) = match parts.as_slice() {
        [label, "", "", kind, value] => (*label, *kind, *value),
        _ => match cell.splitn(3, ':').collect::<Vec<_>>().as_slice() {
            [label, kind, value] => (*label, *kind, *value),
            _ => return field,
        },
    };
    let label = if label == "-no-name-" { "" } else { label.strip_suffix('$').unwrap_or(label) };
    match label {
        "TOTP KEY" => Field::new("TOTP", unquote(value), Kind::Hidden),
        _ => Field::new(label.to_owned(), unquote(value), if kind == "pwd" { Kind::Hidden } else { Kind::Text }),
    }
}

struct Quoted<'a>(Box<dyn Writer + 'a>);

impl Writer for Quoted<'_> {
    fn record(&mut self, record: &mut Record) -> Result<()> {
        for text in [&mut record.title, &mut record.username].into_iter().chain(&mut record.urls) {
            if text.starts_with(MARKS) {
                text.insert(0, '\'');
            }
        }
        for secret in [&mut record.password, &mut record.notes] {
            if secret.expose().starts_with(MARKS) {
                *secret = format!("'{}", secret.expose()).into();
            }
        }
        self.0.record(record)
    }

    fn finish(self: Box<Self>) -> Result<()> {
        self.0.finish()
    }
}
