//! What the engine finds.

use std::ops::Range;

use super::Encoding;
use super::comment::Dates;
use crate::{Error, Notice, Record, Secret};

/// A credential in a config file.
#[derive(Clone, Debug)]
pub struct Found {
    /// What is known of the login. A secret that is only referred to is empty here.
    pub record: Record,
    /// The line of the username, or of the first key where there is none.
    pub line: u64,
    /// The line of the password, if it stands there itself.
    pub password_line: Option<u64>,
    /// The line of the token, if it stands there itself.
    pub token_line: Option<u64>,
    /// The section, parent or prefix that tells it from others: for people, and empty where there is none.
    pub group: String,
    /// What is worth telling of it.
    pub notices: Vec<Notice>,
    /// Where the password stands.
    pub(super) password_at: Option<At>,
    /// Where the token stands.
    pub(super) token_at: Option<At>,
    /// Passwords and tokens that stand there under further names.
    pub(super) more: Vec<(Secret, At)>,
    /// Passwords and tokens that are only referred to.
    pub(super) references: Vec<Reference>,
    /// Whether programs that name their keys so want the token behind the password.
    pub(super) appends: bool,
    /// What the comment above says.
    pub(super) dates: Option<Dates>,
}

/// Where a value stands in the text.
#[derive(Clone, Debug)]
pub(super) struct At {
    pub(super) key: String,
    pub(super) line: u64,
    /// Its bytes, if it stands there by itself.
    pub(super) span: Option<Range<usize>>,
    /// How it stands there.
    pub(super) encoding: Encoding,
}

/// A secret that is kept elsewhere.
#[derive(Clone, Debug)]
pub(super) struct Reference {
    pub(super) key: String,
    pub(super) line: u64,
    /// What it is.
    pub(super) kind: &'static str,
    /// Whether it stands for a token, and not for a password.
    pub(super) token: bool,
}

impl Found {
    /// Whether a secret stands in the file in plain text, and not just a name of where it is kept.
    pub fn is_plain(&self) -> bool {
        self.password_line.is_some() || self.token_line.is_some()
    }
}

/// All that the engine finds in a file.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The credentials, in the order of the file.
    pub found: Vec<Found>,
    /// What is worth telling where there is no credential to tell it of, such as a login of references alone.
    pub notices: Vec<Notice>,
    /// What cannot be taken as it is: a key that stands twice, a value that cannot be read.
    pub flaws: Vec<Error>,
}
