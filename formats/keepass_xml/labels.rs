//! The labels of custom fields as keys, which `KeePass` wants to be unique in an entry and other than those it uses itself.
//!
//! The second field called `Contact` has the key `Contact (2)`. A label that would be read as something else gets ` (1)` behind it.

use std::collections::{BTreeMap, BTreeSet};

/// The key of a URL behind the first, as the browser extensions know it.
pub(super) const FURTHER_URL: &str = "KP2A_URL";
/// The tags as they are, where the place for tags cannot hold them.
pub(super) const TAGS: &str = "Tags";
/// An `otpauth` address.
pub(super) const TOTP: &str = "otp";
/// The bare secret of a TOTP.
pub(super) const TOTP_SECRET: &str = "TimeOtp-Secret-Base32";

/// The number of a further URL, if the key is that of one.
pub(super) fn further_url(key: &str) -> Option<u64> {
    let rest = key.strip_prefix(FURTHER_URL)?;
    if rest.is_empty() { Some(0) } else { rest.strip_prefix('_')?.parse().ok() }
}

/// Whether a key has a meaning of its own.
fn is_taken(key: &str) -> bool {
    matches!(key, "" | "Title" | "UserName" | "Password" | "URL" | "Notes" | TAGS | TOTP | TOTP_SECRET) || further_url(key).is_some()
}

/// What stands before a number in brackets at the end, and the number.
fn numbered(key: &str) -> Option<(&str, &str)> {
    let (label, number) = key.strip_suffix(')')?.rsplit_once(" (")?;
    (!number.starts_with('0') && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then_some((label, number))
}

/// Whether a label cannot be a key as it is, whatever else is in the entry.
fn is_marked(label: &str) -> bool {
    is_taken(label) || numbered(label).is_some()
}

/// The label that a custom key stands for, in an entry with these keys.
pub(super) fn label<'k>(key: &'k str, keys: &BTreeSet<&str>) -> &'k str {
    match numbered(key) {
        Some((label, "1")) if is_marked(label) => label,
        Some((first, number)) if number != "1" && !is_taken(first) && keys.contains(first) => match numbered(first) {
            Some((label, "1")) if is_marked(label) => label,
            _ => first,
        },
        _ => key,
    }
}

/// The keys of fields with these labels, in their order.
pub(super) fn keys(labels: &[&str]) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for label in labels {
        *counts.entry(label).or_default() += 1;
    }
    // A number that cannot be taken for one of ours stays as it is.
    let harmless = |label: &str| {
        numbered(label).is_some_and(|(first, number)| {
            number != "1" && !is_marked(first) && !counts.contains_key(first) && counts.get(label) == Some(&1)
        })
    };
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut keys = Vec::with_capacity(labels.len());
    for label in labels {
        let number = seen.entry(label).or_default();
        *number += 1;
        let mut key = (*label).to_owned();
        if is_marked(label) && !harmless(label) {
            key.push_str(" (1)");
        }
        if *number > 1 {
            key = format!("{key} ({number})");
        }
        keys.push(key);
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_labels_are_keys() {
        assert_eq!(keys(&["Org ID", "Contact", "Contact", "Server (2)", "Contact"]), ["Org ID", "Contact", "Contact (2)", "Server (2)", "Contact (3)"]);
        let keys = BTreeSet::from(["Server (2)", "Year (1)", "Tags (2)", "Tags"]);
        assert!(keys.iter().all(|key| label(key, &keys) == *key), "keys of other programs stay as they are");
    }

    /// All entries of up to three fields whose labels are made of what means something.
    #[test]
    fn every_label_comes_back() {
        let mut labels: Vec<String> = ["", "A", "Tags", "URL", "KP2A_URL_3", "otp", "A (02)"].map(str::to_owned).to_vec();
        for _ in 0..2 {
            let more: Vec<String> = labels.iter().flat_map(|label| [1, 2, 3].map(|number| format!("{label} ({number})"))).collect();
            labels.extend(more);
            labels.dedup();
        }
        labels.truncate(60);
        let mut tried = 0;
        for a in &labels {
            for b in &labels {
                for c in &labels {
                    let labels = [a.as_str(), b, c];
                    let keys = keys(&labels);
                    let mut set: BTreeSet<&str> = keys.iter().map(String::as_str).collect();
                    assert_eq!(set.len(), 3, "{labels:?} as {keys:?}");
                    assert!(!keys.iter().any(|key| is_taken(key)), "{keys:?}");
                    for with in [None, Some("Tags"), Some("URL")] {
                        set.extend(with);
                        let back: Vec<&str> = keys.iter().map(|key| label(key, &set)).collect();
                        assert_eq!(back, labels, "as {keys:?}");
                    }
                    tried += 1;
                }
            }
        }
        assert_eq!(tried, 60 * 60 * 60);
    }
}
