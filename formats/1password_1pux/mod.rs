//! The whole export of 1Password 8: an archive with a JSON document of accounts, vaults and items in it.

mod entry;
mod making;
mod package;
mod value;
mod write;

use std::io::{Read, Write};

use serde::Deserialize;

use crate::format::{Sink, Spec, Spot, Writer};
use crate::json::Json;
use crate::{Error, Limits, Lock, Notice, Result, lines};
use entry::Entry;

/// The vault of entries without a folder; its name depends on the language, its type does not.
const PERSONAL: &str = "P";

#[derive(Debug)]
pub(crate) struct Codec;

impl crate::format::Codec for Codec {
    fn read(&self, _: &Spec, input: &mut dyn Read, limits: &Limits, _: &mut dyn Lock, sink: &mut dyn Sink) -> Result<()> {
        let mut json = Json::new(input, limits);
        let mut reader = Reader { sink, entries: 0 };
        let mut found = false;
        json.object(|json, key| match key {
            "accounts" => {
                found = true;
                json.elements(|json, _| reader.account(json))
            }
            _ => json.skip(),
        })?;
        json.finish()?;
        if found { Ok(()) } else { Err(Error::new("no `accounts`").hint("the file is not complete; export it again")) }
    }

    fn write<'a>(&self, spec: &'a Spec, out: &'a mut dyn Write, _: &'a mut dyn Lock) -> Result<Box<dyn Writer + 'a>> {
        Ok(Box::new(write::Document::new(&spec.holds, out)?))
    }
}

/// What a vault says of itself.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Attrs {
    name: Option<String>,
    r#type: Option<String>,
    desc: Option<String>,
}

impl Attrs {
    fn folder(&self) -> Vec<String> {
        let named = self.name.as_deref().filter(|_| self.r#type.as_deref() != Some(PERSONAL));
        lines::split_path(named.unwrap_or_default())
    }
}

struct Reader<'s> {
    sink: &'s mut dyn Sink,
    entries: u64,
}

impl Reader<'_> {
    fn account(&mut self, json: &mut Json<'_>) -> Result<()> {
        json.object(|json, key| match key {
            "vaults" => json.elements(|json, _| self.vault(json)),
            _ => json.skip(),
        })
    }

    /// 1Password writes the attributes of a vault before its items, and items of any other order wait for them.
    fn vault(&mut self, json: &mut Json<'_>) -> Result<()> {
        let mut folder = None;
        let mut waiting = Vec::new();
        json.object(|json, key| match key {
            "attrs" => {
                let attrs: Attrs = json.value()?;
                folder = Some(attrs.folder());
                if attrs.desc.is_some_and(|desc| !desc.is_empty()) {
                    self.sink.notice(Notice::LeftBehind("descriptions of vaults".to_owned()), "");
                }
                Ok(())
            }
            "items" => json.array(|entry: Entry, _| {
                self.entries += 1;
                let spot = Spot::Entry(self.entries);
                if let Some(folder) = &folder {
                    return entry.read(folder, spot, self.sink);
                }
                waiting.push((entry, spot));
                Ok(())
            }),
            _ => json.skip(),
        })?;
        let folder = folder.unwrap_or_default();
        waiting.into_iter().try_for_each(|(entry, spot)| entry.read(&folder, spot, self.sink))
    }
}
