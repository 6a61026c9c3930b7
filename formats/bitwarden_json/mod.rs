//! The JSON export of Bitwarden, of a person or an organisation.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::format::{Holds, Sink, Spec, Spot, Writer};
use crate::json::{self, Json, write_string};
use crate::record::{Field, Kind, Record};
use crate::{Error, Limits, Lock, Notice, Result, Secret, moment};

const LOGIN: i64 = 1;

#[derive(Debug)]
pub(crate) struct Codec;

impl crate::format::Codec for Codec {
    fn read(&self, _: &Spec, input: &mut dyn Read, limits: &Limits, _: &mut dyn Lock, sink: &mut dyn Sink) -> Result<()> {
        let mut json = Json::new(input, limits);
        let mut folders = Folders::default();
        let mut waiting = Vec::new();
        let mut found = false;
        json.object(|json, key| match key {
            "folders" | "collections" => {
                let named = json.value::<Option<Vec<Folder>>>()?.unwrap_or_default();
                folders.names.extend(named.into_iter().map(|folder| (folder.id, folder.name)));
                folders.known = true;
                Ok(())
            }
            "items" => {
                found = true;
                json.array(|item: Item, number| {
                    let spot = Spot::Entry(number);
                    if folders.can_name(&item) { item.read(spot, &mut folders, sink) } else { waiting.push((item, spot)); Ok(()) }
                })
            }
            "encrypted" if json.value::<bool>()? => {
                Err(Error::new("the entries are encrypted").hint("export again with the file format .json"))
            }
            "encrypted" => Ok(()),
            _ => json.skip(),
        })?;
        json.finish()?;
        if !found {
            return Err(Error::new("no `items`").hint("the file is not complete; export it again"));
        }
        for (item, spot) in waiting {
            item.read(spot, &mut folders, sink)?;
        }
        folders.check()
    }

    fn write<'a>(&self, spec: &'a Spec, out: &'a mut dyn Write, _: &'a mut dyn Lock) -> Result<Box<dyn Writer + 'a>> {
        let mut buffer = Vec::with_capacity(CHUNK + CHUNK / 4);
        buffer.extend_from_slice(b"{\"encrypted\":false,\"items\":[");
        Ok(Box::new(Document { holds: &spec.holds, out, buffer, first: true, folders: BTreeSet::new() }))
    }
}

/// A folder, or a collection of an organisation.
#[derive(Deserialize)]
struct Folder {
    id: String,
    name: String,
}

/// The names behind the ids of folders.
///
/// Bitwarden writes folders before items. This program writes them behind, because it streams; there the id is the name, so that a reader
/// can stream as well. Items of any other order wait until the folders have been read.
#[derive(Default)]
struct Folders {
    names: BTreeMap<String, String>,
    known: bool,
    assumed: BTreeSet<String>,
}

impl Folders {
    fn can_name(&self, item: &Item) -> bool {
        self.known || !item.folder().is_some_and(is_uuid)
    }

    fn path(&mut self, id: &str) -> Vec<String> {
        let name = match self.names.get(id) {
            Some(name) => name,
            None if self.known => return Vec::new(),
            None => {
                if !self.assumed.contains(id) {
                    self.assumed.insert(id.to_owned());
                }
                id
            }
        };
        name.split('/').filter(|name| !name.is_empty()).map(str::to_owned).collect()
    }

    fn check(&self) -> Result<()> {
        let differs = |id: &&String| self.names.get(*id).is_some_and(|name| name != *id);
        match self.assumed.iter().find(differs) {
            None => Ok(()),
            Some(_) => Err(Error::new("the folders stand behind the items, and their ids are no UUIDs")
                .hint("export again from Bitwarden, which writes them first")),
        }
    }
}

fn is_uuid(id: &str) -> bool {
    id.len() == 36 && id.bytes().enumerate().all(|(at, byte)| if matches!(at, 8 | 13 | 18 | 23) { byte == b'-' } else { byte.is_ascii_hexdigit() })
}

