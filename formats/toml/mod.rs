//! Config files in TOML: the secrets of dlt and of Streamlit.

use crate::keys::{self, Block, Config, Entries, Leaf, Line, Render, Style, Syntax, Tree};
use crate::{Error, Result};
use ::toml::Spanned;
use ::toml::de::{DeTable, DeValue};

#[derive(Debug)]
pub(crate) struct Codec;

impl Config for Codec {
    const SYNTAX: Syntax = Syntax::Toml;

    fn render(_: &Style) -> Option<Box<dyn Render + '_>> {
        Some(Box::new(Tables::default()))
    }
}

/// Whether a text is TOML with tables, or with blanks before its signs and quotes behind them; else it looks like other files as well. One with
/// tables whose values mostly stand in quotes is TOML even where it is damaged.
pub(crate) fn looks(text: &str) -> bool {
    let lines = || text.lines().map(str::trim_start);
    let tables = lines().any(|line| line.starts_with('['));
    let values = || lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('='));
    let is_quoted = |value: &str| value.trim_start().starts_with(['"', '\'']);
    let spaced = |(key, value): (&str, &str)| key.ends_with(' ') && (is_quoted(value) || value.trim_start().starts_with('{'));
    if !tables && !values().any(spaced) {
        return false;
    }
    let quoted = values().filter(|(_, value)| is_quoted(value)).count();
    DeTable::parse(text).is_ok() || (tables && quoted > 0 && 2 * quoted >= values().count())
}

/// The keys and values of a text.
pub(crate) fn entries(text: &str) -> Result<Entries> {
    let table = DeTable::parse(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let line = text.get(..start).unwrap_or_default().matches('\n').count() + 1;
        // The message can show what stands there.
        Error::new("no TOML").at(format!("line {line}")).hint("mend the line, where texts need quotes; or, if its program reads no TOML, name the format: --from ini")
    })?;
    let starts: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let line = |at: usize| starts.partition_point(|start| *start <= at) as u64;
    Ok(keys::flatten(&tree(table.get_ref(), &line), 1))
}

fn tree(table: &DeTable<'_>, line: &dyn Fn(usize) -> u64) -> Tree {
    let entry = |(key, inner): (&Spanned<std::borrow::Cow<'_, str>>, &Spanned<DeValue<'_>>)| {
        (key.span().start, key.get_ref().to_string(), line(key.span().start), value(inner, line))
    };
    let mut entries: Vec<_> = table.iter().map(entry).collect();
    entries.sort_by_key(|(start, ..)| *start);
    Tree::Map(entries.into_iter().map(|(_, key, line, value)| (key, line, value)).collect())
}

fn value(value: &Spanned<DeValue<'_>>, line: &dyn Fn(usize) -> u64) -> Tree {
    let text = match value.get_ref() {
        DeValue::Table(table) => return tree(table, line),
        DeValue::Array(array) => return Tree::List(array.iter().map(|inner| (line(inner.span().start), self::value(inner, line))).collect()),
        DeValue::String(text) => text.as_ref().into(),
        DeValue::Boolean(flag) => flag.to_string().into(),
        // A password of digits alone may have lost its quotes, and the zeros before it with them: it stands as it is written.
        DeValue::Integer(number) => number.as_str().into(),
        DeValue::Float(number) => number.as_str().into(),
        DeValue::Datetime(moment) => moment.to_string().into(),
    };
    Tree::Text(Leaf { value: text, span: Some(value.span()), ..Leaf::default() })
}

/// Writes a table for each login.
#[derive(Default)]
struct Tables(u64);

impl Render for Tables {
    fn block(&mut self, block: &Block, out: &mut Vec<u8>) -> Result<()> {
        if self.0 > 0 {
            out.push(b'\n');
        }
        self.0 += 1;
        if let Some(comment) = &block.comment {
            out.extend_from_slice(format!("# {comment}\n").as_bytes());
        }
        let mut table = "";
        for Line { name, value, flag } in &block.lines {
            let (parents, key) = name.rsplit_once('/').unwrap_or(("", name));
            if parents != table {
                out.extend_from_slice(format!("[{}]\n", parents.replace('/', ".")).as_bytes());
                table = parents;
            }
            if *flag {
                out.extend_from_slice(format!("{key} = {}\n", value.expose()).as_bytes());
                continue;
            }
            out.extend_from_slice(format!("{key} = \"").as_bytes());
            escape(value.expose(), out);
            out.extend_from_slice(b"\"\n");
        }
        Ok(())
    }
}

/// Writes a value in the place of another one: a literal text stays one where it can.
pub(crate) fn quote_like(raw: &str, value: &str, out: &mut Vec<u8>) {
    let literal = raw.starts_with('\'') && !raw.starts_with("'''") && !value.contains(|character: char| character == '\'' || character.is_control());
    out.push(if literal { b'\'' } else { b'"' });
    if literal {
        out.extend_from_slice(value.as_bytes());
    } else {
        escape(value, out);
    }
    out.push(if literal { b'\'' } else { b'"' });
}

fn escape(value: &str, out: &mut Vec<u8>) {
    for byte in value.bytes() {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0..0x20 | 0x7F => out.extend_from_slice(format!("\\u{byte:04X}").as_bytes()),
            byte => out.push(byte),
        }
    }
}
