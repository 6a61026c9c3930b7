//! New secrets for a login that a file has already.

use std::ops::Range;

use zeroize::Zeroizing;

use crate::salesforce::{is_token_like, splits};
use crate::{Moment, Secret};

/// What the login of one username is to have from now on.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Whose login it is.
    pub username: String,
    /// The token, if it is to have another one.
    pub token: Option<Secret>,
    /// When that token was issued.
    pub issued: Option<Moment>,
    /// The password, if it is to have another one.
    pub password: Option<Secret>,
    /// When that password was changed.
    pub password_changed: Option<Moment>,
    /// Passwords that it has, or had before: they tell where the token begins in a value that holds both.
    pub passwords: Vec<Secret>,
    /// Tokens that it had before.
    pub tokens: Vec<Secret>,
}

/// A file with the new secrets, which nobody has written yet.
#[derive(Clone, Debug, Default)]
pub struct Amended {
    /// All its bytes.
    pub bytes: Zeroizing<Vec<u8>>,
    /// What differs, in the order of the file; nothing where it has the secrets already.
    pub edits: Vec<Edit>,
    /// Whether the date of the old token stays, because it cannot be told from others.
    pub old_date: bool,
}

/// One value that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The line in which it begins, counted from one.
    pub line: u64,
    /// The name of its key; empty where it has none.
    pub key: String,
    /// What it is.
    pub what: Part,
    /// Whether the token that stood there is one of those before.
    pub known: bool,
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The token.
    Token,
    /// The password.
    Password,
    /// The password with the token behind it.
    Both,
    /// The date of the token.
    Issued,
    /// The date of the password.
    PasswordChanged,
}

/// What becomes of a value that may hold password and token.
pub(crate) enum Join {
    /// It holds both, and this is to stand there.
    Whole(Secret),
    /// It seems to hold both, but nobody knows where the token begins.
    Unknown,
    /// It is a password alone.
    Apart,
}

/// Looks for a known password or token in a value; `appends` says that a token belongs behind the password where there is none.
pub(crate) fn join(change: &Change, value: &str, appends: bool) -> Join {
    let wanted = change.token.as_ref();
    let is_token = |rest: &str| is_token_like(rest) || change.tokens.iter().chain(wanted).any(|token| token.expose() == rest);
    let known = || change.passwords.iter().chain(&change.password).filter(|known| !known.is_empty());
    let whole = known().any(|known| known.expose() == value);
    let split = known().filter_map(|known| value.strip_prefix(known.expose()).map(|rest| (known, rest)));
    // A password that was never split from its token would get a second one.
    let lacks_one = |rest: &str| rest.is_empty() && appends && splits(value).is_empty();
    let split = split.filter(|(_, rest)| is_token(rest) || lacks_one(rest)).max_by_key(|(known, _)| known.expose().len());
    if let Some((known, rest)) = split {
        let mut joined = change.password.as_ref().unwrap_or(known).clone();
        joined.push(wanted.map_or(rest, Secret::expose));
        return Join::Whole(joined);
    }
    // Where no password is known, the token before still tells where it begins.
    let ending = change.tokens.iter().find_map(|token| value.strip_suffix(token.expose()));
    if let (Some(begin), None, Some(token)) = (ending, known().next(), wanted) {
        let mut joined = Secret::from(begin);
        joined.push(token.expose());
        return Join::Whole(joined);
    }
    if ending.is_some() || (!whole && !splits(value).is_empty()) { Join::Unknown } else { Join::Apart }
}

/// Bytes that take the place of others.
pub(crate) struct Patch {
    pub(crate) range: Range<usize>,
    pub(crate) bytes: Zeroizing<Vec<u8>>,
    pub(crate) edit: Edit,
}

impl Amended {
    /// The bytes with the patches, none of which lies over another.
    pub(crate) fn new(bytes: &[u8], mut patches: Vec<Patch>) -> Self {
        patches.sort_by_key(|patch| patch.range.start);
        patches.dedup_by_key(|patch| patch.range.start);
        let longer: usize = patches.iter().map(|patch| patch.bytes.len()).sum();
        let mut amended = Self { bytes: Zeroizing::new(Vec::with_capacity(bytes.len() + longer)), ..Self::default() };
        let mut at = 0;
        for Patch { range, bytes: new, edit } in patches {
            amended.bytes.extend_from_slice(bytes.get(at..range.start).unwrap_or_default());
            amended.bytes.extend_from_slice(&new);
            at = range.end;
            amended.edits.push(edit);
        }
        amended.bytes.extend_from_slice(bytes.get(at..).unwrap_or_default());
        amended
    }
}
