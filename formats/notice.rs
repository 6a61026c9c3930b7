//! What is worth telling that is not an error.

use std::collections::BTreeMap;

/// Something a reader noticed in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Notice {
    /// Entries that are not logins: secure notes, cards, identities.
    NotALogin(String),
    /// A part of the file that a record has no place for and that is not carried over.
    LeftBehind(String),
    /// Files of an archive beside the one with the records.
    OtherFiles,
    /// A value that is not what its column or key says, kept as a field.
    NotADate(String),
    /// Values that are not themselves but point to another entry, kept as they stand.
    Reference,
    /// A cell that should hold a list and cannot be taken apart, kept as a field.
    NotAList(String),
    /// Something that is understood by its own program only, and is kept as it stands.
    KeptAsText(&'static str),
    /// Cells that look escaped for HTML, as some exports are by mistake.
    HtmlEntities,
    /// Secrets that do not stand in the file, but are named there as this; they are left empty.
    KeptElsewhere(&'static str),
    /// Values without quotes that end where a comment seems to begin.
    Comment,
    /// Passwords at whose end the token seems to stand.
    Appended,
    /// Passwords that look like the path of a key file, which Data Loader encrypted in their place.
    KeyPath,
    /// Secrets that the Salesforce CLI no longer shows.
    Redacted,
    /// Logins of which the file does not say the username.
    NoUsername,
    /// Records that count only where the user names the format: what they are.
    Candidate(&'static str),
    /// Files of a folder of mails that are none.
    NoMail,
    /// Mails whose subject says that they hold a token, which was not found.
    NoToken,
    /// The file is in an encoding other than UTF-8.
    Encoding(&'static str),
}

/// Counts things by kind and remembers a few of those that had them.
///
/// A million records with the same trouble make one line, and need no more memory than three.
#[derive(Clone, Debug)]
pub struct Tally<K> {
    kinds: BTreeMap<K, Count>,
}

/// How often a thing was seen, and at which records first.
#[derive(Clone, Debug, Default)]
pub struct Count {
    /// How often.
    pub count: u64,
    /// The names of the first few records.
    pub examples: Vec<String>,
}

/// How many records are named for each kind.
const EXAMPLES: usize = 3;

impl<K: Ord> Tally<K> {
    /// Counts one of `kind` at the record called `name`; an empty name is not remembered.
    pub fn add(&mut self, kind: K, name: &str) {
        let entry = self.kinds.entry(kind).or_default();
        entry.count += 1;
        if entry.examples.len() < EXAMPLES && !name.is_empty() {
            entry.examples.push(name.to_owned());
        }
    }

    /// The kinds in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &Count)> {
        self.kinds.iter()
    }

    /// How often `kind` was counted.
    pub fn count(&self, kind: &K) -> u64 {
        self.kinds.get(kind).map_or(0, |entry| entry.count)
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }
}

impl<K> Default for Tally<K> {
    fn default() -> Self {
        Self { kinds: BTreeMap::new() }
    }
}
