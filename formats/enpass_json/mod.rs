//! The JSON export of Enpass: folders, which are its tags, and items, which name them.

mod item;
mod write;

use std::collections::BTreeMap;
use std::io::{Read, Write};

use serde::Deserialize;

use crate::format::{Sink, Spec, Spot, Writer};
use crate::json::Json;
use crate::{Error, Limits, Lock, Result};
use item::Item;

#[derive(Debug)]
pub(crate) struct Codec;

impl crate::format::Codec for Codec {
    fn read(&self, _: &Spec, input: &mut dyn Read, limits: &Limits, _: &mut dyn Lock, sink: &mut dyn Sink) -> Result<()> {
        let mut json = Json::new(input, limits);
        let mut folders = Folders::default();
        let mut waiting = Vec::new();
        let mut found = false;
        json.object(|json, key| match key {
            "folders" => {
                folders.known = true;
                json.array(|folder: Folder, _| {
                    folders.named.insert(folder.uuid, (folder.title.unwrap_or_default(), folder.parent_uuid.unwrap_or_default()));
                    Ok(())
                })
            }
            "items" => {
                found = true;
                json.array(|item: Item, number| {
                    let spot = Spot::Entry(number);
                    // Once one waits, the ones behind it do too, so that their order stays.
                    if folders.known || (waiting.is_empty() && !item.has_folders()) {
                        return item.read(&folders, spot, sink);
                    }
                    waiting.push((item, spot));
                    Ok(())
                })
            }
            _ => json.skip(),
        })?;
        json.finish()?;
        if !found {
            return Err(Error::new("no `items`").hint("the file is not complete; export it again"));
        }
        waiting.into_iter().try_for_each(|(item, spot)| item.read(&folders, spot, sink))
    }

    fn write<'a>(&self, spec: &'a Spec, out: &'a mut dyn Write, _: &'a mut dyn Lock) -> Result<Box<dyn Writer + 'a>> {
        Ok(Box::new(write::Document::new(&spec.holds, out)))
    }
}

/// A folder as it stands in the file.
#[derive(Deserialize)]
struct Folder {
    uuid: String,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    parent_uuid: Option<String>,
}

/// Titles and parents of folders.
///
/// Enpass writes folders before items. This program writes them behind, because it streams; such items wait until the folders have been read.
#[derive(Default)]
struct Folders {
    named: BTreeMap<String, (String, String)>,
    known: bool,
}

/// Folders inside of folders, beyond which they are taken to be in a circle.
const DEEPEST: usize = 32;

impl Folders {
    /// The tag that a folder is: its title behind those that it is in.
    fn tag(&self, uuid: &str) -> Option<String> {
        let mut folder = self.named.get(uuid)?;
        let mut names = vec![folder.0.as_str()];
        while let Some(parent) = self.named.get(&folder.1).filter(|_| names.len() < DEEPEST) {
            names.push(&parent.0);
            folder = parent;
        }
        names.reverse();
        Some(names.join("/"))
    }
}
