//! One entry of an export.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::Folders;
use crate::format::{Sink, Spot};
use crate::record::{Field, Kind, Record};
use crate::{Notice, Result, Secret, json};

const LOGIN: i64 = 1;

/// An entry. Exports leave keys out or write null, depending on the version, so every one is optional.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
pub(super) struct Item {
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
    #[serde(deserialize_with = "json::label")]
    name: Cow<'static, str>,
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
    pub(super) fn folder(&self) -> Option<&str> {
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

    /// Reads the entry into `record`, whose memory is used again.
    pub(super) fn read(self, record: &mut Record, spot: Spot, folders: &mut Folders, sink: &mut dyn Sink) -> Result<()> {
        if self.r#type.is_some_and(|kind| kind != LOGIN) || (self.r#type.is_none() && self.login.is_none()) {
            sink.notice(Notice::NotALogin(self.kind().to_owned()), "");
            return Ok(());
        }
        if self.deleted_date.is_some() {
            sink.notice(Notice::NotALogin("deleted entries".to_owned()), "");
            return Ok(());
        }
        record.clear();
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
            record.fields.push(Field::new(field.name, field.value.unwrap_or_default(), kind));
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
        sink.record(record, spot)
    }
}
