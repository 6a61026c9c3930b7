//! Connection strings of ODBC, JDBC and ADO.NET drivers.

mod parse;

use crate::Result;
use crate::keys::{Block, Config, Line, Quirk, Render, Style, Syntax};
pub(crate) use parse::{entries, looks, of};
use parse::has_braces;

#[derive(Debug)]
pub(crate) struct Codec;

impl Config for Codec {
    const SYNTAX: Syntax = Syntax::Connection;
    const MARK: &'static str = "";

    fn render(style: &Style) -> Option<Box<dyn Render + '_>> {
        Some(Box::new(Strings { begin: &style.begin, braces: style.has(Quirk::Braces) }))
    }
}

/// Writes a string on a line of its own.
struct Strings<'s> {
    begin: &'s str,
    /// Whether quotes are braces.
    braces: bool,
}

impl Render for Strings<'_> {
    fn block(&mut self, block: &Block, out: &mut Vec<u8>) -> Result<()> {
        out.extend_from_slice(self.begin.as_bytes());
        // The host is a part of such a beginning.
        if let Some(line) = block.lines.iter().find(|line| line.name.is_empty()) {
            let host = line.value.expose();
            out.extend_from_slice(host.replace(';', "%3B").as_bytes());
            out.push(b';');
        }
        for Line { name, value, .. } in block.lines.iter().filter(|line| !line.name.is_empty()) {
            out.extend_from_slice(name.as_bytes());
            out.push(b'=');
            quote(value.expose(), self.braces, out);
            out.push(b';');
        }
        out.push(b'\n');
        Ok(())
    }
}

/// Writes a value in the place of another one of this text.
pub(crate) fn quote_like(text: &str, value: &str, out: &mut Vec<u8>) {
    quote(value, has_braces(text), out);
}

/// Quotes a value that would end early or lose blanks.
fn quote(value: &str, braces: bool, out: &mut Vec<u8>) {
    let plain = !value.is_empty() && value.trim() == value && !value.contains([';', '\n', '\r']) && !value.starts_with(['{', '"', '\'']);
    let (begin, end) = match (plain, braces) {
        (true, _) => return out.extend_from_slice(value.as_bytes()),
        (false, true) => ('{', '}'),
        (false, false) => ('"', '"'),
    };
    let doubled = value.replace(end, &format!("{end}{end}"));
    out.extend_from_slice(format!("{begin}{doubled}{end}").as_bytes());
}
