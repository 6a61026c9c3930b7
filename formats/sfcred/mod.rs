//! The native document: every key of the record under its own name, one record a line.

use std::io::{Read, Write};

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use serde_json::Value;

use crate::format::{Sink, Spec, Spot, Writer};
use crate::json::{self, Json, write_string};
use crate::record::{Field, Integration, Key, Kind, Record};
use crate::{Error, Limits, Lock, Moment, Result, Secret, lines, moment};

/// The version that this program writes, and the newest that it reads.
const VERSION: u64 = 1;

#[derive(Debug)]
pub(crate) struct Codec;

impl crate::format::Codec for Codec {
    fn read(&self, _: &Spec, input: &mut dyn Read, limits: &Limits, _: &mut dyn Lock, sink: &mut dyn Sink) -> Result<()> {
        let mut json = Json::new(input, limits);
        let mut found = false;
        json.object(|json, key| match key {
            "format" => match json.value::<String>()?.as_str() {
                "sfcred" => Ok(()),
                _ => Err(Error::new("`format` names another format").hint("leave --from out, so that it is found by content")),
            },
            "version" => match json.value::<u64>()? {
                ..=VERSION => Ok(()),
                newer => Err(Error::new(format!("version {newer} of the format, but this program reads up to {VERSION}"))
                    .hint("update sfcred; nothing was changed")),
            },
            "records" => {
                found = true;
                json.array(|entry: Entry, number| sink.record(&mut entry.into(), Spot::Entry(number)))
            }
            _ => json.skip(),
        })?;
        json.finish()?;
        if found { Ok(()) } else { Err(Error::new("no `records`").hint("the file is not complete; write it again")) }
    }

    fn write<'a>(&self, _: &'a Spec, out: &'a mut dyn Write, _: &'a mut dyn Lock) -> Result<Box<dyn Writer + 'a>> {
        out.write_all(format!("{{\"format\":\"sfcred\",\"version\":{VERSION},\"records\":[").as_bytes())?;
        Ok(Box::new(Document { out, line: Vec::new(), first: true }))
    }
}

/// A record as it stands in the document.
#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    title: String,
    #[serde(default)]
    username: String,
    #[serde(default)]
    password: Secret,
    #[serde(default)]
    token: Option<Secret>,
    #[serde(default, deserialize_with = "json::moment")]
    issued: Option<Moment>,
    #[serde(default, deserialize_with = "json::moment")]
    password_changed: Option<Moment>,
    #[serde(default, deserialize_with = "json::optional_day")]
    rotate_by: Option<NaiveDate>,
    #[serde(default)]
    urls: Vec<String>,
    #[serde(default)]
    used_by: Vec<Integration>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    folder: String,
    #[serde(default)]
    notes: Secret,
    #[serde(default)]
    fields: Vec<EntryField>,
    #[serde(default, deserialize_with = "json::instant")]
    created: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "json::instant")]
    modified: Option<DateTime<Utc>>,
    /// Keys of a newer program or of the user, kept as fields.
    #[serde(flatten, deserialize_with = "json::map")]
    unknown: serde_json::Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryField {
    label: String,
    #[serde(default)]
    value: Secret,
    #[serde(default)]
    kind: Kind,
}

impl From<Entry> for Record {
    fn from(entry: Entry) -> Self {
        let mut fields: Vec<Field> =
            entry.fields.into_iter().map(|field| Field::new(field.label, field.value, field.kind)).collect();
        for (key, value) in entry.unknown {
            let field = match value {
                Value::Null => continue,
                Value::String(text) => Field::new(key, text, Kind::Text),
                Value::Bool(flag) => Field::new(key, flag.to_string(), Kind::Boolean),
                other => Field::new(key, other.to_string(), Kind::Text),
            };
            fields.push(field);
        }
        Self {
            title: entry.title,
            username: entry.username,
            password: entry.password,
            token: entry.token.filter(|token| !token.is_empty()),
            issued: entry.issued,
            password_changed: entry.password_changed,
            rotate_by: entry.rotate_by,
            urls: entry.urls,
            used_by: entry.used_by,
            tags: entry.tags,
            folder: lines::split_path(&entry.folder),
            notes: entry.notes,
            fields,
            created: entry.created,
            modified: entry.modified,
        }
    }
}

