//! What the Salesforce CLI prints with `--json`, and its auth files.
//!
//! The CLI logs in with OAuth, so there is never a security token here. Usernames, URLs, the id of the org and, where it is shown, the password
//! are taken; tokens of OAuth are left behind. What the CLI redacts is told and never stored. Source: `salesforce.md` of the facts, section 3.8.

mod auth;
mod org;

use std::io::{Read, Write};

use crate::format::{Sink, Spec, Spot, Writer};
use crate::keys::{self, Syntax, Tree};
use crate::{Error, Limits, Lock, Notice, Result};

#[derive(Debug)]
pub(crate) struct Codec;

impl crate::format::Codec for Codec {
    fn read(&self, _: &Spec, input: &mut dyn Read, limits: &Limits, lock: &mut dyn Lock, sink: &mut dyn Sink) -> Result<()> {
        let bytes = keys::bytes(input, limits)?;
        let text = keys::text(&bytes, Syntax::Json, sink)?;
        let tree = crate::json_config::tree(&text)?;
        let result = tree.get("result").unwrap_or(&tree);
        let (mut number, mut told) = (0, false);
        let mut seen = Vec::new();
        for org in org::all(result) {
            let found = org::read(org, lock)?;
            let name = found.record.name().to_owned();
            told |= !found.notices.is_empty();
            for notice in found.notices {
                sink.notice(notice, &name);
            }
            let mut record = found.record;
            // An org stands in several lists, and what has only a session is no login.
            if (record.username.is_empty() && record.password.is_empty()) || (!record.username.is_empty() && seen.contains(&record.username)) {
                continue;
            }
            if record.username.is_empty() {
                sink.notice(Notice::NoUsername, "");
            }
            seen.push(record.username.clone());
            number += 1;
            sink.record(&mut record, Spot::Entry(number))?;
        }
        if number == 0 && !told {
            return Err(Error::new("no org and no user in the output").hint("the command failed, or another one has them: `sf org list --json`"));
        }
        Ok(())
    }

    fn write<'a>(&self, _: &'a Spec, _: &'a mut dyn Write, _: &'a mut dyn Lock) -> Result<Box<dyn Writer + 'a>> {
        Err(Error::new("salesforce-cli can only be read").hint("`sfcred formats` shows what can be written"))
    }
}

/// The texts of an object.
trait Texts {
    /// The text under the first of these keys that has one.
    fn first(&self, keys: &[&str]) -> Option<&str>;
}

impl Texts for Tree {
    fn first(&self, keys: &[&str]) -> Option<&str> {
        keys.iter().find_map(|key| self.text(key).filter(|text| !text.is_empty()))
    }
}
