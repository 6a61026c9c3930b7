//! New secrets in a config file, whose other bytes stay as they are.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::comment::Dated;
use super::outcome::{At, Found};
use super::{Encoding, Syntax, uri};
use crate::amend::{Amended, Change, Edit, Join, Part, Patch, join};
use crate::{Error, Moment, Result, Secret};

/// What the hints of all refusals say.
const BY_HAND: &str = "update it by hand, and mark it with --done";

/// Puts the secrets of a change in the place of those that the login of its username has.
///
/// Only the values themselves differ afterwards, and the dates in the comment above them. Whoever writes the file reads it once more first.
///
/// # Errors
/// When the file cannot be read, has no such login or several that differ, or a value cannot be replaced where it stands.
pub(crate) fn amend(syntax: Syntax, bytes: &[u8], change: &Change) -> Result<Amended> {
    let source = Source::new(syntax, bytes)?;
    let outcome = super::outcome(syntax, &source.text)?;
    if let Some(flaw) = outcome.flaws.into_iter().next() {
        return Err(flaw);
    }
    let named = |found: &&Found| found.record.username.eq_ignore_ascii_case(&change.username);
    let logins: Vec<&Found> = outcome.found.iter().filter(named).collect();
    let Some(first) = logins.first() else {
        return Err(Error::new(format!("no login of {}", change.username)).hint("check the username in the file, or update it by hand"));
    };
    let same = |other: &Found| (&other.record.password, &other.record.token) == (&first.record.password, &first.record.token);
    if let Some(other) = logins.iter().find(|other| !same(other)) {
        let what = format!("another login of {}, which differs from that in line {}", change.username, first.line);
        return Err(Error::new(what).at(format!("line {}", other.line)).hint(BY_HAND));
    }
    let mut patches = Vec::new();
    for login in logins {
        Login { source: &source, change, found: login }.patch(&mut patches)?;
    }
    Ok(Amended::new(bytes, patches))
}

/// A text, and where its characters stand among the bytes of the file.
struct Source<'b> {
    syntax: Syntax,
    text: Cow<'b, str>,
    /// The length of the byte order mark.
    mark: usize,
}

impl<'b> Source<'b> {
    fn new(syntax: Syntax, bytes: &'b [u8]) -> Result<Self> {
        let mark = if bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
        let rest = &bytes[mark..];
        let wide = bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF");
        let text = match std::str::from_utf8(rest) {
            Ok(text) => Cow::Borrowed(text),
            // Java's own encoding of these files, in which every byte is a character.
            Err(_) if syntax == Syntax::Properties && !wide => Cow::Owned(rest.iter().copied().map(char::from).collect()),
            Err(_) => return Err(Error::new("not valid UTF-8").hint(BY_HAND)),
        };
        Ok(Self { syntax, text, mark })
    }

    /// Which byte of the file a byte of the text is.
    fn byte(&self, at: usize) -> usize {
        self.mark
            + match &self.text {
                Cow::Borrowed(_) => at,
                Cow::Owned(text) => text.get(..at).map_or(at, |before| before.chars().count()),
            }
    }
}

/// One login that is to have the new secrets.
struct Login<'s> {
    source: &'s Source<'s>,
    change: &'s Change,
    found: &'s Found,
}

