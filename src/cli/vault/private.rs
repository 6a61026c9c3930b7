//! A file in memory for a program that insists on a file.

use std::env;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{CWD, Dir, FlockOperation, Mode, OFlags, flock, openat};
use sfcred_formats::{Error, Result};
use zeroize::Zeroizing;

use super::super::signals::{self, UnfinishedFolder, undisturbed};

/// What the folder is called after.
const WHAT: &str = "edit";

/// The longest record that is read back.
const LONGEST: u64 = 64 << 20;

/// A file in a folder of its own, in memory, for its owner only; it is overwritten and removed when dropped.
pub(super) struct Private {
    folder: UnfinishedFolder,
    name: &'static str,
    path: PathBuf,
}

impl Private {
    /// Puts the text into a new file.
    pub(super) fn create(name: &'static str, text: &[u8]) -> Result<Self> {
        let parent = memory()?;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let handle = Arc::new(File::from(openat(CWD, &parent, flags, Mode::empty()).map_err(std::io::Error::from)?));
        sweep(&handle);
        let folder = UnfinishedFolder::create_for(&handle, WHAT)?;
        // Held as long as this lives: it tells the others that somebody is at work here.
        flock(&*folder.root(), FlockOperation::NonBlockingLockExclusive).map_err(std::io::Error::from)?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = undisturbed(|| openat(&*folder.root(), name, flags, Mode::RUSR | Mode::WUSR)).map_err(std::io::Error::from)?;
        let path = parent.join(folder.name()).join(name);
        let private = Self { folder, name, path };
        File::from(file).write_all(text)?;
        Ok(private)
    }

    /// Where it is, for the program.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What is in it now; an editor may have put another file in its place.
    pub(super) fn read(&self) -> Result<Zeroizing<Vec<u8>>> {
        let mut bytes = Zeroizing::new(Vec::new());
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = openat(&*self.folder.root(), self.name, flags, Mode::empty()).map_err(std::io::Error::from)?;
        File::from(file).take(LONGEST).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn wipe(&self) -> std::io::Result<()> {
        let flags = OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut file = File::from(openat(&*self.folder.root(), self.name, flags, Mode::empty())?);
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(0))?;
        std::io::copy(&mut std::io::repeat(0).take(length), &mut file)?;
        Ok(())
    }
}

/// The folder goes with everything that the program left in it.
impl Drop for Private {
    fn drop(&mut self) {
        let _ = self.wipe();
    }
}

/// Removes what an edit that was killed has left.
pub(super) fn sweep_all() {
    if let Ok(parent) = memory().and_then(|parent| Ok(File::open(parent)?)) {
        sweep(&parent);
    }
}

fn sweep(parent: &File) {
    for entry in Dir::read_from(parent).into_iter().flatten().flatten() {
        let Some(name) = entry.file_name().to_str().ok().filter(|name| signals::is_unfinished(name, WHAT)) else { continue };
        let Ok(folder) = openat(parent, name, signals::FOLDER, Mode::empty()) else { continue };
        if flock(&folder, FlockOperation::NonBlockingLockExclusive).is_ok() {
            signals::remove(parent, name);
        }
    }
}

/// A folder whose files are in memory.
fn memory() -> Result<PathBuf> {
    let own = env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| path.is_absolute());
    let known = own.into_iter().chain([PathBuf::from("/dev/shm")]);
    known.into_iter().find(|path| is_memory(path) && is_writable(path)).ok_or_else(|| {
        Error::new("no folder in memory for the editor")
            .hint("set XDG_RUNTIME_DIR to a folder on a tmpfs, where no disk keeps what is edited")
    })
}

/// Whether the file system keeps its files in memory.
#[cfg(target_os = "linux")]
#[allow(clippy::useless_conversion, reason = "the type differs between processors")]
fn is_memory(path: &Path) -> bool {
    const TMPFS: i64 = 0x0102_1994;
    const RAMFS: i64 = 0x8584_58F6;
    rustix::fs::statfs(path).is_ok_and(|found| matches!(i64::from(found.f_type), TMPFS | RAMFS))
}

/// Elsewhere only who set the variable knows.
#[cfg(not(target_os = "linux"))]
fn is_memory(path: &Path) -> bool {
    path != Path::new("/dev/shm") && path.is_dir()
}

fn is_writable(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| metadata.permissions().mode() & 0o222 != 0)
}
