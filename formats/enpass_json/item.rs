//! An item, and what it is as a record.

use chrono::DateTime;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::Folders;
use crate::format::{Sink, Spot};
use crate::loose::Loose;
use crate::record::{Field, Kind, Record};
use crate::{Notice, Result};

/// Fields of Enpass's own templates have numbers below this one; users' own have higher ones.
const OWN: i64 = 100;

/// An item. Exports leave keys out, depending on the version, so every one is optional.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Item {
    archived: Option<i64>,
    attachments: Option<Vec<IgnoredAny>>,
    category: Option<String>,
    #[serde(rename = "createdAt")]
    created_at: Option<i64>,
    favorite: Option<i64>,
    fields: Option<Vec<ItemField>>,
    folders: Option<Vec<String>>,
    note: Option<crate::Secret>,
    title: Option<String>,
    trashed: Option<i64>,
    updated_at: Option<i64>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ItemField {
    deleted: Option<i64>,
    history: Option<Vec<IgnoredAny>>,
    label: Option<String>,
    sensitive: Option<i64>,
    r#type: Option<String>,
    uid: Option<i64>,
    value: Option<Loose>,
}

fn set(flag: Option<i64>) -> bool {
    flag.is_some_and(|flag| flag != 0)
}

impl ItemField {
    fn is(&self, kind: &str) -> bool {
        self.r#type.as_deref() == Some(kind)
    }

    fn is_empty(&self) -> bool {
        match &self.value {
            None | Some(Loose::Null) => true,
            Some(value) => value.text().is_some_and(str::is_empty),
        }
    }
}

impl Item {
    pub(super) fn has_folders(&self) -> bool {
        self.folders.as_ref().is_some_and(|folders| !folders.is_empty())
    }

    /// What the item is, unless it is a login.
    fn other(&self) -> Option<&'static str> {
        let login = |field: &ItemField| ["username", "email", "password"].iter().any(|kind| field.is(kind)) && !field.is_empty();
        match self.category.as_deref() {
            _ if set(self.trashed) => Some("deleted entries"),
            _ if set(self.archived) => Some("archived entries"),
            Some("note") => Some("secure notes"),
            Some("creditcard") => Some("cards"),
            Some("identity") => Some("identities"),
            Some("login" | "password") => None,
            _ if self.fields.iter().flatten().any(login) => None,
            _ => Some("entries of other kinds"),
        }
    }

    pub(super) fn read(self, folders: &Folders, spot: Spot, sink: &mut dyn Sink) -> Result<()> {
        if let Some(what) = self.other() {
            sink.notice(Notice::NotALogin(what.to_owned()), "");
            return Ok(());
        }
        // A time that the document must have but nobody knows is 0.
        let time = |seconds: Option<i64>| seconds.filter(|seconds| *seconds > 0).and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        let mut record = Record {
            title: self.title.unwrap_or_default(),
            notes: self.note.unwrap_or_default(),
            tags: self.folders.into_iter().flatten().filter_map(|uuid| folders.tag(&uuid)).collect(),
            created: time(self.created_at),
            modified: time(self.updated_at),
            ..Record::default()
        };
        let mut left = read_fields(self.fields.unwrap_or_default(), &mut record)?;
        if set(self.favorite) {
            record.fields.push(Field::new("Favorite", "1", Kind::Boolean));
        }
        if self.attachments.is_some_and(|attachments| !attachments.is_empty()) {
            left.push("attachments");
        }
        for what in left {
            sink.notice(Notice::LeftBehind(what.to_owned()), record.name());
        }
        sink.record(&mut record, spot)
    }
}

/// Fills the record and returns what it has no place for.
fn read_fields(fields: Vec<ItemField>, record: &mut Record) -> Result<Vec<&'static str>> {
    let mut left = Vec::new();
    // An address is the username only where there is no other.
    let named = fields.iter().any(|field| !set(field.deleted) && field.is("username") && !field.is_empty());
    for field in fields {
        // What programs are allowed to fill the entry in is Enpass's own business.
        if set(field.deleted) || field.is(".Android#") {
            continue;
        }
        if field.history.as_ref().is_some_and(|history| !history.is_empty()) {
            left.push("former values of fields");
        }
        let kind = field.r#type.as_deref().unwrap_or_default().to_owned();
        if kind == "section" {
            left.push("headings");
            continue;
        }
        let plain = matches!(kind.as_str(), "text" | "multiline") && field.uid.is_none_or(|uid| uid >= OWN);
        if field.is_empty() && !plain {
            continue;
        }
        let label = field.label.unwrap_or_default();
        let value = field.value.unwrap_or_default().into_secret()?;
        let hidden = if set(field.sensitive) || kind == "password" { Kind::Hidden } else { Kind::Text };
        match kind.as_str() {
            "username" if record.username.is_empty() => value.expose().clone_into(&mut record.username),
            "email" if !named && record.username.is_empty() => value.expose().clone_into(&mut record.username),
            "password" if record.password.is_empty() => record.password = value,
            "url" => {
                if !matches!(label.to_lowercase().as_str(), "" | "website" | "url" | "my domain") {
                    left.push("labels of URLs");
                }
                record.urls.push(value.expose().to_owned());
            }
            "totp" if !record.fields.iter().any(|field| field.label == "TOTP") => {
                record.fields.push(Field::new("TOTP", value, Kind::Hidden));
            }
            _ => record.fields.push(Field::new(label, value, hidden)),
        }
    }
    Ok(left)
}
