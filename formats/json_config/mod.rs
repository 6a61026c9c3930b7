//! Config files in JSON: of servers and agents, secret stores, Airflow, Postman and .NET.

mod parse;

use crate::Result;
use crate::json::write_string;
use crate::keys::{self, Block, Config, Entries, Line, Render, Style, Syntax, Tree};

#[derive(Debug)]
pub(crate) struct Codec;

impl Config for Codec {
    const SYNTAX: Syntax = Syntax::Json;

    fn render(_: &Style) -> Option<Box<dyn Render + '_>> {
        Some(Box::new(Document::default()))
    }
}

/// Whether a text begins as JSON does, behind comments.
pub(crate) fn looks(text: &str) -> bool {
    parse::begins(text)
}

/// The keys and values of a text.
pub(crate) fn entries(text: &str) -> Result<Entries> {
    let (tree, line) = parse::parse(text)?;
    Ok(keys::flatten(&tree, line))
}

/// The document of a text.
pub(crate) fn tree(text: &str) -> Result<Tree> {
    Ok(parse::parse(text)?.0)
}

/// Writes objects and lists inside of one another, and keeps those open that the next line may share.
#[derive(Default)]
struct Document {
    open: Vec<String>,
    begun: bool,
}

impl Render for Document {
    fn block(&mut self, block: &Block, out: &mut Vec<u8>) -> Result<()> {
        for Line { name, value, flag } in &block.lines {
            let mut names: Vec<&str> = name.split('/').collect();
            let key = names.pop().unwrap_or_default();
            let shared = names.iter().zip(&self.open).take_while(|(name, open)| *name == open).count();
            self.close(shared, out);
            let mut first = !self.begun;
            if first {
                out.push(b'{');
                self.begun = true;
            }
            for (at, name) in names.iter().enumerate().skip(shared) {
                self.line(first, name, out)?;
                // A list is known by its items.
                out.push(if is_item(names.get(at + 1).unwrap_or(&key)) { b'[' } else { b'{' });
                self.open.push((*name).to_owned());
                first = true;
            }
            self.line(first, key, out)?;
            if *flag {
                out.extend_from_slice(value.expose().as_bytes());
            } else {
                write_string(out, value.expose())?;
            }
        }
        Ok(())
    }

    fn end(&mut self, out: &mut Vec<u8>) -> Result<()> {
        self.close(0, out);
        out.extend_from_slice(if self.begun { b"\n}\n" } else { b"{}\n" });
        Ok(())
    }
}

fn is_item(name: &str) -> bool {
    name.starts_with('-')
}

impl Document {
    /// Begins a line with a key, or with an item of a list.
    fn line(&self, first: bool, name: &str, out: &mut Vec<u8>) -> Result<()> {
        out.extend_from_slice(if first { b"\n" } else { b",\n" });
        out.extend_from_slice("  ".repeat(self.open.len() + 1).as_bytes());
        if !is_item(name) {
            write_string(out, name)?;
            out.extend_from_slice(b": ");
        }
        Ok(())
    }

    /// Closes objects and lists until so many are open.
    fn close(&mut self, left: usize, out: &mut Vec<u8>) {
        let mut list = false;
        while self.open.len() > left {
            let name = self.open.pop().unwrap_or_default();
            out.push(b'\n');
            out.extend_from_slice("  ".repeat(self.open.len() + 1).as_bytes());
            out.push(if list { b']' } else { b'}' });
            list = is_item(&name);
        }
    }
}
