//! YAML with the lines of its values: documents, aliases and tags.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput, Tag};

use crate::keys::{Leaf, Tree};
use crate::{Error, Result};

/// How deep values may stand inside of one another.
const DEEPEST: usize = 64;

/// How many values aliases may repeat, so that a few lines do not become billions.
const REPEATED: usize = 10_000;

/// The documents of a text, each with its line.
///
/// # Errors
/// When it is no YAML, with the line.
pub(super) fn documents(text: &str) -> Result<Vec<(Tree, u64)>> {
    let starts = (!text.is_ascii()).then(|| text.char_indices().map(|(at, _)| at).chain([text.len()]).collect());
    let mut composer = Composer { text, parser: Parser::new_from_str(text), starts, anchors: HashMap::new(), repeated: 0 };
    let mut documents = Vec::new();
    loop {
        match composer.next()? {
            (Event::DocumentStart(_), _) => {
                let (event, span) = composer.next()?;
                let line = line(span);
                documents.push((composer.value(event, span, 0)?, line));
            }
            (Event::StreamEnd, _) => return Ok(documents),
            _ => {}
        }
    }
}

struct Composer<'t> {
    text: &'t str,
    parser: Parser<'t, StrInput<'t>>,
    /// Where each character begins, unless all of them are one byte.
    starts: Option<Vec<usize>>,
    anchors: HashMap<usize, Tree>,
    repeated: usize,
}

fn line(span: Span) -> u64 {
    span.start.line() as u64
}

fn error(what: &str, line: u64) -> Error {
    Error::new(what).at(format!("line {line}")).hint("mend the line; a value with special characters needs quotes")
}

impl<'t> Composer<'t> {
    fn next(&mut self) -> Result<(Event<'t>, Span)> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            // The message can show what stands there.
            Some(Err(failed)) => Err(error("no YAML", failed.marker().line() as u64)),
            None => Err(error("no YAML", 1)),
        }
    }

    /// The value that begins with this event.
    fn value(&mut self, event: Event<'t>, span: Span, depth: usize) -> Result<Tree> {
        if depth > DEEPEST {
            return Err(error(&format!("more than {DEEPEST} values inside of one another, the limit"), line(span)));
        }
        let (anchor, tree) = match event {
            Event::Scalar(value, style, anchor, tag) => (anchor, Tree::Text(self.leaf(&value, style, tag.as_deref(), span))),
            Event::SequenceStart(anchor, _) => (anchor, self.list(depth)?),
            Event::MappingStart(anchor, _) => (anchor, self.map(depth)?),
            Event::Alias(anchor) => (0, self.alias(anchor, span)?),
            _ => return Err(error("no YAML", line(span))),
        };
        if anchor > 0 {
            self.anchors.insert(anchor, tree.clone());
        }
        Ok(tree)
    }

    fn list(&mut self, depth: usize) -> Result<Tree> {
        let mut list = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Tree::List(list)),
                (event, span) => list.push((line(span), self.value(event, span, depth + 1)?)),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Tree> {
        let (mut map, mut inherited) = (Vec::new(), Vec::new());
        let mut template = false;
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                break;
            }
            let key = self.value(event, span, depth + 1)?;
            let (event, next) = self.next()?;
            let value = self.value(event, next, depth + 1)?;
            match key {
                Tree::Text(key) if key.value.expose() == "<<" => inherit(&mut inherited, value),
                Tree::Text(key) => map.push((key.value.expose().to_owned(), line(span), value)),
                _ => template = true,
            }
        }
        // `{{ name }}` without quotes is a map whose key is a map.
        if template && map.is_empty() {
            return Ok(Tree::Text(Leaf { reference: Some("a template"), ..Leaf::default() }));
        }
        // `<<: *defaults` takes in the keys that are not there.
        inherited.retain(|(key, ..): &Key| map.iter().all(|(known, ..)| known != key));
        map.append(&mut inherited);
        Ok(Tree::Map(map))
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<Tree> {
        let Some(tree) = self.anchors.get(&anchor) else { return Err(error("an alias of what is not there", line(span))) };
        let mut tree = tree.clone();
        self.repeated += forget_spans(&mut tree);
        if self.repeated > REPEATED {
            return Err(error(&format!("aliases repeat more than {REPEATED} values, the limit"), line(span)));
        }
        Ok(tree)
    }

    fn leaf(&self, value: &str, style: ScalarStyle, tag: Option<&Tag>, span: Span) -> Leaf {
        let plain = style == ScalarStyle::Plain;
        let empty = plain && matches!(value, "~" | "null" | "Null" | "NULL");
        let place = self.at(span.start.index())..self.at(span.end.index());
        let line = self.text.get(place.end..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        let cut = plain && line.trim_start().starts_with('#');
        let reference = match tag {
            Some(tag) if tag.is_yaml_core_schema() => None,
            Some(tag) if tag.suffix.starts_with("vault") => Some("a vault of Ansible"),
            Some(_) => Some("a secret kept elsewhere"),
            None => None,
        };
        // Blocks of several lines end where their indentation does.
        let stands = plain || matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
        let span = (stands && tag.is_none() && !place.is_empty()).then_some(place);
        Leaf { value: if empty { "" } else { value }.into(), span, reference, cut }
    }

    /// Where a character begins.
    fn at(&self, index: usize) -> usize {
        self.starts.as_ref().map_or(index, |starts| starts.get(index).copied().unwrap_or(self.text.len()))
    }
}