/// An entry. Exports leave keys out or write null, depending on the version, so every one is optional.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Item {
    r#type: Option<i64>,
    name: Option<String>,
    notes: Option<Secret>,
    favorite: Option<bool>,
    reprompt: Option<i64>,
    folder_id: Option<String>,
    collection_ids: Option<Vec<Option<String>>>,
    fields: Option<Vec<ItemField>>,
    login: Option<Login>,
    password_history: Option<Vec<IgnoredAny>>,
    attachments: Option<Vec<IgnoredAny>>,
    #[serde(deserialize_with = "json::instant")]
    creation_date: Option<DateTime<Utc>>,
    #[serde(deserialize_with = "json::instant")]
    revision_date: Option<DateTime<Utc>>,
    deleted_date: Option<IgnoredAny>,
    archived_date: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ItemField {
    name: Option<String>,
    value: Option<Secret>,
    r#type: Option<i64>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Login {
    uris: Option<Vec<Uri>>,
    username: Option<String>,
    password: Option<Secret>,
    totp: Option<Secret>,
    fido2_credentials: Option<Vec<IgnoredAny>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Uri {
    uri: Option<String>,
    r#match: Option<i64>,
}

impl Item {
    fn folder(&self) -> Option<&str> {
        self.folder_id.as_deref().or_else(|| self.collection_ids.as_ref()?.iter().flatten().next().map(String::as_str))
    }

    fn kind(&self) -> &'static str {
        match self.r#type {
            Some(2) => "secure notes",
            Some(3) => "cards",
            Some(4) => "identities",
            Some(5) => "SSH keys",
            _ => "entries of other kinds",
        }
    }

    fn read(self, spot: Spot, folders: &mut Folders, sink: &mut dyn Sink) -> Result<()> {
        if self.r#type.is_some_and(|kind| kind != LOGIN) || (self.r#type.is_none() && self.login.is_none()) {
            sink.notice(Notice::NotALogin(self.kind().to_owned()), "");
            return Ok(());
        }
        if self.deleted_date.is_some() {
            sink.notice(Notice::NotALogin("deleted entries".to_owned()), "");
            return Ok(());
        }
        let mut record = Record::default();
        if let Some(id) = self.folder() {
            record.folder = folders.path(id);
        }
        let login = self.login.unwrap_or_default();
        record.title = self.name.unwrap_or_default();
        record.username = login.username.unwrap_or_default();
        record.password = login.password.unwrap_or_default();
        record.notes = self.notes.unwrap_or_default();
        record.created = self.creation_date;
        record.modified = self.revision_date;

        let mut left: Vec<&str> = Vec::new();
        for uri in login.uris.into_iter().flatten() {
            record.urls.extend(uri.uri.filter(|uri| !uri.is_empty()));
            if uri.r#match.is_some() {
                left.push("match rules of URLs");
            }
        }
        for field in self.fields.into_iter().flatten() {
            let kind = match field.r#type {
                Some(1) => Kind::Hidden,
                Some(2) => Kind::Boolean,
                Some(3) => {
                    left.push("fields linked to username or password");
                    continue;
                }
                _ => Kind::Text,
            };
            record.fields.push(Field::new(field.name.unwrap_or_default(), field.value.unwrap_or_default(), kind));
        }
        let mut own = |label, value: Option<Secret>, kind| {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                record.fields.push(Field::new(label, value, kind));
            }
        };
        own("TOTP", login.totp, Kind::Hidden);
        own("Favorite", self.favorite.filter(|on| *on).map(|_| "1".into()), Kind::Boolean);
        own("Reprompt", self.reprompt.filter(|on| *on != 0).map(|number| number.to_string().into()), Kind::Text);
        own("Archived", self.archived_date.map(Secret::new), Kind::Text);

        let several = self.collection_ids.is_some_and(|ids| ids.iter().flatten().count() > 1);
        let any = |list: Option<Vec<IgnoredAny>>| list.is_some_and(|list| !list.is_empty());
        for (what, there) in [
            ("former passwords", any(self.password_history)),
            ("attachments", any(self.attachments)),
            ("passkeys", any(login.fido2_credentials)),
            ("further collections", several),
        ] {
            if there {
                left.push(what);
            }
        }
        for what in left {
            sink.notice(Notice::LeftBehind(what.to_owned()), record.name());
        }
        sink.record(&mut record, spot)
    }
}

const CHUNK: usize = 64 * 1024;

struct Document<'a> {
    holds: &'a Holds,
    out: &'a mut dyn Write,
    buffer: Vec<u8>,
    first: bool,
    folders: BTreeSet<String>,
}

impl Document<'_> {
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

impl Writer for Document<'_> {
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

    fn finish(mut self: Box<Self>) -> Result<()> {
        self.raw("\n],\"folders\":[");
        for (at, name) in std::mem::take(&mut self.folders).iter().enumerate() {
            self.text(if at > 0 { ",\n{\"id\":" } else { "\n{\"id\":" }, name)?;
            self.text(",\"name\":", name)?;
            self.raw("}");
        }
        self.raw("\n]}\n");
        self.out.write_all(&self.buffer)?;
        Ok(())
    }
}
