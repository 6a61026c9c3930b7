//! The native document: every key of the record under its own name, one record a line.

mod members;
mod read;

use std::io::{Read, Write};

use crate::format::{Sink, Spec, Spot, Writer};
use crate::json::{Json, write_string};
use crate::record::{Field, Integration, Key, Kind, Record, Unknown};
use crate::{Error, Limits, Lock, Moment, Result, Secret, lines, moment};

use read::Entry;
pub use members::Members;
pub use read::spell_out;

/// The id of this format, the only one that holds whatever a record has.
pub const SFCRED: &str = "sfcred";

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
                json.array(|entry: Entry, number| sink.record(&mut { entry.0 }, Spot::Entry(number)))
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
        let (own, fields) = split(&record.fields);
        for key in Key::ALL.into_iter().filter(|key| record.has(*key) && *key != Key::Fields) {
            object.key(key, record)?;
        }
        if !fields.is_empty() {
            object.list("fields", &fields, |out, field| write_field(out, field))?;
        }
        for (label, json) in own {
            object.json(label, json)?;
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

/// Tells the fields that are keys of their own from the others; one that was changed since, or a second one of its name, is a field.
fn split(fields: &[Field]) -> (Vec<(&str, &Secret)>, Vec<&Field>) {
    let (mut own, mut others): (Vec<(&str, &Secret)>, Vec<&Field>) = (Vec::new(), Vec::new());
    for field in fields {
        match &field.unknown {
            Unknown::Key(json)
                if read::field(&field.label, json.expose()) == *field
                    && !read::KEYS.contains(&&*field.label)
                    && !own.iter().any(|(label, _)| *label == field.label) =>
            {
                own.push((&field.label, json));
            }
            _ => others.push(field),
        }
    }
    (own, others)
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
            // Written with the first one; and some fields are keys of their own.
            Key::Urls | Key::Fields => Ok(()),
            Key::UsedBy => self.list("used_by", &record.used_by, write_integration),
            Key::Tags => self.list("tags", &record.tags, |out, tag| write_string(out, tag)),
            Key::Folder => self.text("folder", &lines::join_path(&record.folder)),
            Key::Notes => self.text("notes", record.notes.expose()),
            Key::Created => self.text("created", &record.created.map(moment::format_instant).unwrap_or_default()),
            Key::Modified => self.text("modified", &record.modified.map(moment::format_instant).unwrap_or_default()),
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

    fn json(&mut self, name: &str, json: &Secret) -> Result<()> {
        if !self.first {
            self.out.push(b',');
        }
        self.first = false;
        write_string(self.out, name)?;
        self.out.push(b':');
        self.out.extend_from_slice(json.expose().as_bytes());
        Ok(())
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
    for (key, json) in integration.unknown.keys() {
        object.json(key, json)?;
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
    for (key, json) in field.unknown.keys() {
        object.json(key, json)?;
    }
    out.push(b'}');
    Ok(())
}
