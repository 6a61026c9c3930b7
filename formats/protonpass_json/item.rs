//! One item of a vault.

use chrono::DateTime;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::format::{Sink, Spot};
use crate::record::{Field, Kind, Record};
use crate::{Notice, Result, Secret};

/// The state of an item in the trash.
const TRASHED: i64 = 2;

/// An item. Versions differ in what they leave out, so every key is optional.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Item {
    pub(super) folder_id: Option<String>,
    data: Data,
    state: Option<i64>,
    create_time: Option<i64>,
    modify_time: Option<i64>,
    pinned: Option<bool>,
    files: Option<Vec<IgnoredAny>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Data {
    metadata: Metadata,
    extra_fields: Option<Vec<ExtraField>>,
    platform_specific: Option<IgnoredAny>,
    r#type: Option<String>,
    content: Content,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Metadata {
    name: Option<String>,
    note: Option<Secret>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct ExtraField {
    field_name: Option<String>,
    r#type: Option<String>,
    data: FieldData,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct FieldData {
    content: Option<Secret>,
    totp_uri: Option<Secret>,
    timestamp: Option<Secret>,
}

/// What a login holds; items of other types have other keys.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Content {
    item_email: Option<String>,
    item_username: Option<String>,
    /// Before version 1.18.
    username: Option<String>,
    password: Option<Secret>,
    urls: Option<Vec<String>>,
    autofill_urls: Option<Vec<AutofillUrl>>,
    totp_uri: Option<Secret>,
    passkeys: Option<Vec<IgnoredAny>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct AutofillUrl {
    url: Option<String>,
}

impl Item {
    fn kind(&self) -> &'static str {
        match self.data.r#type.as_deref() {
            Some("note") => "notes",
            Some("alias") => "aliases",
            Some("creditCard") => "cards",
            Some("identity") => "identities",
            Some("sshKey") => "SSH keys",
            Some("wifi") => "wireless networks",
            _ => "items of other types",
        }
    }

    pub(super) fn read(self, folder: Vec<String>, spot: Spot, sink: &mut dyn Sink) -> Result<()> {
        if self.data.r#type.as_deref().is_some_and(|kind| kind != "login") {
            sink.notice(Notice::NotALogin(self.kind().to_owned()), "");
            return Ok(());
        }
        if self.state == Some(TRASHED) {
            sink.notice(Notice::NotALogin("deleted entries".to_owned()), "");
            return Ok(());
        }
        let Data { metadata, extra_fields, platform_specific, content, .. } = self.data;
        let mut record = Record { folder, ..Record::default() };
        record.title = metadata.name.unwrap_or_default();
        record.notes = metadata.note.unwrap_or_default();
        record.password = content.password.unwrap_or_default();
        record.created = self.create_time.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        record.modified = self.modify_time.and_then(|seconds| DateTime::from_timestamp(seconds, 0));

        let mut own = |label, value: Option<Secret>, kind| {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                record.fields.push(Field::new(label, value, kind));
            }
        };
        // Where there is only an address, it is the username.
        let mut names = [content.item_username, content.username, content.item_email].into_iter().flatten().filter(|name| !name.is_empty());
        record.username = names.next().unwrap_or_default();
        own("Email", names.next().filter(|name| *name != record.username).map(Secret::new), Kind::Text);
        own("TOTP", content.totp_uri, Kind::Hidden);
        own("Favorite", self.pinned.filter(|on| *on).map(|_| "1".into()), Kind::Boolean);
        for field in extra_fields.into_iter().flatten() {
            record.fields.push(field.read());
        }
        record.urls.extend(content.urls.into_iter().flatten().filter(|url| !url.is_empty()));
        for url in content.autofill_urls.into_iter().flatten().filter_map(|autofill| autofill.url) {
            if !url.is_empty() && !record.urls.contains(&url) {
                record.urls.push(url);
            }
        }
        for (what, there) in [
            ("attachments", self.files.is_some_and(|files| !files.is_empty())),
            ("passkeys", content.passkeys.is_some_and(|passkeys| !passkeys.is_empty())),
            ("links to apps", platform_specific.is_some()),
        ] {
            if there {
                sink.notice(Notice::LeftBehind(what.to_owned()), record.name());
            }
        }
        sink.record(&mut record, spot)
    }
}

impl ExtraField {
    fn read(self) -> Field {
        let (kind, value) = match self.r#type.as_deref() {
            Some("hidden") => (Kind::Hidden, self.data.content),
            Some("totp") => (Kind::Hidden, self.data.totp_uri),
            Some("timestamp") => (Kind::Date, self.data.timestamp),
            _ => (Kind::Text, self.data.content),
        };
        Field::new(self.field_name.unwrap_or_default(), value.unwrap_or_default(), kind)
    }
}
