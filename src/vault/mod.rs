//! The vault: records in one document, with the names of those whom it is sealed to.
//!
//! What is inside is the format `sfcred` with two keys more, so that every program that reads that format reads an opened vault. Nothing here
//! touches a file, a terminal or the clock: bytes come in opened and go out unsealed.

mod import;
mod keep;
mod name;
mod pending;
mod replay;
mod rotate;

use serde::{Deserialize, Deserializer, de::IgnoredAny};
use serde_json::{Map, Value};
use sfcred_formats::{Error, Limits, NoLock, Record, Result, Sink, Spot, Tally, find};
use zeroize::Zeroizing;

pub use import::{Change, Conflict, Import, OnConflict, differences};
pub use keep::Keep;
pub use pending::{Pending, is_pending, mark, mark_done, pending};
pub use replay::replay;
pub use rotate::{Said, follows, forget_old, is_void, rotate_password, rotate_token};

/// The format of what is inside.
pub const FORMAT: &str = "sfcred";

/// Everything that a vault holds.
#[derive(Clone, Debug, Default)]
pub struct Vault {
    /// The logins, in the order in which they came.
    pub records: Vec<Record>,
    /// Whom it is sealed to, as they are written for `-r`.
    pub recipients: Vec<String>,
    /// Keys of the document that this program does not know, kept as they are.
    rest: Map<String, Value>,
}

/// The document around the records.
#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    recipients: Option<Vec<String>>,
    #[serde(rename = "format")]
    _format: IgnoredAny,
    #[serde(rename = "version")]
    _version: IgnoredAny,
    #[serde(rename = "records", deserialize_with = "ignored")]
    _records: IgnoredAny,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// A key that must be there and is read elsewhere.
fn ignored<'de, D: Deserializer<'de>>(deserializer: D) -> Result<IgnoredAny, D::Error> {
    IgnoredAny::deserialize(deserializer)
}

impl Vault {
    /// An empty vault for these recipients.
    pub fn new(recipients: Vec<String>) -> Self {
        Self { recipients, ..Self::default() }
    }

    /// Reads an opened vault; one of a newer version is refused.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let records = records(bytes)?;
        // What the parser says could quote a value.
        let head: Head = serde_json::from_slice(bytes).map_err(|_| not_a_vault())?;
        let recipients = head.recipients.filter(|recipients| !recipients.is_empty()).ok_or_else(not_a_vault)?;
        Ok(Self { records, recipients, rest: head.rest })
    }

    /// Whether this is a vault, and not just any file.
    pub fn is_vault(bytes: &[u8]) -> bool {
        serde_json::from_slice::<Head>(bytes).is_ok_and(|head| head.recipients.is_some())
    }

    /// Writes the document, not sealed yet.
    pub fn write(&self) -> Result<Zeroizing<Vec<u8>>> {
        let mut bytes = document(&self.records)?;
        let end = b"}\n";
        let open = bytes.len().saturating_sub(end.len());
        bytes.truncate(open);
        let recipients = Value::from(self.recipients.clone());
        let known = std::iter::once(("recipients", &recipients));
        for (key, value) in known.chain(self.rest.iter().map(|(key, value)| (key.as_str(), value))) {
            bytes.extend_from_slice(format!(",\n{}:{value}", Value::from(key)).as_bytes());
        }
        bytes.extend_from_slice(end);
        Ok(bytes)
    }
}

/// The records of a document of the format `sfcred`.
pub fn records(bytes: &[u8]) -> Result<Vec<Record>> {
    let mut records = Vec::new();
    let mut notices = Tally::default();
    let mut take = |record: &mut Record, _: Spot| -> Result<()> {
        records.push(std::mem::take(record));
        Ok(())
    };
    let sink: &mut dyn Sink = &mut (&mut take, &mut notices);
    find(FORMAT)?.read(&mut { bytes }, &Limits::default(), &mut NoLock, sink)?;
    Ok(records)
}

/// A document of the format `sfcred` with these records.
pub fn document(records: &[Record]) -> Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::new());
    let mut lock = NoLock;
    let mut writer = find(FORMAT)?.write(&mut *bytes, &mut lock)?;
    for record in records {
        writer.record(&mut record.clone())?;
    }
    writer.finish()?;
    Ok(bytes)
}

fn not_a_vault() -> Error {
    Error::new("sealed, but not a vault").hint("`sfcred import FILE` takes its records into a vault; `sfcred init` makes one")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = include_str!("../../formats/sfcred/sample.json");

    #[test]
    fn comes_back_whole() {
        let vault = Vault { records: records(SAMPLE.as_bytes()).unwrap(), ..Vault::new(vec!["age1fake".into()]) };
        assert!(!vault.records.is_empty());
        let again = Vault::read(&vault.write().unwrap()).unwrap();
        assert_eq!((&again.records, &again.recipients), (&vault.records, &vault.recipients));
        // Any reader of the format takes it.
        assert_eq!(records(&vault.write().unwrap()).unwrap(), vault.records);
    }

    #[test]
    fn unknown_keys_survive() {
        let text = r#"{"format":"sfcred","version":1,"records":[{"username":"a@one.example","mfa":"x"}],"recipients":["age1fake"],"shelf":{"b":[1,null]}}"#;
        let written = Vault::read(text.as_bytes()).unwrap().write().unwrap();
        let document: Value = serde_json::from_slice(&written).unwrap();
        assert_eq!(document["shelf"], serde_json::json!({"b": [1, null]}));
        assert_eq!(document["records"][0]["fields"][0]["value"], "x");
    }

    #[test]
    fn refuses_what_is_no_vault() {
        for (text, message) in [
            (
                r#"{"format":"sfcred","version":2,"records":[],"recipients":["age1fake"]}"#,
                "version 2 of the format, but this program reads up to 1",
            ),
            (r#"{"format":"sfcred","version":1,"records":[]}"#, "sealed, but not a vault"),
            (r#"{"format":"sfcred","version":1,"records":[],"recipients":[]}"#, "sealed, but not a vault"),
            (r#"{"format":"sfcred","version":1,"records":[],"recipients":["age1fake",7]}"#, "sealed, but not a vault"),
        ] {
            assert_eq!(Vault::read(text.as_bytes()).unwrap_err().to_string().rsplit(": ").next(), Some(message), "{text}");
        }
    }
}
