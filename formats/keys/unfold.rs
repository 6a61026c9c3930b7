//! Values that hold several keys of a login in one: connections of Airflow, and connection strings of drivers.

use super::{Entries, Entry, uri};
use crate::{connection_string, json_config};

/// Puts what such a value of this text holds in its place, below its own key.
pub(super) fn unfold(text: &str, entries: Entries) -> Entries {
    let mut unfolded = Entries::with_capacity(entries.len());
    for mut entry in entries {
        // `extra__salesforce__security_token` is what older versions of Airflow call it.
        if let Some(key) = entry.path.last_mut()
            && let Some((_, name)) = key.strip_prefix("extra__").and_then(|rest| rest.split_once("__"))
        {
            *key = name.to_owned();
        }
        match parts(&entry) {
            Some(parts) => unfolded.extend(parts.into_iter().map(|part| inside(text, &entry, part))),
            None => unfolded.push(entry),
        }
    }
    unfolded
}

/// A part of a value, with the path and the line of the whole. Where it stands is known if no escape stands before it.
fn inside(text: &str, whole: &Entry, mut part: Entry) -> Entry {
    part.path.splice(..0, whole.path.iter().cloned());
    let begin = whole.span.clone().and_then(|span| {
        let raw = text.get(span.clone())?;
        let quotes = raw.strip_suffix(['"', '\'']).map_or(raw, |raw| raw.strip_prefix(['"', '\'']).unwrap_or(raw));
        (quotes == whole.value.expose()).then(|| span.start + usize::from(quotes.len() < raw.len()))
    });
    let span = begin.zip(part.span).map(|(begin, span)| begin + span.start..begin + span.end);
    Entry { line: whole.line, span, ..part }
}

fn parts(entry: &Entry) -> Option<Entries> {
    let (key, value) = (entry.path.last()?, entry.value.expose());
    if entry.reference.is_some() || value.is_empty() {
        return None;
    }
    // Airflow and the Secrets Manager of AWS keep an object inside a string, and Airflow a connection in one variable.
    let connection = key.get(..CONNECTION.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(CONNECTION));
    if key == "extra" || key == "SecretString" || connection {
        let parts = value.trim_start().starts_with('{').then(|| json_config::entries(value).ok()).flatten();
        if let Some(parts) = parts {
            return Some(unfold(value, parts).into_iter().map(|part| Entry { span: None, ..part }).collect());
        }
    }
    if connection || value.starts_with("salesforce://") {
        return uri::read(value);
    }
    connection_string::of(value)
}

/// What the variables of Airflow's connections begin with.
const CONNECTION: &str = "AIRFLOW_CONN_";
