//! A copy: written and proved before it has a name, and looked into later.

use std::fs::{DirBuilder, File};
use std::io::{self, Cursor, Read, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use sfcred_formats::{Error, Result};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::super::put::Nameless;
use super::super::{input, signals};
use super::save::{self, LARGEST, error_of_save};
use super::store::Opened;
use crate::seal::{To, is_damage, is_for_others, is_sealed, recipient, seal};
use crate::vault::Vault;

/// The sum and the number of bytes that went by.
#[derive(Clone, Default)]
struct Sum {
    hash: Sha256,
    count: u64,
}

impl Sum {
    fn add(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.count += bytes.len() as u64;
    }

    fn is(self, other: Self) -> bool {
        self.count == other.count && self.hash.finalize() == other.hash.finalize()
    }
}

/// Something that is read or written, with its sum.
struct Summed<T> {
    inner: T,
    sum: Sum,
}

impl<T> Summed<T> {
    fn new(inner: T) -> Self {
        Self { inner, sum: Sum::default() }
    }
}

impl<R: Read> Read for Summed<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buf)?;
        self.sum.add(&buf[..count]);
        Ok(count)
    }
}

impl<W: Write> Write for Summed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(bytes)?;
        self.sum.add(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// A copy that has no name yet; dropped, it is gone.
pub(super) struct NewCopy {
    folder: PathBuf,
    file: Summed<Nameless>,
    plain: Sum,
}

impl NewCopy {
    /// Begins one in a folder, which is made if it is not there.
    pub(super) fn create(folder: &Path) -> Result<Self> {
        let begin = || -> io::Result<Nameless> {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
            let open = File::open(folder)?;
            // What a backup that was killed has left.
            signals::sweep(&open, signals::is_nameless);
            Nameless::create(open)
        };
        let file = begin().map_err(|error| error_of_save(error).in_file(folder.display().to_string()))?;
        Ok(Self { folder: folder.to_owned(), file: Summed::new(file), plain: Sum::default() })
    }

    /// Takes what is sealed already, and what is inside.
    pub(super) fn write_sealed(&mut self, sealed: &[u8], plain: &[u8]) -> Result<()> {
        self.plain.add(plain);
        self.file.write_all(sealed).map_err(|error| self.named(error))
    }

    /// Seals all that a reader gives, as it comes, and says how many bytes that were.
    pub(super) fn seal(&mut self, plain: impl Read, recipients: &[String]) -> Result<u64> {
        let recipients = recipients.iter().map(|text| recipient(text)).collect::<Result<_>>()?;
        let mut plain = Summed::new(plain);
        let folder = self.folder.display().to_string();
        let named = |error: io::Error| error_of_save(error).in_file(folder.as_str());
        let mut sealer = seal(&mut self.file, &To::Recipients(recipients), false)?;
        pour(&mut plain, &mut sealer).map_err(named)?;
        sealer.finish()?;
        self.plain = plain.sum;
        Ok(self.plain.count)
    }

    /// Reads it back and compares it; with `opened` also what is inside.
    pub(super) fn prove(&self, opened: Option<&mut Opened>) -> Result<()> {
        let named = |error: io::Error| self.named(error);
        let differs = || {
            Error::new("the copy does not read back as it was written, so it was not kept")
                .in_file(self.folder.display().to_string())
                .hint("check the disk")
        };
        let mut again = Summed::new(self.file.inner.reopen().map_err(named)?);
        pour(&mut again, &mut io::sink()).map_err(named)?;
        if !again.sum.is(self.file.sum.clone()) {
            return Err(differs());
        }
        let Some(opened) = opened else { return Ok(()) };
        let file = self.file.inner.reopen().map_err(named)?;
        let mut inside = Summed::new(opened.stream(file).map_err(|error| {
            let error = if is_for_others(&error) { none_opens() } else { error };
            error.in_file(self.folder.display().to_string())
        })?);
        pour(&mut inside, &mut io::sink()).map_err(named)?;
        if inside.sum.is(self.plain.clone()) { Ok(()) } else { Err(differs()) }
    }

    /// Gives it the first of these names that is free.
    pub(super) fn appear(self, names: impl Iterator<Item = String>) -> Result<PathBuf> {
        for name in names {
            // Another backup may be looking for a name at the same time.
            if self.file.inner.appear(name.as_ref()).map_err(|error| self.named(error))? {
                let path = self.folder.join(name);
                self.file.inner.finish().map_err(|error| Error::from(error).in_file(path.display().to_string()))?;
                return Ok(path);
            }
        }
        Err(Error::new("no name is free for one more copy of this day")
            .in_file(self.folder.display().to_string())
            .hint("remove some, or use another folder"))
    }

    fn named(&self, error: io::Error) -> Error {
        error_of_save(error).in_file(self.folder.display().to_string())
    }
}

fn none_opens() -> Error {
    Error::new("none of your identities opens the copy, so it was not kept")
        .hint("add your own recipient with -r, or name an identity of theirs with -i FILE")
}

/// What is in a copy.
pub(super) enum Inside<'a> {
    /// A vault, and how it is sealed.
    Vault(Vec<u8>, Vault),
    /// Anything else, which is authentic only when it has been read to its end.
    Bytes(Box<dyn Read + 'a>),
}

/// Opens a copy; with `raw` it is a file as it was, whatever that is.
pub(super) fn look_inside<'a>(path: &Path, opened: &mut Opened, raw: bool) -> Result<Inside<'a>> {
    let look = |opened: &mut Opened| -> Result<Inside<'a>> {
        let mut file = File::open(path)?;
        let mut head = Vec::new();
        (&mut file).take(2048).read_to_end(&mut head)?;
        if !is_sealed(&head) {
            return Err(Error::new("not sealed with age, so it is no backup").hint("`sfcred inspect` says what is in it"));
        }
        let long = file.metadata()?.len() > LARGEST;
        let whole = Cursor::new(head).chain(file);
        if raw || long {
            return Ok(Inside::Bytes(opened.stream(whole)?));
        }
        let sealed = save::read_whole(whole)?;
        let plain = opened.open(&sealed)?;
        if Vault::is_vault(&plain) {
            return Ok(Inside::Vault(sealed, Vault::read(&plain)?));
        }
        Ok(Inside::Bytes(Box::new(Cursor::new(plain))))
    };
    look(opened).map_err(|error| of_copy(error, path))
}

