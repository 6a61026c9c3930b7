//! What a format declares to keep of a record, worked out from its `format.toml` alone.

use chrono::SubsecRound;
use sfcred_formats::{Key, Kind, Record, Spec, salesforce};

/// The record less what a format declares to lose.
pub(crate) fn less(record: &Record, spec: &Spec) -> Record {
    let holds = &spec.holds;
    let mut rest = record.clone();
    if holds.xml_text {
        without_controls(&mut rest);
    }
    if holds.joined
        && !rest.password.is_empty()
        && let Some(token) = rest.token.take()
    {
        rest.password.push(token.expose());
    }
    if !holds.has(Key::Created) {
        rest.created = None;
    }
    if !holds.has(Key::Modified) {
        rest.modified = None;
    }
    if holds.whole_seconds() {
        rest.created = rest.created.map(|time| time.trunc_subsecs(0));
        rest.modified = rest.modified.map(|time| time.trunc_subsecs(0));
    }
    if holds.token_entry && rest.token.is_none() {
        rest.issued = None;
    }
    if holds.token_entry && rest.token.is_some() && rest.password.is_empty() {
        rest.created = None;
        rest.password_changed = None;
    }
    if rest.urls.is_empty() && holds.needs.contains(Key::Url) {
        rest.urls.push("https://login.salesforce.com".to_owned());
    }
    // The day on which a token of 90 days is stale, where the product warns of an expiry.
    if let (true, Some(_), Some(issued), None) = (holds.expires, &rest.token, rest.issued, rest.rotate_by) {
        rest.rotate_by = Some(issued.day() + chrono::Days::new(90));
    }
    if holds.origin_only
        && let Some(url) = rest.urls.first_mut()
    {
        *url = salesforce::origin(url).to_owned();
    }
    if let Some(separator) = holds.separator.filter(|_| holds.has(Key::Folder)) {
        rest.folder =
            rest.folder.iter().flat_map(|name| name.split(separator)).filter(|name| !name.is_empty()).map(str::to_owned).collect();
    }
    let (notes, fields) = (holds.has(Key::Notes), !holds.fields.is_empty());
    if !notes && !fields {
        without_places(&mut rest, spec);
        return rest;
    }
    // From the first field on that a custom field cannot hold, they are lines of the notes.
    let mut lines = !fields;
    for field in &mut rest.fields {
        if holds.owns(field) {
            continue;
        }
        lines |= !holds.takes_field(&field.label, field.value.expose());
        let kept = if lines { field.kind == Kind::Hidden } else { holds.keeps_kind(field) };
        if !kept {
            field.kind = Kind::Text;
        }
    }
    rest
}

/// What XML can hold of the texts that a record may lose characters of without a stop.
fn without_controls(rest: &mut Record) {
    let held = |text: &str| -> String {
        text.chars().filter(|character| !matches!(character, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}')).collect()
    };
    rest.title = held(&rest.title);
    for list in [&mut rest.urls, &mut rest.tags, &mut rest.folder] {
        // What is a blank at an end now goes as well, as it does everywhere.
        *list = list.iter().map(|text| held(text).trim().to_owned()).filter(|text: &String| !text.is_empty()).collect();
    }
    for integration in &mut rest.used_by {
        held(&integration.name).trim().clone_into(&mut integration.name);
        held(&integration.place).trim().clone_into(&mut integration.place);
    }
    rest.used_by.retain(|integration| !integration.name.is_empty() || !integration.place.is_empty());
    rest.notes = held(rest.notes.expose()).into();
    for field in &mut rest.fields {
        field.value = held(field.value.expose()).into();
    }
}

fn without_places(rest: &mut Record, spec: &Spec) {
    let holds = &spec.holds;
    rest.notes.clear();
    rest.fields.retain(|field| holds.owns(field));
    if !holds.has(Key::Urls) {
        rest.urls.truncate(1);
    }
    for (key, clear) in [
        (Key::Title, (|record| record.title.clear()) as fn(&mut Record)),
        (Key::Token, |record| record.token = None),
        (Key::Issued, |record| record.issued = None),
        (Key::PasswordChanged, |record| record.password_changed = None),
        (Key::RotateBy, |record| record.rotate_by = None),
        (Key::UsedBy, |record| record.used_by.clear()),
        (Key::Tags, |record| record.tags.clear()),
        (Key::Folder, |record| record.folder.clear()),
    ] {
        if !holds.has(key) {
            clear(rest);
        }
    }
}
