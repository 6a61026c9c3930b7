//! What must not stay behind when a signal ends the process.

use std::fs::File;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::process;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use rustix::fs::{AtFlags, Dir, FileType, FlockOperation, Mode, OFlags, flock, fstat, mkdirat, openat, unlinkat};
use rustix::io::Errno;
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;

/// Everything there is to clean up at this moment.
struct Traces {
    watched: bool,
    files: Vec<(Arc<File>, String)>,
    folders: Vec<(Arc<File>, String)>,
    terminal: Option<(File, Termios)>,
    last: Option<Box<dyn FnMut() + Send>>,
}

static TRACES: Mutex<Traces> = Mutex::new(Traces { watched: false, files: Vec::new(), folders: Vec::new(), terminal: None, last: None });

fn traces() -> MutexGuard<'static, Traces> {
    TRACES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// As [`traces`], from now on with a thread that cleans them up when a signal comes.
fn watched() -> io::Result<MutexGuard<'static, Traces>> {
    let mut traces = traces();
    if !traces.watched {
        let mut signals = Signals::new([SIGHUP, SIGINT, SIGQUIT, SIGTERM])?;
        thread::Builder::new().name("signals".into()).spawn(move || signals.forever().next().map(|signal| quit(signal)))?;
        traces.watched = true;
    }
    Ok(traces)
}

/// Ends the process as the signal would, leaving nothing behind.
pub(super) fn quit(signal: i32) -> ! {
    // Never unlocked: no other thread begins a file any more.
    let mut traces = traces();
    for (folder, name) in &traces.files {
        let _ = unlinkat(&**folder, name, AtFlags::empty());
    }
    for (folder, name) in &traces.folders {
        remove(folder, name);
    }
    if let Some((terminal, state)) = &traces.terminal {
        let _ = tcsetattr(terminal, OptionalActions::Now, state);
    }
    if let Some(mut last) = traces.last.take() {
        last();
    }
    process::exit(128 + signal)
}

/// Lets a write over the file size limit fail like any other write, where the signal would kill the process.
pub(super) fn survive_file_size_limit() {
    let _ = signal_hook::flag::register(SIGXFSZ, Arc::default());
}

/// A name that nothing else has.
fn name() -> String {
    // Each `RandomState` has keys of its own, which come from the system's randomness.
    format!(".sfcred-{:016x}", RandomState::new().build_hasher().finish())
}

/// Whether a name is one that `create_for` gives.
pub(super) fn is_unfinished(name: &str, file: &str) -> bool {
    name.strip_prefix('.').and_then(|name| name.strip_prefix(file)).is_some_and(|end| end.starts_with(".sfcred-"))
}

/// Removes the files of these names that nobody holds: whoever began them was killed.
pub(super) fn sweep(folder: &File, is_one: impl Fn(&str) -> bool) {
    for entry in Dir::read_from(folder).into_iter().flatten().flatten() {
        let Some(name) = entry.file_name().to_str().ok().filter(|name| is_one(name)) else { continue };
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let Ok(file) = openat(folder, name, flags, Mode::empty()) else { continue };
        let is_file = fstat(&file).is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile);
        if is_file && flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok() {
            let _ = unlinkat(folder, name, AtFlags::empty());
        }
    }
}

