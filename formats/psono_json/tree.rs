//! The folders of an export, which hold items and further folders.

use super::item::Item;
use crate::format::{Sink, Spot};
use crate::json::Json;
use crate::{Error, Result};

/// How deep folders may lie in one another.
const DEPTH: usize = 64;

/// Walks the folders and hands on what they hold.
pub(super) struct Tree<'a> {
    sink: &'a mut dyn Sink,
    count: u64,
    /// The folders around the one that is read; a name that was not read yet is missing.
    path: Vec<Option<String>>,
    /// Items in a folder whose name stands behind them, which Psono itself writes before; with the number of folders around them.
    waiting: Vec<(Vec<Option<String>>, Item, Spot)>,
}

impl<'a> Tree<'a> {
    pub(super) fn new(sink: &'a mut dyn Sink) -> Self {
        Self { sink, count: 0, path: Vec::new(), waiting: Vec::new() }
    }

    /// Reads the `folders` or the `items` of a folder, or of the document itself.
    pub(super) fn part(&mut self, json: &mut Json<'_>, key: &str) -> Result<()> {
        json.elements(|json, _| if key == "folders" { self.folder(json) } else { self.item(json) })
    }

    fn item(&mut self, json: &mut Json<'_>) -> Result<()> {
        self.count += 1;
        let spot = Spot::Entry(self.count);
        let item: Item = json.value().map_err(|error| error.at(spot.to_string()))?;
        if self.path.iter().all(Option::is_some) {
            return item.read(names(&self.path), spot, self.sink);
        }
        self.waiting.push((self.path.clone(), item, spot));
        Ok(())
    }

    fn folder(&mut self, json: &mut Json<'_>) -> Result<()> {
        if self.path.len() == DEPTH {
            return Err(Error::new(format!("more than {DEPTH} folders inside one another")).hint("this is no export of Psono"));
        }
        let depth = self.path.len();
        let first = self.waiting.len();
        self.path.push(None);
        json.object(|json, key| match key {
            "name" => {
                self.path[depth] = Some(json.value::<Option<String>>()?.unwrap_or_default());
                Ok(())
            }
            "folders" | "items" => self.part(json, key),
            _ => json.skip(),
        })?;
        let name = self.path.pop().flatten().unwrap_or_default();
        let known = self.path.iter().all(Option::is_some);
        for (mut path, item, spot) in self.waiting.split_off(first) {
            path[depth].get_or_insert_with(|| name.clone());
            if known {
                item.read(names(&path), spot, self.sink)?;
            } else {
                self.waiting.push((path, item, spot));
            }
        }
        Ok(())
    }
}

fn names(path: &[Option<String>]) -> Vec<String> {
    path.iter().flatten().filter(|name| !name.is_empty()).cloned().collect()
}
