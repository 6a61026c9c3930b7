//! The tree of collections, which name the items that are in them.

use std::collections::btree_map::{BTreeMap, Entry};
use std::collections::BTreeSet;

use serde::Deserialize;

use crate::json::Json;
use crate::sheet::Sheet;
use crate::{Error, Result, id};

/// Collections inside of collections.
const DEEPEST: usize = 50;

/// Where every item is.
#[derive(Default)]
pub(super) struct Collections {
    nodes: Vec<Node>,
    places: BTreeMap<String, usize>,
    several: BTreeSet<String>,
    /// Whether the collections have been read.
    pub(super) known: bool,
}

#[derive(Default)]
struct Node {
    parent: Option<usize>,
    title: String,
}

#[derive(Deserialize)]
struct Link {
    item: String,
}

impl Collections {
    /// Reads the collections of an account.
    pub(super) fn read(&mut self, json: &mut Json<'_>) -> Result<()> {
        self.known = true;
        json.elements(|json, _| self.collection(json, None, 1))
    }

    fn collection(&mut self, json: &mut Json<'_>, parent: Option<usize>, depth: usize) -> Result<()> {
        if depth > DEEPEST {
            return Err(too_deep());
        }
        let at = self.nodes.len();
        self.nodes.push(Node { parent, title: String::new() });
        json.object(|json, key| match key {
            "title" => {
                self.nodes[at].title = json.value::<Option<String>>()?.unwrap_or_default();
                Ok(())
            }
            "items" => json.array(|link: Link, _| {
                match self.places.entry(link.item) {
                    Entry::Vacant(place) => _ = place.insert(at),
                    Entry::Occupied(place) => _ = self.several.insert(place.key().clone()),
                }
                Ok(())
            }),
            "subCollections" => json.elements(|json, _| self.collection(json, Some(at), depth + 1)),
            _ => json.skip(),
        })
    }

    /// The path of the first collection that names the item.
    pub(super) fn path(&self, item: &str) -> Vec<String> {
        let mut names = Vec::new();
        let mut at = self.places.get(item).copied();
        while let Some(node) = at.and_then(|at| self.nodes.get(at)) {
            if !node.title.is_empty() {
                names.push(node.title.clone());
            }
            at = node.parent;
        }
        names.reverse();
        names
    }

    /// Whether more than one collection names the item.
    pub(super) fn has_several(&self, item: &str) -> bool {
        self.several.contains(item)
    }
}

fn too_deep() -> Error {
    Error::new(format!("more than {DEEPEST} folders inside of one another, the limit")).hint("shorten the path of the entry")
}

/// The collections of a file that is being written.
#[derive(Default)]
pub(super) struct Tree {
    items: Vec<u128>,
    inner: BTreeMap<String, Tree>,
}

impl Tree {
    /// Puts an item into the collection of this path.
    pub(super) fn put(&mut self, path: &[String], item: u128) -> Result<()> {
        if path.len() > DEEPEST {
            return Err(too_deep());
        }
        let mut tree = self;
        for name in path {
            if !tree.inner.contains_key(name) {
                tree.inner.insert(name.clone(), Self::default());
            }
            let Some(inner) = tree.inner.get_mut(name) else { return Ok(()) };
            tree = inner;
        }
        tree.items.push(item);
        Ok(())
    }

    /// Writes the collections in this one; `within` is its own identifier.
    pub(super) fn write(&self, sheet: &mut Sheet, within: &str) -> Result<()> {
        for (at, (title, tree)) in self.inner.iter().enumerate() {
            let own = id::hex(id::of(&["collection", within, title]));
            sheet.text(if at > 0 { ",\n{\"id\":" } else { "\n{\"id\":" }, &own)?;
            sheet.text(",\"title\":", title)?;
            sheet.raw(",\"items\":[");
            for (at, item) in tree.items.iter().enumerate() {
                sheet.text(if at > 0 { ",{\"item\":" } else { "{\"item\":" }, &id::hex(*item))?;
                sheet.raw("}");
            }
            sheet.raw("]");
            if !tree.inner.is_empty() {
                sheet.raw(",\"subCollections\":[");
                tree.write(sheet, &own)?;
                sheet.raw("]");
            }
            sheet.raw("}");
        }
        Ok(())
    }
}
