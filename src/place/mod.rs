//! Where token, dates and the rest live in a format that has no column for them.
//!
//! [`recognise()`] finds them in custom fields and notes, and decides what is a Salesforce login. [`Placer`] does the reverse for a target, in
//! this order: the format's own place, a custom field, a line of the notes block, else it is a loss.

mod block;
mod characters;
mod fit;
mod labels;
mod losses;
mod placer;
mod recognise;
mod split;

use sfcred_formats::{Format, Key};

pub use losses::{Loss, Losses};
pub use placer::Placer;
pub use recognise::{Finding, recognise};
pub(crate) use split::SHORTEST_TOKEN;
pub use split::{Question, Split};

/// The keys that may need another place, in the order in which they are written there.
const MOVABLE: [Key; 9] =
    [Key::Title, Key::Token, Key::Issued, Key::PasswordChanged, Key::Url, Key::RotateBy, Key::UsedBy, Key::Tags, Key::Folder];

/// Where a key goes in a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// To a place of its own.
    Own,
    /// To a custom field.
    Field,
    /// To a line of the notes block.
    Notes,
    /// Behind the password, into one value.
    Joined,
    /// Nowhere.
    Lost,
}

impl Place {
    /// The name as it stands in documents.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Field => "field",
            Self::Notes => "notes",
            Self::Joined => "joined",
            Self::Lost => "lost",
        }
    }
}

/// Where a format has a place for `key`.
pub fn place_of(format: &Format, key: Key) -> Place {
    let holds = &format.spec.holds;
    let movable = MOVABLE.contains(&key) || matches!(key, Key::Urls | Key::Fields);
    if holds.has(key) || (key == Key::Fields && !holds.fields.is_empty()) {
        Place::Own
    } else if key == Key::Token && holds.joined {
        Place::Joined
    } else if movable && !holds.fields.is_empty() {
        Place::Field
    } else if movable && holds.has(Key::Notes) {
        Place::Notes
    } else {
        Place::Lost
    }
}
