//! Text forms that several formats share: `Label: value` lines and lists in one string.
//!
//! The grammar is the one of the notes block: a value is escaped only where it could not be read back otherwise, so that ordinary
//! lines look like what a person would have typed.

use crate::record::{Field, Integration, Kind};
use crate::{Moment, Secret};

/// Ends the label of a field whose value is to be masked.
const HIDDEN: &str = " (hidden)";

/// Appends `Label: value`, without a line end.
///
/// Escapes are `\\`, `\n`, `\r`, `\t`, and `\s` for a blank at either end of the value.
pub fn write_line(out: &mut String, label: &str, value: &str, kind: Kind) {
    out.push_str(label);
    if kind == Kind::Hidden {
        out.push_str(HIDDEN);
    }
    out.push_str(": ");
    let last = value.len().saturating_sub(1);
    for (at, character) in value.char_indices() {
        match character {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            ' ' if at == 0 || at == last => out.push_str("\\s"),
            _ => out.push(character),
        }
    }
}

/// Reads one `Label: value` line, split at the first `": "`; a label with nothing behind its colon has an empty value.
///
/// An escape that is not one of ours is kept as it stands.
pub fn read_line(line: &str) -> Option<Field> {
    let (label, value) = line.split_once(": ").or_else(|| Some((line.trim_end().strip_suffix(':')?, "")))?;
    let (label, kind) = match label.strip_suffix(HIDDEN) {
        Some(label) => (label, Kind::Hidden),
        None => (label, Kind::Text),
    };
    if label.trim().is_empty() {
        return None;
    }
    Some(Field::new(label.to_owned(), unescape(value), kind))
}

/// Reads the escapes of [`write_line`]; one that is not ours is kept as it stands.
pub(crate) fn unescape(value: &str) -> Secret {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let plain = match rest[at + 1..].chars().next() {
            Some('\\') => '\\',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('s') => ' ',
            _ => {
                out.push('\\');
                rest = &rest[at + 1..];
                continue;
            }
        };
        out.push(plain);
        rest = &rest[at + 2..];
    }
    out.push_str(rest);
    Secret::new(out)
}

/// Whether `label` can stand in a line and be read back as itself.
pub fn label_fits(label: &str) -> bool {
    !label.trim().is_empty()
        && !label.starts_with('[')
        && !label.contains(": ")
        && !label.contains(['\n', '\r'])
        && !label.ends_with(HIDDEN)
        && !label.ends_with(':')
}

/// Bytes to look for in texts that are short, where a look into a table is faster than a search.
pub(crate) struct Bytes([bool; 256]);

impl Bytes {
    pub(crate) const fn new(wanted: &[u8]) -> Self {
        let mut table = [false; 256];
        let mut at = 0;
        while at < wanted.len() {
            table[wanted[at] as usize] = true;
            at += 1;
        }
        Self(table)
    }

    /// These, and the control characters below the blank.
    pub(crate) const fn and_controls(mut self) -> Self {
        let mut at = 0;
        while at < b' ' as usize {
            self.0[at] = true;
            at += 1;
        }
        self
    }

    /// Whether the text has one of them. All of it is looked at, because a loop without an early end is unrolled.
    pub(crate) fn are_in(&self, text: &str) -> bool {
        text.bytes().fold(false, |found, byte| found | self.0[usize::from(byte)])
    }
}

/// Joins the items of a list by `; `, with `\;`, `\|` and `\\` inside an item.
pub fn join_list<'a>(items: impl IntoIterator<Item = &'a str>) -> String {
    let mut out = String::new();
    join_list_into(&mut out, items);
    out
}

/// Splits what [`join_list`] joined; blanks around an item and empty items are dropped.
pub fn split_list(text: &str) -> Vec<String> {
    split_unescaped(text, ';').iter().map(|item| unescape_item(item.trim())).filter(|item| !item.is_empty()).collect()
}

/// Joins tags as [`join_list`] does, with `\,` as well, because people type tags with commas between.
pub fn join_tags(tags: &[String]) -> String {
    join_list(tags.iter().map(String::as_str)).replace(',', "\\,")
}

