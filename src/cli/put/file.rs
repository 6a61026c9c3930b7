//! A file that appears whole or not at all.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::sync::Arc;

use rustix::fs::{AtFlags, Mode, OFlags, RenameFlags, linkat, openat, renameat, renameat_with, statat};
use rustix::io::Errno;
use sfcred_formats::{Error, Result};

use super::super::signals::Unfinished;
use super::place::{Place, exists};

/// The bytes that are written at once.
const BUFFER: usize = 64 * 1024;

/// The bytes of a file, beside the place where it is to appear.
pub(super) struct Draft {
    place: Place,
    force: bool,
    /// Nothing before the first byte, so that an early error does not even touch the folder.
    open: Option<(Unfinished, BufWriter<File>)>,
}

impl Draft {
    pub(super) fn new(place: Place, force: bool) -> Self {
        Self { place, force, open: None }
    }

    fn open(&mut self) -> io::Result<&mut (Unfinished, BufWriter<File>)> {
        match &mut self.open {
            Some(open) => Ok(open),
            none => {
                let (unfinished, file) = Unfinished::create(&self.place.folder)?;
                Ok(none.insert((unfinished, BufWriter::with_capacity(BUFFER, file))))
            }
        }
    }

    /// Takes all the bytes; its error names the file, since the stages in between know no names.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.open().and_then(|(_, file)| file.write_all(bytes)) {
            Ok(()) => Ok(bytes.len()),
            Err(error) => Err(self.place.name_in(error).into()),
        }
    }

    /// Writes the file out, then gives it its name, then makes the name last.
    pub(super) fn commit(mut self) -> Result<()> {
        self.finish().map_err(|error| self.place.name_in(error))?;
        // Here goes what is left of the other name, so that the sync covers that too.
        self.open = None;
        sync_folder(&self.place)
    }

    fn finish(&mut self) -> Result<()> {
        let (unfinished, file) = self.open()?;
        file.flush()?;
        file.get_ref().sync_all()?;
        let from = unfinished.name().to_owned();
        let Place { folder, name, .. } = &self.place;
        let done = if self.force { renameat(folder, &from, folder, name) } else { appear(folder, &from, name) };
        match done {
            Err(Errno::EXIST) => Err(exists()),
            done => Ok(done.map_err(io::Error::from)?),
        }
    }
}

/// Gives the file its name unless that is taken.
fn appear(folder: &File, from: &str, name: &OsStr) -> rustix::io::Result<()> {
    match renameat_with(folder, from, folder, name, RenameFlags::NOREPLACE) {
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {}
        done => return done,
    }
    match linkat(folder, from, folder, name, AtFlags::empty()) {
        Err(Errno::PERM | Errno::NOSYS | Errno::NOTSUP) => {}
        done => return done,
    }
    // No way to do both at once on this file system.
    match statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
        Err(Errno::NOENT) => renameat(folder, from, folder, name),
        there => there.and(Err(Errno::EXIST)),
    }
}

/// A file whose name is given when it has been looked at; dropped before, it is gone.
pub struct Nameless {
    folder: Arc<File>,
    unfinished: Unfinished,
    file: File,
}

impl Nameless {
    /// Begins it in a folder, for its owner only.
    pub fn create(folder: File) -> io::Result<Self> {
        let folder = Arc::new(folder);
        let (unfinished, file) = Unfinished::create(&folder)?;
        Ok(Self { folder, unfinished, file })
    }

    /// Writes out what was written, and opens it to be read.
    pub fn reopen(&self) -> io::Result<File> {
        self.file.sync_all()?;
        Ok(openat(&*self.folder, self.unfinished.name(), OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty())?.into())
    }

    /// Gives it a name, and says whether that was free.
    pub fn appear(&self, name: &OsStr) -> io::Result<bool> {
        match appear(&self.folder, self.unfinished.name(), name) {
            Err(Errno::EXIST) => Ok(false),
            done => Ok(done.map(|()| true)?),
        }
    }

    /// Makes its name survive a power cut.
    pub fn finish(self) -> io::Result<()> {
        let Self { folder, unfinished, .. } = self;
        // Where the name was given by a link, the other one goes.
        drop(unfinished);
        sync(&folder)
    }
}

