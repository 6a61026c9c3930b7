//! Credentials that lie in plain text: in exports, config files, code and mail.
//!
//! A file of a format that this tool reads is read as such. Any other text is searched line by line, by [`RULES`]. A placeholder is no
//! credential, nor is what a reference names, nor what belongs to another vendor.

mod around;
mod lines;
mod read;
mod rules;
mod tables;
mod walk;

use std::path::Path;

use sfcred_formats::{Record, Secret, Spot, find, salesforce};

use crate::check::{Shape, shape};

pub use read::look;
pub use rules::{RULES, Rule};
pub use walk::{Seen, Walk, too_long, walk};

/// A credential and where it lies.
#[derive(Clone, Debug)]
pub struct Found {
    /// The line, counted from one, if the file is a text that shows it.
    pub line: Option<u64>,
    /// Where it lies else: a row or an entry.
    pub spot: Option<Spot>,
    /// What it lies in: the id of a format, or that of a rule.
    pub kind: &'static str,
    /// What was found, as a record.
    pub record: Record,
}

impl Found {
    /// Whether it is the secret of a session or of the Salesforce CLI, which no record holds.
    pub fn is_session(&self) -> bool {
        RULES.iter().any(|rule| rule.id == self.kind && rule.is_session)
    }

    /// Whether it stands in a mail.
    fn is_mailed(&self) -> bool {
        self.kind == "salesforce-email"
    }

    /// Whether a program may read it in this file, so that a new token has to go there: from a config file or code, not from an export, a mail
    /// or a note.
    pub fn is_used(&self, path: &Path) -> bool {
        const NOTES: [&str; 10] = ["adoc", "eml", "htm", "html", "log", "mbox", "md", "org", "rst", "txt"];
        if let Ok(format) = find(self.kind) {
            // Of what has a key file beside it a program has the key.
            return format.spec.detect.syntax.is_some() || format.spec.lock.as_ref().is_some_and(|lock| lock.key_file_only);
        }
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        !["sentence", tables::KIND].contains(&self.kind) && !ending.is_some_and(|ending| NOTES.contains(&ending.as_str()))
    }

    /// What of it is secret, in words.
    pub fn what(&self) -> &'static str {
        if self.is_session() {
            return "access to a session";
        }
        match (self.record.token.is_some(), !self.record.password.is_empty()) {
            (true, true) => "password and token",
            (true, false) => "token",
            (false, true) if !salesforce::splits(self.record.password.expose()).is_empty() => "password, perhaps with the token",
            _ => "password",
        }
    }
}

/// Whether there is anything to hide.
fn is_secret(record: &Record) -> bool {
    let token = record.token.as_ref().is_some_and(|token| shape(token.expose()).is_token());
    token || is_password(&record.password)
}

/// Whether it can be a password, rather than a text that waits for one.
fn is_password(password: &Secret) -> bool {
    let text = password.expose().trim();
    let word: String = text.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let waits = ["password", "passwd", "pass", "yourpassword", "mypassword", "salesforcepassword", "yoursalesforcepassword", "redacted"];
    !text.is_empty() && shape(text) != Shape::Placeholder && !waits.contains(&word.as_str()) && !word.starts_with("yourpassword")
}

/// Whether a record of a format in which anything can stand is about Salesforce.
fn is_ours(record: &Record) -> bool {
    record.token.as_ref().is_some_and(|token| salesforce::is_token_like(token.expose()))
        || record.urls.iter().any(|url| salesforce::is_salesforce(url))
}