impl Login<'_> {
    fn patch(&self, patches: &mut Vec<Patch>) -> Result<()> {
        let Self { change, found: login, .. } = *self;
        if let Some(joined) = self.joined()? {
            self.secret(Part::Both, &login.record.password, login.password_at.as_ref(), &joined, patches)?;
        } else {
            if let (Some(new), Some(at), Some(old)) = (&change.token, &login.token_at, &login.record.token) {
                self.secret(Part::Token, old, Some(at), new, patches)?;
            }
            if let Some(new) = &change.password {
                self.check_reference(false)?;
                self.secret(Part::Password, &login.record.password, login.password_at.as_ref(), new, patches)?;
            }
        }
        // Half of a login may be kept elsewhere, but not all of what is to be replaced.
        let has_password = login.password_at.is_some();
        let has_token = login.token_at.is_some() || has_password;
        if !(change.token.is_some() && has_token || change.password.is_some() && has_password) {
            let what =
                format!("the login of {} has no {} there", change.username, if change.token.is_some() { "token" } else { "password" });
            return Err(Error::new(what).at(format!("line {}", login.line)).hint(BY_HAND));
        }
        let Some(dates) = login.dates else { return Ok(()) };
        // A date is that of the secret below it, and goes with it; also where somebody has replaced that alone.
        self.date(Part::Issued, dates.issued, change.issued.filter(|_| change.token.is_some()), patches);
        self.date(Part::PasswordChanged, dates.changed, change.password_changed.filter(|_| change.password.is_some()), patches);
        Ok(())
    }

    /// What is to stand in the place of the password, where that holds the token as well.
    fn joined(&self) -> Result<Option<Secret>> {
        let Self { change, found: login, .. } = *self;
        if login.token_at.is_some() {
            return Ok(None);
        }
        self.check_reference(true)?;
        let value = login.record.password.expose();
        match join(change, value, login.appends) {
            Join::Whole(joined) => return Ok(Some(joined)),
            Join::Unknown => {
                if let Some(at) = &login.password_at {
                    let what =
                        format!("`{}`: it seems to hold password and token, but the password is none that is known", at.key.escape_debug());
                    return Err(Error::new(what).at(format!("line {}", at.line)).hint(BY_HAND));
                }
            }
            Join::Apart => {}
        }
        if change.token.is_some() && change.password.is_none() {
            let what = format!("the login of {} has no token there", change.username);
            return Err(Error::new(what).at(format!("line {}", login.line)).hint(BY_HAND));
        }
        Ok(None)
    }

    /// Refuses where the file only says where a secret is kept that is to be replaced.
    fn check_reference(&self, token: bool) -> Result<()> {
        let (wanted, there) = if token {
            (self.change.token.is_some(), self.found.token_at.is_some())
        } else {
            (self.change.password.is_some(), self.found.password_at.is_some())
        };
        let Some(reference) = self.found.references.iter().find(|reference| reference.token == token && wanted && !there) else {
            return Ok(());
        };
        let what = format!("`{}` is {}, and not the secret itself", reference.key.escape_debug(), reference.kind);
        Err(Error::new(what)
            .at(format!("line {}", reference.line))
            .hint("update the secret where it is kept, and mark the integration with --done"))
    }

    /// Replaces a secret under all names that it has here.
    fn secret(&self, what: Part, old: &Secret, at: Option<&At>, new: &Secret, patches: &mut Vec<Patch>) -> Result<()> {
        let Some(at) = at.filter(|_| old != new) else { return Ok(()) };
        let known = what != Part::Password && self.change.tokens.iter().any(|token| old.expose().ends_with(token.expose()));
        let more = self.found.more.iter().filter(|(value, _)| value == old).map(|(_, at)| at);
        for At { key, line, span, encoding } in std::iter::once(at).chain(more) {
            let Some(span) = span.clone() else {
                let what = format!("`{}`: the value goes on over several lines, or stands inside of another one", key.escape_debug());
                return Err(Error::new(what).at(format!("line {line}")).hint(BY_HAND));
            };
            let text = &self.source.text;
            let mut bytes = Zeroizing::new(Vec::new());
            match encoding {
                Encoding::Plain => self.source.syntax.quote(text, span.clone(), new.expose(), &mut bytes)?,
                Encoding::Base64 => {
                    let encoded = Zeroizing::new(STANDARD.encode(new.expose()));
                    self.source.syntax.quote(text, span.clone(), &encoded, &mut bytes)?;
                }
                // Its escapes are all that can stand there, whatever is around.
                Encoding::Uri => bytes.extend_from_slice(uri::escaped(new.expose()).as_bytes()),
            }
            let range = self.source.byte(span.start)..self.source.byte(span.end);
            patches.push(Patch { range, bytes, edit: Edit { line: *line, key: key.clone(), what, known } });
        }
        Ok(())
    }

    fn date(&self, what: Part, dated: Option<Dated>, new: Option<Moment>, patches: &mut Vec<Patch>) {
        let Some((Dated { moment, start, end }, new)) = dated.zip(new) else { return };
        if moment != new {
            let bytes = Zeroizing::new(new.to_string().into_bytes());
            let line = self.found.dates.map_or(0, |dates| dates.line);
            let range = self.source.byte(start)..self.source.byte(end);
            patches.push(Patch { range, bytes, edit: Edit { line, key: String::new(), what, known: false } });
        }
    }
}

#[cfg(test)]
mod tests;
