//! The header of a sealed file, read strictly.

use std::io::{BufRead, Read};

use sfcred_formats::{Error, Result};

use super::sealed;

/// How every header begins, whatever its version.
pub(super) const MAGIC: &[u8] = b"age-encryption.org/";
/// Bytes that a header may have.
const LIMIT: usize = 64 << 10;
/// Stanzas that a header may have.
pub(super) const STANZAS: usize = 64;

/// A header that keeps to the grammar of age v1.
///
/// The crate reads headers of any size in time that grows with the square of it, and takes some that the specification forbids.
pub(super) struct Header {
    /// The header as it stands in the file.
    pub(super) bytes: Vec<u8>,
    /// The work factor, if it is sealed to a passphrase.
    pub(super) work_factor: Option<u8>,
}

impl Header {
    /// Reads a header and nothing behind it.
    pub(super) fn read(input: &mut dyn BufRead) -> Result<Self> {
        let mut lines = Lines { input, bytes: Vec::new(), number: 0 };
        let version = lines.next()?.strip_prefix(MAGIC);
        if version != Some(b"v1") {
            return Err(match version {
                Some([b'v', number @ ..]) if !number.is_empty() && number.iter().all(u8::is_ascii_digit) => {
                    Error::new("sealed with another version of age than v1").hint("open it with the program that sealed it")
                }
                _ => lines.damaged(),
            });
        }

        let mut stanzas = 0;
        let mut work_factor = None;
        loop {
            let line = lines.next()?;
            if let Some(mac) = line.strip_prefix(b"--- ") {
                let sound = mac.len() == 43 && is_base64(mac) && stanzas > 0;
                if !sound || (work_factor.is_some() && stanzas > 1) {
                    return Err(lines.damaged());
                }
                return Ok(Self { bytes: lines.bytes, work_factor });
            }

            stanzas += 1;
            if stanzas > STANZAS {
                return Err(too_large(&format!("more than {STANZAS} recipients")));
            }
            let sound = match arguments(line).as_deref() {
                Some([b"scrypt", rest @ ..]) => {
                    work_factor = read_work_factor(rest);
                    work_factor.is_some()
                }
                other => other.is_some(),
            };
            if !sound {
                return Err(lines.damaged());
            }
            // The body is base64 in lines of 64; a shorter line, if need be an empty one, ends it.
            loop {
                let body = lines.next()?;
                let length = body.len();
                if length > 64 || !is_base64(body) {
                    return Err(lines.damaged());
                }
                if length < 64 {
                    break;
                }
            }
        }
    }
}

/// The type and the arguments of a stanza, from its first line.
fn arguments(line: &[u8]) -> Option<Vec<&[u8]>> {
    let arguments: Vec<&[u8]> = line.strip_prefix(b"-> ")?.split(|byte| *byte == b' ').collect();
    let sound = |argument: &&[u8]| !argument.is_empty() && argument.iter().all(u8::is_ascii_graphic);
    arguments.iter().all(sound).then_some(arguments)
}

/// The work factor from the arguments of a passphrase, which must be written in the one canonical way.
fn read_work_factor(arguments: &[&[u8]]) -> Option<u8> {
    let [_, digits] = arguments else { return None };
    let canonical = digits.iter().all(u8::is_ascii_digit) && digits[0] != b'0';
    str::from_utf8(digits).ok()?.parse().ok().filter(|_| canonical)
}

/// Whether text is base64 without padding whose unused last bits are zero.
fn is_base64(text: &[u8]) -> bool {
    let value = |byte: &u8| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let unused = match text.len() % 4 {
        0 => 0b0000,
        1 => return false,
        2 => 0b1111,
        _ => 0b0011,
    };
    text.iter().all(|byte| value(byte).is_some()) && text.last().and_then(value).is_none_or(|last| last & unused == 0)
}

fn too_large(what: &str) -> Error {
    Error::new(format!("the header has {what}, the limit"))
        .hint("no such header comes from this tool; get the file again from where it came from")
}

/// The lines of a header, kept as they are read.
struct Lines<'a> {
    input: &'a mut dyn BufRead,
    bytes: Vec<u8>,
    number: u64,
}

