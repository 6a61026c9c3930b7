//! A guard in front of the csv crate, which reads on where a file is broken.

use std::io::{self, Read};

use super::Escape;
use crate::{Error, Limits};

/// Passes the bytes of a table on and fails where its quoting cannot be what its author meant.
///
/// The csv crate takes text behind a closing quote into the cell, and a quote that is never closed swallows the rest of the file. Both
/// would change a password without a word. A quote inside an unquoted cell is data, as the browsers have it.
pub(super) struct Strict<R> {
    inner: R,
    escape: Escape,
    state: State,
    /// The line on which the next buffer begins.
    line: u64,
    /// The line of the last quote that was opened.
    opened: u64,
    /// The bytes of the cell so far.
    length: usize,
    /// The columns of the row so far.
    columns: usize,
    limits: Limits,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// At the beginning of a cell.
    Start,
    /// Inside a cell without quotes.
    Plain,
    /// Inside quotes.
    Quoted,
    /// Behind a quote that closes the cell or begins an escaped one.
    Closing,
    /// Behind a backslash inside quotes.
    Escaped,
}

/// What is wrong.
enum Broken {
    Nul,
    Escape,
    BehindQuote,
    Columns,
    Length,
}

impl<R> Strict<R> {
    pub(super) fn new(inner: R, escape: Escape, limits: &Limits) -> Self {
        Self { inner, escape, state: State::Start, line: 1, opened: 0, length: 0, columns: 1, limits: *limits }
    }

    fn look(&mut self, bytes: &[u8]) -> Result<(), Error> {
        // Up to a NUL everything is looked at, for the place of the error.
        let nul = memchr::memchr(0, bytes);
        let bytes = &bytes[..nul.unwrap_or(bytes.len())];
        let mut opened = None;
        let broken = self.walk(bytes, &mut opened).err().or(nul.map(|at| (at, Broken::Nul)));
        // Lines are counted once for a buffer, because only errors name them.
        let first = self.line;
        let line = |at: usize| first + memchr::memchr_iter(b'\n', &bytes[..at]).count() as u64;
        self.opened = opened.map_or(self.opened, line);
        self.line = line(bytes.len());
        broken.map_or(Ok(()), |(at, broken)| Err(self.error(&broken, line(at))))
    }

    /// Goes over a buffer. `opened` tells where the last quote was opened, and an error where it was seen.
    fn walk(&mut self, bytes: &[u8], opened: &mut Option<usize>) -> Result<(), (usize, Broken)> {
        let mut at = 0;
        while at < bytes.len() {
            let (byte, rest) = (bytes[at], &bytes[at..]);
            match self.state {
                State::Quoted => {
                    let end = match self.escape {
                        Escape::Doubled => memchr::memchr(b'"', rest),
                        Escape::Backslash => memchr::memchr2(b'"', b'\\', rest),
                    };
                    let end = end.unwrap_or(rest.len());
                    self.grow(end).map_err(|broken| (at, broken))?;
                    at += end;
                    match bytes.get(at) {
                        Some(b'"') => self.state = State::Closing,
                        Some(_) => self.state = State::Escaped,
                        None => break,
                    }
                }
                // A quote counts at the beginning of a cell only, so quotes are all that is looked for.
                State::Start | State::Plain => {
                    let end = memchr::memchr(b'"', rest).unwrap_or(rest.len());
                    self.plain(&rest[..end]).map_err(|(inner, broken)| (at + inner, broken))?;
                    at += end;
                    if at == bytes.len() {
                        break;
                    }
                    if self.state == State::Start {
                        *opened = Some(at);
                        self.state = State::Quoted;
                    } else {
                        self.grow(1).map_err(|broken| (at, broken))?;
                    }
                }
                State::Escaped if matches!(byte, b'"' | b'\\') => self.state = State::Quoted,
                State::Escaped => return Err((at, Broken::Escape)),
                State::Closing if byte == b'"' => self.state = State::Quoted,
                State::Closing if matches!(byte, b',' | b'\n' | b'\r') => self.next_cell(byte).map_err(|broken| (at, broken))?,
                State::Closing => return Err((at, Broken::BehindQuote)),
            }
            at += 1;
        }
        Ok(())
    }

    /// Goes over cells without quotes: at once where no limit can be near, else one by one.
    fn plain(&mut self, part: &[u8]) -> Result<(), (usize, Broken)> {
        let Some(last) = part.iter().rposition(|byte| matches!(byte, b',' | b'\n' | b'\r')) else {
            return self.one_cell(part).map_err(|broken| (0, broken));
        };
        if self.length + last > self.limits.element || !self.has_room_for_columns(part) {
            let mut at = 0;
            while let Some(end) = memchr::memchr3(b',', b'\n', b'\r', &part[at..]) {
                self.grow(end).and_then(|()| self.next_cell(part[at + end])).map_err(|broken| (at + end, broken))?;
                at += end + 1;
            }
            return self.one_cell(&part[at..]).map_err(|broken| (at, broken));
        }
        let (row, before) = match memchr::memrchr2(b'\n', b'\r', part) {
            Some(end) => (&part[end..], 1),
            None => (part, self.columns),
        };
        self.columns = before + commas(row);
        self.state = State::Start;
        self.length = 0;
        self.one_cell(&part[last + 1..]).map_err(|broken| (last, broken))
    }

