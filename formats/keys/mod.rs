//! Credentials among the keys of config files: one engine behind every text syntax.
//!
//! A parser turns a file into a flat list of [`Entry`]s: the path of names, the value, and its line. The engine finds the keys of a Salesforce login
//! among them by their names, groups them by what is left of the names, and makes a [`Record`](crate::Record) of each group. A group counts only with a sign of
//! Salesforce: a prefix such as `SFDC_`, a section of that name, or a URL that leads there. Facts: `facts/salesforce.md`, sections 3.0 to 3.8.

mod amend;
mod assemble;
mod codec;
mod comment;
mod entry;
mod group;
mod names;
mod outcome;
mod style;
mod tree;
mod unfold;
mod uri;
mod value;

pub use entry::{Encoding, Entry, Syntax};
pub use outcome::{Found, Outcome};
pub use style::{Quirk, Style};

pub(crate) use amend::amend;
pub(crate) use codec::{Config, bytes, read, text};
pub(crate) use entry::Entries;
pub(crate) use names::is_known;
pub use names::is_prefixed;
pub(crate) use style::{Block, Line, Render};
pub(crate) use tree::{Leaf, Tree, flatten};
pub(crate) use value::{expanded, reference};

/// The credentials in a text, in the order of their first lines; what is a reference to a secret is told in their notices.
///
/// Nothing is refused here: where one key stands twice the first counts, and a value that cannot be read is left out. Reading a file as a
/// [`Format`](crate::Format) is stricter.
///
/// # Errors
/// When the text as a whole is not of this syntax, with the line.
pub fn find(syntax: Syntax, text: &str) -> crate::Result<Vec<Found>> {
    Ok(outcome(syntax, text)?.found)
}

/// All that is in a text: the credentials, and what keeps a reader from taking them as they are.
///
/// # Errors
/// As [`find`].
pub fn outcome(syntax: Syntax, text: &str) -> crate::Result<Outcome> {
    let entries = syntax.entries(text)?;
    Ok(assemble::outcome(entries, &comment::dates(text)))
}

#[cfg(test)]
mod tests;
