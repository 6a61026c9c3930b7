//! Zip archives, in which some products wrap the document that they export.
//!
//! An archive is never unpacked to disk, and the names of its members are only compared. The `zip` crate takes the last of two members of
//! one name and believes the directory where it differs from the member; both would let two programs see two truths, so they are refused here.

use std::collections::BTreeSet;
use std::io::{Cursor, Read};

use zeroize::Zeroizing;
use zip::ZipArchive;

use crate::{Error, Limits, Result};

/// What every archive begins with, unless it is empty.
pub(crate) const MAGIC: &[u8] = b"PK\x03\x04";
const DIRECTORY_ENTRY: &[u8] = b"PK\x01\x02";
/// A member that grows more than this is no export; deflate reaches a thousandfold only on empty pages.
const RATIO: u64 = 200;
/// Below this size any ratio will do.
const SMALL: u64 = 1 << 20;

/// An archive in memory.
pub(crate) struct Archive {
    zip: ZipArchive<Cursor<Zeroizing<Vec<u8>>>>,
    names: Vec<String>,
    limit: u64,
}

impl Archive {
    /// Reads an archive to its end and checks its directory.
    ///
    /// # Errors
    /// When it is damaged, too large, or says two things about one member.
    pub(crate) fn open(input: &mut dyn Read, limits: &Limits) -> Result<Self> {
        let mut bytes = Zeroizing::new(Vec::new());
        if input.take(limits.archive + 1).read_to_end(&mut bytes)? as u64 > limits.archive {
            return Err(Error::new(format!("the archive is longer than {} bytes, the limit", limits.archive))
                .hint("export without attachments, or unpack it and name the document in it"));
        }
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
        if zip.len() > limits.members {
            return Err(
                Error::new(format!("more than {} members, the limit for an archive", limits.members)).hint("export without attachments")
            );
        }
        let start = usize::try_from(zip.central_directory_start()).map_err(|_| damaged())?;
        let bytes = zip.into_inner().into_inner();
        let names = names(&bytes, start)?;
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
        if names.len() != zip.len() {
            return Err(damaged());
        }
        Ok(Self { zip, names, limit: limits.archive })
    }

    /// The names of the members, in the order of the directory.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Unpacks one member whole.
    ///
    /// # Errors
    /// When there is no such member, or it is damaged, encrypted, a link or too large.
    pub(crate) fn member(&mut self, name: &str) -> Result<Zeroizing<Vec<u8>>> {
        let limit = self.limit;
        let read = |zip: &mut ZipArchive<_>| -> Result<Zeroizing<Vec<u8>>> {
            let mut file = zip.by_name(name).map_err(|_| {
                Error::new("the member cannot be opened")
                    .hint("an archive with a password or of an unusual kind; unpack it and name the document in it")
            })?;
            if file.is_symlink() || file.is_dir() {
                return Err(Error::new("a link or a folder, where there should be a file").hint("export it again"));
            }
            let most = limit.min(SMALL.max(file.compressed_size().saturating_mul(RATIO)));
            let mut bytes = Zeroizing::new(Vec::new());
            // Reading to the end and not to the limit, so that the checksum is compared.
            let mut chunk = Zeroizing::new([0_u8; 16 * 1024]);
            loop {
                let count = file.read(&mut chunk[..]).map_err(|_| damaged())?;
                if count == 0 {
                    return Ok(bytes);
                }
                bytes.extend_from_slice(&chunk[..count]);
                if bytes.len() as u64 > most {
                    return Err(Error::new(format!("the member unpacks to more than {most} bytes, the limit")).hint("this is no export"));
                }
            }
        };
        read(&mut self.zip).map_err(|error| error.at(format!("member {}", name.escape_debug())))
    }
}

