//! XML documents as a stream, read strictly.
//!
//! The crate `quick-xml` splits a document into its parts. What it leaves to its user is checked here: one root and nothing behind it, no tag
//! left open, no document type, no reference that is dropped, no character that XML cannot hold.

mod doctype;
mod guard;

use std::io::Read;

use quick_xml::Reader;
use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event};
use zeroize::Zeroizing;

use crate::{Error, Limits, Result};
use guard::Guard;

/// How deep elements may stand in each other.
pub(crate) const DEPTH: usize = 128;
/// How many attributes an element may have.
const ATTRIBUTES: usize = 64;

/// An XML document that is being read.
pub(crate) struct Xml<'a> {
    reader: Reader<Guard<'a>>,
    event: Vec<u8>,
    attributes: Vec<(String, Zeroizing<String>)>,
    text: Zeroizing<String>,
    name: String,
    depth: usize,
    begun: bool,
    rooted: bool,
    /// Whether a document type may still come.
    doctype: bool,
    limit: usize,
}

/// What comes next in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// An element begins.
    Start,
    /// The innermost element ends.
    End,
    /// A piece of text, which was put behind the text so far.
    Text,
    /// The document ends.
    Eof,
}

impl<'a> Xml<'a> {
    /// Starts at the beginning of `input`.
    pub(crate) fn new(input: &'a mut dyn Read, limits: &Limits) -> Self {
        let mut reader = Reader::from_reader(Guard::new(input));
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.check_comments = true;
        Self {
            reader,
            event: Vec::new(),
            attributes: Vec::new(),
            text: Zeroizing::default(),
            name: String::new(),
            depth: 0,
            begun: false,
            rooted: false,
            doctype: false,
            limit: limits.element,
        }
    }

    /// Takes a document with a document type, if that defines nothing itself. What it names is never fetched.
    pub(crate) fn with_doctype(mut self) -> Self {
        self.doctype = true;
        self
    }

    /// Enters the root, which must have this name.
    ///
    /// # Errors
    /// When it has another one, or there is none.
    pub(crate) fn root(&mut self, name: &str) -> Result<()> {
        self.step(self.limit)?;
        if self.name == name {
            return Ok(());
        }
        Err(self.error(format!("another root than <{name}>")).hint("this is another kind of document"))
    }

