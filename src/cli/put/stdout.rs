//! Stdout, held back until the run is sure to succeed.

use std::fs::File;
use std::io::{self, Write};
use std::mem;
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::{FileType, fstat};
use sfcred_formats::{Error, Result};

use super::is_input;

/// As much as a pipe is asked to hold, in bytes.
#[cfg(target_os = "linux")]
const PIPE: usize = 1024 * 1024;
/// The bytes in one block.
const BLOCK: usize = 64 * 1024;
/// The blocks that are held back: 64 MiB.
const BLOCKS: usize = 1024;

static PIPE_CLOSED: AtomicBool = AtomicBool::new(false);

/// Whether the reader of stdout is gone: the run failed, and there is nobody to tell.
///
/// A writer in between may wrap the error until its kind is lost; that the pipe is closed stays true.
pub fn is_pipe_closed() -> bool {
    PIPE_CLOSED.load(Ordering::Relaxed)
}

/// Bytes on their way to stdout.
///
/// They are in blocks of our own, which are wiped when they are freed; the buffer of [`io::stdout`] never is.
pub(super) struct Held {
    out: File,
    full: Vec<Vec<u8>>,
    block: Vec<u8>,
    passing: bool,
    to_the_end: bool,
}

impl Held {
    pub(super) fn stdout(inputs: &[PathBuf]) -> Result<Self> {
        let out = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        let stat = fstat(&out).map_err(io::Error::from)?;
        if FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile && is_input(&stat, inputs) {
            return Err(Error::new("the output is also the input").in_file("stdout").hint("direct stdout to another file"));
        }
        // More bytes a turn; what is no pipe refuses.
        #[cfg(target_os = "linux")]
        let _ = rustix::pipe::fcntl_setpipe_size(&out, PIPE);
        Ok(Self::new(out))
    }

    fn new(out: File) -> Self {
        Self { out, full: Vec::new(), block: Vec::with_capacity(BLOCK), passing: false, to_the_end: false }
    }

    pub(super) fn hold_to_the_end(&mut self) {
        self.to_the_end = true;
    }

    /// Takes bytes up to the end of the block.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.block.len() == BLOCK {
            self.next_block()?;
        }
        let count = bytes.len().min(BLOCK - self.block.len());
        self.block.extend_from_slice(&bytes[..count]);
        Ok(count)
    }

    fn next_block(&mut self) -> io::Result<()> {
        if self.full.len() + 1 < BLOCKS && !self.passing {
            self.full.push(mem::replace(&mut self.block, Vec::with_capacity(BLOCK)));
            return Ok(());
        }
        if self.to_the_end {
            return Err(Error::new(format!("more than {} MiB, which cannot be held back in memory", BLOCK * BLOCKS / 1024 / 1024))
                .in_file("stdout")
                .hint("-o FILE has no such limit")
                .into());
        }
        self.passing = true;
        self.pass_on()
    }

    fn pass_on(&mut self) -> io::Result<()> {
        for block in self.full.drain(..) {
            self.out.write_all(&block).map_err(failed)?;
        }
        self.out.write_all(&self.block).map_err(failed)?;
        self.block.clear();
        Ok(())
    }

    /// Writes what was held back.
    pub(super) fn commit(mut self) -> io::Result<()> {
        self.pass_on()
    }
}

/// Says of an error on stdout that the output was cut short, and remembers whether anybody reads on.
pub fn failed(error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::BrokenPipe {
        PIPE_CLOSED.store(true, Ordering::Relaxed);
    }
    let why = Error::from(error);
    Error::new(format!("cut short: {why}")).in_file("stdout").hint("do not use what came out; -o FILE writes all or nothing").into()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Read;
    use std::os::fd::OwnedFd;

    use super::super::scratch::Scratch;
    use super::*;

    const MIB: &[u8] = &[b'x'; 1024 * 1024];

    fn write_all(held: &mut Held, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            bytes = &bytes[held.write(bytes)?..];
        }
        Ok(())
    }

    #[test]
    fn holds_back_until_commit() {
        let scratch = Scratch::new();
        let path = scratch.path("file");
        let mut held = Held::new(File::create(&path).unwrap());
        for _ in 0..64 {
            write_all(&mut held, MIB).unwrap();
        }
        assert_eq!(fs::read(&path).unwrap(), b"");
        write_all(&mut held, b"more").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().len(), 64 * 1024 * 1024);
        held.commit().unwrap();
        assert!(fs::read(&path).unwrap().ends_with(b"xmore"));
    }

    #[test]
    fn holds_to_the_end_or_fails() {
        let (mut reader, writer) = io::pipe().unwrap();
        let mut held = Held::new(OwnedFd::from(writer).into());
        held.hold_to_the_end();
        for _ in 0..64 {
            write_all(&mut held, MIB).unwrap();
        }
        let error = Error::from(write_all(&mut held, b"x").unwrap_err());
        assert_eq!(error.to_string(), "stdout: more than 64 MiB, which cannot be held back in memory");
        drop(held);
        assert_eq!(reader.read_to_end(&mut Vec::new()).unwrap(), 0);
    }

    #[test]
    fn a_closed_pipe_is_told() {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let mut held = Held::new(OwnedFd::from(writer).into());
        write_all(&mut held, b"x").unwrap();
        assert!(!is_pipe_closed());
        assert!(held.commit().is_err());
        assert!(is_pipe_closed());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_is_told() {
        let mut held = Held::new(File::options().write(true).open("/dev/full").unwrap());
        write_all(&mut held, b"x").unwrap();
        let error = Error::from(held.commit().unwrap_err());
        assert_eq!(error.to_string(), "stdout: cut short: no space left on device");
    }
}
