//! What a target had no place for.

use std::fmt;

use sfcred_formats::{Key, Kind, Tally};

/// Something a record holds that the target cannot hold as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loss {
    /// A key has no place at all.
    NoPlace(Key),
    /// A custom field has no place at all.
    Field,
    /// The product refuses the entry, because this key is longer than so many bytes or, at 0, missing.
    Refused(Key, usize),
    /// A key is left out or cut, because the notes would be longer than so many bytes.
    Cut(Key, usize),
    /// Of the URL only scheme, host and port are kept.
    UrlPath,
    /// Of this time the fraction of a second is dropped.
    Fraction(Key),
    /// The name of a folder holds the character that separates folders there, and becomes several.
    Folder,
    /// Of this key, characters were left out that the format cannot hold.
    Character(Key),
    /// What stands in braces is replaced by the product when the value is copied.
    Placeholder,
    /// The title has characters that the product does not take; it stands in the notes as it was.
    Title,
    /// The product takes this key on one line only, so that it would come back as something else.
    Lines(Key),
    /// The product drops the blanks at the ends of this key.
    Blanks(Key),
    /// A field is no longer of this kind; it becomes text.
    Kind(Kind),
    /// A label cannot stand there as it is, and was changed.
    Label,
    /// The token stands where it is not masked.
    Shown,
    /// The product takes no entry without this key, and got a common value.
    Filled(Key),
    /// The token stands behind the password, in one value.
    Joined,
    /// The token stood behind the password already, and is not written again.
    JoinedBefore,
    /// The product takes so many entries at once.
    TooMany(u64),
}

impl Loss {
    /// Whether the token or the whole entry is gone, so that nothing may be written unless the user says so.
    pub fn stops(self) -> bool {
        matches!(
            self,
            Self::NoPlace(Key::Token)
                | Self::Refused(..)
                | Self::Lines(_)
                | Self::Blanks(_)
                | Self::Character(Key::Username | Key::Password | Key::Token)
        )
    }

    /// Whether it is a weakening at least, rather than an addition.
    pub fn is_loss(self) -> bool {
        !matches!(self, Self::Filled(_))
    }

    /// Whether something of the record is gone afterwards, rather than weakened or added.
    pub fn is_gone(self) -> bool {
        !matches!(
            self,
            Self::Shown | Self::Joined | Self::JoinedBefore | Self::Title | Self::Placeholder | Self::Filled(_) | Self::TooMany(_)
        )
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPlace(key) => write!(f, "no place for {}", key.name()),
            Self::Field => f.write_str("no place for custom fields"),
            Self::Refused(key, 0) => write!(f, "refuses an entry without {}", key.name()),
            Self::Refused(Key::Notes, limit) => write!(f, "refuses notes of more than {limit} bytes"),
            Self::Refused(Key::Fields, limit) => write!(f, "refuses a custom field of more than {limit} bytes"),
            Self::Refused(key, limit) => write!(f, "refuses a {} of more than {limit} bytes", key.name()),
            Self::Cut(Key::Notes, limit) => write!(f, "notes cut to {limit} bytes"),
            Self::Cut(key, limit) => write!(f, "{} left out, because notes end at {limit} bytes", key.name()),
            Self::UrlPath => f.write_str("only the origin of a URL is kept"),
            Self::Fraction(key) => write!(f, "{} is kept to the second", key.name()),
            Self::Folder => f.write_str("a folder name with a separator becomes several folders"),
            Self::Character(key) => write!(f, "control characters are left out of {}", key.name()),
            Self::Placeholder => f.write_str("a name in braces is replaced when the value is copied or typed"),
            Self::Title => f.write_str("a title's characters were changed; the notes have it as it was"),
            Self::Lines(key) => write!(f, "takes no {} of several lines", key.name()),
            Self::Blanks(key) => write!(f, "drops the blanks at the ends of a {}", key.name()),
            Self::Kind(Kind::Hidden) => f.write_str("hidden fields are shown"),
            Self::Kind(kind) => write!(f, "{} fields become text", kind.name()),
            Self::Label => f.write_str("a field's label was changed"),
            Self::Shown => f.write_str("the token stands in plain sight"),
            Self::Filled(Key::Url) => f.write_str("no url, so https://login.salesforce.com was written"),
            Self::Filled(Key::RotateBy) => f.write_str("no rotate_by, so the day on which the token is stale was written as expiry"),
            Self::Filled(key) => write!(f, "no {}, so a common one was written", key.name()),
            Self::Joined => f.write_str("the token is appended to the password; --split-token takes them apart"),
            Self::JoinedBefore => f.write_str("the password ends with the token already, which is not appended again"),
            Self::TooMany(limit) => write!(f, "takes {limit} entries at once, so split the file"),
        }
    }
}

/// All losses of a run.
pub type Losses = Tally<Loss>;