    /// Enters the next element inside the present one and returns its name if it is one of `known`, else an empty name; `None` leaves the
    /// present element.
    ///
    /// Whoever enters an element must leave it: by this, by [`text`](Self::text) or with [`step`](Self::step).
    ///
    /// # Errors
    /// When there is text, or the document is damaged.
    pub(crate) fn child(&mut self, known: &[&'static str]) -> Result<Option<&'static str>> {
        loop {
            self.text.clear();
            match self.step(self.limit)? {
                Step::Start => return Ok(Some(known.iter().find(|name| **name == self.name).copied().unwrap_or_default())),
                Step::End | Step::Eof => return Ok(None),
                Step::Text if self.text.trim_ascii().is_empty() => {}
                Step::Text => return Err(self.error("text between elements").hint("the file was damaged or changed; export it again")),
            }
        }
    }

    /// Reads the text of the present element and leaves it.
    ///
    /// # Errors
    /// When there is an element in it, or it is longer than the limit.
    pub(crate) fn text(&mut self) -> Result<&mut Zeroizing<String>> {
        self.long_text(self.limit)
    }

    /// Reads a text that may be longer than others.
    ///
    /// # Errors
    /// As [`text`](Self::text).
    pub(crate) fn long_text(&mut self, limit: usize) -> Result<&mut Zeroizing<String>> {
        self.text.clear();
        loop {
            match self.step(limit)? {
                Step::Text if self.text.len() > limit => {
                    return Err(self.error(guard::too_long(limit)).hint("this is no export of records"));
                }
                Step::Text => {}
                Step::Start => {
                    return Err(self
                        .error("an element where there should be text")
                        .hint("the file was damaged or changed; export it again"));
                }
                Step::End | Step::Eof => return Ok(&mut self.text),
            }
        }
    }

    /// Drops the text so far, for whoever walks by [`step`](Self::step).
    pub(crate) fn forget_text(&mut self) {
        self.text.clear();
    }

    /// The value of an attribute of the element that was entered last.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The name of the element that was entered last.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Its attributes, in their order.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Makes sure that nothing comes behind the root.
    ///
    /// # Errors
    /// When something does.
    pub(crate) fn finish(&mut self) -> Result<()> {
        self.step(self.limit).map(drop)
    }

    /// Leaves the present element, whatever is in it.
    ///
    /// # Errors
    /// When the document is damaged.
    pub(crate) fn skip(&mut self) -> Result<()> {
        let mut inside = 1;
        while inside > 0 {
            self.text.clear();
            match self.step(self.limit)? {
                Step::Start => inside += 1,
                Step::End => inside -= 1,
                Step::Text | Step::Eof => {}
            }
        }
        Ok(())
    }

    /// The present line, counted from one.
    pub(crate) fn line(&self) -> u64 {
        self.reader.get_ref().line()
    }

    /// An error at the present line.
    pub(crate) fn error(&self, what: impl Into<String>) -> Error {
        Error::new(what).at(format!("line {}", self.reader.get_ref().line()))
    }

    /// Goes on to whatever comes next, which may be `limit` bytes long; comments and instructions are passed over.
    ///
    /// # Errors
    /// When the document is damaged, cut, or has what XML does not allow there.
    pub(crate) fn step(&mut self, limit: usize) -> Result<Step> {
        loop {
            self.event.clear();
            self.reader.get_mut().allow(limit);
            let first = !std::mem::replace(&mut self.begun, true);
            let event = match self.reader.read_event_into(&mut self.event) {
                Ok(event) => event,
                Err(error) => {
                    let failed = self.reader.get_mut().failed();
                    return Err(failed.unwrap_or_else(|| not_well_formed(&error).at(format!("line {}", self.reader.get_ref().line()))));
                }
            };
            let inside = self.depth > 0;
            let told = match event {
                Event::Start(start) | Event::Empty(start) => {
                    if !inside && std::mem::replace(&mut self.rooted, true) {
                        Err(behind())
                    } else if self.depth == DEPTH {
                        Err(Error::new(format!("elements stand in each other deeper than {DEPTH}, the limit")).hint("this is no export"))
                    } else {
                        self.depth += 1;
                        start.name().as_ref().clone_into(&mut self.name);
                        enter(&start, &mut self.attributes).map(|()| Some(Step::Start))
                    }
                }
                Event::End(_) => {
                    self.depth -= 1;
                    Ok(Some(Step::End))
                }
                Event::Text(text) if !inside && text.trim_ascii().is_empty() => Ok(None),
                Event::Text(text) if inside && !has(&text, "]]>") => {
                    self.text.push_str(&text);
                    Ok(Some(Step::Text))
                }
                Event::CData(text) if inside => {
                    self.text.push_str(&text);
                    Ok(Some(Step::Text))
                }
                Event::GeneralRef(reference) if inside => resolve(&reference).map(|character| {
                    self.text.push(character);
                    Some(Step::Text)
                }),
                Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) if self.rooted && !inside => Err(behind()),
                Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) => {
                    Err(Error::new("not well-formed XML").hint("the file was damaged or changed; export it again"))
                }
                Event::Decl(declaration) => declared(&declaration, first).map(|()| None),
                Event::DocType(text) if self.doctype && !self.rooted => {
                    self.doctype = false;
                    doctype::check(&text).map(|()| None)
                }
                Event::DocType(_) => Err(Error::new("a document type, which no export has")
                    .hint("it can define entities that swallow or leak text, so the file is refused; export it again")),
                Event::Comment(_) | Event::PI(_) => Ok(None),
                Event::Eof if inside || !self.rooted => Err(cut()),
                Event::Eof => Ok(Some(Step::Eof)),
            };
            if let Some(step) = told.map_err(|error| error.at(format!("line {}", self.reader.get_ref().line())))? {
                return Ok(step);
            }
        }
    }
}

