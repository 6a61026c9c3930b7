//! Secrets that are found in a plain text by what they are.

use std::ops::Range;

use sfcred_formats::{Amended, Change, Edit, Error, Part, Record, Result};
use zeroize::Zeroizing;

/// How many places a date is tried in.
const TRIES: usize = 16;

/// Puts the new secrets where the old ones stand; `is_right` reads what came out.
///
/// Tokens are letters and digits, which every format writes as they are. A table is read to its last cell, so there the token may stand in the
/// notes once more; a document can have it in a place that nobody reads. A password is looked for in each of the ways that there are.
///
/// # Errors
/// When there is no such login or several, or a secret stands in more than one place, or in none.
pub(super) fn amend(
    bytes: &[u8],
    is_table: bool,
    before: &[Record],
    change: &Change,
    is_right: &mut dyn FnMut(&Amended) -> bool,
) -> Result<Amended> {
    let mut logins = before.iter().filter(|record| record.username.eq_ignore_ascii_case(&change.username));
    let login = match (logins.next(), logins.next()) {
        (Some(login), None) => login,
        (None, _) => return Err(by_hand(format!("no login of {}", change.username))),
        (Some(_), Some(_)) => return Err(by_hand(format!("several logins of {}", change.username))),
    };
    let mut amended = Amended { bytes: Zeroizing::new(bytes.to_vec()), ..Amended::default() };
    if let Some(new) = &change.token {
        let Some(old) = &login.token else { return Err(by_hand(format!("the login of {} has no token there", change.username))) };
        if old != new {
            let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
            let found: Vec<_> = places(bytes, old.expose()).collect();
            let fits = plain(old.expose()) && plain(new.expose()) && (found.len() == 1 || (is_table && !found.is_empty()));
            let known = change.tokens.contains(old);
            // From the last, so that the places of the others stay.
            let put = |amended: Amended, range| with(&amended, range, new.expose(), Part::Token, known);
            let next = fits.then(|| found.into_iter().rev().fold(amended, put));
            amended =
                next.filter(&mut *is_right).ok_or_else(|| by_hand("the token stands there in more than one place, or in none".into()))?;
            if let (Some(old), Some(new)) = (login.issued, change.issued.filter(|new| Some(*new) != login.issued)) {
                amended = date(amended, &old.to_string(), &new.to_string(), is_right);
            }
        }
    }
    // A password that is kept elsewhere is updated there.
    let has_password = !login.password.is_empty() || login.token.is_none();
    if let Some(new) = change.password.as_ref().filter(|new| **new != login.password && has_password) {
        if login.token.is_none() && !change.passwords.contains(&login.password) {
            return Err(by_hand("the password is none that is known, and may hold the token".into()));
        }
        let next = ways(login.password.expose(), new.expose(), is_table).into_iter().find_map(|(old, new)| {
            let range = only(&amended.bytes, &old)?;
            Some(with(&amended, range, &new, Part::Password, false)).filter(&mut *is_right)
        });
        let next = next.map(|next| Amended { old_date: amended.old_date, ..next });
        amended = next.ok_or_else(|| by_hand("the password cannot be replaced where it stands".into()))?;
    }
    amended.edits.sort_by_key(|edit| edit.line);
    Ok(amended)
}

fn by_hand(what: String) -> Error {
    Error::new(what).hint("update it by hand, and mark it with --done")
}

/// The one place of a text that is not empty.
fn only(bytes: &[u8], text: &str) -> Option<Range<usize>> {
    let mut places = places(bytes, text);
    let found = places.next();
    found.filter(|_| places.next().is_none())
}

fn places<'b>(bytes: &'b [u8], text: &'b str) -> impl Iterator<Item = Range<usize>> + 'b {
    let length = text.len();
    let all = bytes.windows(length.max(1)).enumerate().filter(move |(_, part)| *part == text.as_bytes());
    all.map(move |(at, _)| at..at + length)
}

/// The same with another text in one place.
fn with(amended: &Amended, range: Range<usize>, text: &str, what: Part, known: bool) -> Amended {
    let old = &amended.bytes;
    let line = old[..range.start].split(|byte| *byte == b'\n').count() as u64;
    let mut bytes = Zeroizing::new(Vec::with_capacity(old.len() + text.len()));
    bytes.extend_from_slice(&old[..range.start]);
    bytes.extend_from_slice(text.as_bytes());
    bytes.extend_from_slice(&old[range.end..]);
    let edits = amended.edits.iter().cloned().chain([Edit { line, key: String::new(), what, known }]).collect();
    Amended { bytes, edits, ..Amended::default() }
}

/// Replaces the date of the token, in the one place where that date is read; many records can have the same.
fn date(amended: Amended, old: &str, new: &str, is_right: &mut dyn FnMut(&Amended) -> bool) -> Amended {
    let found =
        places(&amended.bytes, old).take(TRIES).map(|range| with(&amended, range, new, Part::Issued, false)).find(|next| is_right(next));
    found.unwrap_or(Amended { old_date: true, ..amended })
}

/// How a password and its successor are written: as they are, in JSON, in the cell of a table, in XML, and in a cell that needs quotes now.
///
/// A quote inside of a cell of a table is written twice, and the cell in quotes: not every reader takes it as it is.
fn ways(old: &str, new: &str, is_table: bool) -> Vec<(Zeroizing<String>, Zeroizing<String>)> {
    let ways: [fn(&str) -> String; 4] = [str::to_owned, json, doubled, xml];
    let skipped = if is_table && new.contains('"') { 2 } else { 0 };
    let mut pairs: Vec<_> = ways.into_iter().skip(skipped).map(|way| (Zeroizing::new(way(old)), Zeroizing::new(way(new)))).collect();
    pairs.push((Zeroizing::new(old.to_owned()), Zeroizing::new(format!("\"{}\"", doubled(new)))));
    pairs
}

fn json(text: &str) -> String {
    let quoted = serde_json::to_string(text).unwrap_or_default();
    quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned()
}

fn doubled(text: &str) -> String {
    text.replace('"', "\"\"")
}

fn xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&apos;")
}
