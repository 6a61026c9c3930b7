//! An item of a vault, and what it is as a record.

use chrono::DateTime;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::making::Making;
use crate::format::{Sink, Spot};
use crate::loose::Loose;
use crate::record::{Field, Kind};
use crate::{Notice, Result, Secret};

const LOGIN: &str = "001";
const API_CREDENTIAL: &str = "112";
/// What a deleted item leaves behind.
const TOMBSTONE: &str = "099";

/// An item. The oldest exports put it into an object of its own, beside others that are attachments.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Entry {
    item: Option<Box<Entry>>,
    file: Option<IgnoredAny>,
    fav_index: Option<i64>,
    created_at: Option<i64>,
    updated_at: Option<i64>,
    state: Option<String>,
    trashed: Option<Loose>,
    category_uuid: Option<String>,
    details: Option<Details>,
    overview: Option<Overview>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Details {
    pub(super) login_fields: Option<Vec<LoginField>>,
    pub(super) notes_plain: Option<Secret>,
    pub(super) sections: Option<Vec<Section>>,
    pub(super) password: Option<Secret>,
    pub(super) password_history: Option<Vec<IgnoredAny>>,
    pub(super) document_attributes: Option<IgnoredAny>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct LoginField {
    pub(super) value: Option<Loose>,
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) field_type: Option<String>,
    pub(super) designation: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Section {
    pub(super) title: Option<String>,
    pub(super) fields: Option<Vec<SectionField>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct SectionField {
    pub(super) title: Option<String>,
    pub(super) id: Option<String>,
    pub(super) value: Option<Loose>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Overview {
    pub(super) title: Option<String>,
    pub(super) url: Option<String>,
    pub(super) urls: Option<Vec<Url>>,
    pub(super) tags: Option<Vec<String>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Url {
    pub(super) label: Option<String>,
    pub(super) url: Option<String>,
}

impl Entry {
    pub(super) fn read(self, folder: &[String], spot: Spot, sink: &mut dyn Sink) -> Result<()> {
        if let Some(item) = self.item {
            return item.read(folder, spot, sink);
        }
        let category = self.category_uuid.as_deref().unwrap_or_default();
        let trashed = match &self.trashed {
            Some(Loose::Bool(trashed)) => *trashed,
            Some(Loose::Text(text)) => text.expose() == "Y",
            _ => false,
        };
        let skipped = match self.state.as_deref() {
            _ if self.file.is_some() => Some("attachments"),
            Some("trashed") => Some("deleted entries"),
            _ if trashed || category == TOMBSTONE => Some("deleted entries"),
            Some("archived") => Some("archived entries"),
            _ if category != LOGIN && category != API_CREDENTIAL => Some(kind(category)),
            _ => None,
        };
        if let Some(what) = skipped {
            sink.notice(Notice::NotALogin(what.to_owned()), "");
            return Ok(());
        }
        let api = category == API_CREDENTIAL;
        let mut making = Making::default();
        making.record.folder = folder.to_vec();
        // A time that the document must have but nobody knows is 0.
        let time = |seconds: Option<i64>| seconds.filter(|seconds| *seconds > 0).and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        making.record.created = time(self.created_at);
        making.record.modified = time(self.updated_at);
        making.overview(self.overview.unwrap_or_default());
        making.details(self.details.unwrap_or_default(), api)?;
        if self.fav_index.is_some_and(|index| index != 0) {
            making.record.fields.push(Field::new("Favorite", "1", Kind::Boolean));
        }
        for what in making.left {
            sink.notice(Notice::LeftBehind(what.to_owned()), making.record.name());
        }
        sink.record(&mut making.record, spot)
    }
}

/// What a category is called in a notice.
fn kind(category: &str) -> &'static str {
    match category {
        "003" => "secure notes",
        "002" | "101" => "cards and bank accounts",
        "004" | "103" | "104" | "106" | "108" => "identities and papers",
        "005" => "passwords without a login",
        "006" => "documents",
        "110" => "servers",
        "114" => "SSH keys",
        _ => "entries of other kinds",
    }
}