/// Takes the attributes of an element that begins, and checks its name.
fn enter(start: &BytesStart<'_>, attributes: &mut Vec<(String, Zeroizing<String>)>) -> Result<()> {
    let wrong = || Error::new("not well-formed XML").hint("the file was damaged or changed; export it again");
    attributes.clear();
    let named = |name: &str| name.starts_with(|first: char| first.is_alphabetic() || first == '_' || first == ':');
    if !named(start.name().as_ref()) {
        return Err(wrong());
    }
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|_| wrong())?;
        let (name, value) = (attribute.key.as_ref(), &*attribute.value);
        if attributes.len() == ATTRIBUTES {
            return Err(Error::new(format!("more than {ATTRIBUTES} attributes, the limit for one element")).hint("this is no export"));
        }
        if value.contains('<') || !named(name) {
            return Err(wrong());
        }
        // A line end or a tab counts as a blank, unless a reference stands for it.
        let plain = Zeroizing::new(value.replace(['\t', '\n'], " "));
        let value = quick_xml::escape::unescape(&plain).map_err(|_| wrong())?;
        if !value.chars().all(is_character) {
            return Err(wrong());
        }
        attributes.push((name.to_owned(), Zeroizing::new(value.into_owned())));
    }
    Ok(())
}

/// The character behind a reference: one of the five that XML knows, or a number.
fn resolve(reference: &BytesRef<'_>) -> Result<char> {
    let named = match &**reference {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => reference.resolve_char_ref().ok().flatten().filter(|character| is_character(*character)),
    };
    named.ok_or_else(|| {
        Error::new("a reference to a character that does not exist").hint("the file was damaged or changed; export it again")
    })
}

/// Checks a declaration: the bytes have been found to be UTF-8, so that another encoding would be a lie.
fn declared(declaration: &BytesDecl<'_>, first: bool) -> Result<()> {
    let encoding = declaration.encoding().transpose().ok().flatten();
    let known = encoding.is_none_or(|encoding| ["utf-8", "utf-16"].iter().any(|known| encoding.eq_ignore_ascii_case(known)));
    match (first, known) {
        (true, true) => Ok(()),
        (true, false) => Err(Error::new("in another encoding than UTF-8").hint("save the file again as UTF-8")),
        (false, _) => Err(Error::new("an XML declaration in the middle").hint("the file was joined or damaged; export it again")),
    }
}

/// Whether `text` holds `part`. `contains` would look at 16 bytes at once, and an unoptimised build leaves those on the stack.
pub(crate) fn has(text: &str, part: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), part.as_bytes()).is_some()
}

/// Whether XML 1.0 can hold a character: all but controls that are neither tab nor line end, and two that are no characters.
pub(crate) fn is_character(character: char) -> bool {
    !matches!(character, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

/// Appends text as it stands between tags; a CR would be read as LF.
///
/// # Errors
/// When it holds a character that XML cannot.
pub(crate) fn write_text(out: &mut Vec<u8>, text: &str) -> Result<()> {
    write_escaped(out, text, false)
}

/// Appends text as it stands between the double quotes of an attribute, where line ends and tabs would be read as blanks.
///
/// # Errors
/// As [`write_text`].
pub(crate) fn write_attribute(out: &mut Vec<u8>, text: &str) -> Result<()> {
    write_escaped(out, text, true)
}

fn write_escaped(out: &mut Vec<u8>, text: &str, quoted: bool) -> Result<()> {
    let mut start = 0;
    for (at, character) in text.char_indices() {
        let written = match character {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '\r' => "&#13;",
            '"' if quoted => "&quot;",
            '\t' if quoted => "&#9;",
            '\n' if quoted => "&#10;",
            character if is_character(character) => continue,
            _ => return Err(Error::new("a control character, which XML cannot hold").hint("take it out of the entry")),
        };
        out.extend_from_slice(&text.as_bytes()[start..at]);
        out.extend_from_slice(written.as_bytes());
        start = at + character.len_utf8();
    }
    out.extend_from_slice(&text.as_bytes()[start..]);
    Ok(())
}

fn not_well_formed(error: &quick_xml::Error) -> Error {
    match error {
        quick_xml::Error::Syntax(_) => cut(),
        _ => Error::new("not well-formed XML").hint("the file was damaged or changed; export it again"),
    }
}

fn cut() -> Error {
    Error::new("the file ends in the middle").hint("it was cut; export or copy it again")
}

fn behind() -> Error {
    Error::new("something behind the end of the document").hint("the file was joined or damaged; export again")
}

#[cfg(test)]
mod tests;
