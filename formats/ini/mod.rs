//! INI files: of Python programs with `configparser`, and of ODBC.

mod line;

use crate::json::write_string;
use crate::keys::{Block, Config, Line, Quirk, Render, Style, Syntax};
use crate::{Error, Result};
pub(crate) use line::{entries, looks};

#[derive(Debug)]
pub(crate) struct Codec;

impl Config for Codec {
    const SYNTAX: Syntax = Syntax::Ini;

    fn render(style: &Style) -> Option<Box<dyn Render + '_>> {
        Some(Box::new(Sections { python: style.has(Quirk::Percents), braces: style.has(Quirk::Braces), begun: false }))
    }
}

/// Writes a section for each login.
struct Sections {
    /// Whether a `%` is written twice, and what `configparser` cannot hold is quoted.
    python: bool,
    /// Whether a value can stand in braces.
    braces: bool,
    begun: bool,
}

impl Render for Sections {
    fn block(&mut self, block: &Block, out: &mut Vec<u8>) -> Result<()> {
        if std::mem::replace(&mut self.begun, true) {
            out.push(b'\n');
        }
        let mut section = "";
        for Line { name, value, .. } in &block.lines {
            let (parent, key) = name.split_once('/').unwrap_or(("", name));
            if parent != section {
                out.extend_from_slice(format!("[{parent}]\n").as_bytes());
                // The date belongs to what stands below it.
                if let Some(comment) = &block.comment {
                    out.extend_from_slice(format!("# {comment}\n").as_bytes());
                }
                section = parent;
            }
            out.extend_from_slice(format!("{key} = ").as_bytes());
            self.value(value.expose(), out)?;
            out.push(b'\n');
        }
        Ok(())
    }
}

/// Writes a value in the place of the one that begins there in this text.
pub(crate) fn quote_like(text: &str, at: usize, value: &str, out: &mut Vec<u8>) -> Result<()> {
    let braces = line::is_driver_at(text, at);
    if !braces && line::needs_quotes(value) {
        return Err(Error::new("a value with blanks at its ends or a line break, which such a file cannot hold")
            .hint("choose another password"));
    }
    // One `%` alone somewhere says that nobody halves them.
    let python = !braces && !line::has_single_percent(text);
    Sections { python, braces, begun: true }.value(value, out)
}

impl Sections {
    fn value(&self, value: &str, out: &mut Vec<u8>) -> Result<()> {
        if self.braces && value.contains(['\n', '\r']) {
            return Err(Error::new("a value with a line break, which odbc.ini cannot hold").hint("take another --style, or change the value"));
        }
        let doubled = if self.python { value.replace('%', "%%") } else { value.to_owned() };
        if self.braces && (value.trim() != value || value.starts_with('{')) {
            out.extend_from_slice(format!("{{{}}}", value.replace('}', "}}")).as_bytes());
            Ok(())
        } else if !self.braces && line::needs_quotes(value) {
            write_string(out, &doubled)
        } else {
            out.extend_from_slice(doubled.as_bytes());
            Ok(())
        }
    }
}