struct Document<'a> {
    out: &'a mut dyn Write,
    line: Vec<u8>,
    first: bool,
}

impl Writer for Document<'_> {
    fn record(&mut self, record: &mut Record) -> Result<()> {
        self.line.clear();
        self.line.extend_from_slice(if self.first { b"\n{" } else { b",\n{" });
        self.first = false;
        let mut object = Object { out: &mut self.line, first: true };
        for key in Key::ALL.into_iter().filter(|key| record.has(*key)) {
            object.key(key, record)?;
        }
        self.line.push(b'}');
        self.out.write_all(&self.line)?;
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<()> {
        self.out.write_all(b"\n]}\n")?;
        Ok(())
    }
}

/// An object that is being written.
struct Object<'a> {
    out: &'a mut Vec<u8>,
    first: bool,
}

impl Object<'_> {
    fn key(&mut self, key: Key, record: &Record) -> Result<()> {
        match key {
            Key::Title => self.text("title", &record.title),
            Key::Username => self.text("username", &record.username),
            Key::Password => self.text("password", record.password.expose()),
            Key::Token => self.text("token", record.token.as_ref().map_or("", Secret::expose)),
            Key::Issued => self.moment("issued", record.issued),
            Key::PasswordChanged => self.moment("password_changed", record.password_changed),
            Key::RotateBy => self.moment("rotate_by", record.rotate_by.map(Moment::Day)),
            Key::Url => self.list("urls", &record.urls, |out, url| write_string(out, url)),
            // Written with the first one.
            Key::Urls => Ok(()),
            Key::UsedBy => self.list("used_by", &record.used_by, write_integration),
            Key::Tags => self.list("tags", &record.tags, |out, tag| write_string(out, tag)),
            Key::Folder => self.text("folder", &lines::join_path(&record.folder)),
            Key::Notes => self.text("notes", record.notes.expose()),
            Key::Created => self.text("created", &record.created.map(moment::format_instant).unwrap_or_default()),
            Key::Modified => self.text("modified", &record.modified.map(moment::format_instant).unwrap_or_default()),
            Key::Fields => self.list("fields", &record.fields, write_field),
        }
    }

    fn name(&mut self, name: &str) {
        if !self.first {
            self.out.push(b',');
        }
        self.first = false;
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
    }

    fn text(&mut self, name: &str, text: &str) -> Result<()> {
        self.name(name);
        write_string(self.out, text)
    }

    fn moment(&mut self, name: &str, moment: Option<Moment>) -> Result<()> {
        self.text(name, &moment.map(|moment| moment.to_string()).unwrap_or_default())
    }

    fn list<T>(&mut self, name: &str, items: &[T], write: impl Fn(&mut Vec<u8>, &T) -> Result<()>) -> Result<()> {
        self.name(name);
        self.out.push(b'[');
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.out.push(b',');
            }
            write(self.out, item)?;
        }
        self.out.push(b']');
        Ok(())
    }
}

fn write_integration(out: &mut Vec<u8>, integration: &Integration) -> Result<()> {
    out.push(b'{');
    let mut object = Object { out, first: true };
    object.text("name", &integration.name)?;
    if !integration.place.is_empty() {
        object.text("place", &integration.place)?;
    }
    if integration.updated.is_some() {
        object.moment("updated", integration.updated)?;
    }
    out.push(b'}');
    Ok(())
}

fn write_field(out: &mut Vec<u8>, field: &Field) -> Result<()> {
    out.push(b'{');
    let mut object = Object { out, first: true };
    object.text("label", &field.label)?;
    object.text("value", field.value.expose())?;
    if field.kind != Kind::Text {
        object.text("kind", field.kind.name())?;
    }
    out.push(b'}');
    Ok(())
}
