//! What a format has places for, and what its product refuses.

use serde::Deserialize;

use crate::record::{Field, Key, Keys, Kind, Record};
use crate::table::Unit;
use crate::{parse_day, store};

/// What a format has places of its own for; whatever else a record holds goes to a field, to the notes, or is lost.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of format.toml")]
pub struct Holds {
    /// Keys with a place of their own.
    pub keys: Keys,
    /// Keys with a place of their own that the product changes on import, so that the notes repeat them.
    pub repeats: Keys,
    /// Keys that the product does not take an entry without.
    pub needs: Keys,
    /// The kinds of custom fields; empty where there are no custom fields.
    pub fields: Vec<Kind>,
    /// Whether a date field holds nothing but a day, and a boolean one nothing but `true` or `false`, so that others are text.
    pub exact: bool,
    /// Whether custom fields are lines of text, so that not every value fits.
    pub plain_fields: bool,
    /// Whether the labels of those lines cannot hold a colon.
    pub plain_labels: bool,
    /// Keys that the product takes on one line only.
    pub one_line: Keys,
    /// Keys that the product takes without the blanks at their ends.
    pub trimmed: Keys,
    /// The characters of a title beside letters, digits and blanks, where the product takes no others.
    pub title_characters: Option<String>,
    /// Whether custom fields are lines with escapes, so that not every label fits; a store says it by being one.
    #[serde(skip)]
    pub lines: bool,
    /// Fields with a place of their own, such as `TOTP`.
    pub labels: Vec<Own>,
    /// What stands between the names of a folder path, where a name cannot hold it.
    pub separator: Option<char>,
    /// Whether the token and its date are an entry of their own, so that there is no date without a token.
    pub token_entry: bool,
    /// Whether of a URL only scheme, host and port are kept.
    pub origin_only: bool,
    /// Whether the place of `rotate_by` is one that the product warns by, so that it is filled even where the record has none.
    pub expires: bool,
    /// Whether text can hold only the characters of XML 1.0; others are left out.
    pub xml_text: bool,
    /// Whether the product puts something else in the place of a name in braces when a value is copied or typed.
    pub placeholders: bool,
    /// Whether password and token always stand there in one value.
    pub joined: bool,
    /// How the times of an entry are written.
    pub times: Unit,
}

/// A field that has a place of its own in a format, known by its label.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Own {
    /// The label.
    pub label: String,
    /// The only value that the place can hold, where it is a mark.
    pub only: Option<String>,
    /// The value that counts as none.
    pub none: String,
    /// The only kind of field that the place can hold, where it says nothing of kinds.
    pub kind: Option<Kind>,
}

impl Own {
    /// Whether this place can hold the field.
    pub fn takes(&self, field: &Field) -> bool {
        let value = field.value.expose();
        let kind = self.kind.is_none_or(|kind| kind == field.kind);
        kind && field.label == self.label
            && value != self.none
            && !value.is_empty()
            && self.only.as_deref().is_none_or(|only| only == value)
    }
}

/// The longest values that a product takes, in bytes of UTF-8.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Refuses {
    /// Entries of one file.
    pub records: Option<u64>,
    /// Notes.
    pub notes: Option<usize>,
    /// Username.
    pub username: Option<usize>,
    /// Password.
    pub password: Option<usize>,
    /// One URL.
    pub url: Option<usize>,
    /// The value of a custom field.
    pub field: Option<usize>,
}

impl Holds {
    /// Whether `key` has a place of its own.
    pub fn has(&self, key: Key) -> bool {
        self.keys.contains(key)
    }

    /// Whether the times of an entry are kept without fractions of a second.
    pub fn whole_seconds(&self) -> bool {
        self.times == Unit::Seconds
    }

    /// Whether a custom field can be written as the kind that it is.
    pub fn keeps_kind(&self, field: &Field) -> bool {
        let value = field.value.expose();
        let fits = match field.kind {
            Kind::Date => parse_day(value).is_some(),
            Kind::Boolean => matches!(value, "true" | "false"),
            _ => true,
        };
        self.fields.contains(&field.kind) && (fits || !self.exact)
    }

    /// The title as the product takes it: another character becomes a hyphen.
    pub fn fit_title(&self, title: &str) -> String {
        let Some(characters) = &self.title_characters else { return title.to_owned() };
        let fits = |character: char| character.is_alphanumeric() || character == ' ' || characters.contains(character);
        title.chars().map(|character| if fits(character) { character } else { '-' }).collect()
    }

    /// Whether the field has a place of its own.
    pub fn owns(&self, field: &Field) -> bool {
        self.labels.iter().any(|own| own.takes(field))
    }

    /// Takes the field of this label out of the record for its own place.
    pub(crate) fn take_own(&self, record: &mut Record, label: &str) -> Option<Field> {
        let at = record.fields.iter().position(|field| field.label == label && self.owns(field))?;
        Some(record.fields.remove(at))
    }

    /// Whether a custom field of this label and value can be written and read back.
    pub fn takes_field(&self, label: &str, value: &str) -> bool {
        if self.lines {
            return store::label_fits(label);
        }
        if self.fields.is_empty() || !self.plain_fields {
            return !self.fields.is_empty();
        }
        let line_end = ['\n', '\r'];
        // `contains` would look at 16 bytes at once, and an unoptimised build leaves those on the stack.
        let pair = value.split_once(": ").is_some();
        let colon = self.plain_labels && label.contains(':');
        !label.is_empty() && !colon && !label.contains(line_end) && !value.is_empty() && !value.contains(line_end) && !pair
    }
}
