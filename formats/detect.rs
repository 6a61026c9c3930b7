//! From the beginning of a file to its format.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::{Error, Format, Result, table};

/// How a file of a format can be told from all others; a table is told by its header.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Signs {
    /// Sets of conditions on a JSON document, of which one must hold whole: a path such as `items[].type`, and what stands there:
    /// `string`, `number`, `array`, `object`, `null`, `true`, `false`, `any`, `absent`, or a text as `=text`.
    pub json: Vec<BTreeMap<String, String>>,
}

/// A file that people take for one of this format, but that cannot be read.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NearMiss {
    /// The bytes it begins with, in hexadecimal with blanks between.
    #[serde(default)]
    pub magic: Option<String>,
    /// Conditions as in [`Signs::json`].
    #[serde(default)]
    pub json: BTreeMap<String, String>,
    /// What it is.
    pub what: String,
    /// What to do instead.
    pub hint: String,
}

/// The format of a file, found by its content.
pub struct Found<'f> {
    /// The format to read it with.
    pub format: &'f Format,
    /// The formats whose files look the same.
    pub twins: &'f [String],
}

/// Finds the one of `formats` that the file which begins with `head` is written in.
///
/// # Errors
/// When none matches, naming what it is or the nearest one, and when several do, naming them.
pub fn detect<'f>(formats: &'f [Format], head: &[u8]) -> Result<Found<'f>> {
    if head.iter().all(u8::is_ascii_whitespace) {
        return Err(Error::new("the file is empty").hint("export it again"));
    }
    let outline = is_json(head).then(|| Outline::of(head));
    let misses = formats.iter().flat_map(|format| &format.spec.near).filter(|miss| miss.matches(head, outline.as_ref()));
    let misses: Vec<&NearMiss> = misses.collect();
    if let [first, rest @ ..] = misses.as_slice() {
        let mut hint = first.hint.clone();
        for miss in rest.iter().filter(|miss| miss.hint != first.hint) {
            hint = format!("{hint}; {}", miss.hint);
        }
        return Err(Error::new(format!("this is {}", first.what)).hint(hint));
    }
    if let Some(outline) = outline {
        let matching = formats.iter().filter(|format| format.spec.detect.json.iter().any(|signs| outline.fits(signs)));
        return one(&matching.collect::<Vec<_>>(), || {
            Error::new("a JSON document of no known format").hint("`sfcred formats` lists the formats; name one with --from")
        });
    }
    if head.contains(&0) {
        return Err(
            Error::new("neither text nor a known kind of file").hint("export it as CSV or JSON; `sfcred formats` lists what can be read")
        );
    }
    let Some(header) = table::header(head) else {
        return Err(Error::new("not valid UTF-8")
            .at("row 1")
            .hint("save the file again as UTF-8; guessing another encoding could change a password"));
    };
    let tables = || formats.iter().filter_map(|format| Some((format, format.spec.table.as_ref()?)));
    let best = tables().filter_map(|(_, table)| table.rank(&header)).max();
    let matching = tables().filter(|(_, table)| best.is_some() && table.rank(&header) == best);
    one(&matching.map(|(format, _)| format).collect::<Vec<_>>(), || {
        let nearest = tables()
            .max_by_key(|(_, table)| (table.common(&header), Reverse(table.lacks(&header).len())))
            .filter(|(_, table)| table.common(&header) > 0);
        let error = match nearest {
            Some((format, table)) => {
                Error::new(format!("no known header; the nearest is {}, but {} missing", format.spec.id, table.missing(&header)))
            }
            None if separated(&header, ';') => {
                Error::new("a table with semicolons, where there should be commas").hint("save it again with commas")
            }
            None if separated(&header, '\t') => {
                Error::new("a table with tabs, where there should be commas").hint("save it again with commas")
            }
            None if header.len() == 1 => Error::new("neither JSON nor a table with commas"),
            None => Error::new("no known header"),
        };
        error.at("row 1").hint("`sfcred formats` lists the formats; name one with --from, or give the columns names that format csv knows")
    })
}

/// Whether the only cell of the first row is a header with another separator.
fn separated(header: &[String], separator: char) -> bool {
    let [cell] = header else { return false };
    cell.split(separator).filter(|name| matches!(name.trim(), "username" | "password")).count() > 1
}

