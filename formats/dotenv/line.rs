//! The lines of a `.env` file.

use crate::keys::{Entries, Entry, expanded};

/// Whether a text looks like a `.env` file: of what is no comment, `KEY=value` is the first, and at least half.
pub(crate) fn looks(text: &str) -> bool {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let (mut assignments, mut others, mut typical) = (0_u32, 0_u32, false);
    for line in lines {
        if let Some((key, _)) = assignment(line) {
            assignments += 1;
            // `username=` alone is what files of Java have.
            typical |= key.contains('_') || !key.bytes().any(|byte| byte.is_ascii_lowercase()) || !line.starts_with(key);
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
    while at < text.len() {
        let rest = &text[at..];
        let end = rest.find('\n').map_or(rest.len(), |end| end + 1);
        let mut taken = end;
        if let Some((key, begin)) = assignment(rest[..end].trim_end()) {
            let mut entry = Entry { path: vec![key.to_owned()], line, ..Entry::default() };
            match value(&rest[begin..], &mut entry) {
                Some(length) => {
                    let behind = begin + length;
                    entry.span = entry.span.map(|span| at + begin + span.start..at + begin + span.end);
                    taken = rest[behind..].find('\n').map_or(rest.len(), |end| behind + end + 1);
                }
                None => entry.flaw = Some("the quote is not closed"),
            }
            entries.push(entry);
        }
        line += rest[..taken].bytes().filter(|byte| *byte == b'\n').count() as u64;
        at += taken;
    }
    entries
}

/// The key of a line `export KEY=value`, and where its value begins.
fn assignment(line: &str) -> Option<(&str, usize)> {
    let sign = line.find('=')?;
    let mut key = line[..sign].trim_start();
    for word in ["export ", "set ", "declare -x "] {
        key = key.strip_prefix(word).map_or(key, str::trim_start);
    }
    let first = key.bytes().next()?;
    let named = (first.is_ascii_alphabetic() || first == b'_') && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    named.then_some((key, sign + 1))
}

/// Reads the value at the beginning of `text` into the entry, and says how long it is; nothing where a quote is open.
fn value(text: &str, entry: &mut Entry) -> Option<usize> {
    let read = shell(text, entry);
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
fn shell(text: &str, entry: &mut Entry) -> Option<usize> {
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
                let (value, line) = bare(&text[at..], blank > 0, &mut found, entry);
                (end, at) = (at + value, at + line);
                variable |= expanded(&found);
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
        if !rest.is_empty() && !rest.starts_with(['#', ';']) {
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
                let expands = expanded(&plain) && (plain.len() > 1 || begin == 0);
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

/// A value without quotes, which ends before a comment or at the end of the line: how long the two are. A comment begins behind a blank.
fn bare(text: &str, behind_a_blank: bool, found: &mut String, entry: &mut Entry) -> (usize, usize) {
    let line = text.lines().next().unwrap_or_default();
    let mut end = line.len();
    for (at, _) in line.match_indices('#') {
        if line[..at].ends_with([' ', '\t']) || (at == 0 && behind_a_blank) {
            end = at;
            entry.cut = at > 0;
            break;
        }
    }
    let value = line[..end].trim_end();
    found.push_str(&value.replace(" \\#", " #"));
    (value.len(), line.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String)> {
        entries(text).into_iter().map(|entry| (entry.path[0].clone(), entry.value.expose().to_owned())).collect()
    }

    #[test]
    fn quotes_and_comments() {
        let text = "# a comment\r\nexport A=plain # why\r\nB='lit $x #\\n'\nC=\"a\\n\\\"\\\\\\$b # c\" # d\n D = x#y \nE=\nF='it'\\''s'\nG='two\nlines'\n\
            H=a \\# b\nif true; then\nI=\"\"\n1=2\nJ=$K\nL=\"x${M}\"\nO=#x\nP= # y\nN='open\n";
        let expected = [
            ("A", "plain"),
            ("B", "lit $x #\\n"),
            ("C", "a\n\"\\$b # c"),
            ("E", ""),
            ("F", "it's"),
            ("G", "two\nlines"),
            ("H", "a # b"),
            ("I", ""),
            ("J", "$K"),
            ("L", "x${M}"),
            ("O", "#x"),
            ("P", ""),
            ("N", ""),
        ];
        assert_eq!(read(text), expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
        let entries = entries(text);
        assert_eq!(entries.iter().map(|entry| entry.line).collect::<Vec<_>>(), [2, 3, 4, 6, 7, 8, 10, 12, 14, 15, 16, 17, 18]);
        let told: Vec<&str> = entries.iter().filter(|entry| entry.reference.is_some()).map(|entry| entry.path[0].as_str()).collect();
        assert_eq!(told, ["J", "L"]);
        let cut: Vec<&str> = entries.iter().filter(|entry| entry.cut).map(|entry| entry.path[0].as_str()).collect();
        assert_eq!(cut, ["A"]);
        assert_eq!(entries.last().unwrap().flaw, Some("the quote is not closed"));
        let spans: Vec<&str> = entries.iter().filter_map(|entry| text.get(entry.span.clone()?)).collect();
        let expected =
            ["plain", "'lit $x #\\n'", r#""a\n\"\\\$b # c""#, "", "'it'\\''s'", "'two\nlines'", "a \\# b", "\"\"", "$K", "\"x${M}\"", "#x", ""];
        assert_eq!(spans, expected);
    }

    #[test]
    fn escapes_that_no_shell_has() {
        let text = "A='it\\'s \"so\"' # c\nB='a\\\\'\nC='it\\'s\nD=1\n";
        let entries = entries(text);
        let read: Vec<(&str, &str, bool)> =
            entries.iter().map(|entry| (entry.path[0].as_str(), entry.value.expose(), entry.flaw.is_some())).collect();
        // What a shell can read is read as a shell does.
        assert_eq!(read[..2], [("A", "it's \"so\"", false), ("B", "a\\\\", false)]);
        assert!(read[2].2, "{read:?}");
        assert_eq!(text.get(entries[0].span.clone().unwrap()), Some("'it\\'s \"so\"'"));
    }

    #[test]
    fn what_looks_like_it() {
        assert!(looks("SF_USERNAME=a\n") && looks("# x\nexport A='b'\n\nB=c\n") && looks("#!/bin/sh\nset -e\nA=b\n"));
        assert!(!looks("") && !looks("[salesforce]\nusername=a\n") && !looks("sf.username=a\n") && !looks("a: b\n") && !looks("username=a\npassword=b\n") && !looks("a,b\n1,2\n"));
    }
}