/// Splits what [`join_tags`] joined, or tags with commas between where there is no semicolon.
pub fn split_tags(text: &str) -> Vec<String> {
    let separator = if text.contains(';') { ';' } else { ',' };
    split_unescaped(text, separator).iter().map(|tag| unescape_item(tag.trim())).filter(|tag| !tag.is_empty()).collect()
}

/// Joins tags by `,` alone, with `\,` and `\\` inside a tag.
pub(crate) fn join_by_commas(tags: &[String]) -> String {
    let escaped = |tag: &String| tag.replace('\\', "\\\\").replace(',', "\\,");
    tags.iter().map(escaped).collect::<Vec<_>>().join(",")
}

/// Splits what [`join_by_commas`] joined.
pub(crate) fn split_by_commas(text: &str) -> Vec<String> {
    split_unescaped(text, ',').iter().map(|tag| unescape_item(tag.trim())).filter(|tag| !tag.is_empty()).collect()
}

/// Splits as [`split_list`] does, into a list whose memory is used again.
pub(crate) fn split_list_into(text: &str, list: &mut Vec<String>) {
    // Most lists have one item.
    if text.contains([';', '\\']) || text.trim().is_empty() {
        list.append(&mut split_list(text));
    } else {
        list.push(text.trim().to_owned());
    }
}

/// Joins as [`join_list`] does, behind what `out` holds.
pub(crate) fn join_list_into<'a>(out: &mut String, items: impl IntoIterator<Item = &'a str>) {
    for (at, item) in items.into_iter().enumerate() {
        if at > 0 {
            out.push_str("; ");
        }
        escape_item(out, item);
    }
}

/// Joins integrations into one string: `name | place | updated`, the empty parts at the end left out.
pub fn join_integrations(integrations: &[Integration]) -> String {
    let mut out = String::new();
    for integration in integrations {
        if !out.is_empty() {
            out.push_str("; ");
        }
        let updated = integration.updated.map(|moment| moment.to_string()).unwrap_or_default();
        let parts = [integration.name.as_str(), &integration.place, &updated];
        let last = parts.iter().rposition(|part| !part.is_empty()).unwrap_or(0);
        for (at, part) in parts[..=last].iter().enumerate() {
            if at > 0 {
                out.push_str(" | ");
            }
            escape_item(&mut out, part);
        }
    }
    out
}

/// Splits what [`join_integrations`] joined; a third part that is not a date stays with the place.
pub fn split_integrations(text: &str) -> Vec<Integration> {
    let one = |item: &String| {
        let mut parts: Vec<String> = split_unescaped(item, '|').iter().map(|part| unescape_item(part.trim())).collect();
        let updated: Option<Moment> = if let [_, _, last] = &parts[..] { last.parse().ok() } else { None };
        if updated.is_some() {
            parts.pop();
        }
        let name = parts.remove(0);
        // Empty parts leave blanks at its ends, which no format keeps.
        Integration { name, place: parts.join(" | ").trim().to_owned(), updated, ..Integration::default() }
    };
    split_unescaped(text, ';').iter().filter(|item| !item.trim().is_empty()).map(one).collect()
}

fn escape_item(out: &mut String, item: &str) {
    static SPECIAL: Bytes = Bytes::new(b"\\;|");
    if !SPECIAL.are_in(item) {
        out.push_str(item);
        return;
    }
    for character in item.chars() {
        if matches!(character, '\\' | ';' | '|') {
            out.push('\\');
        }
        out.push(character);
    }
}

fn unescape_item(item: &str) -> String {
    let mut out = String::with_capacity(item.len());
    let mut characters = item.chars().peekable();
    while let Some(character) = characters.next() {
        match characters.peek() {
            Some(&next @ ('\\' | ';' | '|' | ',')) if character == '\\' => {
                out.push(next);
                characters.next();
            }
            _ => out.push(character),
        }
    }
    out
}

