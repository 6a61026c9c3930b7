//! The text of an entry: the password on the first line, then lines `label: value`, then notes.

mod read;
#[cfg(test)]
mod tests;
mod write;

pub(super) use read::read;
pub(super) use write::write;

use crate::lines;

/// The first line of the old form of a secret, in which the password has a line of its own.
const OLD_FORM: &str = "GOPASS-SECRET-1.0";
/// Ends the label of a field whose value programs should mask.
const HIDDEN: &str = " (hidden)";
/// Ends the label of a value that is written with escapes. Without the mark a backslash is a backslash: people have usernames such as
/// `CORP\robin`.
const ESCAPED: &str = " (escaped)";
/// How the line of a one-time password begins.
const OTP: &str = "otpauth://";
/// The label of such a line.
const OTP_LABEL: &str = "TOTP";
/// Switches to YAML where the format knows it.
const YAML: &str = "---";

/// What a line can hold beside fields.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Slot {
    Title,
    Folder,
    Username,
    Password,
    Url,
    Notes,
}

/// The labels that mean something, in lower case; the first one of each is written.
const LABELS: [(&str, Slot); 12] = [
    ("title", Slot::Title),
    ("folder", Slot::Folder),
    ("login", Slot::Username),
    ("username", Slot::Username),
    ("user", Slot::Username),
    ("email", Slot::Username),
    ("password", Slot::Password),
    ("url", Slot::Url),
    ("website", Slot::Url),
    ("uri", Slot::Url),
    ("notes", Slot::Notes),
    ("comments", Slot::Notes),
];

/// The folder and the name of an entry.
type Name<'a> = (&'a [String], &'a str);

/// Whether a field of this label can be a line and be read back.
pub(crate) fn label_fits(label: &str) -> bool {
    lines::label_fits(label) && !label.ends_with(ESCAPED) && !label.starts_with(OTP)
}

/// Whether a value would not come back from a line as it is: editors drop blanks at the end of a line.
fn needs_escapes(value: &str) -> bool {
    value.contains(['\n', '\r']) || value.trim_matches([' ', '\t']).len() != value.len()
}

fn slot(label: &str) -> Option<Slot> {
    LABELS.iter().find(|(name, _)| label.trim().eq_ignore_ascii_case(name)).map(|(_, slot)| *slot)
}

/// Whether the name of an entry is a username, as many people have it where there is no line for one.
fn looks_like_username(name: &str) -> bool {
    name.contains('@') && !name.contains(char::is_whitespace)
}

/// Whether a line is `---`, behind any number of backslashes.
fn is_yaml_mark(line: &str) -> bool {
    line.trim_start_matches('\\').trim_end_matches('\r') == YAML
}
