//! Objects as they stand in a document.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeOwned, Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::Secret;
use crate::json::TWICE;
use crate::record::Unknown;

/// The members of an object, each with its JSON as it stands there: a number that is read and written again may be another one.
#[derive(Default)]
pub struct Members(pub Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Each)
    }
}

struct Each;

impl<'de> Visitor<'de> for Each {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
        let (mut members, mut seen) = (Vec::new(), BTreeSet::new());
        while let Some((key, value)) = map.next_entry::<String, Box<RawValue>>()? {
            if !seen.insert(key.clone()) {
                return Err(A::Error::custom(TWICE));
            }
            members.push((key, value));
        }
        Ok(Members(members))
    }
}

impl Members {
    /// The JSON of a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == key).map(|(_, value)| value.get())
    }

    /// Takes the value of a key.
    pub(super) fn take<T: DeserializeOwned>(&mut self, key: &str) -> serde_json::Result<Option<T>> {
        let at = self.0.iter().position(|(known, _)| known == key);
        at.map(|at| serde_json::from_str(self.0.remove(at).1.get())).transpose()
    }

    /// As [`take`](Self::take), but it has to be there.
    pub(super) fn need<T: DeserializeOwned>(&mut self, key: &'static str) -> serde_json::Result<T> {
        self.take(key)?.ok_or_else(|| serde_json::Error::missing_field(key))
    }

    /// What was not taken.
    pub(super) fn rest(self) -> Unknown {
        if self.0.is_empty() {
            return Unknown::None;
        }
        Unknown::Keys(self.0.into_iter().map(|(key, json)| (key, Secret::new(String::from(Box::<str>::from(json))))).collect())
    }
}
