//! Lines with labels in any text: `Username:`, `Password:`, `Security Token:`, or `username = `, `password = `.
//!
//! People keep logins so in notes, tickets and code. What stands in the lines between is nobody's business here. As any text may hold such
//! lines, they count only where nothing else is recognised. Source: `salesforce.md` of the facts, sections 0 (source 000) and 2.3 (S7).

mod line;
mod logins;

use std::io::{Read, Write};

use zeroize::Zeroizing;

use crate::format::{Likeness, Sink, Spec, Spot, Writer};
use crate::{Error, Limits, Lock, Result};

use logins::{Found, Logins};

#[derive(Debug)]
pub(crate) struct Codec;

impl crate::format::Codec for Codec {
    fn read(&self, _: &Spec, input: &mut dyn Read, limits: &Limits, _: &mut dyn Lock, sink: &mut dyn Sink) -> Result<()> {
        let mut bytes = Zeroizing::new(Vec::new());
        if input.take(limits.element as u64 + 1).read_to_end(&mut bytes)? > limits.element {
            return Err(Error::new(format!("longer than {} bytes, the limit for one text", limits.element)).hint("split the file"));
        }
        let text = str::from_utf8(&bytes).map_err(|_| Error::new("not a text in UTF-8").hint("save it again as UTF-8"))?;
        let mut number = 0;
        for found in Logins::of(text) {
            match found {
                Found::Login(mut record) => {
                    number += 1;
                    sink.record(&mut record, Spot::Entry(number))?;
                }
                Found::Notice(notice, name) => sink.notice(notice, &name),
            }
        }
        if number == 0 {
            return Err(Error::new("no line with a username beside one with a password or a token")
                .hint("write them as `Username: …`, `Password: …` and `Security Token: …`"));
        }
        Ok(())
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