/// The names in the directory that starts at `start`, each compared with what the member itself says.
fn names(bytes: &[u8], start: usize) -> Result<Vec<String>> {
    let mut names = Vec::new();
    let mut seen = BTreeSet::new();
    let mut rest = bytes.get(start..).unwrap_or_default();
    while rest.starts_with(DIRECTORY_ENTRY) {
        let number = |bytes: &[u8], at: usize| bytes.get(at..at + 2).map(|pair| usize::from(u16::from_le_bytes([pair[0], pair[1]])));
        let lengths = (number(rest, 28), number(rest, 30), number(rest, 32), rest.get(42..46));
        let (Some(length), Some(extra), Some(comment), Some(&[a, b, c, d])) = lengths else { return Err(damaged()) };
        let name = rest.get(46..46 + length).ok_or_else(damaged)?;
        let offset = u32::from_le_bytes([a, b, c, d]);
        // Archives of more than 4 GiB, which are over the limit, have their offset elsewhere.
        let local = usize::try_from(offset).ok().and_then(|offset| bytes.get(offset..)).filter(|local| local.starts_with(MAGIC));
        let local = local.and_then(|local| local.get(30..30 + number(local, 26)?));
        if local != Some(name) {
            return Err(Error::new("a member has two names").hint("the archive was changed by hand or damaged; export it again"));
        }
        let name = String::from_utf8_lossy(name).into_owned();
        if name.starts_with('/') || name.contains('\0') || name.split('/').any(|part| part == "..") {
            return Err(Error::new("a name that leads out of the archive")
                .at(format!("member {}", name.escape_debug()))
                .hint("no program exports such a file; do not trust it"));
        }
        if !seen.insert(name.clone()) {
            return Err(Error::new("two members of one name")
                .at(format!("member {}", name.escape_debug()))
                .hint("two values, two truths; export it again"));
        }
        names.push(name);
        rest = rest.get(46 + length + extra + comment..).ok_or_else(damaged)?;
    }
    Ok(names)
}

fn damaged() -> Error {
    Error::new("the archive is damaged").hint("it was cut or changed; export or copy it again")
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in members {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn open(bytes: &[u8]) -> Result<Archive> {
        Archive::open(&mut &*bytes, &Limits::default())
    }

    #[test]
    fn members_come_out_whole() {
        let bytes = zip(&[("a.json", b"[1]"), ("files/b", &[7; 9000])]);
        let mut archive = open(&bytes).unwrap();
        assert_eq!(archive.names(), ["a.json", "files/b"]);
        assert_eq!(**archive.member("files/b").unwrap(), [7; 9000]);
        assert!(archive.member("c").is_err());
    }

    #[test]
    fn two_truths_are_refused() {
        let bytes = zip(&[("one.json", b"[1]"), ("two.json", b"[2]")]);
        let renamed = |from: &[u8], to: &[u8], all: bool| {
            let mut bytes = bytes.clone();
            let places: Vec<usize> = bytes.windows(from.len()).enumerate().filter(|(_, part)| *part == from).map(|(at, _)| at).collect();
            for at in places.into_iter().take(if all { usize::MAX } else { 1 }) {
                bytes[at..at + to.len()].copy_from_slice(to);
            }
            open(&bytes).err().unwrap().to_string()
        };
        assert_eq!(renamed(b"two.json", b"one.json", true), "member one.json: two members of one name");
        assert_eq!(renamed(b"two.json", b"six.json", false), "a member has two names");
    }

    #[test]
    fn names_that_lead_out_are_refused() {
        for name in ["/export.data", "../export.data", "files/../../export.data", "a\0b"] {
            let error = open(&zip(&[(name, b"[1]")])).err().unwrap().to_string();
            assert_eq!(error, format!("member {}: a name that leads out of the archive", name.escape_debug()));
        }
        assert!(open(&zip(&[("files/..a", b"[1]"), ("b..", b"[1]")])).is_ok());
    }

    #[test]
    fn bombs_and_damage_are_errors() {
        let bomb = zip(&[("a.json", &vec![0; 8 << 20])]);
        let error = open(&bomb).unwrap().member("a.json").unwrap_err().to_string();
        assert!(error.starts_with("member a.json: the member unpacks to more than"), "{error}");
        let bytes = zip(&[("a.json", b"[1, 2, 3]")]);
        for end in 0..bytes.len() {
            assert!(open(&bytes[..end]).is_err(), "{end}");
        }
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 0x55;
            if let Ok(mut archive) = open(&changed) {
                let _ = archive.member("a.json").map(|member| assert_eq!(**member, *b"[1, 2, 3]", "{at}"));
            }
        }
    }
}
