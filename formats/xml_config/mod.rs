//! Connections to Salesforce in XML: the config of Mule applications, and the steps of Kettle, which is Pentaho Data Integration.

mod kettle;

use std::io::{Read, Write};

use crate::format::{Likeness, Sink, Spec, Writer};
use crate::keys::{self, Entries, Entry, Syntax, expanded};
use crate::xml::{Step, Xml};
use crate::{Error, Limits, Lock, Result, Secret};

/// What stands before the names of Mule's elements for Salesforce.
const PREFIXES: [&str; 2] = ["salesforce:", "sfdc:"];
/// The parts of a step of Kettle that make a login.
const PARTS: [&str; 3] = ["targeturl", "username", "password"];

#[derive(Debug)]
pub(crate) struct Codec;

impl crate::Codec for Codec {
    fn read(&self, _: &Spec, input: &mut dyn Read, limits: &Limits, _: &mut dyn Lock, sink: &mut dyn Sink) -> Result<()> {
        keys::read(Syntax::Xml, input, limits, sink)
    }

    fn write<'a>(&self, spec: &'a Spec, _: &'a mut dyn Write, _: &'a mut dyn Lock) -> Result<Box<dyn Writer + 'a>> {
        Err(Error::new(format!("{} can only be read", spec.id)).hint("`sfcred formats` shows what can be written"))
    }

    fn likeness(&self, head: &[u8]) -> Likeness {
        if looks(head) { Likeness::Begins } else { Likeness::None }
    }
}

/// Whether a text is XML with a connection of Mule, or a step of Kettle, to Salesforce.
pub(crate) fn looks(text: &[u8]) -> bool {
    let has = |part: &str| memchr::memmem::find(text, part.as_bytes()).is_some();
    text.trim_ascii_start().starts_with(b"<")
        && (has("<salesforce:sfdc-config") || has("<salesforce:config") || has("<sfdc:config") || has("<type>Salesforce"))
}

/// The keys and values of a text. Each connection and each step has a name of its own, so that two of them are two logins.
///
/// # Errors
/// When it is no XML.
pub(crate) fn entries(text: &str) -> Result<Entries> {
    let mut input = text.as_bytes();
    let limits = Limits::default();
    let mut xml = Xml::new(&mut input, &limits);
    let mut entries = Entries::new();
    // The elements that are open, and the steps among them with what was found in each.
    let mut steps: Vec<(usize, String, Entries)> = Vec::new();
    let (mut depth, mut number) = (0, 0_u64);
    loop {
        xml.forget_text();
        match xml.step(limits.element)? {
            Step::Eof => return Ok(entries),
            Step::Text => {}
            Step::End => {
                depth -= 1;
                if let Some((_, kind, parts)) = steps.pop_if(|(at, ..)| *at > depth)
                    && kind.starts_with("Salesforce")
                {
                    number += 1;
                    entries.extend(parts.into_iter().map(|part| within(&format!("{kind} {number}"), part)));
                }
            }
            Step::Start => {
                let line = xml.line();
                let part = PARTS.iter().chain(&["type"]).find(|part| **part == xml.name()).copied();
                match (part, steps.last_mut().filter(|(at, ..)| *at == depth)) {
                    (Some("type"), Some((_, kind, _))) => kind.push_str(xml.text()?.trim()),
                    (Some(part), Some((.., parts))) => parts.push(kettle::entry(part, xml.text()?, line)),
                    _ => {
                        depth += 1;
                        if xml.name() == "step" {
                            steps.push((depth, String::new(), Entries::new()));
                        } else if is_connection(xml.name()) {
                            number += 1;
                            let scope = format!("{} {number}", xml.name());
                            let attributes = xml.attributes().map(|(name, value)| within(&scope, attribute(name, value, line)));
                            entries.extend(attributes);
                        }
                    }
                }
            }
        }
    }
}

/// Whether an element of Mule holds a login; one for a proxy ends otherwise.
fn is_connection(name: &str) -> bool {
    let local = PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix));
    local.is_some_and(|local| local.ends_with("connection") || local.ends_with("config"))
}

fn attribute(name: &str, value: &str, line: u64) -> Entry {
    let reference = if value.starts_with("#[") {
        Some("an expression of Mule")
    } else if value.contains("${secure::") {
        Some("a secure property of Mule")
    } else {
        expanded(value).then_some("a variable")
    };
    Entry { path: vec![name.to_owned()], value: Secret::from(value), line, reference, ..Entry::default() }
}

fn within(scope: &str, mut entry: Entry) -> Entry {
    entry.path.insert(0, scope.to_owned());
    entry
}

#[cfg(test)]
mod tests;
