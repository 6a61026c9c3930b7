//! A record as it stands in the document, with what this program does not know of it.

use std::collections::BTreeSet;
use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::members::Members;
use crate::json::{self, TWICE};
use crate::record::{Field, Integration, Kind, Record, Unknown};
use crate::{Moment, Secret, lines};

/// The keys of a record.
pub(super) const KEYS: [&str; 15] = [
    "title",
    "username",
    "password",
    "token",
    "issued",
    "password_changed",
    "rotate_by",
    "urls",
    "used_by",
    "tags",
    "folder",
    "notes",
    "fields",
    "created",
    "modified",
];

/// A record.
///
/// It is read by hand, because what is unknown is kept as it stands: a number that becomes one of ours and is written again may be another one.
pub(super) struct Entry(pub(super) Record);

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EachKey)
    }
}

#[derive(Deserialize)]
struct AMoment(#[serde(deserialize_with = "json::moment")] Option<Moment>);

#[derive(Deserialize)]
struct ADay(#[serde(deserialize_with = "json::optional_day")] Option<NaiveDate>);

#[derive(Deserialize)]
struct AnInstant(#[serde(deserialize_with = "json::instant")] Option<DateTime<Utc>>);

struct EachKey;

impl<'de> Visitor<'de> for EachKey {
    type Value = Entry;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entry, A::Error> {
        let mut record = Record::default();
        let mut seen = 0_u32;
        let (mut unknown, mut labels) = (Vec::new(), BTreeSet::new());
        while let Some(key) = map.next_key::<String>()? {
            match KEYS.iter().position(|known| *known == key) {
                Some(at) if seen & (1 << at) != 0 => return Err(A::Error::duplicate_field(KEYS[at])),
                Some(at) => seen |= 1 << at,
                None if labels.insert(key.clone()) => {}
                None => return Err(A::Error::custom(TWICE)),
            }
            match key.as_str() {
                "title" => record.title = map.next_value()?,
                "username" => record.username = map.next_value()?,
                "password" => record.password = map.next_value()?,
                "token" => record.token = map.next_value::<Option<Secret>>()?.filter(|token| !token.is_empty()),
                "issued" => record.issued = map.next_value::<AMoment>()?.0,
                "password_changed" => record.password_changed = map.next_value::<AMoment>()?.0,
                "rotate_by" => record.rotate_by = map.next_value::<ADay>()?.0,
                "urls" => record.urls = map.next_value()?,
                "used_by" => record.used_by = parts(map.next_value()?),
                "tags" => record.tags = map.next_value()?,
                "folder" => record.folder = lines::split_path(&map.next_value::<String>()?),
                "notes" => record.notes = map.next_value()?,
                "fields" => record.fields = parts(map.next_value()?),
                "created" => record.created = map.next_value::<AnInstant>()?.0,
                "modified" => record.modified = map.next_value::<AnInstant>()?.0,
                _ => {
                    let json = map.next_value::<Box<RawValue>>()?;
                    check_depth(&json).map_err(A::Error::custom)?;
                    unknown.push(field(&key, json.get()));
                }
            }
        }
        record.fields.append(&mut unknown);
        Ok(Entry(record))
    }
}

/// Refuses what is nested so deep that other readers, which have less patience than a raw value, would not take it back.
fn check_depth(json: &RawValue) -> Result<(), String> {
    serde_json::from_str::<serde_json::Value>(json.get()).map(drop).map_err(|error| without_place(&error))
}

/// A key of a newer program or of the user as a field.
pub(super) fn field(label: &str, json: &str) -> Field {
    let (value, kind) = text(json);
    Field { unknown: Unknown::Key(Box::new(json.into())), ..Field::new(label.to_owned(), value, kind) }
}

/// What a value says, where it has to be text.
fn text(json: &str) -> (Secret, Kind) {
    match json {
        "null" => (Secret::default(), Kind::Text),
        "true" | "false" => (json.into(), Kind::Boolean),
        _ => (serde_json::from_str(json).unwrap_or_else(|_| json.into()), Kind::Text),
    }
}

/// Turns what only the format `sfcred` has a place for, keys that this program does not know, into fields, and leaves out what says nothing.
pub fn spell_out(record: &mut Record) {
    let says_something = |json: &Secret| json.expose() != "null";
    let mut more = Vec::new();
    let mut add = |of: &str, unknown: &mut Unknown| {
        for (key, json) in std::mem::take(unknown).keys().iter().filter(|(_, json)| says_something(json)) {
            let (value, kind) = text(json.expose());
            more.push(Field::new(format!("{of} {key}"), value, kind));
        }
    };
    for integration in &mut record.used_by {
        add(&integration.name, &mut integration.unknown);
    }
    record.fields.retain(|field| !matches!(&field.unknown, Unknown::Key(json) if !says_something(json)));
    for field in &mut record.fields {
        add(&field.label, &mut field.unknown);
    }
    record.fields.append(&mut more);
}

impl TryFrom<Members> for Integration {
    type Error = serde_json::Error;

    fn try_from(mut members: Members) -> serde_json::Result<Self> {
        let (name, place) = (members.need("name")?, members.take("place")?.unwrap_or_default());
        let updated = members.take::<AMoment>("updated")?.and_then(|updated| updated.0);
        Ok(Self { name, place, updated, unknown: members.rest() })
    }
}

impl TryFrom<Members> for Field {
    type Error = serde_json::Error;

    fn try_from(mut members: Members) -> serde_json::Result<Self> {
        let (label, value) = (members.need::<String>("label")?, members.take::<Secret>("value")?.unwrap_or_default());
        let kind = members.take::<Kind>("kind")?.unwrap_or_default();
        Ok(Self { unknown: members.rest(), ..Self::new(label, value, kind) })
    }
}

/// A part of a record, as it is read inside of one.
struct Part<T>(T);

impl<'de, T: TryFrom<Members, Error = serde_json::Error>> Deserialize<'de> for Part<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let members = Members::deserialize(deserializer)?;
        members.0.iter().try_for_each(|(_, value)| check_depth(value)).map_err(D::Error::custom)?;
        T::try_from(members).map(Self).map_err(|error| D::Error::custom(without_place(&error)))
    }
}

fn parts<T>(parts: Vec<Part<T>>) -> Vec<T> {
    parts.into_iter().map(|part| part.0).collect()
}

/// The error of a part, whose place in the part would be taken for one in the document.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Record, String> {
        serde_json::from_str::<Entry>(text).map(|entry| entry.0).map_err(|error| error.to_string())
    }

    /// What the document has for a record.
    fn written(record: &Record) -> String {
        let (mut out, spec) = (Vec::new(), crate::find("sfcred").unwrap());
        let mut lock = crate::NoLock;
        let mut writer = spec.write(&mut out, &mut lock).unwrap();
        writer.record(&mut record.clone()).unwrap();
        writer.finish().unwrap();
        let text = String::from_utf8(out).unwrap();
        text.lines().nth(1).unwrap().to_owned()
    }

    #[test]
    fn what_is_unknown_is_written_back_as_it_came() {
        for text in [
            r#"{"username":"a","nul":null,"big":123456789012345678901234567890,"price":1.50,"flag":true,"text":"5","list":[1.0,{"b":null}]}"#,
            r#"{"username":"a","used_by":[{"name":"nightly","kind":"dataloader","note":null},{"name":"Zapier"}]}"#,
            r#"{"username":"a","fields":[{"label":"x","value":"y","kind":"hidden","hint":1.50}],"y":{}}"#,
            r#"{"username":"a","quote\"d":"\u0041"}"#,
        ] {
            assert_eq!(written(&read(text).unwrap()), text);
        }
    }

    #[test]
    fn what_was_changed_is_a_field() {
        let mut record = read(r#"{"username":"a","mfa":"x","n":1.50}"#).unwrap();
        record.fields[0].value = "y".into();
        record.fields.push(field("n", "2"));
        let fields = r#"{"username":"a","fields":[{"label":"mfa","value":"y"},{"label":"n","value":"2"}],"n":1.50}"#;
        assert_eq!(written(&record), fields);
        record.fields[1].label = "token".into();
        assert!(written(&record).contains(r#"{"label":"token","value":"1.50"}"#));
    }

    #[test]
    fn other_formats_have_it_as_fields() {
        let mut record = read(
            r#"{"username":"a","nul":null,"n":1.50,"used_by":[{"name":"nightly","kind":"dataloader","x":null}],"fields":[{"label":"f","hint":true}]}"#,
        )
        .unwrap();
        spell_out(&mut record);
        let fields: Vec<_> = record.fields.iter().map(|field| (&*field.label, field.value.expose(), field.kind)).collect();
        assert_eq!(
            fields,
            [("f", "", Kind::Text), ("n", "1.50", Kind::Text), ("nightly kind", "dataloader", Kind::Text), ("f hint", "true", Kind::Boolean)]
        );
        assert!(record.used_by[0].unknown.keys().is_empty());
    }

    #[test]
    fn says_what_is_wrong() {
        for (text, message) in [
            (r#"{"used_by":[{"place":"x"}]}"#, "missing field `name`"),
            (r#"{"used_by":[{"name":"a","name":"b"}]}"#, TWICE),
            (r#"{"fields":[{"value":"x"}]}"#, "missing field `label`"),
            (r#"{"title":"a","title":"b"}"#, "duplicate field `title`"),
            (r#"{"x":1,"x":1}"#, TWICE),
            (r#"{"used_by":[{"name":"a","updated":"tomorrow"}]}"#, "not a date"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.starts_with(message), "{text}: {error}");
        }
    }
}
