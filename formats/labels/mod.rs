//! Lines with labels in any text: `Username:`, `Password:`, `Security Token:`, or `username = `, `password = `.
//!
//! People keep logins so in notes, tickets and code. What stands in the lines between is nobody's business here. As any text may hold such
//! lines, they count only where nothing else is recognised. A value counts only where nobody can doubt where it ends; what cannot be read is
//! told with its line. Source: `salesforce.md` of the facts, sections 0 (source 000) and 2.3 (S7).

mod line;
mod logins;
mod value;

use std::io::{Read, Write};

use zeroize::Zeroizing;

use crate::format::{Likeness, Sink, Spec, Spot, Writer};
use crate::{Error, Limits, Lock, Notice, Result};

use logins::{Found, Left, Logins};

#[derive(Debug)]
pub(crate) struct Codec;

impl crate::format::Codec for Codec {
    fn read(&self, _: &Spec, input: &mut dyn Read, limits: &Limits, _: &mut dyn Lock, sink: &mut dyn Sink) -> Result<()> {
        let mut bytes = Zeroizing::new(Vec::new());
        if input.take(limits.element as u64 + 1).read_to_end(&mut bytes)? > limits.element {
            return Err(Error::new(format!("longer than {} bytes, the limit for one text", limits.element)).hint("split the file"));
        }
        let text = str::from_utf8(&bytes).map_err(|_| Error::new("not a text in UTF-8").hint("save it again as UTF-8"))?;
        let (mut number, mut reason) = (0, None);
        for found in Logins::of(text) {
            match found {
                Found::Login(mut record) => {
                    number += 1;
                    sink.record(&mut record, Spot::Entry(number))?;
                }
                Found::Left(left, line, name) => {
                    reason.get_or_insert((left, line));
                    sink.notice(left.notice(line), &name);
                }
                Found::Escaped(name) => sink.notice(Notice::KeptAsText("values in quotes with a backslash"), &name),
            }
        }
        match reason {
            _ if number > 0 => Ok(()),
            Some((left, line)) => Err(left.error(line)),
            None => Err(Error::new("no line with a username beside one with a password or a token")
                .hint("write them as `Username: …`, `Password: …` and `Security Token: …`")),
        }
    }

    fn write<'a>(&self, _: &'a Spec, _: &'a mut dyn Write, _: &'a mut dyn Lock) -> Result<Box<dyn Writer + 'a>> {
        Err(Error::new("labels can only be read").hint("`sfcred formats` shows what can be written"))
    }

    fn likeness(&self, head: &[u8]) -> Likeness {
        let text = Zeroizing::new(String::from_utf8_lossy(head).into_owned());
        let is_login = |found| matches!(found, Found::Login(_));
        if Logins::of(&text).any(is_login) { Likeness::Holds } else { Likeness::None }
    }
}

impl Left {
    /// What is told of it beside logins.
    fn notice(self, line: u64) -> Notice {
        let what = match self {
            Self::Reference => return Notice::LeftBehind("values that say where a secret is kept, not what it is".to_owned()),
            Self::NoUsername => return Notice::NotALogin("secrets without a username beside them".to_owned()),
            Self::Code => "code, or a quote that never ends, in place of a secret",
            Self::Token => "a token that cannot be read",
            Self::Date => "a date that cannot be read",
            Self::Crowded => "the values of several labels in one line",
            Self::NotOurs => "a login of which nothing says that it is Salesforce's",
        };
        Notice::LeftBehind(format!("line {line}: {what}"))
    }

    /// Why there is no login in the whole text.
    fn error(self, line: u64) -> Error {
        let (what, hint) = match self {
            Self::Reference => ("only a reference to a secret, not the secret itself", "put the secret in, or read it where it is kept"),
            Self::NoUsername => ("a secret without a username beside it", "write its username in the line above: `Username: …`"),
            Self::Code => ("code or open quotes in place of a secret", "write the secret itself, in quotes or without any"),
            Self::Token => ("a token that cannot be read", "it is one word of 24 or 25 letters and digits; write it alone behind its label"),
            Self::Date => ("a date that cannot be read", "write it as 2026-08-18"),
            Self::Crowded => {
                ("several labels in one line", "write each on a line of its own; `sfcred scan --import` finds logins in code as well")
            }
            Self::NotOurs => (
                "a login, and nothing that says it is Salesforce's",
                "call its token `Security Token`, or write `URL: https://login.salesforce.com` beside it",
            ),
        };
        Error::new(what).at(format!("line {line}")).hint(hint)
    }
}
