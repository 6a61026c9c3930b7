//! The bytes of an XML document, checked before they are parsed.

use std::io::{self, BufRead, Read};

use zeroize::Zeroizing;

use super::is_character;
use crate::{Error, Result};

const CHUNK: usize = 64 * 1024;

/// Hands out UTF-8 with LF at the ends of lines and without forbidden characters, and bounds the length of what is parsed at once.
///
/// The parser would wrap an error, so it stays here until it is asked for.
pub(super) struct Guard<'a> {
    input: &'a mut dyn Read,
    raw: Zeroizing<Vec<u8>>,
    /// How many bytes of a character that goes on in the next read stand at the beginning of `raw`.
    carried: usize,
    text: Zeroizing<Vec<u8>>,
    used: usize,
    line: u64,
    after_cr: bool,
    eof: bool,
    left: usize,
    limit: usize,
    failed: Option<Error>,
}

impl<'a> Guard<'a> {
    pub(super) fn new(input: &'a mut dyn Read) -> Self {
        Self {
            input,
            raw: Zeroizing::new(vec![0; CHUNK]),
            carried: 0,
            text: Zeroizing::new(Vec::with_capacity(CHUNK)),
            used: 0,
            line: 1,
            after_cr: false,
            eof: false,
            left: 0,
            limit: 0,
            failed: None,
        }
    }

    /// Allows so many bytes for the next part.
    pub(super) fn allow(&mut self, limit: usize) {
        self.left = limit;
        self.limit = limit;
    }

    /// The line that is read, counted from one.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// What went wrong here, if anything did.
    pub(super) fn failed(&mut self) -> Option<Error> {
        self.failed.take()
    }

    fn fill(&mut self) -> Result<()> {
        let count = self.input.read(&mut self.raw[self.carried..])?;
        self.eof = count == 0;
        let end = self.carried + count;
        let bad = |line: u64| {
            let error = Error::new("not valid UTF-8").at(format!("line {line}"));
            error.hint("save the file again as UTF-8; guessing another encoding could change a password")
        };
        let lines = |text: &[u8]| memchr::memchr_iter(b'\n', text).count() as u64;
        let valid = match str::from_utf8(&self.raw[..end]) {
            Ok(_) => end,
            Err(error) if error.error_len().is_none() && !self.eof => error.valid_up_to(),
            Err(error) => return Err(bad(self.line + lines(&self.raw[..error.valid_up_to()]))),
        };
        self.text.clear();
        self.used = 0;
        let text = str::from_utf8(&self.raw[..valid]).map_err(|_| bad(self.line))?;
        if let Some(at) = text.find(|character| !is_character(character)) {
            let line = self.line + lines(&text.as_bytes()[..at]);
            let what = if text.as_bytes()[at] == 0 { "a NUL character" } else { "a control character" };
            return Err(Error::new(format!("{what}, which XML cannot hold"))
                .at(format!("line {line}"))
                .hint("the file was damaged or changed; export it again"));
        }
        for &byte in text.as_bytes() {
            let joined = byte == b'\n' && self.after_cr;
            self.after_cr = byte == b'\r';
            match byte {
                b'\r' => self.text.push(b'\n'),
                _ if joined => {}
                _ => self.text.push(byte),
            }
        }
        self.raw.copy_within(valid..end, 0);
        self.carried = end - valid;
        Ok(())
    }
}

impl BufRead for Guard<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let failed = |guard: &mut Self, error: Error| {
            guard.failed = Some(error);
            io::Error::other("stopped")
        };
        if self.left == 0 {
            let error = Error::new(too_long(self.limit)).at(format!("line {}", self.line)).hint("this is no export of records");
            return Err(failed(self, error));
        }
        while self.used == self.text.len() && !self.eof {
            if let Err(error) = self.fill() {
                return Err(failed(self, error));
            }
        }
        Ok(&self.text[self.used..])
    }

    fn consume(&mut self, count: usize) {
        self.line += memchr::memchr_iter(b'\n', &self.text[self.used..self.used + count]).count() as u64;
        self.left = self.left.saturating_sub(count);
        self.used += count;
    }
}

impl Read for Guard<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buf)?;
        self.consume(count);
        Ok(count)
    }
}

/// What is said of a value over the limit.
pub(super) fn too_long(limit: usize) -> String {
    format!("one value is longer than {limit} bytes, the limit")
}
