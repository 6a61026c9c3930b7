//! The FIDO Alliance's Credential Exchange Format: accounts with items, each of several credentials, and collections that name items.

mod collections;
mod credential;
mod item;
mod totp;
mod write;

use std::io::{Read, Write};

use serde::Deserialize;

use crate::format::{Sink, Spec, Spot, Writer};
use crate::json::Json;
use crate::{Error, Limits, Lock, Result};
use collections::Collections;
use item::Item;

#[derive(Debug)]
pub(crate) struct Codec;

impl crate::format::Codec for Codec {
    fn read(&self, _: &Spec, input: &mut dyn Read, limits: &Limits, _: &mut dyn Lock, sink: &mut dyn Sink) -> Result<()> {
        let mut json = Json::new(input, limits);
        let mut reader = Reader { sink, entries: 0, found: false };
        // Some programs hand over an account without the header around it.
        let mut bare = Account::default();
        json.object(|json, key| match key {
            "accounts" => {
                reader.found = true;
                json.elements(|json, _| {
                    let mut account = Account::default();
                    json.object(|json, key| reader.account(json, key, &mut account))?;
                    reader.waiting(account)
                })
            }
            "version" => version(&json.value()?),
            key => reader.account(json, key, &mut bare),
        })?;
        json.finish()?;
        reader.waiting(bare)?;
        if reader.found {
            return Ok(());
        }
        Err(Error::new("neither `accounts` nor `items`").hint("the file is not complete; export it again"))
    }

    fn write<'a>(&self, spec: &'a Spec, out: &'a mut dyn Write, _: &'a mut dyn Lock) -> Result<Box<dyn Writer + 'a>> {
        Ok(Box::new(write::Document::new(&spec.holds, out)?))
    }
}

#[derive(Deserialize)]
struct Version {
    major: u64,
}

fn version(version: &Version) -> Result<()> {
    if version.major <= 1 {
        return Ok(());
    }
    Err(Error::new(format!("version {} of the format, and only 1 is known here", version.major))
        .hint("export it in version 1, or use a newer sfcred"))
}

/// What is known of the account that is being read.
#[derive(Default)]
struct Account {
    collections: Collections,
    /// Items that stand before the collections, which alone say what is in them.
    items: Vec<(Item, Spot)>,
}

struct Reader<'s> {
    sink: &'s mut dyn Sink,
    entries: u64,
    found: bool,
}

impl Reader<'_> {
    fn account(&mut self, json: &mut Json<'_>, key: &str, account: &mut Account) -> Result<()> {
        match key {
            "collections" => account.collections.read(json),
            "items" => {
                self.found = true;
                json.array(|item: Item, _| {
                    self.entries += 1;
                    let spot = Spot::Entry(self.entries);
                    if account.collections.known {
                        return item.read(&account.collections, spot, self.sink);
                    }
                    account.items.push((item, spot));
                    Ok(())
                })
            }
            _ => json.skip(),
        }
    }

    fn waiting(&mut self, account: Account) -> Result<()> {
        account.items.into_iter().try_for_each(|(item, spot)| item.read(&account.collections, spot, self.sink))
    }
}
