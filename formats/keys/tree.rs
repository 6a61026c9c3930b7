//! Documents with values inside of one another, as flat lists of entries.

use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Encoding, Entries, Entry};
use crate::Secret;

/// A value of a document. Every value has the line of its key.
#[derive(Clone, Debug)]
pub(crate) enum Tree {
    Text(Leaf),
    List(Vec<(u64, Tree)>),
    Map(Vec<(String, u64, Tree)>),
}

/// A value without others inside.
#[derive(Clone, Debug, Default)]
pub(crate) struct Leaf {
    pub(crate) value: Secret,
    /// Where it stands in the text, its quotes included, if it stands there by itself.
    pub(crate) span: Option<Range<usize>>,
    /// What it points to, where it is not the value itself.
    pub(crate) reference: Option<&'static str>,
    /// Whether a comment behind it may have been a part of it.
    pub(crate) cut: bool,
}

impl Tree {
    /// What stands under a key.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        let Self::Map(map) = self else { return None };
        map.iter().find_map(|(name, _, value)| (name == key).then_some(value))
    }

    fn leaf(&self, key: &str) -> Option<&Leaf> {
        match self.get(key)? {
            Self::Text(leaf) => Some(leaf),
            _ => None,
        }
    }

    /// Whether an object names a secret in a vault of Azure, where a value could stand.
    fn is_vault_secret(&self) -> bool {
        self.text("type") == Some("AzureKeyVaultSecret")
    }

    /// Whether an object is a variable whose value was left out when it was exported.
    fn is_left_out(&self) -> bool {
        self.text("type") == Some("secret") && self.text("value") == Some("")
    }

    /// The text under a key.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        Some(self.leaf(key)?.value.expose())
    }

    /// The name and the value of a text that is one variable, as compose files list them: `- NAME=value`.
    fn variable(&self) -> Option<(&str, Leaf)> {
        let Self::Text(leaf) = self else { return None };
        let (name, value) = leaf.value.expose().split_once('=')?;
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.".contains(&byte));
        // Where it stands is the place of both.
        is_name.then(|| (name, Leaf { value: value.into(), span: None, ..leaf.clone() }))
    }

    /// Whether an object is a variable that gets its value from a secret of Kubernetes.
    fn is_from_elsewhere(&self) -> bool {
        self.text("name").is_some() && self.get("value").is_none() && self.get("valueFrom").is_some()
    }

    /// The name and the value of an object that is one variable: `{"key": …, "value": …}`, as Postman has it, or with `name`, as Kubernetes has it.
    fn pair(&self) -> Option<(&str, u64, &Leaf)> {
        let name = self.text("key").or_else(|| self.text("name"))?;
        let Self::Map(map) = self else { return None };
        map.iter().find_map(|(key, line, value)| match value {
            Self::Text(leaf) if key == "value" => Some((name, *line, leaf)),
            _ => None,
        })
    }
}

/// The entries of a document, in its order.
pub(crate) fn flatten(tree: &Tree, line: u64) -> Entries {
    let mut entries = Vec::new();
    walk(tree, line, &mut Vec::new(), false, &mut entries);
    entries
}

fn walk(tree: &Tree, line: u64, path: &mut Vec<String>, encoded: bool, entries: &mut Entries) {
    match tree {
        Tree::Text(leaf) => entries.push(leaf.entry(path, line, encoded)),
        Tree::List(list) => {
            for (at, (line, value)) in list.iter().enumerate() {
                if let Some((name, line, leaf)) = value.pair() {
                    path.push(name.to_owned());
                    let mut entry = leaf.entry(path, line, false);
                    if value.is_left_out() {
                        entry.reference = Some("a value that was not exported");
                    }
                    entries.push(entry);
                } else if let Some((name, leaf)) = value.variable() {
                    path.push(name.to_owned());
                    entries.push(leaf.entry(path, *line, false));
                } else if let Some(name) = value.text("name").filter(|_| value.is_from_elsewhere()) {
                    path.push(name.to_owned());
                    let reference = Some("a secret kept elsewhere");
                    entries.push(Entry { path: path.clone(), line: *line, reference, ..Entry::default() });
                } else {
                    path.push(at.to_string());
                    walk(value, *line, path, encoded, entries);
                }
                path.pop();
            }
        }
        Tree::Map(_) if tree.is_vault_secret() => {
            let reference = Some("a secret kept elsewhere");
            entries.push(Entry { path: path.clone(), line, reference, ..Entry::default() });
        }
        Tree::Map(map) => {
            let secret = tree.text("kind") == Some("Secret");
            // The Lambda of Amazon Connect calls the security token so.
            let connect = ["Password", "ConsumerKey", "ConsumerSecret"].into_iter().all(|key| tree.text(key).is_some());
            for (name, line, value) in map {
                path.push(if connect && name == "AccessToken" { "SecurityToken".to_owned() } else { name.clone() });
                walk(value, *line, path, encoded || (secret && name == "data"), entries);
                path.pop();
            }
        }
    }
}

impl Leaf {
    fn entry(&self, path: &[String], line: u64, encoded: bool) -> Entry {
        // What is no base64 stays as it is.
        let decoded = encoded.then(|| decoded(&self.value)).flatten();
        Entry {
            path: path.to_vec(),
            encoding: if decoded.is_some() { Encoding::Base64 } else { Encoding::Plain },
            value: decoded.unwrap_or_else(|| self.value.clone()),
            line,
            span: self.span.clone(),
            reference: self.reference,
            cut: self.cut,
            ..Entry::default()
        }
    }
}

/// What base64 stands for.
fn decoded(text: &Secret) -> Option<Secret> {
    let bytes = STANDARD.decode(text.expose().trim()).ok()?;
    String::from_utf8(bytes).ok().map(Secret::new)
}
