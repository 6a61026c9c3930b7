//! Credentials that lie in plain text: in exports, config files, code and mail.
//!
//! A file of a format that this tool reads is read as such. Any other text is searched line by line ([`lines`]). A placeholder is no
//! credential, nor is what a reference names, nor what belongs to another vendor.

pub mod lines;
mod walk;

use sfcred_formats::{Error, Format, Lock, Record, Result, Secret, Spot, salesforce};
use zeroize::Zeroizing;

use crate::check::{Shape, is_like_a_token, shape};
use crate::flow::{self, Content, Options, Source};

pub use walk::{Seen, Walk, walk};

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
        lines::RULES.iter().any(|rule| rule.id == self.kind && rule.is_session)
    }

    /// What of it is secret, in words.
    pub fn what(&self) -> &'static str {
        if self.is_session() {
            return "access to a session";
        }
        match (self.record.token.is_some(), !self.record.password.is_empty()) {
            (true, true) => "password and token",
            (true, false) => "token",
            (false, true) if !crate::check::splits(self.record.password.expose()).is_empty() => "password, perhaps with the token",
            _ => "password",
        }
    }
}

/// Looks at the bytes of one file, called `name`.
pub fn look(name: &str, bytes: &[u8], options: &Options) -> Vec<Found> {
    let (format, mut found) = read(name, bytes, options);
    let Ok(text) = std::str::from_utf8(bytes) else { return found };
    // What a format left out may still hold something, and in a text of any kind the rules for lines say more.
    if found.is_empty() || format.is_none_or(|format| format.spec.id == "labels") {
        let lines = lines::find(text);
        if found.is_empty() || !lines.is_empty() {
            return lines;
        }
    }
    let (mut from, mut line) = (0, 1);
    for one in &mut found {
        if let Some(at) = place(&text[from..], &one.record) {
            line += lines_in(&text[from..from + at]);
            from += at;
            one.line = Some(line);
        } else if let Some(at) = place(text, &one.record) {
            one.line = Some(1 + lines_in(&text[..at]));
        }
    }
    found
}

/// Knows where a file lies, and no key: a search opens nothing.
struct Named<'a>(&'a str);

impl Lock for Named<'_> {
    fn passphrase(&mut self) -> Result<Secret> {
        Err(Error::new("encrypted").hint("read it with `sfcred convert`"))
    }

    fn key_file(&mut self) -> Result<Option<Zeroizing<Vec<u8>>>> {
        Ok(None)
    }

    fn random(&mut self, _: &mut [u8]) -> Result<()> {
        Err(Error::new("nothing is written by a search").hint("report this"))
    }

    fn document(&self) -> Option<&str> {
        Some(self.0)
    }
}

/// Reads a file of a known format.
fn read(name: &str, bytes: &[u8], options: &Options) -> (Option<&'static Format>, Vec<Found>) {
    let content = Content::File(Box::new(bytes));
    let source = Source { name: name.to_owned(), content, from: None, lock: Box::new(Named(name)) };
    let mut records = Vec::new();
    // A file that ends in the middle still shows what stands before.
    let (format, _) = flow::logins(source, options, &mut |record, spot| records.push((record, spot)));
    let Some(format) = format else { return (None, Vec::new()) };
    let counts = |record: &Record| is_secret(record) && (!format.spec.native || is_ours(record));
    let found = records.into_iter().filter(|(record, _)| counts(record));
    let found = found.map(|(record, spot)| Found { line: None, spot: Some(spot), kind: &format.spec.id, record }).collect();
    (Some(format), found)
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
    record.token.as_ref().is_some_and(|token| is_like_a_token(token.expose()))
        || record.urls.iter().any(|url| salesforce::is_salesforce(url))
}

/// Where a record stands in the text: at its token, else at its password, else at its username.
fn place(text: &str, record: &Record) -> Option<usize> {
    let values = record.token.iter().chain([&record.password]).map(Secret::expose).chain([record.username.as_str()]);
    values.filter(|value| !value.is_empty()).find_map(|value| text.find(value))
}

fn lines_in(text: &str) -> u64 {
    text.bytes().filter(|byte| *byte == b'\n').count() as u64
}
