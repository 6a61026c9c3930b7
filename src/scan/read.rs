//! What lies in one file.

use std::borrow::Cow;
use std::io::{Cursor, Read};

use sfcred_formats::keys::{self, Syntax};
use sfcred_formats::{Error, Format, Input, Lock, Record, Result, Secret, Spot};
use zeroize::Zeroizing;

use super::{Found, is_ours, is_secret, lines};
use crate::flow::{self, Content, Options, Source};

/// Looks at the bytes of one file, called `name`.
pub fn look(name: &str, bytes: &[u8], options: &Options) -> Vec<Found> {
    let (format, mut found) = read(name, bytes, options);
    let Some(text) = text(bytes, options) else { return found };
    let text: &str = &text;
    if found.is_empty() {
        return lines::find(text);
    }
    if let Some(syntax) = format.and_then(|format| format.spec.detect.syntax) {
        place_keys(syntax, text, &mut found);
    }
    place_values(text, &mut found);
    // In a text of any kind the rules for lines say more; what opens a session no format has.
    let is_text = format.is_some_and(|format| format.spec.id == "labels");
    let mut lines = lines::find(text);
    lines.retain(|one| is_text || one.is_session());
    found.retain(|one| !lines.iter().any(|line| is_same(&line.record, &one.record)));
    found.append(&mut lines);
    found.sort_by_key(|one| one.line);
    found
}

/// Whether two records of one file hold the same secret.
fn is_same(one: &Record, other: &Record) -> bool {
    match (&one.token, &other.token) {
        (Some(one), Some(other)) => one == other,
        (None, None) => one.password == other.password,
        _ => false,
    }
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
    let source = Source { name: name.to_owned(), content, from: None, lock: Box::new(Named(name)), made_of: None };
    let mut records = Vec::new();
    // A file that ends in the middle still shows what stands before.
    let (format, _) = flow::logins(source, options, &mut |record, spot| records.push((record, spot)));
    let Some(format) = format else { return (None, Vec::new()) };
    let counts = |record: &Record| is_secret(record) && (!format.spec.native || is_ours(record));
    let found = records.into_iter().filter(|(record, _)| counts(record));
    let found = found.map(|(record, spot)| Found { line: None, spot: Some(spot), kind: &format.spec.id, record }).collect();
    (Some(format), found)
}

/// The text of a file, if it is one in UTF-8, or in UTF-16 with its mark.
fn text<'b>(bytes: &'b [u8], options: &Options) -> Option<Cow<'b, str>> {
    if !bytes.starts_with(b"\xFF\xFE") && !bytes.starts_with(b"\xFE\xFF") {
        return std::str::from_utf8(bytes).ok().map(Cow::Borrowed);
    }
    let mut text = String::new();
    let mut input = Input::open(Box::new(Cursor::new(bytes)), &options.limits).ok()?;
    input.read_to_string(&mut text).ok().map(|_| text.into())
}

/// Finds the lines of keys, whose values may not stand there as they are: in base64, or with escapes.
fn place_keys(syntax: Syntax, text: &str, found: &mut [Found]) {
    let Ok(keys) = keys::find(syntax, text) else { return };
    let same = |one: &Record, other: &Record| one.username == other.username && one.password == other.password && one.token == other.token;
    let mut used = vec![false; keys.len()];
    for one in found {
        let free = keys.iter().zip(&mut used).find(|(key, used)| !**used && same(&key.record, &one.record));
        let Some((key, used)) = free else { continue };
        *used = true;
        one.line = Some(key.token_line.or(key.password_line).unwrap_or(key.line));
    }
}

/// Finds the lines in which values stand, for what has none yet: mails, where the mail begins.
fn place_values(text: &str, found: &mut [Found]) {
    let (mut from, mut line) = (0, 1);
    for one in found.iter_mut().filter(|one| one.line.is_none()) {
        if let Some(at) = place(&text[from..], &one.record) {
            line += lines_in(&text[from..from + at]);
            from += at;
            one.line = Some(line);
        } else if let Some(at) = place(text, &one.record) {
            one.line = Some(1 + lines_in(&text[..at]));
        } else if let (Some(Spot::Entry(number)), true) = (one.spot, one.is_mailed()) {
            one.line = Some(mail(text, number));
        }
    }
}

/// Where a record stands in the text: at its token, else at its password, else at its username.
fn place(text: &str, record: &Record) -> Option<usize> {
    let values = record.token.iter().chain([&record.password]).map(Secret::expose).chain([record.username.as_str()]);
    values.filter(|value| !value.is_empty()).find_map(|value| text.find(value))
}

/// The line in which this mail of a mailbox begins; the only one begins at the top.
fn mail(text: &str, number: u64) -> u64 {
    let mut begins = text.lines().zip(1..).filter(|(line, _)| line.starts_with("From ")).map(|(_, number)| number);
    usize::try_from(number - 1).ok().and_then(|number| begins.nth(number)).unwrap_or(1)
}

fn lines_in(text: &str) -> u64 {
    text.bytes().filter(|byte| *byte == b'\n').count() as u64
}
