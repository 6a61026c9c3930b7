//! The lines of a `.env` file, of a script that sets variables, and of a Dockerfile.

use super::batch;
use crate::keys::{self, Entries, Entry, expanded};

/// Whether a text looks like a `.env` file: of what is no comment, `KEY=value` is the first, and at least half.
pub(crate) fn looks(text: &str) -> bool {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let (mut assignments, mut others, mut typical) = (0_u32, 0_u32, false);
    for line in lines {
        if let Some(Assignment { key, begin, .. }) = assignment(line) {
            assignments += 1;
            // `username=` alone is what files of Java have, and so is a blank before the sign; quotes they have not.
            let named = key.contains('_') || !key.bytes().any(|byte| byte.is_ascii_lowercase()) || !line.starts_with(key);
            let spaced = line[..begin - 1].ends_with([' ', '\t']);
            typical |= named && !spaced || line[begin..].trim_start().starts_with(['"', '\'']);
        } else if line.starts_with('[') && line.ends_with(']') {
            return false;
        } else {
            others += 1;
        }
    }
    typical && assignments >= others
}

/// The keys of a text; lines that assign nothing are passed over, because a script has others.
pub(crate) fn entries(text: &str) -> Entries {
    let mut entries = Vec::new();
    let (mut at, mut line) = (0, 1);
    // Whether another assignment stands before this one in its line, so that a blank ends a value.
    let mut in_command = false;
    while at < text.len() {
        let rest = &text[at..];
        let end = rest.find('\n').map_or(rest.len(), |end| end + 1);
        let mut taken = end;
        if let Some(Assignment { key, begin, batch }) = assignment(rest[..end].trim_end()) {
            let mut entry = Entry { path: vec![key.to_owned()], line, ..Entry::default() };
            let read = if batch { Some(batch::set(rest[begin..end].trim_end(), &mut entry)) } else { value(&rest[begin..], in_command, &mut entry) };
            match read {
                Some(length) => {
                    let behind = begin + length;
                    entry.span = entry.span.map(|span| at + begin + span.start..at + begin + span.end);
                    taken = match next(rest[behind..].lines().next().unwrap_or_default()) {
                        Some(Next { at, .. }) if !batch => behind + at,
                        _ => rest[behind..].find('\n').map_or(rest.len(), |end| behind + end + 1),
                    };
                }
                None => entry.flaw = Some("the quote is not closed"),
            }
            entries.push(entry);
        }
        in_command = !rest[..taken].ends_with('\n');
        line += rest[..taken].bytes().filter(|byte| *byte == b'\n').count() as u64;
        at += taken;
    }
    entries
}

/// The beginning of `KEY=value`.
struct Assignment<'l> {
    key: &'l str,
    /// Where the value begins.
    begin: usize,
    /// Whether the command line of Windows reads it.
    batch: bool,
}

fn assignment(line: &str) -> Option<Assignment<'_>> {
    let sign = line.find('=')?;
    let mut key = line[..sign].trim();
    let batch = key.get(..4).is_some_and(|word| word.eq_ignore_ascii_case("set "));
    if batch {
        key = key[4..].trim_start();
        key = key.strip_prefix('"').unwrap_or(key);
    }
    for word in ["export ", "declare -x ", "ENV ", "ARG "] {
        key = key.strip_prefix(word).map_or(key, str::trim_start);
    }
    is_name(key).then_some(Assignment { key, begin: sign + 1, batch })
}