/// A key of a map, with its line and its value.
type Key = (String, u64, Tree);

/// Takes the keys of a map, or of each map of a list, of which the first counts.
fn inherit(inherited: &mut Vec<Key>, from: Tree) {
    match from {
        Tree::Map(map) => {
            for key in map {
                if inherited.iter().all(|(known, ..)| *known != key.0) {
                    inherited.push(key);
                }
            }
        }
        Tree::List(list) => list.into_iter().for_each(|(_, from)| inherit(inherited, from)),
        Tree::Text(_) => {}
    }
}

/// Takes the places off what an alias repeats, since it stands elsewhere, and counts its values.
fn forget_spans(tree: &mut Tree) -> usize {
    match tree {
        Tree::Text(leaf) => {
            leaf.span = None;
            1
        }
        Tree::List(list) => 1 + list.iter_mut().map(|(_, tree)| forget_spans(tree)).sum::<usize>(),
        Tree::Map(map) => 1 + map.iter_mut().map(|(_, _, tree)| forget_spans(tree)).sum::<usize>(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::flatten;

    fn shown(text: &str) -> Vec<String> {
        let documents = documents(text).unwrap();
        let entries = documents.iter().flat_map(|(tree, line)| flatten(tree, *line));
        entries.map(|entry| format!("{} {}={}", entry.line, entry.path.join("."), entry.value.expose())).collect()
    }

    #[test]
    fn values_have_their_lines() {
        let text = "# c\na: plain 'x' # c\nb:\n  c: \"ü\\n\"\n  d: 'it''s'\n  e: ~\n  f: 007\nl:\n- x\n- name: k\n  value: v\n---\ng: |\n  two\n  lines\n";
        let expected = ["2 a=plain 'x'", "4 b.c=ü\n", "5 b.d=it's", "6 b.e=", "7 b.f=007", "9 l.0=x", "11 l.k=v", "13 g=two\nlines\n"];
        assert_eq!(shown(text), expected);
        let documents = documents(text).unwrap();
        let entries: Vec<_> = documents.iter().flat_map(|(tree, line)| flatten(tree, *line)).collect();
        let spans: Vec<&str> = entries.iter().filter_map(|entry| text.get(entry.span.clone()?)).collect();
        assert_eq!(spans, ["plain 'x'", "\"ü\\n\"", "'it''s'", "~", "007", "x", "v"]);
        assert!(entries[0].cut && !entries[1].cut);
    }

    #[test]
    fn aliases_and_tags() {
        let text = "d: &d\n  user: a\n  pass: b\np:\n  <<: *d\n  pass: c\nv: !vault |\n  $ANSIBLE\nt: {{ name }}\ns: !!str 1\n";
        let expected = ["2 d.user=a", "3 d.pass=b", "6 p.pass=c", "2 p.user=a", "7 v=$ANSIBLE\n", "9 t=", "10 s=1"];
        assert_eq!(shown(text), expected);
        let (tree, line) = documents(text).unwrap().remove(0);
        let told: Vec<_> = flatten(&tree, line).into_iter().filter_map(|entry| entry.reference).collect();
        assert_eq!(told, ["a vault of Ansible", "a template"]);
        assert!(documents("a: *b\n").is_err());
    }

    #[test]
    fn hostile_texts_end() {
        let laughs = (0..9).fold("a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned(), |text, at| {
            let next = at + 1;
            let list = vec![format!("*a{at}"); 9].join(",");
            format!("{text}a{next}: &a{next} [{list}]\n")
        });
        assert!(documents(&laughs).unwrap_err().to_string().contains("the limit"));
        assert!(documents(&"[".repeat(100_000)).is_err());
        assert!(documents(&"- ".repeat(100_000)).unwrap_err().to_string().contains("the limit"));
        assert_eq!(documents("a: b\n c: d\n").unwrap_err().to_string(), "line 2: no YAML");
    }
}
