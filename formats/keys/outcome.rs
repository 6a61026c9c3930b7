//! What the engine finds.

use crate::{Error, Notice, Record};

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