impl Write for Nameless {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Makes the name in the folder survive a power cut.
pub fn sync_folder(place: &Place) -> Result<()> {
    sync(&place.folder).map_err(|error| place.name_in(error))
}

fn sync(folder: &File) -> io::Result<()> {
    match folder.sync_all() {
        // Some network folders cannot be synced, and need not be.
        Err(error) if error.raw_os_error() != Some(Errno::INVAL.raw_os_error()) => {
            Err(Error::new("written, but may not survive a power cut")
                .hint("the disk reports errors; check it, and look at the file")
                .into())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::Path;

    use rustix::process::umask;

    use super::super::scratch::Scratch;
    use super::*;

    fn draft(path: &Path, force: bool) -> Draft {
        Draft::new(Place::find(path, force, &[]).unwrap(), force)
    }

    fn put(path: &Path, force: bool) {
        let mut draft = draft(path, force);
        draft.write(b"new").unwrap();
        draft.commit().unwrap();
        assert_eq!(fs::read(path).unwrap(), b"new");
    }

    #[test]
    fn appears_as_a_whole() {
        let scratch = Scratch::new();
        let path = scratch.path("file");
        let mut draft = draft(&path, false);
        assert_eq!(scratch.names(), [""; 0]);
        for _ in 0..3 {
            draft.write(&vec![b'x'; BUFFER]).unwrap();
            assert!(scratch.names()[0].starts_with(".sfcred-"));
            assert_eq!(scratch.names().len(), 1);
        }
        draft.commit().unwrap();
        assert_eq!(scratch.names(), ["file"]);
        assert_eq!(fs::read(path).unwrap(), vec![b'x'; 3 * BUFFER]);
    }

    #[test]
    fn leaves_nothing_when_dropped() {
        let scratch = Scratch::new();
        fs::write(scratch.path("file"), "old").unwrap();
        for size in [0, 1, 2 * BUFFER] {
            let mut draft = draft(&scratch.path("file"), true);
            draft.write(&vec![b'x'; size]).unwrap();
            drop(draft);
            assert_eq!(scratch.names(), ["file"]);
            assert_eq!(fs::read(scratch.path("file")).unwrap(), b"old");
        }
    }

    #[test]
    fn is_for_its_owner_only() {
        let scratch = Scratch::new();
        let path = scratch.path("file");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, PermissionsExt::from_mode(0o666)).unwrap();
        umask(Mode::empty());
        put(&path, true);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
    }

    #[test]
    fn spares_what_came_meanwhile() {
        let scratch = Scratch::new();
        let path = scratch.path("file");
        let mut draft = draft(&path, false);
        draft.write(b"new").unwrap();
        fs::write(&path, "other").unwrap();
        let error = draft.commit().unwrap_err();
        assert_eq!(error.to_string(), format!("{}: exists already", path.display()));
        assert_eq!(fs::read(&path).unwrap(), b"other");
        assert_eq!(scratch.names(), ["file"]);
    }

    #[test]
    fn replaces_a_link_and_not_what_it_leads_to() {
        let scratch = Scratch::new();
        fs::write(scratch.path("canary"), "old").unwrap();
        symlink("canary", scratch.path("link")).unwrap();
        put(&scratch.path("link"), true);
        assert_eq!(fs::read(scratch.path("canary")).unwrap(), b"old");
        assert!(fs::symlink_metadata(scratch.path("link")).unwrap().is_file());
    }

    #[test]
    fn takes_any_name() {
        let scratch = Scratch::new();
        put(&scratch.path(&"x".repeat(255)), false);
        put(&scratch.path("line\nbreak"), false);
        // macOS has no such names.
        #[cfg(target_os = "linux")]
        put(&scratch.path("").join(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(b"\xff\xfe")), false);
    }

    #[test]
    fn an_empty_file_appears_too() {
        let scratch = Scratch::new();
        draft(&scratch.path("file"), false).commit().unwrap();
        assert_eq!(fs::read(scratch.path("file")).unwrap(), b"");
    }

    #[test]
    fn a_nameless_file_takes_the_first_free_name() {
        let scratch = Scratch::new();
        let folder = || File::open(scratch.path("")).unwrap();
        let mut first = Nameless::create(folder()).unwrap();
        first.write_all(b"first").unwrap();
        assert_eq!(io::read_to_string(first.reopen().unwrap()).unwrap(), "first");
        let second = Nameless::create(folder()).unwrap();
        assert!(second.appear("a".as_ref()).unwrap());
        second.finish().unwrap();
        assert!(!first.appear("a".as_ref()).unwrap());
        assert!(first.appear("b".as_ref()).unwrap());
        first.finish().unwrap();
        drop(Nameless::create(folder()).unwrap());
        assert_eq!(scratch.names(), ["a", "b"]);
        assert_eq!(fs::read(scratch.path("b")).unwrap(), b"first");
    }
}
