//! A JSON value of a kind that nobody promised.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use crate::json::{TWICE, write_string};
use crate::{Result, Secret};

/// A value as it stands in the file. Its texts are secrets, and its keys keep their order.
#[derive(Debug, Default)]
pub(crate) enum Loose {
    #[default]
    Null,
    Bool(bool),
    Number(serde_json::Number),
    Text(Secret),
    List(Vec<Loose>),
    Map(Vec<(String, Loose)>),
}

impl Loose {
    /// The text, if it is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text.expose()),
            _ => None,
        }
    }

    /// The whole number, if it is one.
    pub(crate) fn number(&self) -> Option<i64> {
        match self {
            Self::Number(number) => number.as_i64(),
            _ => None,
        }
    }

    /// The elements, if it is a list.
    pub(crate) fn into_list(self) -> Vec<Self> {
        match self {
            Self::List(list) => list,
            _ => Vec::new(),
        }
    }

    /// The value of a key, if it is an object that has it.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Map(map) => map.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// Takes the value of a key out of an object.
    pub(crate) fn take(&mut self, key: &str) -> Option<Self> {
        match self {
            Self::Map(map) => {
                let at = map.iter().position(|(name, _)| name == key)?;
                Some(map.remove(at).1)
            }
            _ => None,
        }
    }

    /// A text as it is, null as nothing, and anything else as JSON.
    pub(crate) fn into_secret(self) -> Result<Secret> {
        match self {
            Self::Null => Ok(Secret::default()),
            Self::Text(text) => Ok(text),
            other => other.json(),
        }
    }

    /// The value as JSON, without blanks.
    pub(crate) fn json(&self) -> Result<Secret> {
        let mut bytes = Vec::new();
        self.write(&mut bytes)?;
        Ok(Secret::new(String::from_utf8(bytes).unwrap_or_default()))
    }

    fn write(&self, out: &mut Vec<u8>) -> Result<()> {
        match self {
            Self::Null => out.extend_from_slice(b"null"),
            Self::Bool(value) => out.extend_from_slice(if *value { b"true" } else { b"false" }),
            Self::Number(number) => out.extend_from_slice(number.to_string().as_bytes()),
            Self::Text(text) => write_string(out, text.expose())?,
            Self::List(list) => {
                out.push(b'[');
                for (at, value) in list.iter().enumerate() {
                    if at > 0 {
                        out.push(b',');
                    }
                    value.write(out)?;
                }
                out.push(b']');
            }
            Self::Map(map) => {
                out.push(b'{');
                for (at, (key, value)) in map.iter().enumerate() {
                    if at > 0 {
                        out.push(b',');
                    }
                    write_string(out, key)?;
                    out.push(b':');
                    value.write(out)?;
                }
                out.push(b'}');
            }
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Loose;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Loose, E> {
        Ok(Loose::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Loose, E> {
        Ok(Loose::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Loose, E> {
        Ok(Loose::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Loose, E> {
        Ok(Loose::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Loose, E> {
        Ok(serde_json::Number::from_f64(value).map_or(Loose::Null, Loose::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Loose, E> {
        Ok(Loose::Text(text.into()))
    }

    fn visit_string<E>(self, text: String) -> Result<Loose, E> {
        Ok(Loose::Text(text.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Loose, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = elements.next_element()? {
            list.push(element);
        }
        Ok(Loose::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Loose, A::Error> {
        let mut map = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        while let Some((key, value)) = entries.next_entry::<String, Loose>()? {
            if !seen.insert(key.clone()) {
                return Err(A::Error::custom(TWICE));
            }
            map.push((key, value));
        }
        Ok(Loose::Map(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_back_as_it_was() {
        for text in ["null", "true", "-7", "1.5", r#""a\"\n""#, r#"{"z":[1,{}],"a":[],"b":{"c":null}}"#] {
            let value: Loose = serde_json::from_str(text).unwrap();
            assert_eq!(value.json().unwrap().expose(), text);
        }
        let spaced: Loose = serde_json::from_str("{ \"b\" : 1 , \"a\" : \"x\" }").unwrap();
        assert_eq!(spaced.get("b").unwrap().number(), Some(1));
        assert_eq!(spaced.get("a").unwrap().text(), Some("x"));
        assert_eq!(spaced.json().unwrap().expose(), r#"{"b":1,"a":"x"}"#);
    }

    #[test]
    fn one_key_twice_is_an_error() {
        assert!(serde_json::from_str::<Loose>(r#"[{"a":1,"a":1}]"#).unwrap_err().to_string().starts_with(TWICE));
    }
}
