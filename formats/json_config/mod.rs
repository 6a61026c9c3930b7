//! Config files in JSON: of servers and agents, secret stores, Airflow, Postman and .NET.

mod parse;

use std::io::{Read, Write};

use crate::amend::{Amended, Change};
use crate::format::{Sink, Spec, Writer};
use crate::json::write_string;
use crate::keys::{self, Block, Entries, Render, Syntax};
use crate::{Limits, Lock, Result};

#[derive(Debug)]
pub(crate) struct Codec;

impl crate::Codec for Codec {
    fn read(&self, _: &Spec, input: &mut dyn Read, limits: &Limits, _: &mut dyn Lock, sink: &mut dyn Sink) -> Result<()> {
        keys::read(Syntax::Json, input, limits, sink)
    }

    fn amend(&self, _: &Spec, bytes: &[u8], change: &Change, _: &Limits, _: &mut dyn Lock) -> Result<Option<Amended>> {
        keys::amend(Syntax::Json, bytes, change).map(Some)
    }

    fn write<'a>(&self, spec: &'a Spec, out: &'a mut dyn Write, lock: &'a mut dyn Lock) -> Result<Box<dyn Writer + 'a>> {
        keys::write(spec, out, lock, "_", Document::default())
    }
}

/// The keys and values of a text.
pub(crate) fn entries(text: &str) -> Result<Entries> {
    let (tree, line) = parse::parse(text)?;
    let mut entries = Vec::new();
    for entry in keys::flatten(&tree, line) {
        // Airflow keeps an object inside a string.
        let inner = entry.path.last().filter(|key| *key == "extra").and_then(|_| parse::parse(entry.value.expose()).ok());
        let Some((tree, _)) = inner else {
            entries.push(entry);
            continue;
        };
        for mut other in keys::flatten(&tree, entry.line) {
            (other.line, other.span) = (entry.line, None);
            other.path.splice(..0, entry.path.iter().cloned());
            entries.push(other);
        }
    }
    Ok(entries)
}

/// Writes objects inside of one another, and keeps those open that the next line may share.
#[derive(Default)]
struct Document {
    open: Vec<String>,
    begun: bool,
}

impl Render for Document {
    fn block(&mut self, block: &Block, out: &mut Vec<u8>) -> Result<()> {
        for (name, value) in &block.lines {
            let mut names: Vec<&str> = name.split('/').collect();
            let key = names.pop().unwrap_or_default();
            let shared = names.iter().zip(&self.open).take_while(|(name, open)| *name == open).count();
            self.close(shared, out);
            let mut first = !self.begun;
            if first {
                out.push(b'{');
                self.begun = true;
            }
            for name in &names[shared..] {
                self.line(first, out);
                write_string(out, name)?;
                out.extend_from_slice(b": {");
                self.open.push((*name).to_owned());
                first = true;
            }
            self.line(first, out);
            write_string(out, key)?;
            out.extend_from_slice(b": ");
            write_string(out, value.expose())?;
        }
        Ok(())
    }

    fn end(&mut self, out: &mut Vec<u8>) -> Result<()> {
        self.close(0, out);
        out.extend_from_slice(if self.begun { b"\n}\n" } else { b"{}\n" });
        Ok(())
    }
}

impl Document {
    fn line(&self, first: bool, out: &mut Vec<u8>) {
        out.extend_from_slice(if first { b"\n" } else { b",\n" });
        out.extend_from_slice("  ".repeat(self.open.len() + 1).as_bytes());
    }

    /// Closes objects until so many are open.
    fn close(&mut self, left: usize, out: &mut Vec<u8>) {
        while self.open.len() > left {
            out.push(b'\n');
            out.extend_from_slice("  ".repeat(self.open.len()).as_bytes());
            out.push(b'}');
            self.open.pop();
        }
    }
}
