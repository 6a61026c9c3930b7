//! JSON documents as a stream.
//!
//! Documents of password managers are one object with a long array inside. [`Json`] walks it through a rolling buffer and hands out one
//! element at a time, so that memory does not grow with the document. Parsing from a slice is twice as fast as from a reader.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::Read;

use chrono::NaiveDate;
use serde::de::{DeserializeOwned, Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::lines::Bytes;
use crate::{Error, Limits, Moment, Result};

const CHUNK: usize = 64 * 1024;
/// Said of a key that would have two values, of which one would be lost.
pub(crate) const TWICE: &str = "a key that stands twice in one object";

/// A JSON document that is being read.
pub struct Json<'a> {
    input: &'a mut dyn Read,
    /// What was read as bytes, a character that goes on in the next read at its beginning.
    raw: Vec<u8>,
    carried: usize,
    /// What was read as text: checked once for all, because a parser that gets bytes checks every string by itself.
    text: String,
    start: usize,
    eof: bool,
    line: usize,
    limit: usize,
    /// The limit for a document that is one encrypted value.
    whole: usize,
    keys: usize,
}

impl<'a> Json<'a> {
    /// Starts at the beginning of `input`.
    pub fn new(input: &'a mut dyn Read, limits: &Limits) -> Self {
        let (raw, text) = (vec![0; CHUNK], String::with_capacity(2 * CHUNK));
        let whole = usize::try_from(limits.archive).unwrap_or(usize::MAX);
        Self { input, raw, carried: 0, text, start: 0, eof: false, line: 1, limit: limits.element, whole, keys: limits.fields }
    }

    /// Walks an object: calls `each` with every key, and `each` must read or [`skip`](Self::skip) the value.
    ///
    /// # Errors
    /// When it is not an object, when a key comes twice, or as `each` does.
    pub fn object(&mut self, mut each: impl FnMut(&mut Self, &str) -> Result<()>) -> Result<()> {
        self.expect(b'{')?;
        let mut seen = BTreeSet::new();
        if self.take(b'}')? {
            return Ok(());
        }
        loop {
            let key: String = self.value()?;
            self.expect(b':')?;
            if seen.contains(&key) {
                return Err(self.error(TWICE).hint("two values, two truths: delete one"));
            }
            if seen.len() >= self.keys {
                return Err(self
                    .error(&format!("more than {} keys in one object, the limit", self.keys))
                    .hint("this is no export of records"));
            }
            each(self, &key)?;
            seen.insert(key);
            if self.take(b'}')? {
                return Ok(());
            }
            self.expect(b',')?;
        }
    }

    /// Walks an array: calls `each` with every element and its number, counted from one.
    ///
    /// # Errors
    /// When it is not an array of such elements, or as `each` does.
    pub fn array<T: DeserializeOwned>(&mut self, mut each: impl FnMut(T, u64) -> Result<()>) -> Result<()> {
        self.elements(|json, number| {
            let element = json.value().map_err(|error| error.at(format!("entry {number}")))?;
            each(element, number)
        })
    }

    /// Walks an array whose elements are too large to be held: `each` must read, walk or [`skip`](Self::skip) every one.
    ///
    /// # Errors
    /// When it is not an array, or as `each` does.
    pub fn elements(&mut self, mut each: impl FnMut(&mut Self, u64) -> Result<()>) -> Result<()> {
        self.expect(b'[')?;
        if self.take(b']')? {
            return Ok(());
        }
        for number in 1.. {
            each(self, number)?;
            if self.take(b']')? {
                break;
            }
            self.expect(b',')?;
        }
        Ok(())
    }

    /// Reads the next value whole.
    ///
    /// # Errors
    /// When it is of another kind, damaged, or longer than the limit.
    pub fn value<T: DeserializeOwned>(&mut self) -> Result<T> {
        loop {
            let rest = &self.text[self.start..];
            let mut values = serde_json::Deserializer::from_str(rest).into_iter::<T>();
            let next = values.next();
            let offset = values.byte_offset();
            match next {
                // A number at the end of the buffer may go on in the next chunk.
                Some(Ok(_)) if offset == rest.len() && !self.eof => {}
                Some(Ok(_)) if offset > self.limit => return Err(self.too_long()),
                Some(Ok(value)) => {
                    self.advance(offset);
                    return Ok(value);
                }
                // Half a number that nobody wants is no number, and not the end of the text, to `serde_json`.
                Some(Err(error)) if self.eof || !(error.is_eof() || is_at_end(&error, rest)) => return Err(self.parse_error(&error)),
                None if self.eof => return Err(self.cut()),
                _ => {}
            }
            self.fill()?;
        }
    }

    /// Reads a text that holds a whole document, encrypted.
    ///
    /// # Errors
    /// As [`value`](Self::value), but with the limit for archives.
    pub fn document(&mut self) -> Result<String> {
        let limit = std::mem::replace(&mut self.limit, self.whole);
        let text = self.value();
        self.limit = limit;
        text
    }

    /// Whether an array comes next.
    ///
    /// # Errors
    /// When the input fails.
    pub fn is_array(&mut self) -> Result<bool> {
        Ok(self.peek()? == Some(b'['))
    }

