//! JSON documents as a stream.
//!
//! Documents of password managers are one object with a long array inside. [`Json`] walks it through a rolling buffer and hands out one
//! element at a time, so that memory does not grow with the document. Parsing from a slice is twice as fast as from a reader.

use std::io::{Read, Write};

use chrono::NaiveDate;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};

use crate::{Error, Limits, Moment, Result};

const CHUNK: usize = 64 * 1024;

/// A JSON document that is being read.
pub struct Json<'a> {
    input: &'a mut dyn Read,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    eof: bool,
    line: usize,
    limit: usize,
}

impl<'a> Json<'a> {
    /// Starts at the beginning of `input`.
    pub fn new(input: &'a mut dyn Read, limits: &Limits) -> Self {
        Self { input, buffer: vec![0; CHUNK], start: 0, end: 0, eof: false, line: 1, limit: limits.element }
    }

    /// Walks an object: calls `each` with every key, and `each` must read or [`skip`](Self::skip) the value.
    ///
    /// # Errors
    /// When it is not an object, when a key comes twice, or as `each` does.
    pub fn object(&mut self, mut each: impl FnMut(&mut Self, &str) -> Result<()>) -> Result<()> {
        self.expect(b'{')?;
        let mut seen: Vec<String> = Vec::new();
        if self.take(b'}')? {
            return Ok(());
        }
        loop {
            let key: String = self.value()?;
            self.expect(b':')?;
            if seen.contains(&key) {
                return Err(self.error("a key that stands twice in one object").hint("two values, two truths: delete one"));
            }
            each(self, &key)?;
            seen.push(key);
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
        self.expect(b'[')?;
        if self.take(b']')? {
            return Ok(());
        }
        for number in 1.. {
            let element = self.value().map_err(|error| error.at(format!("entry {number}")))?;
            each(element, number)?;
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
            let slice = &self.buffer[self.start..self.end];
            let mut values = serde_json::Deserializer::from_slice(slice).into_iter::<T>();
            let next = values.next();
            let offset = values.byte_offset();
            match next {
                // A number at the end of the buffer may go on in the next chunk.
                Some(Ok(_)) if offset == slice.len() && !self.eof => {}
                Some(Ok(value)) => {
                    self.advance(offset);
                    return Ok(value);
                }
                Some(Err(error)) if !error.is_eof() || self.eof => return Err(self.parse_error(&error)),
                None if self.eof => return Err(self.cut()),
                _ => {}
            }
            self.fill()?;
        }
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
            let blank = self.buffer[self.start..self.end].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            self.advance(blank);
            if self.start < self.end {
                return Ok(Some(self.buffer[self.start]));
            }
            if self.eof {
                return Ok(None);
            }
            self.fill()?;
        }
    }

    fn advance(&mut self, count: usize) {
        self.line += memchr::memchr_iter(b'\n', &self.buffer[self.start..self.start + count]).count();
        self.start += count;
    }

    fn fill(&mut self) -> Result<()> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        let mut wanted = self.end + 1;
        if wanted > self.buffer.len() {
            if self.end >= self.limit {
                return Err(self.error(&format!("one value is longer than {} bytes, the limit", self.limit)).hint("split the entry"));
            }
            // A long value is parsed again after each fill, so each fill doubles it.
            wanted = self.end * 2;
            self.buffer.resize(wanted, 0);
        }
        while self.end < wanted && !self.eof {
            match self.input.read(&mut self.buffer[self.end..]) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                result => {
                    let count = result?;
                    self.eof = count == 0;
                    self.end += count;
                }
            }
        }
        Ok(())
    }

    /// `serde_json` quotes the value in its message, so only its place and the names of our own keys are told.
    fn parse_error(&self, error: &serde_json::Error) -> Error {
        if error.is_eof() {
            return self.cut();
        }
        let text = error.to_string();
        let what = ["missing field `", "duplicate field `"]
            .iter()
            .find_map(|start| text.strip_prefix(start)?.split_once('`').map(|(key, _)| format!("{start}{key}`")));
        let what = what.unwrap_or_else(|| if error.is_data() { "a value of another kind" } else { "not valid JSON" }.to_owned());
        Error::new(what)
            .at(format!("line {}", self.line + error.line() - 1))
            .hint("export the file again, or pass --from to name its format")
    }

    fn cut(&self) -> Error {
        self.error("the file ends in the middle").hint("it was cut; export or copy it again")
    }

    fn error(&self, what: &str) -> Error {
        Error::new(what).at(format!("line {}", self.line))
    }
}

/// Writes a string with its quotes and escapes.
///
/// # Errors
/// When the output fails.
pub fn write_string(out: &mut (impl Write + ?Sized), text: &str) -> Result<()> {
    serde_json::to_writer(out, text).map_err(|error| std::io::Error::from(error).into())
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
