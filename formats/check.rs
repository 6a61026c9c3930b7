//! What is wrong with a `format.toml`, with the line and the key.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::format::Spec;
use crate::record::Key;
use crate::table::Flaw;
use crate::{Error, Result};

/// What to do about any of it.
pub(crate) const HINT: &str = "formats/README.md explains every key";

/// The error for TOML that cannot be read, or that has a key too many or too few.
pub(crate) fn unreadable(toml: &str, error: &toml::de::Error) -> Error {
    let start = error.span().map_or(0, |span| span.start);
    let message = error.message().replace('\n', " ");
    let what = match DeTable::parse(toml).map(|table| key_at(table.get_ref(), start)) {
        // An unknown or missing key is named by the message itself.
        Ok(Some(key)) if message.starts_with("invalid") => format!("`{key}`: {message}"),
        Ok(_) => message,
        // What is no TOML has no keys, but something stands before the sign.
        Err(_) => match toml.get(..start).unwrap_or_default().rsplit('\n').next().and_then(|line| line.split_once('=')) {
            Some((key, _)) => format!("`{}`: {message}", key.trim()),
            None => message,
        },
    };
    Error::new(what).at(line(toml, start)).hint(HINT)
}

/// Finds what the types alone do not rule out.
pub(crate) fn check(toml: &str, spec: &Spec, has_code: bool) -> Result<()> {
    let word = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let mut flaws = Vec::new();
    let mut flaw = |path: &[&str], what: &str| flaws.push(Flaw::new(path, what));
    if !spec.id.split('-').all(word) {
        flaw(&["id"], "an id is words in lower case with `-` between");
    }
    if spec.read.is_none() && spec.write.is_none() {
        flaw(&["read"], "neither [read] nor [write], so there is nothing to do with it");
    }
    if !has_code {
        if spec.lock.is_some() {
            flaw(&["lock"], "a table is not encrypted by itself");
        }
        if !spec.holds.labels.is_empty() {
            flaw(&["holds", "labels"], "a column with a label says this");
        }
        let columns = spec.table.iter().flat_map(|table| &table.columns).filter(|column| !column.retired);
        let keys: Vec<Key> = columns.filter_map(|column| column.key).collect();
        if let Some(key) = spec.holds.keys.iter().find(|key| !keys.contains(key)) {
            flaw(&["holds", "keys"], &format!("no column holds {}", key.name()));
        }
        let has_fields = keys.contains(&Key::Fields) || spec.table.as_ref().is_some_and(|table| table.pairs);
        if has_fields && spec.holds.fields.is_empty() {
            flaw(&["holds", "fields"], "a column holds fields, so their kinds belong here");
        }
        if !has_fields && !spec.holds.fields.is_empty() {
            flaw(&["holds", "fields"], "no column holds fields");
        }
    }
    if let Some(table) = &spec.table {
        table.check(has_code, &mut flaws);
    }
    flaws.first().map_or(Ok(()), |flaw| Err(error(toml, flaw)))
}

/// The error for a flaw, with its line.
pub(crate) fn error(toml: &str, Flaw { path, what }: &Flaw) -> Error {
    let key = path.iter().rfind(|part| part.parse::<usize>().is_err()).map_or("", String::as_str);
    let start = DeTable::parse(toml).ok().map_or(0, |table| start_of(&table, path));
    Error::new(format!("`{key}`: {what}")).at(line(toml, start)).hint(HINT)
}

fn line(toml: &str, start: usize) -> String {
    let before = toml.get(..start).unwrap_or(toml);
    format!("line {}", before.matches('\n').count() + 1)
}

/// Where the value at `path` starts, or the nearest thing around it.
fn start_of(document: &Spanned<DeTable<'_>>, path: &[String]) -> usize {
    let Some((first, rest)) = path.split_first() else { return document.span().start };
    let Some((key, mut value)) = document.get_ref().get_key_value(first.as_str()) else { return 0 };
    let mut start = key.span().start;
    for part in rest {
        let inner = match value.get_ref() {
            DeValue::Table(table) => table.get_key_value(part.as_str()).map(|(key, value)| (key.span().start, value)),
            DeValue::Array(array) => part.parse().ok().and_then(|at: usize| array.get(at)).map(|value| (value.span().start, value)),
            _ => None,
        };
        let Some((inner_start, inner)) = inner else { break };
        start = inner_start;
        value = inner;
    }
    start
}

/// The innermost key whose value stands at `offset`.
fn key_at(table: &DeTable<'_>, offset: usize) -> Option<String> {
    table.iter().find_map(|(key, value)| {
        let inside = match value.get_ref() {
            DeValue::Table(table) => key_at(table, offset),
            DeValue::Array(array) => array.iter().find_map(|value| match value.get_ref() {
                DeValue::Table(table) => key_at(table, offset),
                _ => None,
            }),
            _ => None,
        };
        inside.or_else(|| value.span().contains(&offset).then(|| key.get_ref().to_string()))
    })
}