    /// Reads over the next value.
    ///
    /// # Errors
    /// When it is damaged.
    pub fn skip(&mut self) -> Result<()> {
        self.value::<serde::de::IgnoredAny>().map(drop)
    }

    /// Makes sure that nothing comes behind the document.
    ///
    /// # Errors
    /// When something does.
    pub fn finish(&mut self) -> Result<()> {
        match self.peek()? {
            None => Ok(()),
            Some(_) => Err(self.error("something behind the end of the document").hint("the file was joined or damaged; export again")),
        }
    }

    fn take(&mut self, byte: u8) -> Result<bool> {
        let found = self.peek()? == Some(byte);
        if found {
            self.advance(1);
        }
        Ok(found)
    }

    fn expect(&mut self, byte: u8) -> Result<()> {
        if self.take(byte)? {
            return Ok(());
        }
        if self.peek()?.is_none() {
            return Err(self.cut());
        }
        Err(self.error(&format!("expected `{}` here", char::from(byte))).hint("export the file again, or pass --from"))
    }

    /// The next byte that is not white space.
    fn peek(&mut self) -> Result<Option<u8>> {
        loop {
            let rest = &self.text.as_bytes()[self.start..];
            let blank = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let next = rest.get(blank).copied();
            self.advance(blank);
            if next.is_some() {
                return Ok(next);
            }
            if self.eof {
                return Ok(None);
            }
            self.fill()?;
        }
    }

    fn advance(&mut self, count: usize) {
        self.line += memchr::memchr_iter(b'\n', &self.text.as_bytes()[self.start..self.start + count]).count();
        self.start += count;
    }

    fn fill(&mut self) -> Result<()> {
        self.text.drain(..self.start);
        self.start = 0;
        if self.text.len() > self.limit {
            return Err(self.too_long());
        }
        // A long value is parsed again after each fill, so each fill doubles it.
        let wanted = 2 * self.text.len();
        loop {
            self.read_chunk()?;
            if self.eof || self.text.len() > wanted {
                return Ok(());
            }
        }
    }

    fn read_chunk(&mut self) -> Result<()> {
        let count = loop {
            match self.input.read(&mut self.raw[self.carried..]) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                result => break result?,
            }
        };
        self.eof = count == 0;
        let bytes = &self.raw[..self.carried + count];
        let (valid, cut) = match std::str::from_utf8(bytes) {
            Ok(text) => (text, true),
            Err(error) => {
                (std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default(), error.error_len().is_none() && !self.eof)
            }
        };
        self.text.push_str(valid);
        if !cut {
            let line = self.line + memchr::memchr_iter(b'\n', &self.text.as_bytes()[self.start..]).count();
            return Err(Error::new("not valid UTF-8").at(format!("line {line}")).hint("save the file again as UTF-8"));
        }
        let rest = valid.len()..bytes.len();
        self.carried = rest.len();
        self.raw.copy_within(rest, 0);
        Ok(())
    }

    /// `serde_json` quotes the value in its message, so only its place and the names of our own keys are told.
    fn parse_error(&self, error: &serde_json::Error) -> Error {
        if error.is_eof() {
            return self.cut();
        }
        Error::new(reason(error))
            .at(format!("line {}", self.line + error.line() - 1))
            .hint("export the file again, or pass --from to name its format")
    }

    fn cut(&self) -> Error {
        let line = self.line + memchr::memchr_iter(b'\n', &self.text.as_bytes()[self.start..]).count();
        Error::new("the file ends in the middle").at(format!("line {line}")).hint("it was cut; export or copy it again")
    }

    fn too_long(&self) -> Error {
        self.error(&format!("one value is longer than {} bytes, the limit", self.limit)).hint("split the entry")
    }

    fn error(&self, what: &str) -> Error {
        Error::new(what).at(format!("line {}", self.line))
    }
}

/// Whether the error is about the end of the text, so that more text could mend it.
fn is_at_end(error: &serde_json::Error, text: &str) -> bool {
    let line = memchr::memchr_iter(b'\n', text.as_bytes()).count() + 1;
    let column = text.len() - memchr::memrchr(b'\n', text.as_bytes()).map_or(0, |at| at + 1);
    (error.line(), error.column()) >= (line, column)
}

/// What is wrong, in our words: those of `serde_json` may quote the value, and only the beginning of its message is known to be its own.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let named = ["missing field `", "duplicate field `"]
        .iter()
        .find_map(|start| text.strip_prefix(start)?.split_once('`').map(|(key, _)| format!("{start}{key}`")));
    if let Some(named) = named {
        return named;
    }
    let known = [
        (TWICE, TWICE),
        ("not a date", "not a date"),
        ("unknown field", "a key that is not known here"),
        ("unknown variant", "a value that is not known here"),
        ("recursion limit", "nested too deep"),
        ("invalid unicode code point", "not valid UTF-8"),
    ];
    let known = known.iter().find(|(start, _)| text.starts_with(start)).map(|(_, what)| *what);
    known.unwrap_or(if error.is_data() { "a value of another kind" } else { "not valid JSON" }).to_owned()
}

