//! From a record to the text of an entry.

use super::{ESCAPED, HIDDEN, LABELS, Name, OLD_FORM, OTP, OTP_LABEL, Slot, is_yaml_mark, looks_like_username, needs_escapes, slot};
use crate::lines::{self, join_path};
use crate::record::{Kind, Record};
use crate::store::Store;

/// Writes the text of an entry. What its name could not hold goes into it.
pub(in crate::store) fn write(store: &Store, record: &Record, name: Option<Name<'_>>) -> String {
    let mut out = String::with_capacity(512);
    let password = record.password.expose();
    let one_line = !password.contains(['\n', '\r']) && password != OLD_FORM && !password.starts_with(OTP);
    if one_line {
        out.push_str(password);
    }
    out.push('\n');
    let mut written = Vec::new();
    let mut line = |out: &mut String, slot: Slot, value: &str| {
        let label = LABELS.iter().find(|(_, other)| *other == slot).map_or("", |(label, _)| label);
        push_pair(out, label, value, Kind::Text);
        if !value.is_empty() || matches!(slot, Slot::Title | Slot::Folder) {
            written.push(slot);
        }
    };
    let (folder, title) = (join_path(&record.folder), record.title.as_str());
    if name.map_or(!title.is_empty(), |(_, stem)| stem != title) {
        line(&mut out, Slot::Title, title);
    }
    if name.map_or(!folder.is_empty(), |(path, _)| path != record.folder) {
        line(&mut out, Slot::Folder, &folder);
    }
    if !record.username.is_empty() || name.is_some_and(|(_, stem)| looks_like_username(stem)) {
        line(&mut out, Slot::Username, &record.username);
    }
    if !one_line {
        line(&mut out, Slot::Password, password);
    }
    if let Some(url) = record.urls.first() {
        line(&mut out, Slot::Url, url);
    }
    if let Some(token) = &record.token {
        push_pair(&mut out, &store.token, token.expose(), Kind::Text);
    }
    for field in &record.fields {
        let value = field.value.expose();
        if field.label == OTP_LABEL && field.kind == Kind::Hidden && value.starts_with(OTP) && !needs_escapes(value) {
            out.push_str(value);
            out.push('\n');
            continue;
        }
        let inner = field.label.trim_start_matches('\\');
        // A label that would be read as something else gets a backslash before it.
        let mistaken = slot(inner).is_some_and(|slot| inner.len() < field.label.len() || !written.contains(&slot));
        let label = if mistaken { format!("\\{}", field.label).into() } else { field.label.clone() };
        push_pair(&mut out, &label, value, field.kind);
    }
    if !record.notes.is_empty() {
        out.push('\n');
        if store.yaml {
            protect(&mut out, record.notes.expose());
        } else {
            out.push_str(record.notes.expose());
        }
        out.push('\n');
    }
    out
}

/// Appends a line `label: value`.
fn push_pair(out: &mut String, label: &str, value: &str, kind: Kind) {
    let hidden = if kind == Kind::Hidden { HIDDEN } else { "" };
    if needs_escapes(value) {
        lines::write_line(out, &format!("{label}{hidden}{ESCAPED}"), value, Kind::Text);
    } else {
        let blank = if value.is_empty() { "" } else { " " };
        for part in [label, hidden, ":", blank, value] {
            out.push_str(part);
        }
    }
    out.push('\n');
}

/// Appends notes in which no line switches to YAML.
fn protect(out: &mut String, notes: &str) {
    for line in notes.split_inclusive('\n') {
        if is_yaml_mark(line.trim_end_matches('\n')) {
            out.push('\\');
        }
        out.push_str(line);
    }
}
