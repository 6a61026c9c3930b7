//! An item, and what it is as a record.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::collections::Collections;
use super::credential;
use crate::format::{Sink, Spot};
use crate::loose::Loose;
use crate::record::{Field, Kind, Record};
use crate::{Notice, Result};

/// An item. Real files leave keys out that the standard asks for, so every one is optional.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Item {
    id: Option<String>,
    creation_at: Option<Loose>,
    modified_at: Option<Loose>,
    title: Option<String>,
    subtitle: Option<String>,
    favorite: Option<bool>,
    scope: Option<Scope>,
    credentials: Option<Vec<Loose>>,
    tags: Option<Vec<String>>,
    extensions: Option<Vec<IgnoredAny>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Scope {
    urls: Option<Vec<String>>,
    android_apps: Option<Vec<IgnoredAny>>,
}

/// A time that can be one: some programs write negative numbers where there is none.
fn time(value: Option<&Loose>) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(value?.number().filter(|seconds| *seconds > 0)?, 0)
}

fn any(list: Option<Vec<IgnoredAny>>) -> bool {
    list.is_some_and(|list| !list.is_empty())
}

impl Item {
    pub(super) fn read(self, collections: &Collections, spot: Spot, sink: &mut dyn Sink) -> Result<()> {
        let credentials = self.credentials.unwrap_or_default();
        if let Some(what) = credential::other(&credentials) {
            sink.notice(Notice::NotALogin(what.to_owned()), "");
            return Ok(());
        }
        let id = self.id.unwrap_or_default();
        let scope = self.scope.unwrap_or_default();
        let mut record = Record {
            title: self.title.unwrap_or_default(),
            urls: scope.urls.unwrap_or_default(),
            tags: self.tags.unwrap_or_default(),
            folder: collections.path(&id),
            created: time(self.creation_at.as_ref()),
            modified: time(self.modified_at.as_ref()),
            ..Record::default()
        };
        let mut left = credential::read(credentials, &mut record)?;
        if self.favorite == Some(true) {
            record.fields.push(Field::new("Favorite", "1", Kind::Boolean));
        }
        let subtitle = self.subtitle.is_some_and(|subtitle| !subtitle.is_empty() && subtitle != record.username);
        for (what, there) in [
            ("subtitles", subtitle),
            ("Android apps", any(scope.android_apps)),
            ("extensions of the format", any(self.extensions)),
            ("further collections", collections.has_several(&id)),
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
