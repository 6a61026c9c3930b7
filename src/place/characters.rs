//! Characters and words that a format cannot hold as they are.

use std::borrow::Cow;

use sfcred_formats::{Key, Record, Secret};

use super::losses::{Loss, Losses};

/// Leaves out of a record what XML 1.0 cannot hold, and counts it by key.
pub(super) fn leave_out(record: &mut Record, losses: &mut Losses) {
    let mut changed = Vec::new();
    let mut tame = |key, text: &mut String| {
        if !text.chars().all(is_held) {
            text.retain(is_held);
            changed.push(key);
        }
    };
    tame(Key::Title, &mut record.title);
    tame(Key::Username, &mut record.username);
    for (key, list) in [(Key::Url, &mut record.urls), (Key::Tags, &mut record.tags), (Key::Folder, &mut record.folder)] {
        for text in list.iter_mut() {
            tame_item(key, text, &mut tame);
        }
        list.retain(|text| !text.is_empty());
    }
    for integration in &mut record.used_by {
        tame_item(Key::UsedBy, &mut integration.name, &mut tame);
        tame_item(Key::UsedBy, &mut integration.place, &mut tame);
    }
    record.used_by.retain(|integration| !integration.name.is_empty() || !integration.place.is_empty());
    for field in &mut record.fields {
        if !field.label.chars().all(is_held) {
            let mut label = field.label.to_string();
            tame(Key::Fields, &mut label);
            field.label = Cow::from(label);
        }
    }
    let mut tame = |key, secret: &mut Secret| {
        if !secret.expose().chars().all(is_held) {
            *secret = Secret::new(secret.expose().chars().filter(|character| is_held(*character)).collect());
            changed.push(key);
        }
    };
    tame(Key::Password, &mut record.password);
    if let Some(token) = &mut record.token {
        tame(Key::Token, token);
    }
    tame(Key::Notes, &mut record.notes);
    for field in &mut record.fields {
        tame(Key::Fields, &mut field.value);
    }
    changed.sort_unstable();
    changed.dedup();
    for key in changed {
        losses.add(Loss::Character(key), record.name());
    }
}

/// Items of a list have no blanks at their ends, and what was not at an end may be so now.
fn tame_item(key: Key, text: &mut String, tame: &mut impl FnMut(Key, &mut String)) {
    let length = text.len();
    tame(key, text);
    if text.len() < length {
        *text = text.trim().to_owned();
    }
}

/// Whether XML 1.0 can hold a character: of the controls, only tab and line ends.
fn is_held(character: char) -> bool {
    !matches!(character, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

/// Whether a value that people copy has a name in braces, such as `{USERNAME}` or `{REF:P@I:…}`.
pub(super) fn has_placeholder(record: &Record) -> bool {
    let secrets = record.token.iter().chain([&record.password]).map(Secret::expose);
    secrets.chain([record.username.as_str()]).any(|text| text.contains('{') && text.split('{').skip(1).any(names_something))
}

/// Whether the text behind a brace is a name and the other brace.
fn names_something(text: &str) -> bool {
    let Some((name, _)) = text.split_once('}') else { return false };
    let word = name.split([':', '@', ' ']).next().unwrap_or_default();
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

#[cfg(test)]
mod tests {
    use sfcred_formats::{Field, Kind};

    use super::*;

    #[test]
    fn only_what_xml_cannot_hold_is_left_out() {
        let mut record = Record {
            title: "a\u{1}b\t".to_owned(),
            password: "\u{0}x\u{7F}\r\n\u{FFFF}".into(),
            tags: vec!["\u{2}".to_owned(), "t".to_owned()],
            fields: vec![Field::new("L\u{3}", "v\u{4}", Kind::Text), Field::new("fine", "fine", Kind::Text)],
            ..Record::default()
        };
        let mut losses = Losses::default();
        leave_out(&mut record, &mut losses);
        assert_eq!(
            (record.title.as_str(), record.password.expose(), record.tags.as_slice()),
            ("ab\t", "x\u{7F}\r\n", &["t".to_owned()][..])
        );
        assert_eq!((&*record.fields[0].label, record.fields[0].value.expose()), ("L", "v"));
        let told: Vec<Loss> = losses.iter().map(|(loss, _)| *loss).collect();
        assert_eq!(told, [Key::Title, Key::Password, Key::Tags, Key::Fields].map(Loss::Character));
        assert!(told[1].stops() && !told[0].stops());
    }

    #[test]
    fn names_in_braces_are_seen() {
        for (password, has) in [
            ("ab{USERNAME}", true),
            ("{REF:P@I:46C9}", true),
            ("{T-REPLACE-RX:/a/b/c/}", true),
            ("a{{PASSWORD}", true),
            ("{", false),
            ("{}", false),
            ("{?!}", false),
            ("{abc", false),
            ("}a{", false),
        ] {
            assert_eq!(has_placeholder(&Record { password: password.into(), ..Record::default() }), has, "{password}");
        }
    }
}
