//! What stands at the upper paths of a JSON document.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// What stands at the upper paths of a JSON document: of every array only its first element is looked at.
pub(super) struct Outline(BTreeMap<String, String>);

/// Deep enough for `accounts[].vaults[].items[].overview`.
const DEPTH: usize = 8;

impl Outline {
    /// Looks at as much as there is; a document that goes on behind `head` is no error.
    pub(super) fn of(head: &[u8]) -> Self {
        let mut found = BTreeMap::new();
        let mut document = serde_json::Deserializer::from_slice(head);
        let _ = Walk { found: &mut found, path: String::new(), depth: 0 }.deserialize(&mut document);
        Self(found)
    }

    pub(super) fn fits(&self, signs: &BTreeMap<String, String>) -> bool {
        signs.iter().all(|(path, sign)| match (self.0.get(path), sign.as_str()) {
            (None, sign) => sign == "absent",
            (Some(_), "any") => true,
            (Some(found), "string") => found.starts_with('='),
            (Some(found), "object") => found == "object" || found == "texts",
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
        let (mut texts, mut others) = (0_u32, 0_u32);
        while let Some(key) = map.next_key::<String>()? {
            let path = if path.is_empty() { key } else { format!("{path}.{key}") };
            map.next_value_seed(self.inner(path.clone()))?;
            let is_text = self.found.get(&path).is_some_and(|found| found.starts_with('='));
            if is_text { texts += 1 } else { others += 1 }
        }
        if texts > 0 && others == 0 {
            self.found.insert(path, "texts".to_owned());
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
    fn objects_of_texts_are_told_from_others() {
        let outline = Outline::of(br#"{"a":{"b":"c","d":"e"},"f":{"g":"h","i":{}},"j":{}}"#);
        assert!(outline.fits(&signs(&[("a", "texts"), ("a", "object"), ("f", "object"), ("j", "object")])));
        assert!(!outline.fits(&signs(&[("f", "texts")])) && !outline.fits(&signs(&[("j", "texts")])));
    }

    #[test]
    fn depth_is_bounded() {
        Outline::of("[".repeat(100_000).as_bytes());
    }
}