impl Lines<'_> {
    fn next(&mut self) -> Result<&[u8]> {
        let start = self.bytes.len();
        self.number += 1;
        self.input.take((LIMIT - start) as u64).read_until(b'\n', &mut self.bytes).map_err(sealed::damaged_or)?;
        match self.bytes.last() {
            Some(b'\n') if self.bytes.len() > start => Ok(&self.bytes[start..self.bytes.len() - 1]),
            _ if self.bytes.len() == LIMIT => Err(too_large("more than 64 KiB")),
            _ => Err(self.damaged()),
        }
    }

    fn damaged(&self) -> Error {
        damaged().at(format!("header line {}", self.number))
    }
}

/// The error for a header that is not sound or not authentic.
pub(super) fn damaged() -> Error {
    Error::new("damaged header").hint(sealed::FROM_A_BACKUP)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAC: &str = "--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n";

    fn read(stanzas: &str) -> Result<Option<u8>, String> {
        let text = format!("age-encryption.org/v1\n{stanzas}{MAC}");
        let mut input = text.as_bytes();
        let header = Header::read(&mut input).map_err(|error| error.to_string())?;
        assert_eq!((&header.bytes[..], input.len()), (text.as_bytes(), 0));
        Ok(header.work_factor)
    }

    #[test]
    fn reads_what_the_grammar_allows() {
        let full = "A".repeat(64);
        for stanzas in ["-> X25519 abc\nAAAA\n", "-> a\n\n", "-> a ~ !\nAA\n-> b\nAAA\n", &format!("-> a\n{full}\n{full}\n\n")] {
            assert_eq!(read(stanzas), Ok(None), "{stanzas}");
        }
        assert_eq!(read("-> scrypt salt 18\nAAAA\n"), Ok(Some(18)));
        assert_eq!(read("-> scrypt salt 255\nAAAA\n"), Ok(Some(255)));
    }

    #[test]
    fn refuses_what_it_does_not() {
        let (full, long) = ("A".repeat(64), "A".repeat(65));
        for (stanzas, line) in [
            ("", 2),
            ("\n", 2),
            ("->\n\n", 2),
            ("-> \n\n", 2),
            ("-> a  b\nAAAA\n", 2),
            ("-> a \nAAAA\n", 2),
            ("-> ä\nAAAA\n", 2),
            ("-> a\r\nAAAA\n", 2),
            ("-> a\nAAAA\r\n", 3),
            ("-> a\nAAA=\n", 3),
            ("-> a\nA\n", 3),
            ("-> a\nAB\n", 3),
            ("-> a\nAAB\n", 3),
            ("-> a\n", 3),
            (&format!("-> a\n{full}\n"), 4),
            (&format!("-> a\n{long}\n"), 3),
            ("-> a\nAAAA\nAAAA\n", 4),
            ("-> scrypt salt 18\nAAAA\n-> a\nAAAA\n", 6),
            ("-> a\nAAAA\n-> scrypt salt 18\nAAAA\n", 6),
            ("-> scrypt salt 18\nAAAA\n-> scrypt salt 18\nAAAA\n", 6),
            ("-> scrypt salt\nAAAA\n", 2),
            ("-> scrypt salt 18 1\nAAAA\n", 2),
            ("-> scrypt salt 018\nAAAA\n", 2),
            ("-> scrypt salt +18\nAAAA\n", 2),
            ("-> scrypt salt 0\nAAAA\n", 2),
            ("-> scrypt salt 256\nAAAA\n", 2),
        ] {
            assert_eq!(read(stanzas), Err(format!("header line {line}: damaged header")), "{stanzas}");
        }
    }

    #[test]
    fn stops_at_its_limits() {
        assert_eq!(read(&"-> a\nAAAA\n".repeat(64)), Ok(None));
        assert_eq!(read(&"-> a\nAAAA\n".repeat(65)), Err("the header has more than 64 recipients, the limit".to_owned()));
        let flood = format!("-> a\n{}", format!("{}\n", "A".repeat(64)).repeat(2 << 20 >> 6));
        assert_eq!(read(&flood), Err("the header has more than 64 KiB, the limit".to_owned()));
        assert_eq!(read(&"x".repeat(2 << 20)), Err("the header has more than 64 KiB, the limit".to_owned()));
    }
}
