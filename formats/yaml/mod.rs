//! Config files in YAML: of Rails, Meltano, Mule, Airflow and Kubernetes.

mod parse;

use crate::Result;
use crate::keys::{self, Block, Config, Entries, Line, Quirk, Render, Style, Syntax, Tree};

#[derive(Debug)]
pub(crate) struct Codec;

impl Config for Codec {
    const SYNTAX: Syntax = Syntax::Yaml;
    const MARK: &'static str = "-";

    fn render(style: &Style) -> Option<Box<dyn Render + '_>> {
        Some(Box::new(Document { documents: style.has(Quirk::Documents), ..Document::default() }))
    }
}

/// Whether a text is YAML beyond labelled lines, which any text may have: with values inside of others, a marked beginning, or a key of Salesforce.
/// Where it is damaged, a key with others below it says so.
pub(crate) fn looks(text: &str) -> bool {
    let nested = |tree: &Tree| match tree {
        Tree::Text(_) => false,
        Tree::List(_) => true,
        Tree::Map(map) => map.iter().any(|(key, _, value)| keys::is_prefixed(key) || !matches!(value, Tree::Text(_))),
    };
    let marked = text.starts_with("---") || text.starts_with("%YAML");
    let may = text.lines().any(|line| line.trim_end().ends_with(':') || line.contains(": "));
    may && match parse::documents(text) {
        Ok(documents) => documents.iter().any(|(tree, _)| nested(tree) || marked && matches!(tree, Tree::Map(_))),
        Err(_) => has_parent(text),
    }
}

/// Whether a line is a key alone, and the one below it a key with a value that stands further in.
fn has_parent(text: &str) -> bool {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#')).collect();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let is_key = |key: &str| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
    lines.windows(2).any(|pair| {
        let parent = pair[0].trim().strip_suffix(':').is_some_and(is_key);
        parent && indent(pair[1]) > indent(pair[0]) && pair[1].trim().split_once(": ").is_some_and(|(key, _)| is_key(key))
    })
}

/// The keys and values of a text.
pub(crate) fn entries(text: &str) -> Result<Entries> {
    let documents = parse::documents(text)?;
    let several = documents.len() > 1;
    let mut entries = Entries::new();
    for (number, (tree, line)) in documents.iter().enumerate() {
        let mut found = keys::flatten(tree, *line);
        if several {
            for entry in &mut found {
                entry.path.insert(0, number.to_string());
            }
        }
        entries.append(&mut found);
    }
    Ok(entries)
}

/// Writes maps and lists inside of one another, and keeps those open that the next line may share.
#[derive(Default)]
struct Document {
    /// Whether each login is a document of its own.
    documents: bool,
    open: Vec<String>,
    begun: bool,
}

impl Render for Document {
    fn block(&mut self, block: &Block, out: &mut Vec<u8>) -> Result<()> {
        if std::mem::replace(&mut self.begun, true) && self.documents {
            out.extend_from_slice(b"---\n");
            self.open.clear();
        }
        if let Some(comment) = &block.comment {
            out.extend_from_slice(format!("# {comment}\n").as_bytes());
        }
        for Line { name, value, flag } in &block.lines {
            let mut names: Vec<&str> = name.split('/').collect();
            let key = names.pop().unwrap_or_default();
            let shared = names.iter().zip(&self.open).take_while(|(name, open)| *name == open).count();
            self.open.truncate(shared);
            let mut item = false;
            for name in &names[shared..] {
                if !name.starts_with('-') {
                    self.begin(name, std::mem::take(&mut item), out);
                    out.push(b'\n');
                }
                item |= name.starts_with('-');
                self.open.push((*name).to_owned());
            }
            self.begin(key, item, out);
            out.push(b' ');
            if *flag {
                out.extend_from_slice(value.expose().as_bytes());
            } else {
                quote(value.expose(), out);
            }
            out.push(b'\n');
        }
        Ok(())
    }
}

impl Document {
    /// Begins a line at the depth of what is open, as the first of an item or not.
    fn begin(&self, name: &str, item: bool, out: &mut Vec<u8>) {
        let depth = self.open.len() - usize::from(item);
        out.extend_from_slice("  ".repeat(depth).as_bytes());
        out.extend_from_slice(if item { b"- " } else { b"" });
        out.extend_from_slice(format!("{name}:").as_bytes());
    }
}

/// Writes a value in the place of another one: plain and literal texts stay so where they can.
pub(crate) fn quote_like(raw: &str, value: &str, out: &mut Vec<u8>) {
    let is_word = value.starts_with(|first: char| first.is_ascii_alphabetic())
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./@+!".contains(&byte))
        && !["true", "false", "yes", "no", "on", "off", "null", "y", "n"].contains(&value.to_ascii_lowercase().as_str());
    match raw.as_bytes().first() {
        Some(b'\'') if !value.contains(char::is_control) => {
            out.extend_from_slice(format!("'{}'", value.replace('\'', "''")).as_bytes());
        }
        Some(b'"') => quote(value, out),
        _ if is_word => out.extend_from_slice(value.as_bytes()),
        _ => quote(value, out),
    }
}

/// Writes a value in double quotes, in which anything can stand.
fn quote(value: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for character in value.chars() {
        match character {
            '"' => out.extend_from_slice(b"\\\""),
            '\\' => out.extend_from_slice(b"\\\\"),
            '\n' => out.extend_from_slice(b"\\n"),
            '\r' => out.extend_from_slice(b"\\r"),
            '\t' => out.extend_from_slice(b"\\t"),
            // What YAML does not print, or takes for a line end.
            '\0'..' ' | '\u{7F}'..='\u{9F}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}' => {
                out.extend_from_slice(format!("\\u{:04X}", u32::from(character)).as_bytes());
            }
            other => out.extend_from_slice(other.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    out.push(b'"');
}
