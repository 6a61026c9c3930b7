//! JSON with the lines of its values, and with what people add to it in config files: comments, and a comma behind the last value.

use crate::keys::{Leaf, Tree};
use crate::{Error, Result, Secret};

/// How deep values may stand inside of one another.
const DEEPEST: usize = 64;

/// Reads a document.
pub(super) fn parse(text: &str) -> Result<(Tree, u64)> {
    let mut cursor = Cursor { text, at: 0, line: 1 };
    cursor.blanks();
    let line = cursor.line;
    let tree = cursor.value(0)?;
    cursor.blanks();
    if cursor.at < text.len() {
        return Err(cursor.error("something behind the end of the document"));
    }
    Ok((tree, line))
}

/// Whether an object or a list begins a text, behind comments.
pub(super) fn begins(text: &str) -> bool {
    let mut cursor = Cursor { text, at: 0, line: 1 };
    cursor.blanks();
    matches!(cursor.peek(), Some(b'{' | b'['))
}

struct Cursor<'t> {
    text: &'t str,
    at: usize,
    line: u64,
}

impl Cursor<'_> {
    fn error(&self, what: &str) -> Error {
        Error::new(what).at(format!("line {}", self.line)).hint("the file is damaged or no JSON; mend the line")
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Passes over blanks and comments.
    fn blanks(&mut self) {
        loop {
            let rest = &self.text[self.at..];
            let length = match rest.as_bytes() {
                [b' ' | b'\t' | b'\n' | b'\r', ..] => 1,
                [b'/', b'/', ..] => rest.find('\n').unwrap_or(rest.len()),
                [b'/', b'*', ..] => rest[2..].find("*/").map_or(rest.len(), |end| end + 4),
                _ => return,
            };
            self.line += rest[..length].bytes().filter(|byte| *byte == b'\n').count() as u64;
            self.at += length;
        }
    }

    /// Takes a sign that must stand here.
    fn sign(&mut self, sign: u8) -> Result<()> {
        if self.peek() != Some(sign) {
            return Err(self.error(&format!("a `{}` is missing", char::from(sign))));
        }
        self.at += 1;
        Ok(())
    }

    /// Takes a comma and goes on, or the end of a list or an object.
    fn more(&mut self, end: u8) -> Result<bool> {
        self.blanks();
        let comma = self.peek() == Some(b',');
        if comma {
            self.at += 1;
            self.blanks();
        }
        if self.peek() == Some(end) {
            self.at += 1;
            return Ok(false);
        }
        if comma { Ok(true) } else { Err(self.error("a `,` is missing")) }
    }

    fn value(&mut self, depth: usize) -> Result<Tree> {
        if depth > DEEPEST {
            return Err(self.error(&format!("more than {DEEPEST} values inside of one another, the limit")));
        }
        match self.peek() {
            Some(b'{') => self.map(depth),
            Some(b'[') => self.list(depth),
            Some(b'"') => {
                let begin = self.at;
                let value = self.string()?.into();
                Ok(Tree::Text(Leaf { value, span: Some(begin..self.at), ..Leaf::default() }))
            }
            _ => self.word(),
        }
    }

    fn map(&mut self, depth: usize) -> Result<Tree> {
        self.at += 1;
        self.blanks();
        let mut map = Vec::new();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Tree::Map(map));
        }
        loop {
            let line = self.line;
            let name = self.string()?;
            self.blanks();
            self.sign(b':')?;
            self.blanks();
            map.push((name, line, self.value(depth + 1)?));
            if !self.more(b'}')? {
                return Ok(Tree::Map(map));
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Tree> {
        self.at += 1;
        self.blanks();
        let mut list = Vec::new();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Tree::List(list));
        }
        loop {
            let line = self.line;
            list.push((line, self.value(depth + 1)?));
            if !self.more(b']')? {
                return Ok(Tree::List(list));
            }
        }
    }

    fn string(&mut self) -> Result<String> {
        if self.peek() != Some(b'"') {
            return Err(self.error("a `\"` is missing"));
        }
        let mut escaped = false;
        let inside = self.text[self.at + 1..].bytes().position(|byte| {
            let ends = !escaped && byte == b'"';
            escaped = !escaped && byte == b'\\';
            ends
        });
        let Some(length) = inside else { return Err(self.error("a string without an end")) };
        let whole = &self.text[self.at..self.at + length + 2];
        let text = serde_json::from_str(whole).map_err(|_| self.error("a string that is no JSON"))?;
        self.at += whole.len();
        Ok(text)
    }

    /// A number, `true`, `false` or `null`, which is as good as nothing.
    fn word(&mut self) -> Result<Tree> {
        let rest = &self.text[self.at..];
        let end = rest.find([',', '}', ']', ' ', '\t', '\n', '\r']).unwrap_or(rest.len());
        let word = &rest[..end];
        if serde_json::from_str::<serde::de::IgnoredAny>(word).is_err() {
            return Err(self.error("a value that is no JSON"));
        }
        let span = Some(self.at..self.at + end);
        self.at += end;
        let value = if word == "null" { Secret::default() } else { word.into() };
        Ok(Tree::Text(Leaf { value, span, ..Leaf::default() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::flatten;

    #[test]
    fn values_have_their_lines() {
        let text = "{\n \"a\": {\"b\": \"x\\u00e9\\n\"},\n \"c\": [1,\n  {\"key\": \"k\", \"value\": \"v\"}, true], \"d\": null }\n";
        let (tree, line) = parse(text).unwrap();
        let read: Vec<(u64, String, String)> =
            flatten(&tree, line).into_iter().map(|entry| (entry.line, entry.path.join("."), entry.value.expose().to_owned())).collect();
        let expected = [(2, "a.b", "xé\n"), (3, "c.0", "1"), (4, "c.k", "v"), (4, "c.2", "true"), (4, "d", "")];
        assert_eq!(read, expected.map(|(line, path, value)| (line, path.to_owned(), value.to_owned())));
    }

    #[test]
    fn comments_and_a_last_comma() {
        let (tree, line) = parse("// of the team\n{\n  /* two\n  lines */ \"a\": [1, 2,], // why\n  \"b\": \"// no comment\",\n}\n").unwrap();
        let read: Vec<(u64, String)> = flatten(&tree, line).iter().map(|entry| (entry.line, entry.value.expose().to_owned())).collect();
        assert_eq!(read, [(4, "1".to_owned()), (4, "2".to_owned()), (5, "// no comment".to_owned())]);
        assert!(begins("/* x */ [") && !begins("// {") && !begins("a"));
    }

    #[test]
    fn what_is_no_json() {
        for (text, expected) in [
            ("", "line 1: a value that is no JSON"),
            ("{\n\"a\" 1}", "line 2: a `:` is missing"),
            ("[1 2]", "line 1: a `,` is missing"),
            ("{\"a", "line 1: a string without an end"),
            ("[1]\n x", "line 2: something behind the end of the document"),
            ("{\"a\":1,,}", "line 1: a `\"` is missing"),
            ("{\"a\": /* open", "line 1: a value that is no JSON"),
        ] {
            assert_eq!(parse(text).unwrap_err().to_string(), expected, "{text}");
        }
        assert!(parse(&"[".repeat(100_000)).unwrap_err().to_string().contains("the limit"));
    }
}
