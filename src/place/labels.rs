//! The labels of a record's keys where a format has no column for them, and the names that people and other programs give them.

use std::borrow::Cow;

use sfcred_formats::{Field, Key, Kind, Moment, Record, lines};

/// The label of a title that the product changes.
pub(super) const TITLE: &str = "Title";

/// The label under which `key` is written.
pub(super) fn label(key: Key) -> &'static str {
    match key {
        Key::Title => TITLE,
        Key::Username => "Username",
        Key::Password => "Password",
        Key::Token => "Security Token",
        Key::Issued => "Token Issued",
        Key::PasswordChanged => "Password Changed",
        Key::RotateBy => "Next Rotation",
        Key::Url | Key::Urls => "URL",
        Key::UsedBy => "Used By",
        Key::Tags => "Tags",
        Key::Folder => "Folder",
        Key::Notes => "Notes",
        Key::Created => "Created",
        Key::Modified => "Modified",
        Key::Fields => "Fields",
    }
}

/// How surely a label means a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sure {
    /// One of our own labels, or one that can mean nothing else.
    Yes,
    /// A word that other entries use as well, so that it counts only in a Salesforce login.
    IfSalesforce,
}

/// The longest label that means anything.
const LONGEST: usize = 32;

/// The key that a label means: compared in lower case, blanks, `_` and `-` being one, and `:`, `$` and `*` at the end dropped.
pub(super) fn key_of(label: &str) -> Option<(Key, Sure)> {
    // What we wrote ourselves needs no folding.
    if let Some(key) = [Key::Token, Key::Issued, Key::PasswordChanged, Key::Tags].into_iter().find(|key| self::label(*key) == label) {
        return Some((key, Sure::Yes));
    }
    let mut folded = [0_u8; LONGEST];
    let mut length = 0;
    for byte in label.trim().trim_end_matches([':', '$', '*', ' ']).bytes() {
        let byte = if matches!(byte, b'_' | b'-' | b' ') { b' ' } else { byte.to_ascii_lowercase() };
        if byte == b' ' && length > 0 && folded[length - 1] == b' ' {
            continue;
        }
        *folded.get_mut(length)? = byte;
        length += 1;
    }
    let folded = std::str::from_utf8(&folded[..length]).ok()?;
    Some(match folded {
        "security token" | "securitytoken" | "sf token" | "sfdc token" | "salesforce token" | "salesforce security token" => {
            (Key::Token, Sure::Yes)
        }
        "api token" | "token" => (Key::Token, Sure::IfSalesforce),
        "token issued" | "token issued at" | "token issued date" => (Key::Issued, Sure::Yes),
        "token date" | "token created" | "issued" | "date created" | "valid from" => (Key::Issued, Sure::IfSalesforce),
        "password changed" => (Key::PasswordChanged, Sure::Yes),
        "password changed at" | "password last changed" => (Key::PasswordChanged, Sure::IfSalesforce),
        "next rotation" | "rotate by" => (Key::RotateBy, Sure::Yes),
        "expires" | "expiry" | "expiry date" | "expiration date" | "token expires" => (Key::RotateBy, Sure::IfSalesforce),
        "used by" => (Key::UsedBy, Sure::Yes),
        "tags" => (Key::Tags, Sure::Yes),
        "folder" => (Key::Folder, Sure::Yes),
        "title" => (Key::Title, Sure::Yes),
        "my domain" | "mydomain" | "instance url" | "org url" | "hostname" | "instance" => (Key::Urls, Sure::IfSalesforce),
        "url" => (Key::Url, Sure::Yes),
        _ if folded.strip_prefix("url ").is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit())) => (Key::Urls, Sure::Yes),
        _ => return None,
    })
}

/// The label under which to write a field of the user's own whose label would be read as a key: one more backslash before it.
pub(super) fn protect(label: &str) -> String {
    format!("\\{label}")
}

/// The label without the backslash that [`protect`] put before it, if it has one.
pub(super) fn unprotect(label: &str) -> Option<String> {
    label.strip_prefix('\\').filter(|rest| key_of(rest.trim_start_matches('\\')).is_some()).map(str::to_owned)
}

/// Whether `key` is one that only Salesforce logins have; the others are general, and a format's own place for them counts more.
pub(super) fn is_ours(key: Key) -> bool {
    matches!(key, Key::Token | Key::Issued | Key::PasswordChanged | Key::RotateBy | Key::UsedBy)
}

/// Takes `key` out of the record, as fields under their labels.
pub(super) fn take(record: &mut Record, key: Key, parts: &mut Vec<Field>) {
    let part = match key {
        Key::Title => Field::new(label(key), std::mem::take(&mut record.title), Kind::Text),
        Key::Token => match record.token.take() {
            Some(token) => Field::new(label(key), token, Kind::Hidden),
            None => return,
        },
        Key::Issued | Key::PasswordChanged => {
            let moment = if key == Key::Issued { record.issued.take() } else { record.password_changed.take() };
            let Some(moment) = moment else { return };
            let mut text = String::with_capacity("2026-08-18T09:12:44Z".len());
            moment.push_to(&mut text);
            let kind = if matches!(moment, Moment::Day(_)) { Kind::Date } else { Kind::Text };
            Field::new(label(key), text, kind)
        }
        Key::RotateBy => match record.rotate_by.take() {
            Some(day) => Field::new(label(key), day.to_string(), Kind::Date),
            None => return,
        },
        Key::UsedBy => Field::new(label(key), lines::join_integrations(&std::mem::take(&mut record.used_by)), Kind::Text),
        Key::Tags => Field::new(label(key), lines::join_tags(&std::mem::take(&mut record.tags)), Kind::Text),
        Key::Folder => Field::new(label(key), lines::join_path(&std::mem::take(&mut record.folder)), Kind::Text),
        Key::Url | Key::Urls => {
            let first = usize::from(key == Key::Urls);
            for (at, url) in record.urls.drain(first.min(record.urls.len())..).enumerate() {
                let number = at + first + 1;
                let label: Cow<'static, str> = if number == 1 { label(Key::Url).into() } else { format!("URL {number}").into() };
                parts.push(Field::new(label, url, Kind::Url));
            }
            return;
        }
        Key::Username | Key::Password | Key::Notes | Key::Created | Key::Modified | Key::Fields => return,
    };
    if !part.value.is_empty() {
        parts.push(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_mean_themselves() {
        for key in [Key::Title, Key::Token, Key::Issued, Key::PasswordChanged, Key::RotateBy, Key::Url, Key::UsedBy, Key::Tags, Key::Folder]
        {
            assert_eq!(key_of(label(key)), Some((key, Sure::Yes)));
        }
        assert_eq!(key_of("URL 2"), Some((Key::Urls, Sure::Yes)));
    }

    #[test]
    fn people_spell_them_otherwise() {
        for (spelling, key) in
            [("SECURITY_TOKEN:", Key::Token), (" sf-token ", Key::Token), ("Security  Token$", Key::Token), ("Issued", Key::Issued)]
        {
            assert_eq!(key_of(spelling).map(|(key, _)| key), Some(key), "{spelling}");
        }
        for other in ["", "URL x", "Security Tokens", "Token of appreciation", "безопасность", &"token ".repeat(20)] {
            assert_eq!(key_of(other), None, "{other}");
        }
    }
}
