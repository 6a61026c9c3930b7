//! The archive, written as a stream.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use zip::result::ZipError;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{DateTime, ZipWriter};

use crate::{Error, Result};

/// An archive that is being written.
///
/// The `zip` crate writes the end of an archive when it is dropped, and prints when that fails. A run that was given up must leave no
/// archive that looks whole, so nothing passes the gate then.
pub(super) struct Package<'a> {
    zip: Option<ZipWriter<StreamWriter<Gate<'a>>>>,
    state: Rc<RefCell<State>>,
}

#[derive(Default)]
struct State {
    closed: bool,
    failed: Option<io::Error>,
}

struct Gate<'a> {
    out: &'a mut dyn Write,
    state: Rc<RefCell<State>>,
}

impl Write for Gate<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.state.borrow_mut();
        if !state.closed
            && let Err(error) = self.out.write_all(bytes)
        {
            *state = State { closed: true, failed: Some(error) };
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> Package<'a> {
    pub(super) fn new(out: &'a mut dyn Write) -> Self {
        let state = Rc::new(RefCell::new(State::default()));
        Self { zip: Some(ZipWriter::new_stream(Gate { out, state: Rc::clone(&state) })), state }
    }

    /// Starts the next member, or makes a folder where the name ends in a slash.
    pub(super) fn member(&mut self, name: &str) -> Result<()> {
        // The time is fixed, so that the same records make the same file.
        let options = SimpleFileOptions::default().last_modified_time(DateTime::default());
        if let Some(zip) = &mut self.zip {
            let made = if name.ends_with('/') { zip.add_directory(name, options) } else { zip.start_file(name, options) };
            made.map_err(|error| refused(&error))?;
        }
        self.check()
    }

    /// Writes the end of the archive.
    pub(super) fn finish(mut self) -> Result<()> {
        if let Some(zip) = self.zip.take() {
            zip.finish().map_err(|error| refused(&error))?;
        }
        self.check()
    }

    fn check(&self) -> Result<()> {
        self.state.borrow_mut().failed.take().map_or(Ok(()), |error| Err(error.into()))
    }
}

impl Write for Package<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.zip.as_mut().map_or(Ok(bytes.len()), |zip| zip.write(bytes))?;
        self.check()?;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Package<'_> {
    fn drop(&mut self) {
        self.state.borrow_mut().closed = true;
    }
}

/// The output never fails inside the crate, so what it refuses is a document that is too large for an archive.
fn refused(error: &ZipError) -> Error {
    Error::new(format!("the archive cannot be written: {error}")).hint("split the records into several files")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes so many bytes and no more.
    struct Full(usize);

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn write(out: &mut dyn Write) -> Result<()> {
        let mut package = Package::new(out);
        package.member("a")?;
        package.write_all(b"text")?;
        package.member("files/")?;
        package.finish()
    }

    #[test]
    fn a_full_disk_is_an_error_wherever_it_comes() {
        let mut whole = Vec::new();
        write(&mut whole).unwrap();
        for room in 0..whole.len() {
            assert!(write(&mut Full(room)).is_err(), "{room} of {}", whole.len());
        }
        write(&mut Full(whole.len())).unwrap();
    }

    #[test]
    fn what_was_given_up_has_no_end() {
        let mut out = Vec::new();
        let mut package = Package::new(&mut out);
        package.member("a").unwrap();
        package.write_all(b"text").unwrap();
        drop(package);
        assert!(out.starts_with(b"PK\x03\x04") && !out.windows(4).any(|bytes| bytes == b"PK\x05\x06"));
    }
}
