//! The record: one Salesforce login.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;

use crate::salesforce::is_token_like;
use crate::{Moment, Secret};

/// One login with everything that is known of it.
///
/// Readers fill one record again and again ([`Record::clear`] keeps the memory), so that a million of them need no more room than one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// What people call it; the username where it is empty.
    pub title: String,
    /// Unique over all of Salesforce without regard to case: the identity of the record.
    pub username: String,
    /// Never trimmed, never normalised.
    pub password: Secret,
    /// The security token that goes behind the password.
    pub token: Option<Secret>,
    /// When the token was issued.
    pub issued: Option<Moment>,
    /// When the password was changed, which voids every older token.
    pub password_changed: Option<Moment>,
    /// The day by which the token is to be replaced.
    pub rotate_by: Option<NaiveDate>,
    /// The first one is the login URL.
    pub urls: Vec<String>,
    /// The integrations that hold this token.
    pub used_by: Vec<Integration>,
    /// Tags, in the order of the file.
    pub tags: Vec<String>,
    /// The path of the folder, outermost name first.
    pub folder: Vec<String>,
    /// Free text, which may hold secrets.
    pub notes: Secret,
    /// Everything else, in the order of the file.
    pub fields: Vec<Field>,
    /// When the entry was created, where the format says it.
    pub created: Option<DateTime<Utc>>,
    /// When the entry was last changed, where the format says it.
    pub modified: Option<DateTime<Utc>>,
}

impl Record {
    /// Empties the record for the next one, keeping its memory.
    pub fn clear(&mut self) {
        self.title.clear();
        self.username.clear();
        self.password.clear();
        self.token = None;
        self.issued = None;
        self.password_changed = None;
        self.rotate_by = None;
        self.urls.clear();
        self.used_by.clear();
        self.tags.clear();
        self.folder.clear();
        self.notes.clear();
        self.fields.clear();
        self.created = None;
        self.modified = None;
    }

    /// The name to use in messages: the username, else the title.
    ///
    /// Columns get mixed up, and lines run together. What looks like a secret of the record is not shown, nor is what stands behind a blank,
    /// which no username has.
    pub fn name(&self) -> &str {
        let name =
            if self.username.is_empty() { &self.title } else { self.username.trim_start().split([' ', '\t']).next().unwrap_or_default() };
        let is_secret = |secret: &Secret| !secret.is_empty() && secret.expose() == name;
        if is_token_like(name) || is_secret(&self.password) || self.token.as_ref().is_some_and(is_secret) {
            return "(a name that looks like a secret)";
        }
        name
    }

    /// Whether `key` holds anything.
    pub fn has(&self, key: Key) -> bool {
        match key {
            Key::Title => !self.title.is_empty(),
            Key::Username => !self.username.is_empty(),
            Key::Password => !self.password.is_empty(),
            Key::Token => self.token.is_some(),
            Key::Issued => self.issued.is_some(),
            Key::PasswordChanged => self.password_changed.is_some(),
            Key::RotateBy => self.rotate_by.is_some(),
            Key::Url => !self.urls.is_empty(),
            Key::Urls => self.urls.len() > 1,
            Key::UsedBy => !self.used_by.is_empty(),
            Key::Tags => !self.tags.is_empty(),
            Key::Folder => !self.folder.is_empty(),
            Key::Notes => !self.notes.is_empty(),
            Key::Fields => !self.fields.is_empty(),
            Key::Created => self.created.is_some(),
            Key::Modified => self.modified.is_some(),
        }
    }
}

/// The keys of a record, in the order in which they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is the field of `Record` of the same name")]
pub enum Key {
    Title,
    Username,
    Password,
    Token,
    Issued,
    PasswordChanged,
    RotateBy,
    /// The login URL, which is the first of `urls`.
    Url,
    /// The URLs behind the first.
    Urls,
    UsedBy,
    Tags,
    Folder,
    Notes,
    Created,
    Modified,
    Fields,
}

impl Key {
    /// All keys in their order.
    pub const ALL: [Self; 16] = [
        Self::Title,
        Self::Username,
        Self::Password,
        Self::Token,
        Self::Issued,
        Self::PasswordChanged,
        Self::RotateBy,
        Self::Url,
        Self::Urls,
        Self::UsedBy,
        Self::Tags,
        Self::Folder,
        Self::Notes,
        Self::Created,
        Self::Modified,
        Self::Fields,
    ];

