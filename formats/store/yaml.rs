//! The part of YAML that people keep in entries: keys with plain, quoted or literal values.

use crate::record::{Field, Kind};

/// The keys and values of a section, or nothing where it holds more than that.
///
/// A reader that understood half of it would lose the other half, so it is all or nothing.
pub(super) fn fields(text: &str) -> Option<Vec<Field>> {
    let mut fields: Vec<Field> = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let line = line.trim_end();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if line.starts_with([' ', '\t', '-', '?', '[', '{', '&', '*', '!', '|', '>', '%', '@', '`', ',']) {
            return None;
        }
        let (key, rest) = key(line)?;
        let value = match rest.trim_start() {
            literal @ ("|" | "|-") => {
                let mut block = Vec::new();
                while let Some(line) = lines.next_if(|line| line.starts_with(' ') || line.trim().is_empty()) {
                    block.push(line);
                }
                literal_block(&block, literal == "|")?
            }
            value => {
                // A value that goes on in the next line is more than is read here.
                if lines.peek().is_some_and(|next| next.starts_with([' ', '\t']) && !next.trim().is_empty()) {
                    return None;
                }
                scalar(value)?
            }
        };
        if fields.iter().any(|field| field.label == key) {
            return None;
        }
        fields.push(Field::new(key, value, Kind::Text));
    }
    Some(fields)
}

/// The key of a line, and what stands behind its colon.
fn key(line: &str) -> Option<(String, &str)> {
    if line.starts_with(['"', '\'']) {
        let (key, rest) = quoted(line)?;
        return Some((key, rest.strip_prefix(':').filter(|rest| rest.is_empty() || rest.starts_with(' '))?));
    }
    let (key, rest) = line.split_once(": ").or_else(|| Some((line.strip_suffix(':')?, "")))?;
    (!key.trim().is_empty() && !key.contains(" #")).then(|| (key.trim_end().to_owned(), rest))
}

/// A value on one line.
fn scalar(value: &str) -> Option<String> {
    if value.starts_with(['"', '\'']) {
        let (value, rest) = quoted(value)?;
        let rest = rest.trim_start();
        return (rest.is_empty() || rest.starts_with('#')).then_some(value);
    }
    if value.starts_with(['[', '{', '&', '*', '!', '|', '>', '%', '@', '`', ',', '?']) || value.starts_with("- ") || value.contains(": ") {
        return None;
    }
    let value = if value.starts_with('#') { "" } else { value.split_once(" #").map_or(value, |(value, _)| value) };
    let value = value.trim();
    Some(if matches!(value, "null" | "~") { String::new() } else { value.to_owned() })
}

/// A quoted text and what stands behind it.
fn quoted(text: &str) -> Option<(String, &str)> {
    if let Some(text) = text.strip_prefix('\'') {
        let mut value = String::new();
        let mut rest = text;
        loop {
            let end = rest.find('\'')?;
            value.push_str(&rest[..end]);
            rest = &rest[end + 1..];
            match rest.strip_prefix('\'') {
                Some(more) => rest = more,
                None => return Some((value, rest)),
            }
            value.push('\'');
        }
    }
    // The escapes of JSON are among those of YAML; another one makes the section one that is not read.
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<String>();
    let value = values.next()?.ok()?;
    Some((value, &text[values.byte_offset()..]))
}

/// The lines of a literal value without their indent.
fn literal_block(lines: &[&str], line_end: bool) -> Option<String> {
    let last = lines.iter().rposition(|line| !line.trim().is_empty())?;
    let indent = lines.iter().find(|line| !line.trim().is_empty()).map(|line| line.len() - line.trim_start_matches(' ').len())?;
    let mut value = String::new();
    for (at, line) in lines[..=last].iter().enumerate() {
        if at > 0 {
            value.push('\n');
        }
        match line.get(indent..).filter(|_| line[..indent].trim_start_matches(' ').is_empty()) {
            Some(text) => value.push_str(text),
            None if line.trim().is_empty() => {}
            None => return None,
        }
    }
    if line_end {
        value.push('\n');
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Vec<(String, String)>> {
        let pair = |field: Field| (field.label.to_string(), field.value.expose().to_owned());
        fields(text).map(|fields| fields.into_iter().map(pair).collect())
    }

    #[test]
    fn keys_and_values_are_read() {
        let text = "login: ops@a.example\n# why\n\nnumber: 007 # not octal\n'a: b': 'it''s'\n\"q\": \"l\\n\\u00e9\" # x\nnone: ~\n\
            empty:\nkey: |\n  one\n\n    two\nurl: https://a.example#x\nlast: |-\n  x\n";
        let expected = [
            ("login", "ops@a.example"),
            ("number", "007"),
            ("a: b", "it's"),
            ("q", "l\né"),
            ("none", ""),
            ("empty", ""),
            ("key", "one\n\n  two\n"),
            ("url", "https://a.example#x"),
            ("last", "x"),
        ];
        let expected = expected.map(|(key, value)| (key.to_owned(), value.to_owned()));
        assert_eq!(read(text).unwrap(), expected);
        assert_eq!(read(""), Some(Vec::new()));
    }

    #[test]
    fn more_than_that_is_not() {
        for text in [
            "prose",
            "- a\n- b",
            "a:\n  b: c",
            "a: [1, 2]",
            "a: {b: c}",
            "a: &x 1",
            "a: >\n  folded",
            "a: |2\n  x",
            "a: 'open",
            "a: \"\\q\"",
            "a: \"x\" y",
            "a: b\n  goes on",
            "a: 1\na: 2",
            "a: b: c",
            "a: |\n",
            "a: |\n    x\n  é\n",
            "? a",
            ": b",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