/// Writes a string with its quotes and escapes.
///
/// # Errors
/// When the output fails.
pub fn write_string(out: &mut Vec<u8>, text: &str) -> Result<()> {
    static ESCAPED: Bytes = Bytes::new(b"\"\\").and_controls();
    // Most strings need no escape, and are copied whole.
    if ESCAPED.are_in(text) {
        return serde_json::to_writer(out, text).map_err(|error| std::io::Error::from(error).into());
    }
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
    Ok(())
}

/// Reads the label of a field; those that this program writes take no memory of their own.
pub(crate) fn label<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Cow<'static, str>, D::Error> {
    struct Label;
    impl Visitor<'_> for Label {
        type Value = Cow<'static, str>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a string")
        }

        fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
            let ours = ["Security Token", "Token Issued"].into_iter().find(|ours| *ours == text);
            Ok(ours.map_or_else(|| Cow::Owned(text.to_owned()), Cow::Borrowed))
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Cow::Borrowed(""))
        }
    }
    deserializer.deserialize_any(Label)
}

/// Reads a moment in a struct.
pub(crate) fn moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Moment>, D::Error> {
    parse_with(deserializer, |text| text.parse().ok())
}

/// Reads an instant in a struct.
pub(crate) fn instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<chrono::DateTime<chrono::Utc>>, D::Error> {
    parse_with(deserializer, crate::moment::parse_instant)
}

/// Reads a day in a struct.
pub(crate) fn optional_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    parse_with(deserializer, crate::moment::parse_day)
}

/// Reads a day that must be there.
pub(crate) fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    optional_day(deserializer)?.ok_or_else(|| D::Error::custom("a day such as 2026-08-18 is missing"))
}

/// Reads an object in a struct; a key that stands twice is an error, where `serde_json` would keep the last value.
pub(crate) fn map<'de, D: Deserializer<'de>>(deserializer: D) -> Result<serde_json::Map<String, serde_json::Value>, D::Error> {
    struct Each;
    impl<'de> Visitor<'de> for Each {
        type Value = serde_json::Map<String, serde_json::Value>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
            let mut map = Self::Value::new();
            while let Some((key, value)) = entries.next_entry::<String, _>()? {
                if map.insert(key, value).is_some() {
                    return Err(A::Error::custom(TWICE));
                }
            }
            Ok(map)
        }
    }
    deserializer.deserialize_map(Each)
}

fn parse_with<'de, D: Deserializer<'de>, T>(deserializer: D, parse: fn(&str) -> Option<T>) -> Result<Option<T>, D::Error> {
    match Option::<String>::deserialize(deserializer)?.filter(|text| !text.is_empty()) {
        Some(text) => parse(&text).map(Some).ok_or_else(|| D::Error::custom("not a date")),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out a byte at a time, so that every value crosses the end of the buffer.
    struct Drip<'a>(&'a [u8]);

    impl Read for Drip<'_> {
        fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
            let count = self.0.len().min(1).min(buf.len());
            buf[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn numbers(text: &str) -> Result<Vec<u64>> {
        let mut found = Vec::new();
        let mut input = Drip(text.as_bytes());
        let mut json = Json::new(&mut input, &Limits { element: 1 << 16, ..Limits::default() });
        json.object(|json, key| match key {
            "items" => json.array(|number, _| {
                found.push(number);
                Ok(())
            }),
            _ => json.skip(),
        })?;
        json.finish()?;
        Ok(found)
    }

    #[test]
    fn walks_across_every_border() {
        assert_eq!(numbers(r#" {"a":{"b":[1,"}"]}, "items" : [ 12, 345 ,6], "z":null } "#).unwrap(), [12, 345, 6]);
        assert_eq!(numbers("{\"a\":\n[-0.5e-7,1.25E+3,\n0.0],\"items\":[1]}").unwrap(), [1]);
        assert_eq!(numbers("{}").unwrap(), [] as [u64; 0]);
    }

    #[test]
    fn every_cut_is_told() {
        let text = r#"{"a":"b","items":[12,345]}"#;
        for end in 0..text.len() {
            let error = numbers(&text[..end]).unwrap_err().to_string();
            assert!(error.ends_with("the file ends in the middle"), "{end}: {error}");
        }
    }

    #[test]
    fn says_the_place_and_never_the_value() {
        let error = numbers("{\n\"items\": [1,\n\"fake-secret\"]}").unwrap_err();
        assert_eq!(error.to_string(), "line 3: a value of another kind");
        assert_eq!(numbers("{\"items\":[],\"items\":[]}").unwrap_err().to_string(), "line 1: a key that stands twice in one object");
        assert_eq!(numbers("{} x").unwrap_err().to_string(), "line 1: something behind the end of the document");
    }

    #[test]
    fn a_value_without_end_is_refused() {
        let text = format!("{{\"a\":\"{}", "x".repeat(200_000));
        let mut input = text.as_bytes();
        let mut json = Json::new(&mut input, &Limits { element: 1 << 16, ..Limits::default() });
        let error = json.object(|json, _| json.skip()).unwrap_err();
        assert!(error.to_string().contains("the limit"), "{error}");
    }
}