fn one<'f>(matching: &[&'f Format], none: impl FnOnce() -> Error) -> Result<Found<'f>> {
    match matching {
        [] => Err(none()),
        [format, rest @ ..] if rest.iter().all(|other| format.spec.twins.contains(&other.spec.id)) => {
            Ok(Found { format, twins: &format.spec.twins })
        }
        several => {
            let ids: Vec<&str> = several.iter().map(|format| format.spec.id.as_str()).collect();
            Err(Error::new(format!("this can be {}", ids.join(" or "))).hint(format!("name it: --from {}", ids.join(" or --from "))))
        }
    }
}

fn is_json(head: &[u8]) -> bool {
    matches!(head.iter().find(|byte| !byte.is_ascii_whitespace()), Some(b'{' | b'['))
}

impl NearMiss {
    fn matches(&self, head: &[u8], outline: Option<&Outline>) -> bool {
        let magic = self.magic.as_deref().is_some_and(|magic| {
            let bytes: Option<Vec<u8>> = magic.split(' ').map(|hex| u8::from_str_radix(hex, 16).ok()).collect();
            bytes.is_some_and(|bytes| head.starts_with(&bytes))
        });
        magic || (!self.json.is_empty() && outline.is_some_and(|outline| outline.fits(&self.json)))
    }
}

/// What stands at the upper paths of a JSON document: of every array only its first element is looked at.
struct Outline(BTreeMap<String, String>);

/// Deep enough for `accounts[].vaults[].items[].overview`.
const DEPTH: usize = 8;

impl Outline {
    /// Looks at as much as there is; a document that goes on behind `head` is no error.
    fn of(head: &[u8]) -> Self {
        let mut found = BTreeMap::new();
        let mut document = serde_json::Deserializer::from_slice(head);
        let _ = Walk { found: &mut found, path: String::new(), depth: 0 }.deserialize(&mut document);
        Self(found)
    }

    fn fits(&self, signs: &BTreeMap<String, String>) -> bool {
        signs.iter().all(|(path, sign)| match (self.0.get(path), sign.as_str()) {
            (None, sign) => sign == "absent",
            (Some(_), "any") => true,
            (Some(found), "string") => found.starts_with('='),
            (Some(found), sign) => found == sign,
        })
    }
}

struct Walk<'m> {
    found: &'m mut BTreeMap<String, String>,
    path: String,
    depth: usize,
}

impl Walk<'_> {
    fn note(&mut self, what: impl Into<String>) {
        self.found.insert(std::mem::take(&mut self.path), what.into());
    }

    fn inner(&mut self, path: String) -> Walk<'_> {
        Walk { found: self.found, path, depth: self.depth + 1 }
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.depth > DEPTH { IgnoredAny::deserialize(deserializer).map(drop) } else { deserializer.deserialize_any(self) }
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(mut self, value: bool) -> Result<(), E> {
        self.note(value.to_string());
        Ok(())
    }

    fn visit_i64<E>(mut self, _: i64) -> Result<(), E> {
        self.note("number");
        Ok(())
    }

    fn visit_u64<E>(mut self, _: u64) -> Result<(), E> {
        self.note("number");
        Ok(())
    }

    fn visit_f64<E>(mut self, _: f64) -> Result<(), E> {
        self.note("number");
        Ok(())
    }

    fn visit_str<E>(mut self, text: &str) -> Result<(), E> {
        // Only short texts can be signs; longer ones may be secrets.
        let text = if text.len() <= 16 { text } else { "" };
        self.note(format!("={text}"));
        Ok(())
    }

    fn visit_unit<E>(mut self) -> Result<(), E> {
        self.note("null");
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let path = self.path.clone();
        self.note("object");
        while let Some(key) = map.next_key::<String>()? {
            let path = if path.is_empty() { key } else { format!("{path}.{key}") };
            map.next_value_seed(self.inner(path))?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        let path = format!("{}[]", self.path);
        self.note("array");
        if seq.next_element_seed(self.inner(path))?.is_some() {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signs(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(path, sign)| ((*path).to_owned(), (*sign).to_owned())).collect()
    }

    #[test]
    fn outlines_what_was_seen_before_the_cut() {
        let outline = Outline::of(br#"{"encrypted":false,"folders":[],"items":[{"type":1,"name":"n"},{"type":"x"#);
        assert!(outline.fits(&signs(&[("encrypted", "false"), ("items[].type", "number"), ("items[].name", "string")])));
        assert!(outline.fits(&signs(&[("folders", "array"), ("folders[]", "absent"), ("items[].name", "=n")])));
        assert!(!outline.fits(&signs(&[("items[].type", "string")])));
    }

    #[test]
    fn depth_is_bounded() {
        Outline::of("[".repeat(100_000).as_bytes());
    }
}
