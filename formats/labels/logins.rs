//! From labelled lines to logins.

use super::line::{Label, Line, is_neutral, is_ours};
use super::value::Value;
use crate::record::{Key, Record};
use crate::salesforce;

/// How many other lines may stand between those of one login.
const APART: usize = 5;

/// How many lines above a login may name Salesforce for it.
const NEAR: usize = 10;

/// What a text holds.
#[derive(Debug)]
pub(super) enum Found {
    /// A login.
    Login(Box<Record>),
    /// Something that was not taken, the line of it, and the name of its record.
    Left(Left, u64, String),
    /// A value in quotes with a backslash, which was taken, and the name of its record.
    Escaped(String),
}

/// Why something was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// Only the name of a secret stands there.
    Reference,
    /// Code stands there, or quotes without a clear end.
    Code,
    /// What is called a token is none.
    Token,
    /// What is called a date is none.
    Date,
    /// Several labels stand in one line, so that nobody knows where a value ends.
    Crowded,
    /// Nothing says that the login is Salesforce's.
    NotOurs,
    /// No username stands beside the secret.
    NoUsername,
}

/// A login as far as it was read.
#[derive(Default)]
struct Login<'t> {
    record: Record,
    /// What its labels belong to.
    owner: &'t str,
    /// The line of its first label, and of its first secret, counted from nought.
    first: usize,
    secret: usize,
    /// Whether something of its own says that it is Salesforce's.
    sure: bool,
    /// Whether its token goes by a word that others use too.
    common: bool,
}

/// The logins of a text, one after the other.
///
/// A label that the login has already begins another one, and so does a label that stands far below or belongs to something else.
pub(super) struct Logins<'t> {
    lines: Vec<&'t str>,
    at: usize,
    /// The line behind the login before.
    since: usize,
    login: Login<'t>,
    apart: usize,
    told: Vec<Found>,
}

impl<'t> Logins<'t> {
    /// Those of this text.
    pub(super) fn of(text: &'t str) -> Self {
        Self { lines: text.lines().collect(), at: 0, since: 0, login: Login::default(), apart: 0, told: Vec::new() }
    }

    fn leave(&mut self, why: Left, line: usize) {
        self.told.push(Found::Left(why, line as u64 + 1, self.login.record.name().to_owned()));
    }

    /// Takes a value into the login, which does not have its key yet.
    fn take(&mut self, Label { key, common, ours }: Label, value: &Value<'_>, text: &str, line: usize) {
        let Login { record, owner, first, secret, sure, common: is_common } = &mut self.login;
        if *record == Record::default() {
            *first = line;
        }
        if record.password.is_empty() && record.token.is_none() {
            *secret = line;
        }
        *sure |= ours;
        match key {
            Key::Username => text.trim().clone_into(&mut record.username),
            Key::Password => match value.password_and_token() {
                Some((password, token)) if record.token.is_none() => {
                    record.password = password;
                    record.token = Some(token);
                    *sure = true;
                }
                _ => record.password = text.into(),
            },
            Key::Token => {
                record.token = Some(text.into());
                *is_common = common;
                *sure |= !common && (is_neutral(owner) || salesforce::is_token_like(text));
            }
            Key::Issued => record.issued = text.trim().parse().ok(),
            _ => {
                record.urls.push(text.trim().to_owned());
                *sure |= salesforce::is_salesforce(text.trim());
            }
        }
        if matches!(value, Value::Escaped(_)) {
            let name = self.login.record.name().to_owned();
            self.told.push(Found::Escaped(name));
        }
    }

    /// What was gathered, if it is a login.
    fn finish(&mut self) {
        let login = std::mem::take(&mut self.login);
        let since = std::mem::replace(&mut self.since, self.at);
        let record = login.record;
        if record.password.is_empty() && record.token.is_none() {
            return;
        }
        let why = if record.username.is_empty() {
            Left::NoUsername
        } else if !self.is_ours(since, login.sure, login.common, login.owner, login.first) {
            Left::NotOurs
        } else {
            self.told.push(Found::Login(Box::new(record)));
            return;
        };
        self.told.push(Found::Left(why, login.secret as u64 + 1, record.username));
    }

    /// Whether a login can be Salesforce's: its labels belong to nothing else, and a word such as `token` has a sign beside it.
    fn is_ours(&self, since: usize, sure: bool, common: bool, owner: &str, first: usize) -> bool {
        let named = || {
            let from = since.max(first.saturating_sub(NEAR));
            self.lines[from..self.at].iter().any(|line| {
                let line = line.to_ascii_lowercase();
                ["salesforce", "sfdc", "force.com", "restforce"].iter().any(|name| line.contains(name))
            })
        };
        sure || is_ours(owner) || is_neutral(owner) && (!common || named())
    }

