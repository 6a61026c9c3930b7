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
    line: u64,
    opened: u64,
    length: usize,
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

impl<R> Strict<R> {
    pub(super) fn new(inner: R, escape: Escape, limits: &Limits) -> Self {
        Self { inner, escape, state: State::Start, line: 1, opened: 0, length: 0, columns: 1, limits: *limits }
    }

    fn look(&mut self, bytes: &[u8]) -> Result<(), Error> {
        // Up to a NUL everything is looked at, for the place of the error.
        let nul = memchr::memchr(0, bytes);
        let mut rest = &bytes[..nul.unwrap_or(bytes.len())];
        while let Some(&byte) = rest.first() {
            match self.state {
                State::Quoted => {
                    let end = match self.escape {
                        Escape::Doubled => memchr::memchr(b'"', rest),
                        Escape::Backslash => memchr::memchr2(b'"', b'\\', rest),
                    };
                    let end = end.unwrap_or(rest.len());
                    self.line += memchr::memchr_iter(b'\n', &rest[..end]).count() as u64;
                    self.grow(end)?;
                    rest = &rest[end..];
                    if rest.is_empty() {
                        break;
                    }
                    self.state = if rest[0] == b'"' { State::Closing } else { State::Escaped };
                }
                State::Escaped if matches!(byte, b'"' | b'\\') => self.state = State::Quoted,
                State::Escaped => {
                    return Err(Error::new("a backslash that escapes neither a quote nor a backslash")
                        .at(format!("line {}", self.line))
                        .hint("the file was changed by another program, which would lose it; export the file again"));
                }
                // A quote counts at the beginning of a cell only, so quotes are all that is looked for.
                State::Start | State::Plain => {
                    let end = memchr::memchr(b'"', rest).unwrap_or(rest.len());
                    self.plain(&rest[..end])?;
                    rest = &rest[end..];
                    if rest.is_empty() {
                        break;
                    }
                    if self.state == State::Start {
                        self.opened = self.line;
                        self.state = State::Quoted;
                    } else {
                        self.grow(1)?;
                    }
                }
                State::Closing if byte == b'"' => self.state = State::Quoted,
                State::Closing if matches!(byte, b',' | b'\n' | b'\r') => self.next_cell(byte)?,
                State::Closing => {
                    return Err(Error::new("text behind a closing quote")
                        .at(format!("line {}", self.line))
                        .hint("a quote inside a cell is written twice; export the file again"));
                }
            }
            rest = &rest[1..];
        }
        if nul.is_some() { Err(self.nul()) } else { Ok(()) }
    }

    /// Goes over cells without quotes: at once where no limit can be near, else one by one.
    fn plain(&mut self, part: &[u8]) -> Result<(), Error> {
        let Some(last) = memchr::memrchr3(b',', b'\n', b'\r', part) else { return self.one_cell(part) };
        let commas = memchr::memchr_iter(b',', part).count();
        if self.length + last > self.limits.element || self.columns + commas > self.limits.fields {
            let mut rest = part;
            while let Some(end) = memchr::memchr3(b',', b'\n', b'\r', rest) {
                self.grow(end)?;
                self.next_cell(rest[end])?;
                rest = &rest[end + 1..];
            }
            return self.one_cell(rest);
        }
        self.line += memchr::memchr_iter(b'\n', part).count() as u64;
        self.columns = match memchr::memrchr2(b'\n', b'\r', part) {
            Some(end) => 1 + memchr::memchr_iter(b',', &part[end..]).count(),
            None => self.columns + commas,
        };
        self.state = State::Start;
        self.length = 0;
        self.one_cell(&part[last + 1..])
    }

    /// Goes over what belongs to one cell.
    fn one_cell(&mut self, part: &[u8]) -> Result<(), Error> {
        if !part.is_empty() {
            self.state = State::Plain;
        }
        self.grow(part.len())
    }

    fn next_cell(&mut self, byte: u8) -> Result<(), Error> {
        self.state = State::Start;
        self.length = 0;
        self.line += u64::from(byte == b'\n');
        self.columns = if byte == b',' { self.columns + 1 } else { 1 };
        if self.columns <= self.limits.fields {
            return Ok(());
        }
        Err(Error::new(format!("more than {} columns, the limit", self.limits.fields))
            .at(format!("line {}", self.line))
            .hint("the file is damaged or not a table; export it again"))
    }

    fn grow(&mut self, count: usize) -> Result<(), Error> {
        self.length += count;
        if self.length <= self.limits.element {
            return Ok(());
        }
        let line = if self.state == State::Quoted { self.opened } else { self.line };
        Err(Error::new(format!("a cell is longer than {} bytes, the limit", self.limits.element))
            .at(format!("line {line}"))
            .hint("a quote may be missing there; export the file again"))
    }

    fn nul(&self) -> Error {
        Error::new("a NUL character, which no password can hold")
            .at(format!("line {}", self.line))
            .hint("the file is damaged or not a table; export it again")
    }
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
