//! The JSON export of Psono, plain or encrypted with a password.

mod document;
mod item;
mod secretbox;
mod tree;

use std::io::{Read, Write};

use crate::format::{Sink, Spec, Writer};
use crate::json::Json;
use crate::{Error, Limits, Lock, Result, lock};
use document::Document;
use secretbox::Secretbox;
use tree::Tree;

#[derive(Debug)]
pub(crate) struct Codec;

impl crate::format::Codec for Codec {
    fn read(&self, _: &Spec, input: &mut dyn Read, limits: &Limits, lock: &mut dyn Lock, sink: &mut dyn Sink) -> Result<()> {
        let Some(sealed) = read(input, limits, sink)? else { return Ok(()) };
        let plain = lock::ask(lock, "wrong passphrase, or the file was changed", |passphrase| sealed.open(passphrase))?;
        match read(&mut &plain[..], limits, sink)? {
            None => Ok(()),
            Some(_) => Err(Error::new("an encrypted document inside an encrypted document").hint("export it again")),
        }
    }

    fn write<'a>(&self, spec: &'a Spec, out: &'a mut dyn Write, _: &'a mut dyn Lock) -> Result<Box<dyn Writer + 'a>> {
        Ok(Box::new(Document::new(&spec.holds, out)))
    }
}

/// Reads a plain document, or returns what an encrypted one holds.
fn read(input: &mut dyn Read, limits: &Limits, sink: &mut dyn Sink) -> Result<Option<Secretbox>> {
    let mut json = Json::new(input, limits);
    let mut tree = Tree::new(sink);
    let (mut nonce, mut text): (Option<String>, Option<String>) = (None, None);
    let mut found = false;
    json.object(|json, key| {
        match key {
            "nonce" => nonce = Some(json.value()?),
            "text" => text = Some(json.document()?),
            "folders" | "items" => {
                found = true;
                tree.part(json, key)?;
            }
            _ => json.skip()?,
        }
        Ok(())
    })?;
    json.finish()?;
    match (found, nonce, text) {
        (true, None, None) => Ok(None),
        (false, Some(nonce), Some(text)) => {
            let damaged = || Error::new("damaged: `nonce` or `text` is not what was encrypted").hint("the file was cut or changed; export or copy it again");
            Secretbox::parse(&nonce, &text).map(Some).ok_or_else(damaged)
        }
        _ => Err(Error::new("neither `folders` and `items` nor `nonce` and `text`").hint("the file is not complete; export it again")),
    }
}
