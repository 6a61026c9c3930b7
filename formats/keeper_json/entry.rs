//! A record of Keeper, and what it is here.

use chrono::DateTime;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{custom, folder};
use crate::format::{Sink, Spot};
use crate::loose::Loose;
use crate::record::Record;
use crate::{Notice, Result, Secret};

/// An entry of `records`. Programs leave keys out, so every one is optional.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Entry {
    title: Option<String>,
    login: Option<String>,
    password: Option<Secret>,
    login_url: Option<String>,
    notes: Option<Secret>,
    #[serde(rename = "$type")]
    kind: Option<String>,
    last_modified: Option<i64>,
    custom_fields: Option<Loose>,
    folders: Option<Vec<Folder>>,
    references: Option<Loose>,
    attachments: Option<Vec<IgnoredAny>>,
}

/// A place of a record, which can have several.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Folder {
    folder: Option<String>,
    shared_folder: Option<String>,
}

impl Entry {
    /// What the record is, unless it is a login.
    fn other(&self) -> Option<&'static str> {
        let filled = self.login.as_ref().is_some_and(|login| !login.is_empty())
            || self.password.as_ref().is_some_and(|password| !password.is_empty());
        match self.kind.as_deref() {
            None | Some("" | "login" | "general") => None,
            _ if filled => None,
            Some("encryptedNotes") => Some("secure notes"),
            Some("bankCard" | "bankAccount") => Some("cards and bank accounts"),
            Some("address" | "contact" | "driverLicense" | "birthCertificate" | "passport" | "ssnCard") => Some("identities and papers"),
            Some("file" | "photo") => Some("attachments"),
            Some(_) => Some("entries of other kinds"),
        }
    }

    pub(super) fn read(self, spot: Spot, sink: &mut dyn Sink) -> Result<()> {
        if let Some(what) = self.other() {
            sink.notice(Notice::NotALogin(what.to_owned()), "");
            return Ok(());
        }
        let mut left = Vec::new();
        let mut record = Record {
            title: self.title.unwrap_or_default(),
            username: self.login.unwrap_or_default(),
            password: self.password.unwrap_or_default(),
            notes: self.notes.unwrap_or_default(),
            modified: self.last_modified.filter(|seconds| *seconds > 0).and_then(|seconds| DateTime::from_timestamp(seconds, 0)),
            ..Record::default()
        };
        record.urls.extend(self.login_url.filter(|url| !url.is_empty()));
        let mut folders = self.folders.into_iter().flatten();
        if let Some(place) = folders.next() {
            if place.shared_folder.is_some() {
                left.push("permissions of shared folders");
            }
            for path in [place.shared_folder, place.folder].into_iter().flatten() {
                record.folder.append(&mut folder::split(&path));
            }
        }
        custom::read(self.custom_fields.unwrap_or_default(), &mut record)?;
        let login = matches!(self.kind.as_deref(), None | Some("" | "login" | "general"));
        let linked = match &self.references {
            Some(Loose::List(list)) => !list.is_empty(),
            Some(Loose::Map(map)) => !map.is_empty(),
            _ => false,
        };
        for (what, there) in [
            ("further folders", folders.next().is_some()),
            ("types of records other than login", !login),
            ("links to other entries", linked),
            ("attachments", self.attachments.is_some_and(|attachments| !attachments.is_empty())),
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
