//! An entry as it stands in the file, and the record it stands for.

use std::collections::BTreeSet;

use super::labels;
use crate::record::{Field, Kind, Record};
use crate::{Error, Result, Secret, lines};

/// A value and whether the product masks it.
pub(super) struct Text {
    pub(super) key: String,
    pub(super) value: Secret,
    pub(super) hidden: bool,
}

/// What separates tags in the place of their own, where some programs write one and some the other.
const BETWEEN_TAGS: [char; 3] = [';', ',', '\t'];

/// Splits the place for tags.
pub(super) fn split_tags(text: &str) -> Vec<String> {
    text.split(BETWEEN_TAGS).map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect()
}

/// The tags for their place, which cannot hold every character.
pub(super) fn tame_tags(tags: &[String]) -> Vec<String> {
    let tame = |tag: &String| tag.replace(BETWEEN_TAGS, " ").split_whitespace().collect::<Vec<_>>().join(" ");
    tags.iter().map(tame).filter(|tag| !tag.is_empty()).collect()
}

/// Puts the texts of an entry where they belong in a record.
///
/// # Errors
/// When a key stands there twice.
pub(super) fn fill(record: &mut Record, texts: Vec<Text>) -> Result<()> {
    let names: Vec<String> = texts.iter().map(|text| text.key.clone()).collect();
    let keys: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    if keys.len() < names.len() {
        return Err(Error::new("a key that stands twice in one entry").hint("two values, two truths: delete one"));
    }
    let mut further = Vec::new();
    let mut totp = false;
    for Text { key, value, hidden } in texts {
        match key.as_str() {
            "Title" => value.expose().clone_into(&mut record.title),
            "UserName" => value.expose().clone_into(&mut record.username),
            "Password" => record.password = value,
            "Notes" => record.notes = value,
            "URL" => further.push((None, value)),
            labels::TAGS if is_exact(value.expose(), &record.tags) => record.tags = lines::split_tags(value.expose()),
            labels::TOTP | labels::TOTP_SECRET if !totp && !value.is_empty() => {
                totp = true;
                record.fields.push(Field::new("TOTP", value, Kind::Hidden));
            }
            key => {
                if let Some(number) = labels::further_url(key) {
                    further.push((Some(number), value));
                    continue;
                }
                let kind = if hidden { Kind::Hidden } else { Kind::Text };
                record.fields.push(Field::new(labels::label(key, &keys).to_owned(), value, kind));
            }
        }
    }
    // KeePassXC sorts by the letters of the key, which puts the tenth before the second.
    further.sort_by_key(|(number, _)| *number);
    record.urls.extend(further.into_iter().filter(|(_, url)| !url.is_empty()).map(|(_, url)| url.expose().to_owned()));
    Ok(())
}

/// Whether a text holds the tags that stand in their place, as they were before they were made fit for it.
fn is_exact(text: &str, tags: &[String]) -> bool {
    let set = |tags: Vec<String>| tags.into_iter().collect::<BTreeSet<_>>();
    set(tame_tags(&lines::split_tags(text))) == set(tags.to_vec())
}

/// Takes a record apart into the texts of an entry, in the order in which `KeePass` writes them; its own place for TOTP is filled by `totp`.
pub(super) fn texts(record: &mut Record, totp: Option<Field>) -> Vec<Text> {
    let mut texts = Vec::with_capacity(6 + record.fields.len());
    let mut add = |key: &str, value: Secret, hidden| texts.push(Text { key: key.to_owned(), value, hidden });
    add("Title", std::mem::take(&mut record.title).into(), false);
    add("UserName", std::mem::take(&mut record.username).into(), false);
    add("Password", std::mem::take(&mut record.password), true);
    let mut urls = std::mem::take(&mut record.urls).into_iter();
    add("URL", urls.next().unwrap_or_default().into(), false);
    for (at, url) in urls.enumerate() {
        add(&format!("{}_{}", labels::FURTHER_URL, at + 1), url.into(), false);
    }
    add("Notes", std::mem::take(&mut record.notes), false);
    if split_tags(&tame_tags(&record.tags).join(";")) != record.tags {
        add(labels::TAGS, lines::join_tags(&record.tags).into(), false);
    }
    if let Some(totp) = totp {
        let address = totp.value.expose().starts_with("otpauth://");
        add(if address { labels::TOTP } else { labels::TOTP_SECRET }, totp.value, true);
    }
    let fields = std::mem::take(&mut record.fields);
    let keys = labels::keys(&fields.iter().map(|field| &*field.label).collect::<Vec<_>>());
    for (field, key) in fields.into_iter().zip(keys) {
        add(&key, field.value, field.kind == Kind::Hidden);
    }
    texts
}
