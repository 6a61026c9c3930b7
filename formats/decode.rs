//! From the bytes of a file to UTF-8 without a byte order mark.

use std::io::{self, Read};

use zeroize::Zeroizing;

use crate::archive::{self, Archive};
use crate::detect::Signs;
use crate::{Error, Limits, Result};

/// How much of a file is looked at to find out what it is.
pub(crate) const HEAD: usize = 64 * 1024;

/// A file whose beginning can be looked at before it is read.
pub struct Input<'a> {
    head: Vec<u8>,
    used: usize,
    rest: Box<dyn Read + 'a>,
    left: u64,
    limit: u64,
    encoding: Option<&'static str>,
    archive: Option<Archive>,
    /// Members that were left behind and not told yet.
    others: Vec<String>,
}

impl<'a> Input<'a> {
    /// Opens a stream: decodes UTF-16 where a byte order mark says so, drops the mark, and holds the beginning ready.
    ///
    /// An archive is read whole; one of its members must be entered before there is anything to read.
    ///
    /// # Errors
    /// When the stream cannot be read, or the archive is damaged.
    pub fn open(mut rest: Box<dyn Read + 'a>, limits: &Limits) -> Result<Self> {
        let limit = limits.input;
        let mut head = Vec::with_capacity(HEAD);
        rest.as_mut().take(HEAD as u64).read_to_end(&mut head)?;
        if head.starts_with(archive::MAGIC) {
            let archive = Archive::open(&mut io::Cursor::new(head).chain(rest), limits)?;
            let rest = Box::new(io::empty());
            return Ok(Self {
                head: Vec::new(),
                used: 0,
                rest,
                left: limit,
                limit,
                encoding: None,
                archive: Some(archive),
                others: Vec::new(),
            });
        }
        let encoding = match head.as_slice() {
            [0xFF, 0xFE, ..] => Some("UTF-16LE"),
            [0xFE, 0xFF, ..] => Some("UTF-16BE"),
            _ => None,
        };
        let mut used = if head.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
        if let Some(encoding) = encoding {
            let raw = io::Cursor::new(std::mem::take(&mut head)).chain(rest);
            rest = Box::new(Utf16 { raw, big: encoding == "UTF-16BE", offset: 0, out: Vec::new(), used: 0, high: None });
            rest.as_mut().take(HEAD as u64).read_to_end(&mut head)?;
            used = if head.starts_with("\u{FEFF}".as_bytes()) { 3 } else { 0 };
        }
        Ok(Self { head, used, rest, left: limit, limit, encoding, archive: None, others: Vec::new() })
    }

    /// The beginning of the file, up to 64 KiB of it.
    pub fn head(&self) -> &[u8] {
        &self.head[self.used..]
    }

    /// The names of the members, for an archive of which none was entered yet.
    pub fn members(&self) -> &[String] {
        self.archive.as_ref().map_or(&[], Archive::names)
    }

    /// Enters the member that the signs name, else the only one or the only table. Which others are left behind is told once, by the
    /// next call of [`Format::enter`](crate::Format::enter).
    ///
    /// # Errors
    /// When there is no such member or it is damaged.
    pub(crate) fn enter(&mut self, signs: &Signs) -> Result<()> {
        let Some(archive) = &mut self.archive else { return Ok(()) };
        // What macOS adds to an archive, and folders, hold nothing.
        let is_file = |name: &&String| !name.ends_with('/') && !name.starts_with("__MACOSX/");
        let files: Vec<&String> = archive.names().iter().filter(is_file).collect();
        let tables: Vec<&String> = files.iter().copied().filter(|name| name.to_ascii_lowercase().ends_with(".csv")).collect();
        let name = match (signs.member(archive.names()), files.as_slice(), tables.as_slice()) {
            (Some(name), _, _) => name.to_owned(),
            (None, [name], _) | (None, _, [name]) => (*name).clone(),
            (None, _, _) => {
                return Err(Error::new("an archive without the document that belongs there").hint("unpack it and name the document in it"));
            }
        };
        let others = files.iter().filter(|other| ***other != name && !signs.about.contains(other)).map(|other| (*other).clone()).collect();
        let member = archive.member(&name)?;
        let limits = Limits { input: self.limit, ..Limits::default() };
        *self = Self::open(Box::new(Member { bytes: member, used: 0 }), &limits)?;
        if self.archive.is_some() {
            return Err(Error::new("an archive inside an archive").hint("unpack it and name the document in it"));
        }
        self.others = others;
        Ok(())
    }