    /// Whether the row can end behind `part`, whatever stands in it, without too many columns.
    fn has_room_for_columns(&self, part: &[u8]) -> bool {
        let room = self.limits.fields.saturating_sub(self.columns);
        part.len() <= room || commas(part) <= room
    }

    /// Goes over what belongs to one cell.
    fn one_cell(&mut self, part: &[u8]) -> Result<(), Broken> {
        if !part.is_empty() {
            self.state = State::Plain;
        }
        self.grow(part.len())
    }

    fn next_cell(&mut self, byte: u8) -> Result<(), Broken> {
        self.state = State::Start;
        self.length = 0;
        self.columns = if byte == b',' { self.columns + 1 } else { 1 };
        if self.columns <= self.limits.fields { Ok(()) } else { Err(Broken::Columns) }
    }

    fn grow(&mut self, count: usize) -> Result<(), Broken> {
        self.length += count;
        if self.length <= self.limits.element { Ok(()) } else { Err(Broken::Length) }
    }

    fn error(&self, broken: &Broken, line: u64) -> Error {
        let line = if self.state == State::Quoted && matches!(broken, Broken::Length) { self.opened } else { line };
        let (what, hint) = match broken {
            Broken::Nul => {
                ("a NUL character, which no password can hold".to_owned(), "the file is damaged or not a table; export it again")
            }
            Broken::Escape => (
                "a backslash that escapes neither a quote nor a backslash".to_owned(),
                "the file was changed by another program, which would lose it; export the file again",
            ),
            Broken::BehindQuote => {
                ("text behind a closing quote".to_owned(), "a quote inside a cell is written twice; export the file again")
            }
            Broken::Columns => {
                (format!("more than {} columns, the limit", self.limits.fields), "the file is damaged or not a table; export it again")
            }
            Broken::Length => (
                format!("a cell is longer than {} bytes, the limit", self.limits.element),
                "a quote may be missing there; export the file again",
            ),
        };
        Error::new(what).at(format!("line {line}")).hint(hint)
    }
}

fn commas(part: &[u8]) -> usize {
    memchr::memchr_iter(b',', part).count()
}

impl<R: Read> Read for Strict<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buf)?;
        self.look(&buf[..count])?;
        if count == 0 && !buf.is_empty() && matches!(self.state, State::Quoted | State::Escaped) {
            return Err(Error::new("a quote that is never closed")
                .at(format!("line {}", self.opened))
                .hint("the file was cut or a quote is missing; export it again")
                .into());
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<(), String> {
        check_escaped(text, Escape::Doubled)
    }

    fn check_escaped(text: &str, escape: Escape) -> Result<(), String> {
        // A byte at a time, so that every state crosses the end of a buffer.
        let mut strict = Strict::new(text.as_bytes(), escape, &Limits { element: 100, ..Limits::default() });
        let mut byte = [0];
        loop {
            match strict.read(&mut byte) {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                Err(error) => return Err(Error::from(error).to_string()),
            }
        }
    }

    #[test]
    fn passes_what_is_sound() {
        for text in ["", "a,b\r\nc,d", "\"a\"\"b\",\"\"\n\"c\nd\"", "p\"w\"x,p\"\n,\"\",", "\r\r\n\"\"\"\"", "a\r\"b\"\r"] {
            assert_eq!(check(text), Ok(()), "{text:?}");
        }
    }

    #[test]
    fn tells_what_is_broken() {
        for (text, message) in [
            ("a\n\"b\"junk\n", "line 2: text behind a closing quote"),
            ("a\n\"b\nc,d\ne", "line 2: a quote that is never closed"),
            ("a,\"b\"\"", "line 1: a quote that is never closed"),
            ("a\n\nb\0", "line 3: a NUL character, which no password can hold"),
            ("\"a\n\0", "line 2: a NUL character, which no password can hold"),
        ] {
            assert_eq!(check(text), Err(message.to_owned()), "{text:?}");
        }
        let long = format!("a\n\"{}", "x".repeat(101));
        assert_eq!(check(&long), Err("line 2: a cell is longer than 100 bytes, the limit".to_owned()));
    }
    #[test]
    fn a_backslash_escapes_where_it_should() {
        for text in [r#""a\\","\"b\"""#, r#""\\\"",a\b"#, r#""a""b","#] {
            assert_eq!(check_escaped(text, Escape::Backslash), Ok(()), "{text}");
        }
        let lone = "line 2: a backslash that escapes neither a quote nor a backslash".to_owned();
        assert_eq!(check_escaped("a\n\"C:\\new\"", Escape::Backslash), Err(lone));
        let open = "line 1: a quote that is never closed".to_owned();
        assert_eq!(check_escaped(r#""a\\\""#, Escape::Backslash), Err(open.clone()));
        assert_eq!(check_escaped(r#""a\"#, Escape::Backslash), Err(open));
    }
}