    /// The name as it stands in files and messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Username => "username",
            Self::Password => "password",
            Self::Token => "token",
            Self::Issued => "issued",
            Self::PasswordChanged => "password_changed",
            Self::RotateBy => "rotate_by",
            Self::Url => "url",
            Self::Urls => "further urls",
            Self::UsedBy => "used_by",
            Self::Tags => "tags",
            Self::Folder => "folder",
            Self::Notes => "notes",
            Self::Created => "created",
            Self::Modified => "modified",
            Self::Fields => "fields",
        }
    }
}

/// A set of keys, which is asked several times for every record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Vec<Key>")]
pub struct Keys(u32);

impl Keys {
    /// Whether `key` is in the set.
    pub const fn contains(self, key: Key) -> bool {
        self.0 & (1 << key as u32) != 0
    }

    /// Puts `key` into the set.
    pub const fn insert(&mut self, key: Key) {
        self.0 |= 1 << key as u32;
    }

    /// The keys of the set in their order.
    pub fn iter(self) -> impl Iterator<Item = Key> {
        Key::ALL.into_iter().filter(move |key| self.contains(*key))
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl From<Vec<Key>> for Keys {
    fn from(keys: Vec<Key>) -> Self {
        let mut set = Self::default();
        for key in keys {
            set.insert(key);
        }
        set
    }
}

/// An integration that holds the token and must be given the new one when it is replaced.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Integration {
    /// What it is called.
    pub name: String,
    /// The file, setting or server where it keeps the token.
    pub place: String,
    /// When it was last given a token.
    pub updated: Option<Moment>,
    /// What else the document says of it.
    pub unknown: Unknown,
}

/// A field with a label of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The label, as in the file.
    pub label: Cow<'static, str>,
    /// The value; a secret whatever the kind, because nobody knows what people keep in their fields.
    pub value: Secret,
    /// What the format says the value is.
    pub kind: Kind,
    /// What else the document says of it.
    pub unknown: Unknown,
}

impl Field {
    /// A field of this label, value and kind.
    pub fn new(label: impl Into<Cow<'static, str>>, value: impl Into<Secret>, kind: Kind) -> Self {
        Self { label: label.into(), value: value.into(), kind, unknown: Unknown::None }
    }
}

/// What this program does not know in a document of the format `sfcred`, as it stands there, so that it can be written back.
#[derive(Clone, Debug, Default)]
pub enum Unknown {
    /// Nothing.
    #[default]
    None,
    /// Further keys of the object, each with its JSON.
    Keys(Box<[(String, Secret)]>),
    /// The field is itself such a key of the record, and this is its JSON.
    Key(Box<Secret>),
}

impl Unknown {
    /// The further keys.
    pub fn keys(&self) -> &[(String, Secret)] {
        if let Self::Keys(keys) = self { keys } else { &[] }
    }
}

/// How a field stands in its document makes it no other field.
impl PartialEq for Unknown {
    fn eq(&self, other: &Self) -> bool {
        self.keys() == other.keys()
    }
}

impl Eq for Unknown {}

/// What a field holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Plain text.
    #[default]
    Text,
    /// Text that the program masks.
    Hidden,
    /// `true` or `false`.
    Boolean,
    /// A day, `2026-08-18`.
    Date,
    /// An address.
    Url,
}

impl Kind {
    /// The name as it stands in files and messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Hidden => "hidden",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Url => "url",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_show_no_secrets() {
        let record = |title: &str, username: &str| Record {
            title: title.into(),
            username: username.into(),
            password: "hunter2".into(),
            token: Some("FakeT0ken".into()),
            ..Record::default()
        };
        assert_eq!(record("Prod", "a@b.example SF_PASSWORD=hunter2").name(), "a@b.example");
        assert_eq!(record("Prod org", "").name(), "Prod org");
        for secret in ["Qx7LmT2vRk9ZpB4nWc6HdY1s", "hunter2", "FakeT0ken"] {
            assert_eq!(record("", secret).name(), "(a name that looks like a secret)");
        }
    }
}
