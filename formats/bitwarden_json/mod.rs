//! The JSON export of Bitwarden, of a person or an organisation.

mod document;
mod item;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};

use serde::Deserialize;

use crate::format::{Sink, Spec, Spot, Writer};
use crate::json::Json;
use crate::record::Record;
use crate::{Error, Limits, Lock, Result};

pub(crate) use document::Document;
use item::Item;

#[derive(Debug)]
pub(crate) struct Codec;

impl crate::format::Codec for Codec {
    fn read(&self, _: &Spec, input: &mut dyn Read, limits: &Limits, _: &mut dyn Lock, sink: &mut dyn Sink) -> Result<()> {
        read(input, limits, sink)
    }

    fn write<'a>(&self, spec: &'a Spec, out: &'a mut dyn Write, _: &'a mut dyn Lock) -> Result<Box<dyn Writer + 'a>> {
        Ok(Box::new(Document::new(&spec.holds, out)))
    }
}

/// Reads a document whose entries are not encrypted.
pub(crate) fn read(input: &mut dyn Read, limits: &Limits, sink: &mut dyn Sink) -> Result<()> {
    let mut json = Json::new(input, limits);
    let mut folders = Folders::default();
    let mut waiting = Vec::new();
    let mut found = false;
    let mut record = Record::default();
    json.object(|json, key| match key {
        "folders" | "collections" => {
            let named = json.value::<Option<Vec<Folder>>>()?.unwrap_or_default();
            folders.names.extend(named.into_iter().map(|folder| (folder.id, folder.name)));
            folders.known = true;
            Ok(())
        }
        "items" => {
            found = true;
            json.array(|item: Item, number| {
                let spot = Spot::Entry(number);
                if folders.can_name(&item) { item.read(&mut record, spot, &mut folders, sink) } else { waiting.push((item, spot)); Ok(()) }
            })
        }
        "encrypted" if json.value::<bool>()? => {
            Err(Error::new("the entries are encrypted")
                .hint("--from bitwarden-encrypted opens them if the file is protected by a password; else export again with the file format .json"))
        }
        "encrypted" => Ok(()),
        _ => json.skip(),
    })?;
    json.finish()?;
    if !found {
        return Err(Error::new("no `items`").hint("the file is not complete; export it again"));
    }
    for (item, spot) in waiting {
        item.read(&mut record, spot, &mut folders, sink)?;
    }
    folders.check()
}

/// A folder, or a collection of an organisation.
#[derive(Deserialize)]
struct Folder {
    id: String,
    name: String,
}

/// The names behind the ids of folders.
///
/// Bitwarden writes folders before items. This program writes them behind, because it streams; there the id is the name, so that a reader
/// can stream as well. Items of any other order wait until the folders have been read.
#[derive(Default)]
struct Folders {
    names: BTreeMap<String, String>,
    known: bool,
    assumed: BTreeSet<String>,
}

impl Folders {
    fn can_name(&self, item: &Item) -> bool {
        self.known || !item.folder().is_some_and(is_uuid)
    }

    fn path(&mut self, id: &str) -> Vec<String> {
        let name = match self.names.get(id) {
            Some(name) => name,
            None if self.known => return Vec::new(),
            None => {
                if !self.assumed.contains(id) {
                    self.assumed.insert(id.to_owned());
                }
                id
            }
        };
        name.split('/').filter(|name| !name.is_empty()).map(str::to_owned).collect()
    }

    fn check(&self) -> Result<()> {
        let differs = |id: &&String| self.names.get(*id).is_some_and(|name| name != *id);
        match self.assumed.iter().find(differs) {
            None => Ok(()),
            Some(_) => Err(Error::new("the folders stand behind the items, and their ids are no UUIDs")
                .hint("export again from Bitwarden, which writes them first")),
        }
    }
}

fn is_uuid(id: &str) -> bool {
    id.len() == 36 && id.bytes().enumerate().all(|(at, byte)| if matches!(at, 8 | 13 | 18 | 23) { byte == b'-' } else { byte.is_ascii_hexdigit() })
}
