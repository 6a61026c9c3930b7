//! The credentials of an item.
//!
//! What is not understood becomes a hidden field that holds the credential as JSON under the name of its type, and goes back as it came.

use super::totp;
use crate::loose::Loose;
use crate::record::{Field, Kind, Record};
use crate::{Result, Secret, parse_day};

/// The types that are read, or that a record has no place for; others are kept as they are.
const KNOWN: [&str; 8] = ["basic-auth", "api-key", "custom-fields", "note", "totp", "passkey", "file", "item-reference"];

fn kind(credential: &Loose) -> &str {
    credential.get("type").and_then(Loose::text).unwrap_or_default()
}

/// What an item of these credentials is, unless it is a login.
pub(super) fn other(credentials: &[Loose]) -> Option<&'static str> {
    if credentials.iter().any(|credential| matches!(kind(credential), "basic-auth" | "api-key")) {
        return None;
    }
    Some(match credentials.first().map(kind) {
        Some("note") => "secure notes",
        Some("credit-card") => "cards",
        Some("address" | "drivers-license" | "identity-document" | "passport" | "person-name") => "identities and papers",
        Some("ssh-key") => "SSH keys",
        Some("passkey") => "passkeys",
        _ => "entries of other kinds",
    })
}

/// Reads the credentials into the record, and returns what it has no place for.
pub(super) fn read(credentials: Vec<Loose>, record: &mut Record) -> Result<Vec<&'static str>> {
    let mut left = Vec::new();
    for mut credential in credentials {
        match kind(&credential) {
            "basic-auth" => {
                let (username, password) = (value(&mut credential, "username")?, value(&mut credential, "password")?);
                login(record, username, password);
            }
            "api-key" => api_key(&mut credential, record)?,
            "custom-fields" => {
                if credential.get("label").and_then(Loose::text).is_some_and(|label| !label.is_empty()) {
                    left.push("titles of sections");
                }
                for field in credential.take("fields").unwrap_or_default().into_list() {
                    record.fields.push(custom(field)?);
                }
            }
            "note" => {
                let note = value(&mut credential, "content")?;
                if record.notes.is_empty() {
                    record.notes = note;
                } else {
                    record.fields.push(Field::new("Note", note, Kind::Text));
                }
            }
            "totp" => {
                let uri = totp::uri(&credential);
                record.fields.push(Field::new("TOTP", uri, Kind::Hidden));
            }
            "passkey" => left.push("passkeys"),
            "file" => left.push("attachments"),
            "item-reference" => left.push("links to other entries"),
            other => record.fields.push(Field::new(other.to_owned(), credential.json()?, Kind::Hidden)),
        }
    }
    Ok(left)
}

/// The first login is the record's own, and further ones are fields.
fn login(record: &mut Record, username: Secret, password: Secret) {
    if record.username.is_empty() && record.password.is_empty() {
        username.expose().clone_into(&mut record.username);
        record.password = password;
        return;
    }
    for (label, value, kind) in [("Username", username, Kind::Text), ("Password", password, Kind::Hidden)] {
        if !value.is_empty() {
            record.fields.push(Field::new(label, value, kind));
        }
    }
}

fn api_key(credential: &mut Loose, record: &mut Record) -> Result<()> {
    login(record, value(credential, "username")?, Secret::default());
    let url = value(credential, "url")?;
    if !url.is_empty() && !record.urls.iter().any(|other| other == url.expose()) {
        record.urls.push(url.expose().to_owned());
    }
    for (key, label, kind) in [
        ("key", "API Token", Kind::Hidden),
        ("keyType", "Key Type", Kind::Text),
        ("validFrom", "Valid From", Kind::Date),
        ("expiryDate", "Expires", Kind::Date),
    ] {
        let value = value(credential, key)?;
        let kind = if kind == Kind::Date && parse_day(value.expose()).is_none() { Kind::Text } else { kind };
        if !value.is_empty() {
            record.fields.push(Field::new(label, value, kind));
        }
    }
    Ok(())
}

/// The value of an editable field.
fn value(credential: &mut Loose, key: &str) -> Result<Secret> {
    let mut field = credential.take(key).unwrap_or_default();
    match field {
        Loose::Map(_) => field.take("value").unwrap_or_default().into_secret(),
        // It should be an object, but a text alone can mean nothing else.
        bare => bare.into_secret(),
    }
}

fn custom(mut field: Loose) -> Result<Field> {
    let value = field.take("value").unwrap_or_default().into_secret()?;
    let kind = match field.get("fieldType").and_then(Loose::text) {
        Some("concealed-string") => Kind::Hidden,
        Some("boolean") if matches!(value.expose(), "true" | "false") => Kind::Boolean,
        Some("date") if parse_day(value.expose()).is_some() => Kind::Date,
        _ => Kind::Text,
    };
    let label = field.get("label").and_then(Loose::text).unwrap_or_default().to_owned();
    Ok(Field::new(label, value, kind))
}

/// Whether the field is a credential that was kept as JSON.
pub(super) fn is_kept(field: &Field) -> bool {
    let text = field.value.expose();
    if field.kind != Kind::Hidden || KNOWN.contains(&field.label.as_ref()) || !text.starts_with('{') {
        return false;
    }
    let Ok(credential) = serde_json::from_str::<Loose>(text) else { return false };
    kind(&credential) == field.label && !field.label.is_empty() && credential.json().is_ok_and(|json| json == field.value)
}