    /// Goes on to the next line; `None` at the end of the text.
    fn step(&mut self) -> Option<()> {
        let at = self.at;
        let text = *self.lines.get(at)?;
        let Some(mut line) = Line::of(text).or_else(|| Line::alone(text)) else {
            // A line without a username may be anything: the head of a function has such labels too.
            if text.contains('@') && text.contains(['=', ':']) && Line::is_crowded(text) {
                self.told.push(Found::Left(Left::Crowded, at as u64 + 1, String::new()));
            }
            self.at += 1;
            self.apart += 1;
            if self.apart > APART {
                self.finish();
            }
            return Some(());
        };
        let mut place = at;
        if line.open {
            let blank = usize::from(self.lines.get(at + 1).is_some_and(|next| next.trim().is_empty()));
            let below = self.lines.get(at + 1 + blank).filter(|next| Line::of(next).is_none() && Line::alone(next).is_none());
            if let Some(below) = below {
                line.value = below_label(text, below);
                place = at + 1 + blank;
            }
        }
        if self.enter(&line, text, place) {
            self.at = place + 1;
        } else {
            self.at += 1;
        }
        Some(())
    }

    /// Takes the line into the login, if its value is of the kind that the label says.
    fn enter(&mut self, line: &Line<'t>, text: &str, place: usize) -> bool {
        let key = line.label.key;
        let has_begun = self.login.record != Record::default();
        let matters = has_begun || !line.label.common;
        let left = match &line.value {
            Value::Text(_) | Value::Unclear if Line::is_crowded(text) => Some(Left::Crowded),
            Value::Reference => Some(Left::Reference),
            Value::Unclear => Some(Left::Code),
            _ => None,
        };
        if let Some(left) = left {
            // A username that is not there says nothing of a secret.
            if left == Left::Crowded && text.contains('@') || matches!(key, Key::Password | Key::Token) {
                self.leave(left, place);
            }
            return false;
        }
        let Some(whole) = line.value.text() else { return false };
        let Some(value) = fitting(key, &whole) else {
            let left = match key {
                Key::Token if !whole.trim().is_empty() => Some(Left::Token),
                Key::Issued if has_begun => Some(Left::Date),
                _ => None,
            };
            if let Some(left) = left.filter(|_| matters) {
                self.leave(left, place);
            }
            return false;
        };
        // Anything may be issued on a day; beside a login it is its token.
        if key == Key::Issued && line.label.common && !has_begun {
            return false;
        }
        let owner = if is_neutral(line.owner) { "" } else { line.owner };
        if has_begun && (self.login.record.has(key) || owner != self.login.owner) {
            self.finish();
        }
        self.apart = 0;
        self.login.owner = owner;
        self.take(line.label, &line.value, value, place);
        true
    }
}

/// The value on the line below a label: all of it where the label has a colon, else one word, because what follows may be a sentence.
fn below_label<'t>(label: &str, below: &'t str) -> Value<'t> {
    if Line::of(label).is_some() {
        return Value::of(below);
    }
    let word = below.trim();
    if word.contains(char::is_whitespace) { Value::Unclear } else { Value::of(word) }
}

/// The part of a value that is of the kind that the label says: a username and a token may have a remark behind them.
fn fitting(key: Key, whole: &str) -> Option<&str> {
    let value = whole.trim();
    let (word, remark) = value.split_once(char::is_whitespace).map_or((value, ""), |(word, remark)| (word, remark.trim_start()));
    match key {
        Key::Username => {
            let is_remark = remark.is_empty() || remark.starts_with(['(', '[', '#', '–', '—']) || remark.starts_with("//");
            let is_username = word.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
            (is_remark && is_username).then_some(word)
        }
        Key::Password => (!value.is_empty()).then_some(whole),
        Key::Token => {
            // A sign behind it is the sentence's: a token has letters and digits only.
            let bare = word.trim_end_matches([',', ';', '.']);
            let certain = matches!(bare.len(), 24 | 25) && bare.bytes().all(|byte| byte.is_ascii_alphanumeric());
            if certain { Some(bare) } else { Some(word).filter(|word| remark.is_empty() && !word.is_empty()) }
        }
        Key::Issued => value.parse::<crate::Moment>().is_ok().then_some(value),
        _ => (remark.is_empty() && word.starts_with("http")).then_some(word),
    }
}

impl Iterator for Logins<'_> {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        while self.told.is_empty() {
            if self.step().is_none() {
                self.finish();
                break;
            }
        }
        (!self.told.is_empty()).then(|| self.told.remove(0))
    }
}

#[cfg(test)]
mod tests;
