//! From the text of an entry to a record.

use super::{ESCAPED, HIDDEN, Name, OLD_FORM, OTP, OTP_LABEL, Slot, YAML, is_yaml_mark, looks_like_username, slot};
use crate::lines::{self, split_path};
use crate::record::{Field, Kind, Record};
use crate::store::{Store, name, yaml};
use crate::{Error, Limits, Notice, Result, Secret};

/// Reads the text of an entry into an empty record, and says what is worth telling.
///
/// A title or folder inside the text counts where it goes with the name: then the name could not hold it. Otherwise it is a field.
pub(in crate::store) fn read(
    store: &Store,
    text: &str,
    name: Option<Name<'_>>,
    limits: &Limits,
    record: &mut Record,
) -> Result<Vec<Notice>> {
    let mut told = Vec::new();
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let first = first.strip_suffix('\r').unwrap_or(first);
    let first = if first == OLD_FORM { "" } else { first };
    let (rest, section) = if store.yaml { split_yaml(rest) } else { (rest, None) };
    let (mut fields, notes) = pairs(rest, limits)?;
    record.notes.set(notes);
    if store.yaml {
        unprotect(&mut record.notes);
    }
    match section.map(|section| (section, yaml::fields(section))) {
        Some((_, Some(mut more))) => fields.append(&mut more),
        Some((section, None)) => {
            told.push(Notice::KeptAsText("YAML that is more than keys and values"));
            record.notes.push(if notes.is_empty() { "---\n" } else { "\n---\n" });
            record.notes.push(section.strip_suffix('\n').unwrap_or(section));
        }
        None => {}
    }
    let own_line = fields.iter().any(|field| slot(&field.label) == Some(Slot::Password));
    let leads = !first.starts_with(OTP) && !(own_line && (first.is_empty() || first.contains(": ")));
    if leads {
        record.password.set(first);
    } else {
        fields.splice(0..0, pair(first));
    }
    if store.yaml && first.starts_with("gopass://") {
        told.push(Notice::KeptAsText("a reference to another entry in place of a password"));
    }
    Reading { record, name, leads, seen: Vec::new() }.fill(fields);
    Ok(told)
}

/// An entry whose lines are being understood.
struct Reading<'a> {
    record: &'a mut Record,
    name: Option<Name<'a>>,
    /// Whether the first line was the password.
    leads: bool,
    /// What there was a line for.
    seen: Vec<Slot>,
}

impl Reading<'_> {
    fn fill(mut self, fields: Vec<Field>) {
        for mut field in fields {
            if self.take(&mut field) {
                continue;
            }
            let inner = field.label.trim_start_matches('\\');
            if inner.len() < field.label.len() && slot(inner).is_some() {
                field.label = field.label[1..].to_owned().into();
            }
            self.record.fields.push(field);
        }
        let Some((folder, stem)) = self.name else { return };
        if !self.seen.contains(&Slot::Folder) {
            self.record.folder = folder.to_vec();
        }
        if !self.seen.contains(&Slot::Username) && looks_like_username(stem) {
            stem.clone_into(&mut self.record.username);
        } else if !self.seen.contains(&Slot::Title) {
            stem.clone_into(&mut self.record.title);
        }
    }

    /// Puts the field where its label says, unless there is something already.
    fn take(&mut self, field: &mut Field) -> bool {
        let value = field.value.expose();
        let record = &mut *self.record;
        let Some(slot) = slot(&field.label) else { return false };
        match slot {
            Slot::Title if !self.seen.contains(&slot) && self.name.is_none_or(|(_, stem)| name::is_of(stem, value)) => {
                value.clone_into(&mut record.title);
            }
            Slot::Folder if !self.seen.contains(&slot) => {
                let folder = split_path(value);
                if !self.name.is_none_or(|(path, _)| name::is_in(path, &folder)) {
                    return false;
                }
                record.folder = folder;
            }
            Slot::Username if record.username.is_empty() => value.clone_into(&mut record.username),
            Slot::Password if !self.leads && record.password.is_empty() => std::mem::swap(&mut record.password, &mut field.value),
            Slot::Url if record.urls.is_empty() => record.urls.extend((!value.is_empty()).then(|| value.to_owned())),
            Slot::Notes if record.notes.is_empty() => record.notes.set(value),
            _ => return false,
        }
        self.seen.push(slot);
        true
    }
}

/// Splits the lines at the beginning that are pairs from the notes behind them.
fn pairs<'t>(text: &'t str, limits: &Limits) -> Result<(Vec<Field>, &'t str)> {
    let mut fields = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (line, behind) = rest.split_once('\n').unwrap_or((rest, ""));
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.is_empty() {
            rest = behind;
            break;
        }
        let Some(field) = pair(line) else { break };
        if fields.len() == limits.fields {
            return Err(Error::new(format!("more than {} lines of the form `key: value`, the limit for one entry", limits.fields))
                .hint("split the entry"));
        }
        fields.push(field);
        rest = behind;
    }
    Ok((fields, rest.strip_suffix('\n').unwrap_or(rest)))
}

/// Reads one line that is a pair or a one-time password.
fn pair(line: &str) -> Option<Field> {
    if line.starts_with(OTP) {
        return Some(Field::new(OTP_LABEL, line, Kind::Hidden));
    }
    let (label, value) = line.split_once(": ").or_else(|| Some((line.trim_end().strip_suffix(':')?, "")))?;
    let (label, value) = match label.strip_suffix(ESCAPED) {
        Some(label) => (label, lines::unescape(value)),
        None => (label, value.into()),
    };
    let (label, kind) = label.strip_suffix(HIDDEN).map_or((label, Kind::Text), |label| (label, Kind::Hidden));
    (!label.trim().is_empty()).then(|| Field::new(label.to_owned(), value, kind))
}

/// Splits at the first line `---`; what is behind it is YAML.
fn split_yaml(text: &str) -> (&str, Option<&str>) {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if is_yaml_mark(line.trim_end_matches(['\r', '\n'])) && !line.starts_with('\\') {
            return (&text[..at], Some(&text[at + line.len()..]));
        }
        at += line.len();
    }
    (text, None)
}

/// Takes away the backslashes that were set when it was written.
fn unprotect(notes: &mut Secret) {
    if !notes.expose().contains(YAML) {
        return;
    }
    let mut out = Secret::default();
    for line in notes.expose().split_inclusive('\n') {
        let marked = line.starts_with('\\') && is_yaml_mark(line.trim_end_matches('\n'));
        out.push(if marked { &line[1..] } else { line });
    }
    *notes = out;
}
