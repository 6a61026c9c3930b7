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

use serde_json::Value;
use sfcred_formats::{Error, Limits, Members, NoLock, Record, Result, SFCRED, Secret, Sink, Spot, Tally, find};
use zeroize::Zeroizing;

pub use import::{Change, Conflict, Import, OnConflict, differences};
pub use keep::Keep;
pub use pending::{Pending, is_pending, mark, mark_done, pending};
pub use replay::replay;
pub use rotate::{Said, follows, forget_old, is_void, rotate_password, rotate_token};

/// Everything that a vault holds.
#[derive(Clone, Debug, Default)]
pub struct Vault {
    /// The logins, in the order in which they came.
    pub records: Vec<Record>,
    /// Whom it is sealed to, as they are written for `-r`.
    pub recipients: Vec<String>,
    /// Keys of the document that this program does not know, each with its JSON as it stands there.
    rest: Vec<(String, Secret)>,
}

/// Whom the document says that it is sealed to.
fn recipients_of(members: &Members) -> Option<Vec<String>> {
    members.get("recipients").and_then(|value| serde_json::from_str(value).ok())
}

/// The keys of the document that this program knows.
const KNOWN: [&str; 4] = ["format", "version", "records", "recipients"];

impl Vault {
    /// An empty vault for these recipients.
    pub fn new(recipients: Vec<String>) -> Self {
        Self { recipients, ..Self::default() }
    }

    /// Reads an opened vault; one of a newer version is refused.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let records = records(bytes)?;
        // What the parser says could quote a value.
        let members: Members = serde_json::from_slice(bytes).map_err(|_| not_a_vault())?;
        let complete = ["format", "version"].iter().all(|key| members.get(key).is_some());
        let recipients = recipients_of(&members).filter(|recipients| complete && !recipients.is_empty()).ok_or_else(not_a_vault)?;
        let unknown = members.0.into_iter().filter(|(key, _)| !KNOWN.contains(&key.as_str()));
        let rest = unknown.map(|(key, value)| (key, Secret::from(String::from(Box::<str>::from(value))))).collect();
        Ok(Self { records, recipients, rest })
    }

    /// Whether this is a vault, and not just any file.
    pub fn is_vault(bytes: &[u8]) -> bool {
        let members = serde_json::from_slice::<Members>(bytes);
        members.is_ok_and(|members| KNOWN.iter().all(|key| members.get(key).is_some()) && recipients_of(&members).is_some())
    }

    /// Writes the document, not sealed yet.
    pub fn write(&self) -> Result<Zeroizing<Vec<u8>>> {
        let mut bytes = document(&self.records)?;
        let end = b"}\n";
        let open = bytes.len().saturating_sub(end.len());
        bytes.truncate(open);
        bytes.extend_from_slice(format!(",\n\"recipients\":{}", Value::from(self.recipients.clone())).as_bytes());
        for (key, value) in &self.rest {
            bytes.extend_from_slice(format!(",\n{}:", Value::from(key.as_str())).as_bytes());
            bytes.extend_from_slice(value.expose().as_bytes());
        }
        bytes.extend_from_slice(end);
        Ok(bytes)
    }

    /// The keys beside records and recipients that two vaults do not have in common, or not with the same value.
    pub fn differing_keys(&self, other: &Self) -> Vec<String> {
        let differs = |one: &Self, other: &Self| -> Vec<String> {
            one.rest.iter().filter(|member| !other.rest.contains(member)).map(|(key, _)| key.clone()).collect()
        };
        let mut keys = differs(self, other);
        for key in differs(other, self) {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        keys
    }
}

/// The keys of a document beside its records.
pub fn keys_beside(document: &[u8]) -> Vec<String> {
    let members: Members = serde_json::from_slice(document).unwrap_or_default();
    members.0.into_iter().map(|(key, _)| key).filter(|key| !["format", "version", "records"].contains(&key.as_str())).collect()
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
    find(SFCRED)?.read(&mut { bytes }, &Limits::default(), &mut NoLock, sink)?;
    Ok(records)
}

/// A document of the format `sfcred` with these records.
pub fn document(records: &[Record]) -> Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::new());
    let mut lock = NoLock;
    let mut writer = find(SFCRED)?.write(&mut *bytes, &mut lock)?;
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
    fn unknown_keys_survive_as_they_are() {
        let text = concat!(
            r#"{"format":"sfcred","version":1,"records":["#,
            "\n",
            r#"{"username":"a@one.example","used_by":[{"name":"n","kind":"x"}],"mfa":1.50,"nul":null}"#,
            "\n",
            r#"],"#,
            "\n",
            r#""recipients":["age1fake"],"#,
            "\n",
            r#""shelf":{"b":[1,null]},"#,
            "\n",
            r#""big":123456789012345678901234567890}"#,
            "\n"
        );
        let written = Vault::read(text.as_bytes()).unwrap().write().unwrap();
        assert_eq!(std::str::from_utf8(&written).unwrap(), text);
    }

    #[test]
    fn a_key_that_stands_twice_is_no_vault() {
        let text = r#"{"format":"sfcred","version":1,"records":[],"recipients":["age1fake"],"shelf":1,"shelf":2}"#;
        assert!(Vault::read(text.as_bytes()).is_err());
        assert!(!Vault::is_vault(text.as_bytes()));
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
