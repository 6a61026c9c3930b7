//! Documents with values inside of one another, as flat lists of entries.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Entries, Entry};
use crate::Secret;

/// A value of a document. Every value has the line of its key.
#[derive(Debug)]
pub(crate) enum Tree {
    Text(Secret),
    List(Vec<(u64, Tree)>),
    Map(Vec<(String, u64, Tree)>),
}

impl Tree {
    fn text(&self, key: &str) -> Option<&str> {
        let Self::Map(map) = self else { return None };
        map.iter().find_map(|(name, _, value)| match value {
            Self::Text(text) if name == key => Some(text.expose()),
            _ => None,
        })
    }

    /// The name and the value of an object that is one variable: `{"key": …, "value": …}`, as Postman has it, or with `name`, as Kubernetes has it.
    fn pair(&self) -> Option<(&str, &str)> {
        Some((self.text("key").or_else(|| self.text("name"))?, self.text("value")?))
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
        Tree::Text(text) => {
            let value = if encoded { decoded(text) } else { text.clone() };
            entries.push(Entry { path: path.clone(), value, line, ..Entry::default() });
        }
        Tree::List(list) => {
            for (at, (line, value)) in list.iter().enumerate() {
                if let Some((name, text)) = value.pair() {
                    path.push(name.to_owned());
                    entries.push(Entry { path: path.clone(), value: text.into(), line: *line, ..Entry::default() });
                } else {
                    path.push(at.to_string());
                    walk(value, *line, path, encoded, entries);
                }
                path.pop();
            }
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

/// What base64 stands for; what is none stays as it is.
fn decoded(text: &Secret) -> Secret {
    let bytes = STANDARD.decode(text.expose().trim()).ok();
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).map_or_else(|| text.clone(), Secret::new)
}