/// Whether a name is one that `create` gives.
pub(super) fn is_nameless(name: &str) -> bool {
    let number = name.strip_prefix(".sfcred-");
    number.is_some_and(|number| number.len() == 16 && number.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// A file under a name of its own, which is gone when this is dropped or a signal ends the process.
pub(super) struct Unfinished {
    folder: Arc<File>,
    name: String,
}

impl Unfinished {
    /// Creates the file in `folder`, for its owner only.
    pub(super) fn create(folder: &Arc<File>) -> io::Result<(Self, File)> {
        Self::create_as(folder, "")
    }

    /// Creates it under a name that tells which file it will be, so that one who holds the lock on that file knows it for a dead one.
    pub(super) fn create_for(folder: &Arc<File>, file: &str) -> io::Result<(Self, File)> {
        Self::create_as(folder, &format!(".{file}"))
    }

    fn create_as(folder: &Arc<File>, begin: &str) -> io::Result<(Self, File)> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut traces = watched()?;
        loop {
            let name = format!("{begin}{}", name());
            let file = openat(&**folder, &name, flags, Mode::RUSR | Mode::WUSR)?;
            // Tells `sweep` that somebody is at work; where the file system has no locks, nothing is swept. If it came first, the file is gone.
            let held = flock(&file, FlockOperation::NonBlockingLockExclusive);
            if held == Err(Errno::WOULDBLOCK) || fstat(&file)?.st_nlink == 0 {
                continue;
            }
            traces.files.push((Arc::clone(folder), name.clone()));
            return Ok((Self { folder: Arc::clone(folder), name }, file.into()));
        }
    }

    /// The name inside the folder.
    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

/// The name may have become that of the finished file: then there is nothing left to remove.
impl Drop for Unfinished {
    fn drop(&mut self) {
        let _ = unlinkat(&*self.folder, &self.name, AtFlags::empty());
        traces().files.retain(|(_, name)| *name != self.name);
    }
}

/// A folder under a name of its own, which is gone with all that is in it when this is dropped or a signal ends the process.
pub(super) struct UnfinishedFolder {
    parent: Arc<File>,
    name: String,
    root: Arc<File>,
}

impl UnfinishedFolder {
    /// Creates the folder in `parent`, for its owner only.
    pub(super) fn create(parent: &Arc<File>) -> io::Result<Self> {
        Self::create_as(parent, name())
    }

    /// Creates it under a name that tells what it is for.
    pub(super) fn create_for(parent: &Arc<File>, what: &str) -> io::Result<Self> {
        Self::create_as(parent, format!(".{what}{}", name()))
    }

    fn create_as(parent: &Arc<File>, name: String) -> io::Result<Self> {
        let mut traces = watched()?;
        mkdirat(&**parent, &name, Mode::RWXU)?;
        traces.folders.push((Arc::clone(parent), name.clone()));
        let root = openat(&**parent, &name, FOLDER, Mode::empty())?;
        Ok(Self { parent: Arc::clone(parent), name, root: Arc::new(root.into()) })
    }

    /// The name inside the folder around it.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The folder itself.
    pub(super) fn root(&self) -> Arc<File> {
        Arc::clone(&self.root)
    }
}

/// The name may have become that of the finished folder: then there is nothing left to remove.
impl Drop for UnfinishedFolder {
    fn drop(&mut self) {
        remove(&self.parent, &self.name);
        traces().folders.retain(|(_, name)| *name != self.name);
    }
}

/// Puts something into an unfinished folder; never while a signal is having the folder removed.
pub(super) fn undisturbed<T>(create: impl FnOnce() -> T) -> T {
    let _held = traces();
    create()
}

/// How a folder is opened.
pub(super) const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// Removes a folder and what is in it, without following a link.
pub(super) fn remove(parent: &File, name: &str) {
    let Ok(folder) = openat(parent, name, FOLDER, Mode::empty()).map(File::from) else { return };
    for entry in Dir::read_from(&folder).into_iter().flatten().flatten() {
        match entry.file_name().to_str() {
            Ok("." | "..") | Err(_) => {}
            Ok(name) if entry.file_type() == FileType::Directory => remove(&folder, name),
            Ok(name) => drop(unlinkat(&folder, name, AtFlags::empty())),
        }
    }
    let _ = unlinkat(parent, name, AtFlags::REMOVEDIR);
}

/// Holds the state of the terminal while a prompt hides what is typed.
pub(super) struct Hidden;

impl Hidden {
    /// Remembers how the terminal is now.
    pub(super) fn on(terminal: File) -> io::Result<Self> {
        let state = tcgetattr(&terminal)?;
        watched()?.terminal = Some((terminal, state));
        Ok(Self)
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        traces().terminal = None;
    }
}

/// What else is done when a signal ends the process while this lives.
pub(super) struct Last;

impl Last {
    /// Remembers it; it must not begin a file.
    pub(super) fn is(what: impl FnMut() + Send + 'static) -> io::Result<Self> {
        watched()?.last = Some(Box::new(what));
        Ok(Self)
    }
}

impl Drop for Last {
    fn drop(&mut self) {
        traces().last = None;
    }
}
