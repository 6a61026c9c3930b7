//! `.properties` files of Java, as Ant, Mule, Trino, Kafka connectors and the Vlocity build tool read them.

mod line;

use zeroize::Zeroizing;

use crate::Result;
use crate::keys::{Block, Config, Line, Quirk, Render, Style, Syntax};
pub(crate) use line::{entries, looks};

#[derive(Debug)]
pub(crate) struct Codec;

impl Config for Codec {
    const SYNTAX: Syntax = Syntax::Properties;
    const MARK: &'static str = ".";

    fn render(style: &Style) -> Option<Box<dyn Render + '_>> {
        Some(Box::new(Lines { doubled: style.has(Quirk::Dollars), quotes: style.has(Quirk::Quotes), records: 0 }))
    }
}

/// Writes lines, and an empty one between logins.
struct Lines {
    /// Whether a `$` is written twice.
    doubled: bool,
    /// Whether values stand in quotes.
    quotes: bool,
    records: u64,
}

impl Render for Lines {
    fn block(&mut self, block: &Block, out: &mut Vec<u8>) -> Result<()> {
        if self.records > 0 {
            out.push(b'\n');
        }
        self.records += 1;
        if let Some(comment) = &block.comment {
            out.extend_from_slice(format!("# {comment}\n").as_bytes());
        }
        for Line { name, value, .. } in &block.lines {
            out.extend_from_slice(name.as_bytes());
            out.push(b'=');
            if self.quotes {
                escape(&Zeroizing::new(format!("\"{}\"", value.expose())), self.doubled, out);
            } else {
                escape(value.expose(), self.doubled, out);
            }
            out.push(b'\n');
        }
        Ok(())
    }
}

/// Writes a value in the place of another one of this text.
pub(crate) fn quote_like(text: &str, raw: &str, value: &str, out: &mut Vec<u8>) {
    if line::is_talend(text) && raw.starts_with('"') {
        escape(&Zeroizing::new(format!("\"{value}\"")), false, out);
    } else {
        escape(value, line::is_ant(text), out);
    }
}

/// Writes a value as Java reads it. A `$` before a brace gets a backslash, which Java drops and the reader here takes for the sign itself.
fn escape(value: &str, doubled: bool, out: &mut Vec<u8>) {
    let mut leading = true;
    for (at, character) in value.char_indices() {
        let first = std::mem::replace(&mut leading, false);
        match character {
            '\n' => out.extend_from_slice(b"\\n"),
            '\r' => out.extend_from_slice(b"\\r"),
            '\t' => out.extend_from_slice(b"\\t"),
            '\u{c}' => out.extend_from_slice(b"\\f"),
            ' ' if first => out.extend_from_slice(b"\\ "),
            '\\' => out.extend_from_slice(b"\\\\"),
            '$' if doubled => out.extend_from_slice(b"$$"),
            '$' if value[at + 1..].starts_with(['{', '(']) || first => out.extend_from_slice(b"\\$"),
            ' '..='~' => out.extend_from_slice(&[u8::try_from(character).unwrap_or(b'?')]),
            other => {
                for unit in other.encode_utf16(&mut [0; 2]) {
                    out.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
                }
            }
        }
    }
}