/// Splits at `separator` where no backslash stands before it; the escapes stay in the parts.
fn split_unescaped(text: &str, separator: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut escaped = false;
    for character in text.chars() {
        if character == separator && !escaped {
            parts.push(String::new());
            continue;
        }
        escaped = character == '\\' && !escaped;
        if let Some(part) = parts.last_mut() {
            part.push(character);
        }
    }
    parts
}

/// Joins the names of a folder path by `/`, with `\/` and `\\` inside a name.
pub fn join_path(path: &[String]) -> String {
    let escaped = |name: &String| name.replace('\\', "\\\\").replace('/', "\\/");
    path.iter().map(escaped).collect::<Vec<_>>().join("/")
}

/// Splits what [`join_path`] joined; empty names are dropped.
pub fn split_path(text: &str) -> Vec<String> {
    let unescaped = |name: &String| name.replace("\\/", "/").replace("\\\\", "\\");
    split_unescaped(text, '/').iter().filter(|name| !name.is_empty()).map(unescaped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_back() {
        for (label, value, kind) in [
            ("Consumer Secret", "abc", Kind::Hidden),
            ("a: b"[..1].as_ref(), "x: y", Kind::Text),
            ("Padded", "  two blanks  ", Kind::Text),
            ("One", " ", Kind::Text),
            ("Broken", "a\nb\r\n\tc\\n", Kind::Text),
            ("Empty", "", Kind::Text),
        ] {
            let mut line = String::new();
            write_line(&mut line, label, value, kind);
            assert!(!line.contains('\n'));
            assert_eq!(read_line(&line), Some(Field::new(label.to_owned(), value, kind)), "{line}");
        }
    }

    #[test]
    fn ordinary_lines_are_plain() {
        let mut line = String::new();
        write_line(&mut line, "Used By", "nightly export; C: drive", Kind::Text);
        assert_eq!(line, "Used By: nightly export; C: drive");
    }

    #[test]
    fn unknown_escapes_are_kept() {
        assert_eq!(read_line(r"Path: C:\dir\x").unwrap().value.expose(), r"C:\dir\x");
    }

    #[test]
    fn lists_come_back() {
        let tags = ["salesforce", "a;b", r"c\d", "e|f", "g;"];
        assert_eq!(split_list(&join_list(tags)), tags);
        assert_eq!(split_list("a;; b ;"), ["a", "b"]);
        for tags in [vec!["one, two".to_owned()], vec!["a,b".to_owned(), "c;d".to_owned(), "e".to_owned()]] {
            assert_eq!(split_tags(&join_tags(&tags)), tags);
        }
        assert_eq!(split_tags("a, b,c"), ["a", "b", "c"]);
    }

    #[test]
    fn integrations_come_back() {
        let list = vec![
            Integration {
                name: "nightly | export".into(),
                place: "/srv/a;b".into(),
                updated: "2026-08-19".parse().ok(),
                ..Integration::default()
            },
            Integration { name: "Zapier".into(), ..Integration::default() },
            Integration {
                name: "cron".into(),
                place: String::new(),
                updated: "2026-08-19T01:02:03Z".parse().ok(),
                ..Integration::default()
            },
        ];
        assert_eq!(split_integrations(&join_integrations(&list)), list);
        assert_eq!(join_integrations(&list[1..2]), "Zapier");
        assert_eq!(split_integrations("a | b | c")[0].place, "b | c");
        let mut list = split_integrations("||; a | b | | ");
        assert_eq!([list[0].place.as_str(), &list[1].place], ["|", "b |  |"]);
        list[1].updated = list[1].updated.or("2026-05-05".parse().ok());
        assert_eq!(split_integrations(&join_integrations(&list)), list);
    }

    #[test]
    fn paths_come_back() {
        let path = ["Salesforce".to_owned(), "EU/UK".to_owned(), r"a\b".to_owned()];
        assert_eq!(split_path(&join_path(&path)), path);
        assert_eq!(split_path("/a//b/"), ["a", "b"]);
    }
}
