//! One item of an export: its type, and properties whose names begin with it.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::format::{Sink, Spot};
use crate::record::{Field, Kind, Record};
use crate::{Notice, Result, Secret, json, salesforce};

/// The types that are logins.
const LOGINS: [&str; 2] = ["website_password", "application_password"];

/// An item as it stands in the file.
#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct Item(#[serde(deserialize_with = "json::map")] Map<String, Value>);

impl Item {
    /// Takes a text out.
    fn text(&mut self, key: &str) -> Option<String> {
        match self.0.remove(key) {
            Some(Value::String(text)) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    pub(super) fn read(mut self, folder: Vec<String>, spot: Spot, sink: &mut dyn Sink) -> Result<()> {
        let kind = self.text("type").unwrap_or_default();
        if !LOGINS.contains(&kind.as_str()) {
            sink.notice(Notice::NotALogin(skipped(&kind).to_owned()), "");
            return Ok(());
        }
        let mut record = Record { folder, ..Record::default() };
        let mut own = |name: &str| self.text(&format!("{kind}_{name}"));
        let (title, username, password, notes) = (own("title"), own("username"), own("password"), own("notes"));
        let (url, filter) = (own("url"), own("url_filter"));
        let (name, description, other_filter) = (self.text("name"), self.text("description"), self.text("urlfilter"));
        record.title = title.or(name).unwrap_or_default();
        record.username = username.unwrap_or_default();
        record.password = password.unwrap_or_default().into();
        record.notes = notes.unwrap_or_default().into();
        record.urls.extend(url);
        if let Some(Value::Array(tags)) = self.0.remove("tags") {
            record.tags = tags.iter().filter_map(Value::as_str).map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect();
        }
        let custom = match self.0.remove("custom_fields") {
            Some(Value::Array(fields)) => fields.into_iter().filter_map(custom_field).collect(),
            _ => Vec::new(),
        };
        let mut told = |label: &str, value: Option<String>| record.fields.extend(value.map(|value| Field::new(label.to_owned(), value, Kind::Text)));
        told("Description", description.filter(|text| *text != record.username));
        told("URL Filter", filter.or(other_filter).filter(|text| *text != url_filter(&record.urls, &custom)));
        if self.0.remove(&format!("{kind}_auto_submit")) == Some(Value::Bool(true)) {
            record.fields.push(Field::new("Auto Submit", "1", Kind::Boolean));
        }
        record.fields.extend(custom);
        let prefix = format!("{kind}_");
        let totp = format!("{kind}_totp_code");
        let has_totp = self.0.get(&totp).and_then(Value::as_str).is_some_and(|code| !code.is_empty());
        for (key, value) in self.0 {
            let Some(name) = key.strip_prefix(&prefix) else { continue };
            // Psono writes the settings of one-time passwords even where there are none.
            if name.starts_with("totp_") && !has_totp {
                continue;
            }
            match value {
                Value::String(text) if !text.is_empty() => record.fields.push(Field::new(label(name), text, Kind::Hidden)),
                Value::Number(number) => record.fields.push(Field::new(label(name), number.to_string(), Kind::Text)),
                Value::Array(_) | Value::Object(_) => sink.notice(Notice::LeftBehind("parts of items that are not known here".to_owned()), record.name()),
                _ => {}
            }
        }
        sink.record(&mut record, spot)
    }
}

fn custom_field(field: Value) -> Option<Field> {
    let Value::Object(mut field) = field else { return None };
    let mut text = |key: &str| match field.remove(key) {
        Some(Value::String(text)) => text,
        _ => String::new(),
    };
    let kind = if text("type") == "password" { Kind::Hidden } else { Kind::Text };
    Some(Field::new(text("name"), Secret::new(text("value")), kind))
}

/// The hosts that Psono fills in for: those of the URL, and of the custom fields that hold further ones.
pub(super) fn url_filter(urls: &[String], fields: &[Field]) -> String {
    let further = fields.iter().map(|field| field.value.expose()).filter(|value| value.starts_with("https://") && !value.contains('\n'));
    let mut hosts: Vec<&str> = Vec::new();
    for host in urls.iter().map(String::as_str).chain(further).filter_map(salesforce::host) {
        if !hosts.contains(&host) && !host.contains([',', ' ']) {
            hosts.push(host);
        }
    }
    hosts.join(", ")
}

/// `totp_code` as a label.
fn label(name: &str) -> String {
    let words = name.replace('_', " ").replace("totp", "TOTP");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// What a type that is no login is called.
fn skipped(kind: &str) -> &'static str {
    match kind {
        "note" => "notes",
        "bookmark" => "bookmarks",
        "totp" => "one-time passwords",
        "environment_variables" => "environment variables",
        "ssh_own_key" => "SSH keys",
        "mail_gpg_own_key" => "GPG keys",
        "credit_card" => "cards",
        "identity" => "identities",
        "passkey" => "passkeys",
        _ => "items of other types",
    }
}
