//! What must not stay behind when a signal ends the process.

use std::fs::File;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::process;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use rustix::fs::{AtFlags, Mode, OFlags, openat, unlinkat};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;

/// Everything there is to clean up at this moment.
struct Traces {
    watched: bool,
    files: Vec<(Arc<File>, String)>,
    terminal: Option<(File, Termios)>,
}

static TRACES: Mutex<Traces> = Mutex::new(Traces { watched: false, files: Vec::new(), terminal: None });

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
    let traces = traces();
    for (folder, name) in &traces.files {
        let _ = unlinkat(&**folder, name, AtFlags::empty());
    }
    if let Some((terminal, state)) = &traces.terminal {
        let _ = tcsetattr(terminal, OptionalActions::Now, state);
    }
    process::exit(128 + signal)
}

/// Lets a write over the file size limit fail like any other write, where the signal would kill the process.
pub(super) fn survive_file_size_limit() {
    let _ = signal_hook::flag::register(SIGXFSZ, Arc::default());
}

/// A file under a name of its own, which is gone when this is dropped or a signal ends the process.
pub(super) struct Unfinished {
    folder: Arc<File>,
    name: String,
}

impl Unfinished {
    /// Creates the file in `folder`, for its owner only.
    pub(super) fn create(folder: &Arc<File>) -> io::Result<(Self, File)> {
        // Each `RandomState` has keys of its own, which come from the system's randomness.
        let name = format!(".sfcred-{:016x}", RandomState::new().build_hasher().finish());
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut traces = watched()?;
        let file = openat(&**folder, &name, flags, Mode::RUSR | Mode::WUSR)?;
        traces.files.push((Arc::clone(folder), name.clone()));
        Ok((Self { folder: Arc::clone(folder), name }, file.into()))
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
