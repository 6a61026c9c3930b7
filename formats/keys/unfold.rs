//! Values that hold several keys of a login in one: connections of Airflow, and connection strings of drivers.

use percent_encoding::percent_decode_str;

use super::{Entries, Entry};
use crate::{Secret, connection_string, json_config};

/// Puts what such a value holds in its place, below its own key.
pub(super) fn unfold(entries: Entries) -> Entries {
    let mut unfolded = Entries::with_capacity(entries.len());
    for mut entry in entries {
        // `extra__salesforce__security_token` is what older versions of Airflow call it.
        if let Some(key) = entry.path.last_mut()
            && let Some((_, name)) = key.strip_prefix("extra__").and_then(|rest| rest.split_once("__"))
        {
            *key = name.to_owned();
        }
        match parts(&entry) {
            Some(parts) => unfolded.extend(parts.into_iter().map(|part| inside(&entry, part))),
            None => unfolded.push(entry),
        }
    }
    unfolded
}

/// A part of a value, with the path and the line of the whole.
fn inside(whole: &Entry, mut part: Entry) -> Entry {
    part.path.splice(..0, whole.path.iter().cloned());
    Entry { line: whole.line, span: None, ..part }
}

fn parts(entry: &Entry) -> Option<Entries> {
    let (key, value) = (entry.path.last()?, entry.value.expose());
    if entry.reference.is_some() || value.is_empty() {
        return None;
    }
    // Airflow keeps an object inside a string, and a connection in one variable.
    let connection = key.get(..CONNECTION.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(CONNECTION));
    if key == "extra" || connection {
        let parts = value.trim_start().starts_with('{').then(|| json_config::entries(value).ok()).flatten();
        if let Some(parts) = parts {
            return Some(unfold(parts));
        }
    }
    if connection {
        return uri(value);
    }
    connection_string::of(value)
}

/// What the variables of Airflow's connections begin with.
const CONNECTION: &str = "AIRFLOW_CONN_";

/// The parts of a connection URI, `type://login:password@host/schema?security_token=…`. Source: `salesforce.md` of the facts, section 3.7.
fn uri(value: &str) -> Option<Entries> {
    let (scheme, rest) = value.split_once("://")?;
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (user, host) = rest.rsplit_once('@').unwrap_or(("", rest));
    let (login, password) = user.split_once(':').unwrap_or((user, ""));
    let host = host.split('/').next().unwrap_or_default();
    let mut parts = Entries::new();
    let mut part = |key: &str, value: &str| {
        let (value, flaw) = match percent_decode_str(value).decode_utf8() {
            Ok(value) => (value.into_owned().into(), None),
            Err(_) => (Secret::default(), Some("the escapes are no UTF-8")),
        };
        parts.push(Entry { path: vec![key.to_owned()], value, flaw, ..Entry::default() });
    };
    for (key, value) in [("conn_type", scheme), ("login", login), ("password", password), ("host", host)] {
        part(key, value);
    }
    for (key, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        part(key, &value.replace('+', " "));
    }
    // The whole of the extras can be JSON.
    if let Some(at) = parts.iter().position(|part| part.path == ["__extra__"]) {
        let extra = parts.remove(at);
        parts.extend(json_config::entries(extra.value.expose()).unwrap_or_default());
    }
    Some(parts)
}
