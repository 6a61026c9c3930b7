//! `.env` files, and the exports of a shell.

mod batch;
mod line;
#[cfg(test)]
mod tests;

use crate::Result;
use crate::keys::{Block, Config, Line, Render, Style, Syntax};
pub(crate) use line::{entries, looks};

#[derive(Debug)]
pub(crate) struct Codec;

impl Config for Codec {
    const SYNTAX: Syntax = Syntax::Dotenv;

    fn render(_: &Style) -> Option<Box<dyn Render + '_>> {
        Some(Box::new(Lines(0)))
    }
}

/// Writes lines, and an empty one between logins.
struct Lines(u64);

impl Render for Lines {
    fn block(&mut self, block: &Block, out: &mut Vec<u8>) -> Result<()> {
        if self.0 > 0 {
            out.push(b'\n');
        }
        self.0 += 1;
        if let Some(comment) = &block.comment {
            out.extend_from_slice(format!("# {comment}\n").as_bytes());
        }
        for Line { name, value, .. } in &block.lines {
            out.extend_from_slice(name.as_bytes());
            out.push(b'=');
            quote(value.expose(), out);
            out.push(b'\n');
        }
        Ok(())
    }
}

/// Writes a value in the place of another one, which may stand there without quotes.
pub(crate) fn quote_like(raw: &str, value: &str, out: &mut Vec<u8>) {
    // What means the same to every reader, whether it is a shell, or takes quotes for a part of the value.
    let plain = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./:@%+,=!".contains(&byte));
    match raw.as_bytes().first() {
        Some(b'"') if plain => {
            out.push(b'"');
            out.extend_from_slice(value.as_bytes());
            out.push(b'"');
        }
        Some(b'\'' | b'"') => quote(value, out),
        _ if plain => out.extend_from_slice(value.as_bytes()),
        _ => quote(value, out),
    }
}

/// Single quotes mean the same to every reader, a shell included; what cannot stand there gets double ones.
fn quote(value: &str, out: &mut Vec<u8>) {
    if !value.contains(['\'', '\n', '\r']) {
        out.push(b'\'');
        out.extend_from_slice(value.as_bytes());
        out.push(b'\'');
        return;
    }
    out.push(b'"');
    for byte in value.bytes() {
        match byte {
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\\' | b'"' | b'$' => out.extend_from_slice(&[b'\\', byte]),
            byte => out.push(byte),
        }
    }
    out.push(b'"');
}
