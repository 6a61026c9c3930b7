//! One change of a record upon another.

use sfcred_formats::{Key, Record};

use super::differences;

/// Makes the change from `before` to `after` on the record as it is now.
///
/// # Errors
/// The keys that were changed on both sides. A secret and its date belong together.
pub fn replay(before: &Record, after: &Record, now: &Record) -> Result<Record, Vec<Key>> {
    let (ours, theirs) = (differences(before, after), differences(before, now));
    let twice: Vec<Key> = ours.iter().copied().filter(|key| theirs.iter().any(|other| group(*other) == group(*key))).collect();
    if !twice.is_empty() && now != after {
        return Err(twice);
    }
    let mut record = now.clone();
    for key in ours {
        put(&mut record, after, key);
    }
    Ok(record)
}

/// What counts as one.
fn group(key: Key) -> Key {
    match key {
        Key::Issued => Key::Token,
        Key::PasswordChanged => Key::Password,
        Key::Urls => Key::Url,
        key => key,
    }
}

fn put(record: &mut Record, from: &Record, key: Key) {
    match key {
        Key::Title => record.title.clone_from(&from.title),
        Key::Username => record.username.clone_from(&from.username),
        Key::Password => record.password = from.password.clone(),
        Key::Token => record.token.clone_from(&from.token),
        Key::Issued => record.issued = from.issued,
        Key::PasswordChanged => record.password_changed = from.password_changed,
        Key::RotateBy => record.rotate_by = from.rotate_by,
        Key::Url | Key::Urls => record.urls.clone_from(&from.urls),
        Key::UsedBy => record.used_by.clone_from(&from.used_by),
        Key::Tags => record.tags.clone_from(&from.tags),
        Key::Folder => record.folder.clone_from(&from.folder),
        Key::Notes => record.notes = from.notes.clone(),
        Key::Created => record.created = from.created,
        Key::Modified => record.modified = from.modified,
        Key::Fields => record.fields.clone_from(&from.fields),
    }
}

#[cfg(test)]
mod tests {
    use super::super::records;
    use super::*;

    #[test]
    fn every_key_is_carried_over() {
        let sample = records(include_bytes!("../../formats/sfcred/sample.json")).unwrap();
        for after in sample {
            let before = Record::default();
            assert_eq!(replay(&before, &after, &before), Ok(after.clone()));
            assert_eq!(replay(&before, &after, &after), Ok(after.clone()));
        }
    }

    #[test]
    fn what_was_changed_on_both_sides_is_no_ones() {
        let before = Record { title: "a".into(), ..Record::default() };
        let after = Record { token: Some("FakeNew".into()), ..before.clone() };
        let other = Record { title: "b".into(), ..before.clone() };
        assert_eq!(replay(&before, &after, &other), Ok(Record { title: "b".into(), ..after.clone() }));
        let dated = Record { issued: "2026-11-03".parse().ok(), ..before.clone() };
        assert_eq!(replay(&before, &after, &dated), Err(vec![Key::Token]));
    }
}
