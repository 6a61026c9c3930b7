//! The JSON export of Proton Pass: vaults of items, which come in a zip or alone.

mod document;
mod item;

use std::collections::BTreeMap;
use std::io::{Read, Write};

use serde::Deserialize;

use crate::format::{Sink, Spec, Spot, Writer};
use crate::json::Json;
use crate::{Error, Limits, Lock, Result, lines};
use document::{Document, UNFILED};
use item::Item;

#[derive(Debug)]
pub(crate) struct Codec;

impl crate::format::Codec for Codec {
    fn read(&self, _: &Spec, input: &mut dyn Read, limits: &Limits, _: &mut dyn Lock, sink: &mut dyn Sink) -> Result<()> {
        let mut json = Json::new(input, limits);
        let mut found = false;
        let mut count = 0;
        json.object(|json, key| {
            if key != "vaults" {
                return json.skip();
            }
            found = true;
            json.object(|json, id| Vault::new(id).read(json, &mut count, sink))
        })?;
        json.finish()?;
        if found { Ok(()) } else { Err(Error::new("no `vaults`").hint("the file is not complete; export it again")) }
    }

    fn write<'a>(&self, spec: &'a Spec, out: &'a mut dyn Write, _: &'a mut dyn Lock) -> Result<Box<dyn Writer + 'a>> {
        Ok(Box::new(Document::new(&spec.holds, out)))
    }
}

/// A vault that is being read. Items wait where its name and folders stand behind them, which they do not in Proton's own files.
struct Vault {
    /// Whether it only holds what has no folder.
    unfiled: bool,
    name: Option<String>,
    folders: BTreeMap<String, Folder>,
    waiting: Vec<(Item, Spot)>,
}

/// A folder inside a vault, which newer versions have.
#[derive(Deserialize)]
struct Folder {
    #[serde(rename = "folderId")]
    id: String,
    #[serde(default, rename = "parentFolderId")]
    parent: Option<String>,
    #[serde(default)]
    name: String,
}

impl Vault {
    fn new(id: &str) -> Self {
        Self { unfiled: id == UNFILED, name: None, folders: BTreeMap::new(), waiting: Vec::new() }
    }

    fn read(mut self, json: &mut Json<'_>, count: &mut u64, sink: &mut dyn Sink) -> Result<()> {
        json.object(|json, key| match key {
            "name" => {
                self.name = Some(json.value::<Option<String>>()?.unwrap_or_default());
                Ok(())
            }
            "folders" => {
                let folders = json.value::<Option<Vec<Folder>>>()?.unwrap_or_default();
                self.folders.extend(folders.into_iter().map(|folder| (folder.id.clone(), folder)));
                Ok(())
            }
            "items" => json.array(|item: Item, _| {
                *count += 1;
                let spot = Spot::Entry(*count);
                // A folder that is not known yet may still come.
                let known = self.name.is_some() && item.folder_id.as_ref().is_none_or(|id| self.folders.contains_key(id));
                if known {
                    let folder = self.path(&item);
                    item.read(folder, spot, sink)
                } else {
                    self.waiting.push((item, spot));
                    Ok(())
                }
            }),
            _ => json.skip(),
        })?;
        for (item, spot) in std::mem::take(&mut self.waiting) {
            let folder = self.path(&item);
            item.read(folder, spot, sink)?;
        }
        Ok(())
    }

    /// The names of the vault and of the folders in it that an item lies in.
    fn path(&self, item: &Item) -> Vec<String> {
        let mut folder = item.folder_id.as_ref();
        let mut names = Vec::new();
        // Folders that name each other as parents would have no end.
        while let Some(inner) = folder.and_then(|id| self.folders.get(id)).filter(|_| names.len() < self.folders.len()) {
            names.push(inner.name.clone());
            folder = inner.parent.as_ref();
        }
        names.retain(|name| !name.is_empty());
        names.reverse();
        if self.unfiled {
            return names;
        }
        let mut path = lines::split_path(self.name.as_deref().unwrap_or_default());
        path.append(&mut names);
        path
    }
}