    /// The members that were left behind since this was asked last.
    pub(crate) fn take_others(&mut self) -> Vec<String> {
        std::mem::take(&mut self.others)
    }

    /// The encoding that was turned to UTF-8, if it was another.
    pub fn encoding(&self) -> Option<&'static str> {
        self.encoding
    }
}

impl Read for Input<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = if self.used < self.head.len() {
            let count = (&self.head[self.used..]).read(buf)?;
            self.used += count;
            if self.used == self.head.len() {
                self.head = Vec::new();
                self.used = 0;
            }
            count
        } else {
            self.rest.read(buf)?
        };
        self.left = self
            .left
            .checked_sub(count as u64)
            .ok_or_else(|| Error::new(format!("longer than {} bytes, the limit for one input", self.limit)).hint("split the file"))?;
        Ok(count)
    }
}

/// A member of an archive, which is wiped.
struct Member {
    bytes: Zeroizing<Vec<u8>>,
    used: usize,
}

impl Read for Member {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = (&self.bytes[self.used..]).read(buf)?;
        self.used += count;
        Ok(count)
    }
}

/// Turns UTF-16 into UTF-8, strictly: half a character is an error and never a replacement character.
struct Utf16<R> {
    raw: R,
    big: bool,
    offset: u64,
    out: Vec<u8>,
    used: usize,
    high: Option<u16>,
}

impl<R: Read> Utf16<R> {
    fn fill(&mut self) -> io::Result<()> {
        let mut raw = Vec::with_capacity(8 * 1024);
        self.raw.by_ref().take(8 * 1024).read_to_end(&mut raw)?;
        self.out.clear();
        self.used = 0;
        let broken =
            |offset: u64| Error::new("half a character of UTF-16").at(format!("byte {offset}")).hint("save the file again as UTF-8");
        for pair in raw.chunks(2) {
            let &[a, b] = pair else { return Err(broken(self.offset).into()) };
            let unit = if self.big { u16::from_be_bytes([a, b]) } else { u16::from_le_bytes([a, b]) };
            let units = self.high.take().into_iter().chain([unit]);
            if (0xD800..0xDC00).contains(&unit) && units.clone().count() == 1 {
                self.high = Some(unit);
            } else {
                for character in char::decode_utf16(units) {
                    let character = character.map_err(|_| broken(self.offset))?;
                    self.out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                }
            }
            self.offset += 2;
        }
        if raw.is_empty() && self.high.is_some() { Err(broken(self.offset).into()) } else { Ok(()) }
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.used == self.out.len() {
            let before = self.offset;
            self.fill()?;
            if self.offset == before {
                return Ok(0);
            }
        }
        let count = (&self.out[self.used..]).read(buf)?;
        self.used += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(bytes: &[u8]) -> Result<String> {
        let mut text = String::new();
        Input::open(Box::new(io::Cursor::new(bytes.to_vec())), &Limits::default())?.read_to_string(&mut text)?;
        Ok(text)
    }

    fn utf16(text: &str, big: bool) -> Vec<u8> {
        let unit = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
        std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(unit).collect()
    }

    #[test]
    fn decodes_what_a_mark_announces() {
        let text = "name,пароль,🔑\r\n".repeat(9000);
        assert_eq!(decode(&utf16(&text, false)).unwrap(), text);
        assert_eq!(decode(&utf16(&text, true)).unwrap(), text);
        assert_eq!(decode("\u{FEFF}a".as_bytes()).unwrap(), "a");
        assert_eq!(decode(b"").unwrap(), "");
    }

    #[test]
    fn refuses_halves() {
        for bytes in [&b"\xFF\xFEa"[..], b"\xFF\xFE\x00\xD8", b"\xFF\xFE\x00\xD8a\0", b"\xFF\xFE\x00\xDCa\0"] {
            assert!(decode(bytes).unwrap_err().to_string().contains("half a character"), "{bytes:?}");
        }
    }

    #[test]
    fn ends_at_the_limit() {
        let mut input = Input::open(Box::new(io::repeat(b'a')), &Limits { input: 100_000, ..Limits::default() }).unwrap();
        let error = io::copy(&mut input, &mut io::sink()).unwrap_err();
        assert!(error.to_string().contains("longer than 100000 bytes"));
    }
}
