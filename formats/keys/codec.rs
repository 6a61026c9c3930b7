//! What the codecs of all these formats do alike.

use std::collections::HashMap;
use std::io::{Read, Write};

use zeroize::Zeroizing;

use super::style::{Numbered, Render};
use super::{Found, Style, Syntax};
use crate::amend::{Amended, Change};
use crate::format::{Codec, Sink, Spec, Spot, Writer};
use crate::{Error, Limits, Lock, Notice, Record, Result};

/// A format that is a syntax of config files and no more.
pub(crate) trait Config: Sync + std::fmt::Debug {
    /// The syntax.
    const SYNTAX: Syntax;
    /// What stands before the number of a login, where a file holds several.
    const MARK: &'static str = "_";

    /// What writes the keys of logins in this style; nothing where the format can only be read.
    fn render(style: &Style) -> Option<Box<dyn Render + '_>> {
        let _ = style;
        None
    }
}

impl<C: Config> Codec for C {
    fn read(&self, _: &Spec, input: &mut dyn Read, limits: &Limits, _: &mut dyn Lock, sink: &mut dyn Sink) -> Result<()> {
        read(C::SYNTAX, input, limits, sink)
    }

    fn amend(&self, _: &Spec, bytes: &[u8], change: &Change, _: &Limits, _: &mut dyn Lock) -> Result<Option<Amended>> {
        super::amend(C::SYNTAX, bytes, change).map(Some)
    }

    fn write<'a>(&self, spec: &'a Spec, out: &'a mut dyn Write, lock: &'a mut dyn Lock) -> Result<Box<dyn Writer + 'a>> {
        let style = Style::choose(spec, lock.style())?;
        let Some(render) = C::render(style) else {
            return Err(Error::new(format!("{} can only be read", spec.id)).hint("`sfcred formats` shows what can be written"));
        };
        Ok(Box::new(Numbered { style, out, render, mark: C::MARK, first: None, records: 0, text: Vec::new() }))
    }
}

/// Reads the credentials of a file of this syntax.
pub(crate) fn read(syntax: Syntax, input: &mut dyn Read, limits: &Limits, sink: &mut dyn Sink) -> Result<()> {
    let bytes = bytes(input, limits)?;
    let text = text(&bytes, syntax, sink)?;
    let outcome = super::outcome(syntax, &text)?;
    if let Some(flaw) = outcome.flaws.into_iter().next() {
        return Err(flaw);
    }
    if outcome.found.is_empty() && outcome.notices.is_empty() {
        return Err(Error::new("no Salesforce login among its keys")
            .hint("a key needs a prefix such as SALESFORCE_, a section of that name, or a URL"));
    }
    for notice in outcome.notices {
        sink.notice(notice, "");
    }
    for (number, mut found) in (1..).zip(once(outcome.found)) {
        for notice in found.notices {
            sink.notice(notice, found.record.name());
        }
        sink.record(&mut found.record, Spot::Entry(number))?;
    }
    Ok(())
}

/// The credentials without those that are wholly the same as one before, as where two environments inherit one login.
fn once(found: Vec<Found>) -> impl Iterator<Item = Found> {
    let mut seen: HashMap<String, Vec<Record>> = HashMap::new();
    found.into_iter().filter(move |found| {
        let known = seen.entry(found.record.username.clone()).or_default();
        let is_new = !known.contains(&found.record);
        if is_new {
            known.push(found.record.clone());
        }
        is_new
    })
}

/// The bytes of a whole config file.
///
/// # Errors
/// When it is longer than the limit for what is read whole.
pub(crate) fn bytes(input: &mut dyn Read, limits: &Limits) -> Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::new());
    input.take(limits.archive.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limits.archive {
        return Err(Error::new(format!("longer than {} bytes, the limit for a config file", limits.archive)).hint("split the file"));
    }
    Ok(bytes)
}

/// The text of a file, which is UTF-8.
///
/// # Errors
/// Names the line that is not, unless the syntax has an encoding of its own.
pub(crate) fn text(bytes: &[u8], syntax: Syntax, sink: &mut dyn Sink) -> Result<Zeroizing<String>> {
    let error = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok(Zeroizing::new(text.to_owned())),
        Err(error) => error,
    };
    if syntax == Syntax::Properties {
        // Java's own encoding of these files; every byte is a character of it.
        sink.notice(Notice::Encoding("ISO-8859-1"), "");
        return Ok(Zeroizing::new(bytes.iter().copied().map(char::from).collect()));
    }
    let line = bytes[..error.valid_up_to()].split(|byte| *byte == b'\n').count();
    Err(Error::new("not valid UTF-8")
        .at(format!("line {line}"))
        .hint("save the file again as UTF-8; guessing another encoding could change a password"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tally;

    #[test]
    fn a_login_that_two_environments_inherit_is_one() {
        let text = "default: &default\n  sfdc_username: a\n  sfdc_password: p\nproduction:\n  <<: *default\nstaging:\n  <<: *default\n  sfdc_password: q\n";
        let mut passwords = Vec::new();
        let mut take = |record: &mut Record, _: Spot| {
            passwords.push(record.password.expose().to_owned());
            Ok(())
        };
        read(Syntax::Yaml, &mut text.as_bytes(), &Limits::default(), &mut (&mut take, &mut Tally::default())).unwrap();
        assert_eq!(passwords, ["p", "q"]);
    }
}