fn is_name(key: &str) -> bool {
    let first = key.bytes().next().unwrap_or(b'0');
    (first.is_ascii_alphabetic() || first == b'_') && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Another assignment behind a value.
struct Next {
    at: usize,
    /// Whether nothing else can be meant; a value without quotes may have blanks in it.
    sure: bool,
}

/// How long a key is at most; a line may have as many blanks as it has bytes, and each is looked at.
const LONGEST: usize = 128;

/// The assignment that the rest of a line behind a value begins with.
fn next(line: &str) -> Option<Next> {
    let rest = line.trim_start_matches([' ', '\t', ';', '&']);
    let between = &line[..line.len() - rest.len()];
    let sign = rest.bytes().take(LONGEST).position(|byte| byte == b'=')?;
    let (word, key) = rest[..sign].rsplit_once(' ').unwrap_or(("", &rest[..sign]));
    let blank = between.contains([' ', '\t']);
    let separate = blank && (between.contains(';') || between.contains("&&")) || matches!(word, "export" | "declare -x");
    let fits = !between.is_empty() && is_name(key) && (word.is_empty() || separate);
    let constant = blank && key.len() > 1 && !key.bytes().any(|byte| byte.is_ascii_lowercase());
    let sure = separate || keys::is_known(key);
    (fits && (sure || constant)).then_some(Next { at: between.len(), sure })
}

/// Reads the value at the beginning of `text` into the entry, and says how long it is; nothing where a quote is open.
fn value(text: &str, in_command: bool, entry: &mut Entry) -> Option<usize> {
    let read = shell(text, in_command, entry);
    if read.is_some() && entry.flaw.is_none() {
        return read;
    }
    // Some libraries have escapes between single quotes, which no shell has.
    let blank = text.len() - text.trim_start_matches([' ', '\t']).len();
    let Some((value, length)) = escaped(&text[blank..]) else { return read };
    (entry.flaw, entry.reference) = (None, None);
    entry.value = value.into();
    entry.span = Some(blank..blank + length);
    Some(blank + length)
}

/// A value in single quotes with `\'` and `\\` in it, and how long it is with its quotes.
fn escaped(text: &str) -> Option<(String, usize)> {
    let mut value = String::new();
    let mut rest = text.strip_prefix('\'')?.char_indices().peekable();
    while let Some((at, character)) = rest.next() {
        match character {
            '\\' if rest.peek().is_some_and(|(_, next)| matches!(next, '\'' | '\\')) => value.extend(rest.next().map(|(_, next)| next)),
            '\'' => {
                let behind = text[at + 2..].lines().next().unwrap_or_default().trim_start();
                return (behind.is_empty() || behind.starts_with('#')).then_some((value, at + 2));
            }
            character => value.push(character),
        }
    }
    None
}

/// Reads a value as a shell does.
fn shell(text: &str, in_command: bool, entry: &mut Entry) -> Option<usize> {
    let blank = text.len() - text.trim_start_matches([' ', '\t']).len();
    let mut at = blank;
    let mut end = blank;
    let mut found = String::new();
    let mut quoted = false;
    let mut variable = false;
    loop {
        match text[at..].chars().next() {
            Some('\'') => {
                let end = text[at + 1..].find('\'')?;
                found.push_str(&text[at + 1..at + 1 + end]);
                at += end + 2;
            }
            Some('"') => {
                let (length, expands) = double(&text[at + 1..], &mut found)?;
                variable |= expands;
                at += length + 2;
            }
            // A shell goes on where the next quote begins: 'it'\''s'.
            Some('\\') if quoted && text[at..].starts_with("\\'") => {
                found.push('\'');
                at += 2;
            }
            _ if quoted => break,
            _ => {
                let (value, line) = bare(&text[at..], blank > 0, in_command, &mut found, entry);
                (end, at) = (at + value, at + line);
                variable |= expands(&found);
                break;
            }
        }
        end = at;
        quoted = true;
    }
    entry.span = Some(blank..end);
    if quoted {
        let line = text[at..].lines().next().unwrap_or_default();
        let rest = line.trim_start();
        let goes_on = in_command || rest == "\\" || next(line).is_some();
        if !rest.is_empty() && !rest.starts_with(['#', ';']) && !goes_on {
            entry.flaw = Some("something stands behind the closing quote");
        }
    }
    if variable {
        entry.reference = Some("a variable");
    }
    entry.value = found.into();
    Some(at)
}

/// The inside of double quotes: its length, and whether a variable is expanded in it.
fn double(text: &str, found: &mut String) -> Option<(usize, bool)> {
    let begin = found.len();
    let mut escaped = false;
    let mut plain = String::new();
    for (at, character) in text.char_indices() {
        if escaped {
            escaped = false;
            match character {
                'n' => found.push('\n'),
                'r' => found.push('\r'),
                '"' | '\\' | '$' | '`' => found.push(character),
                other => found.extend(['\\', other]),
            }
            plain.push(' ');
            continue;
        }
        match character {
            '\\' => escaped = true,
            '"' => {
                let expands = expands(&plain) && (plain.len() > 1 || begin == 0);
                return Some((at, expands));
            }
            other => {
                found.push(other);
                plain.push(other);
            }
        }
    }
    None
}

/// Whether a shell puts something else in the place of a value, or of a part of it.
fn expands(value: &str) -> bool {
    expanded(value) || value.len() > 2 && value.starts_with('`') && value.ends_with('`')
}

/// A value without quotes, which ends before a comment, before another assignment, or at the end of the line: how long it is, and where what
/// is behind it begins. A comment begins behind a blank.
fn bare(text: &str, behind_a_blank: bool, in_command: bool, found: &mut String, entry: &mut Entry) -> (usize, usize) {
    let line = text.lines().next().unwrap_or_default();
    let (mut end, mut behind) = (line.len(), line.len());
    for (at, character) in line.char_indices() {
        let first = at == 0 && behind_a_blank;
        match character {
            '#' if first || line[..at].ends_with([' ', '\t']) => {
                entry.cut = at > 0;
                end = at;
                break;
            }
            ' ' | '\t' | ';' if in_command => {
                (end, behind) = (at, at);
                break;
            }
            ' ' | '\t' | ';' => match next(&line[at..]) {
                Some(Next { sure: true, .. }) => {
                    (end, behind) = (at, at);
                    break;
                }
                Some(_) => entry.flaw = Some("another assignment stands behind the value; put the value in quotes"),
                None => {}
            },
            _ => {}
        }
    }
    let mut value = line[..end].trim_end();
    let slashes = value.bytes().rev().take_while(|byte| *byte == b'\\').count();
    if slashes % 2 == 1 && end == line.len() {
        // A shell goes on in the next line, where another assignment may stand.
        match value[..value.len() - 1].trim_end() {
            shorter if shorter.len() + 1 < value.len() || shorter.is_empty() => value = shorter,
            _ => entry.flaw = Some("a line that ends in a backslash goes on in the next one; put the value in quotes"),
        }
    }
    found.push_str(&value.replace(" \\#", " #"));
    (value.len(), behind)
}