/// The error about a copy, which must not send anybody to a backup again.
pub(super) fn of_copy(error: Error, path: &Path) -> Error {
    let error = if is_damage(&error) { error.hint_instead("this copy cannot be relied on; use another one") } else { error };
    error.in_file(input::name(path))
}

/// Counts the bytes to the end of a copy, which says that it is authentic.
pub(super) fn count(mut bytes: impl Read, path: &Path) -> Result<u64> {
    pour(&mut bytes, &mut io::sink()).map_err(|error| of_copy(error.into(), path))
}

/// As [`io::copy`], but what went through is wiped.
pub(super) fn pour(from: &mut dyn Read, to: &mut dyn Write) -> io::Result<u64> {
    let mut buffer = Zeroizing::new(vec![0; 64 << 10]);
    let mut all = 0;
    loop {
        let count = match from.read(&mut buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read?,
        };
        if count == 0 {
            return Ok(all);
        }
        to.write_all(&buffer[..count])?;
        all += count as u64;
    }
}

/// Opens a file to copy it as it is.
pub(super) fn open_file(path: &Path) -> Result<Named> {
    let name = input::name(path);
    let file = File::open(path).map_err(|error| Error::from(error).in_file(name.as_str()))?;
    Ok(Named { file, name })
}

/// A file whose errors say its name.
pub(super) struct Named {
    file: File,
    name: String,
}

impl Read for Named {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.file.read(buf).map_err(|error| match error.kind() {
            io::ErrorKind::Interrupted => error,
            _ => Error::from(error).in_file(self.name.as_str()).into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::super::put::scratch::Scratch;
    use super::*;

    const RECIPIENT: &str = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";

    #[test]
    fn what_does_not_read_back_gets_no_name() {
        let scratch = Scratch::new();
        let folder = scratch.path("copies");
        let mut copy = NewCopy::create(&folder).unwrap();
        assert_eq!(copy.seal(&b"any bytes"[..], &[RECIPIENT.to_owned()]).unwrap(), 9);
        copy.prove(None).unwrap();
        let hidden = fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
        let mut bytes = fs::read(&hidden).unwrap();
        bytes.pop();
        fs::write(&hidden, bytes).unwrap();
        let error = copy.prove(None).unwrap_err();
        assert!(error.to_string().ends_with("the copy does not read back as it was written, so it was not kept"), "{error}");
        drop(copy);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    }
}
