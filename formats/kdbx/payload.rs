//! What the encrypted part unpacks to: in KDBX 4 an inner header, and the document.

use std::io::{self, Read, Write};

use flate2::bufread::GzDecoder;
use zeroize::Zeroizing;

use super::{cipher, damaged};
use crate::keepass_xml::Mask;
use crate::{Error, Lock, Result};

/// The decrypted data, unpacked as it is read.
pub(super) struct Payload {
    inner: Inner,
    left: u64,
    limit: u64,
}

enum Inner {
    Packed(Box<GzDecoder<Plain>>),
    Plain(Plain),
}

impl Payload {
    /// Unpacks to at most `limit` bytes.
    pub(super) fn new(data: Zeroizing<Vec<u8>>, packed: bool, limit: u64) -> Self {
        let plain = Plain { data, used: 0 };
        let inner = if packed { Inner::Packed(Box::new(GzDecoder::new(plain))) } else { Inner::Plain(plain) };
        Self { inner, left: limit, limit }
    }

    /// Reads the inner header of KDBX 4, and returns what unmasks values.
    ///
    /// # Errors
    /// When it is damaged.
    pub(super) fn inner_header(&mut self) -> Result<Mask<'static>> {
        let (mut number, mut key) = (None, None);
        loop {
            let mut head = [0; 5];
            self.fill(&mut head)?;
            let [field, a, b, c, d] = head;
            let length = u32::from_le_bytes([a, b, c, d]);
            match (field, length) {
                (0, _) => break,
                (1, 4) => {
                    let mut bytes = [0; 4];
                    self.fill(&mut bytes)?;
                    number = Some(u32::from_le_bytes(bytes));
                }
                (2, 0..=1024) => {
                    let mut bytes = Zeroizing::new(vec![0; usize::try_from(length).map_err(|_| damaged())?]);
                    self.fill(&mut bytes)?;
                    key = Some(bytes);
                }
                // An attachment, which entries refer to and the reader of entries tells of.
                (3, _) => {
                    let copied = io::copy(&mut self.by_ref().take(length.into()), &mut io::sink())?;
                    if copied < length.into() {
                        return Err(damaged());
                    }
                }
                _ => return Err(damaged()),
            }
        }
        match (number, key) {
            (Some(number), Some(key)) => cipher::mask(number, &key),
            _ => Err(damaged()),
        }
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<()> {
        self.read_exact(bytes).map_err(|error| if error.kind() == io::ErrorKind::UnexpectedEof { damaged() } else { error.into() })
    }
}

impl Read for Payload {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = match &mut self.inner {
            Inner::Packed(packed) => match packed.read(buf) {
                Ok(0) if !buf.is_empty() && packed.get_ref().used < packed.get_ref().data.len() => return Err(damaged().into()),
                count => count.map_err(|_| damaged())?,
            },
            Inner::Plain(plain) => plain.read(buf)?,
        };
        self.left = self.left.checked_sub(count as u64).ok_or_else(|| {
            Error::new(format!("the database unpacks to more than {} bytes, the limit", self.limit))
                .hint("remove attachments from a copy of it, or export it as XML")
        })?;
        Ok(count)
    }
}

/// Decrypted data; it is wiped.
struct Plain {
    data: Zeroizing<Vec<u8>>,
    used: usize,
}

impl Read for Plain {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = (&self.data[self.used..]).read(buf)?;
        self.used += count;
        Ok(count)
    }
}

impl io::BufRead for Plain {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        Ok(&self.data[self.used..])
    }

    fn consume(&mut self, count: usize) {
        self.used += count;
    }
}

/// Writes the inner header of a new database, and returns what masks its values.
///
/// # Errors
/// When the output fails, or there is no randomness.
pub(super) fn write_inner_header(out: &mut impl Write, lock: &mut dyn Lock) -> Result<Mask<'static>> {
    let mut key = Zeroizing::new([0; 64]);
    lock.random(&mut *key)?;
    for (number, value) in [(1, &cipher::CHACHA.to_le_bytes()[..]), (2, &*key), (0, &[])] {
        out.write_all(&[number])?;
        out.write_all(&u32::try_from(value.len()).unwrap_or(u32::MAX).to_le_bytes())?;
        out.write_all(value)?;
    }
    cipher::mask(cipher::CHACHA, &*key)
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn packed(data: &[u8]) -> Zeroizing<Vec<u8>> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(data).unwrap();
        Zeroizing::new(encoder.finish().unwrap())
    }

    fn unpack(data: Zeroizing<Vec<u8>>, limit: u64) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        Payload::new(data, true, limit).read_to_end(&mut out)?;
        Ok(out)
    }

    #[test]
    fn a_bomb_ends_at_the_limit() {
        let bomb = packed(&vec![b' '; 4 << 20]);
        assert!(bomb.len() < 10_000);
        assert_eq!(unpack(bomb.clone(), 4 << 20).unwrap().len(), 4 << 20);
        let error = unpack(bomb, (4 << 20) - 1).unwrap_err().to_string();
        assert_eq!(error, "the database unpacks to more than 4194303 bytes, the limit");
    }

    #[test]
    fn damage_is_an_error() {
        let data = packed(b"<KeePassFile/>");
        assert_eq!(unpack(data.clone(), 100).unwrap(), b"<KeePassFile/>");
        for end in 0..data.len() {
            assert!(unpack(Zeroizing::new(data[..end].to_vec()), 100).is_err(), "{end}");
        }
        let behind = Zeroizing::new([&data[..], b"x"].concat());
        assert_eq!(unpack(behind, 100).unwrap_err().to_string(), "damaged or cut");
    }

    #[test]
    fn an_inner_header_is_read_strictly() {
        let field = |number: u8, value: &[u8]| [&[number][..], &u32::try_from(value.len()).unwrap().to_le_bytes(), value].concat();
        let (kind, key, end) = (field(1, &[3, 0, 0, 0]), field(2, &[7; 64]), field(0, b""));
        let read = |parts: &[&[u8]]| Payload::new(packed(&parts.concat()), true, 10_000).inner_header().map(drop).map_err(|error| error.to_string());
        assert_eq!(read(&[&kind, &key, &field(3, &[0; 999]), &end]), Ok(()));
        let damaged = || Err("damaged or cut".to_owned());
        for parts in [
            &[&kind[..], &end][..],
            &[&key, &end],
            &[&kind, &key],
            &[&field(1, &[3]), &key, &end],
            &[&kind, &field(2, &[7; 2000]), &end],
            &[&kind, &key, &field(4, b""), &end],
            &[&kind, &key, &[3, 255, 255, 255, 255, 0], &end],
        ] {
            assert_eq!(read(parts), damaged());
        }
        assert_eq!(read(&[&field(1, &[1, 0, 0, 0]), &key, &end]), Err("values are masked in an unknown way".to_owned()));
    }
}
