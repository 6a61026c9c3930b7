//! The beans of a `process-conf.xml`, and what they set.

use std::collections::HashMap;
use std::io::Read;

use super::login;
use crate::keys::{Entries, Entry};
use crate::xml::Xml;
use crate::{Error, Limits, Result, Secret};

/// How far a bean may be from the one that it takes its settings from.
const GENERATIONS: usize = 32;

/// A process, or whatever else the document configures.
#[derive(Default)]
pub(super) struct Bean {
    /// What a process is started by.
    pub(super) id: String,
    /// The property `name`, which Data Loader shows.
    pub(super) name: String,
    /// What it sets of a login, and what it takes from its parent.
    pub(super) entries: Entries,
    /// Whether it sets more than a login, as what does something with it does.
    pub(super) works: bool,
    parent: Option<String>,
    /// Whether it has settings of its own; without them it has those of its parent.
    maps: bool,
    /// Whether it has those of its parent besides.
    merges: bool,
}

impl Bean {
    /// The one that properties are.
    pub(super) fn of(entries: Entries) -> Self {
        Self { entries, ..Self::default() }
    }
}

/// All beans of a document, in its order.
///
/// # Errors
/// When the document is damaged, or a key stands twice in one bean.
pub(super) fn read(input: &mut dyn Read, limits: &Limits) -> Result<Vec<Bean>> {
    let mut document = Document { xml: Xml::new(input, limits).with_doctype() };
    let mut beans = Vec::new();
    document.xml.root("beans")?;
    // Beans of one profile stand in a <beans> of their own.
    let mut depth = 1;
    while depth > 0 {
        match document.xml.child(&["beans", "bean"])? {
            None => depth -= 1,
            Some("beans") => depth += 1,
            Some("bean") => beans.push(document.bean()?),
            Some(_) => document.xml.skip()?,
        }
    }
    document.xml.finish()?;
    inherit(&mut beans);
    Ok(beans)
}

struct Document<'a> {
    xml: Xml<'a>,
}

impl Document<'_> {
    fn bean(&mut self) -> Result<Bean> {
        let attribute = |name| self.xml.attribute(name).map(str::to_owned);
        let id = attribute("id").or_else(|| attribute("name")).unwrap_or_default();
        let mut bean = Bean { id, parent: attribute("parent"), ..Bean::default() };
        while let Some(child) = self.xml.child(&["property"])? {
            match self.xml.attribute("name").unwrap_or_default() {
                "name" if child == "property" => bean.name = self.value()?,
                "configOverrideMap" if child == "property" => self.settings(&mut bean)?,
                _ => self.xml.skip()?,
            }
        }
        Ok(bean)
    }

    fn settings(&mut self, bean: &mut Bean) -> Result<()> {
        while let Some(child) = self.xml.child(&["map", "props"])? {
            if child.is_empty() {
                self.xml.skip()?;
                continue;
            }
            bean.maps = true;
            bean.merges |= self.xml.attribute("merge") == Some("true");
            while let Some(child) = self.xml.child(&["entry", "prop"])? {
                let (line, key) = (self.xml.line(), self.xml.attribute("key").map(str::to_owned));
                let (key, value) = match child {
                    "entry" => self.entry(key)?,
                    "prop" => (key.unwrap_or_default(), self.xml.text()?.as_str().into()),
                    _ => {
                        self.xml.skip()?;
                        continue;
                    }
                };
                let key = key.trim().to_owned();
                if !login::is_key(&key) {
                    bean.works |= !key.is_empty();
                    continue;
                }
                if let Some(first) = bean.entries.iter().find(|entry| entry.path.last() == Some(&key)) {
                    let what = format!("`{}` stands here once more, first in line {}", key.escape_debug(), first.line);
                    return Err(Error::new(what).at(format!("line {line}")).hint("two values are two truths; take one of them out"));
                }
                bean.entries.push(Entry { path: vec![key], value, line, ..Entry::default() });
            }
        }
        Ok(())
    }

    /// Key and value of an entry, either of which is an attribute or an element.
    fn entry(&mut self, key: Option<String>) -> Result<(String, Secret)> {
        let mut key = key.unwrap_or_default();
        let mut value = Secret::from(self.xml.attribute("value").unwrap_or_default());
        while let Some(child) = self.xml.child(&["key", "value"])? {
            match child {
                "key" => {
                    while let Some(child) = self.xml.child(&["value"])? {
                        if child.is_empty() { self.xml.skip()? } else { key = self.xml.text()?.to_string() }
                    }
                }
                "value" => value = self.xml.text()?.as_str().into(),
                _ => self.xml.skip()?,
            }
        }
        Ok((key, value))
    }

    /// The value of a property.
    fn value(&mut self) -> Result<String> {
        let mut value = self.xml.attribute("value").unwrap_or_default().to_owned();
        while let Some(child) = self.xml.child(&["value"])? {
            if child.is_empty() { self.xml.skip()? } else { value = self.xml.text()?.to_string() }
        }
        Ok(value)
    }
}

/// Gives beans what they take from their parents.
fn inherit(beans: &mut [Bean]) {
    let places: HashMap<String, usize> = beans.iter().enumerate().map(|(at, bean)| (bean.id.clone(), at)).collect();
    let mut inherited: Vec<(usize, Entries, bool)> = Vec::new();
    for (at, bean) in beans.iter().enumerate() {
        let mut entries = bean.entries.clone();
        let (mut child, mut works) = (bean, false);
        for _ in 0..GENERATIONS {
            let up = child.parent.as_ref().and_then(|id| places.get(id)).map(|up| &beans[*up]);
            let Some(up) = up.filter(|_| !child.maps || child.merges) else { break };
            let more = up.entries.iter().filter(|entry| entries.iter().all(|other| other.path != entry.path));
            let more: Entries = more.cloned().collect();
            entries.extend(more);
            works |= up.works;
            child = up;
        }
        if entries.len() > bean.entries.len() || works {
            inherited.push((at, entries, works));
        }
    }
    for (at, entries, works) in inherited {
        beans[at].entries = entries;
        beans[at].works |= works;
    }
}
