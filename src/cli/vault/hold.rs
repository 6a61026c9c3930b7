//! The lock of those who change the vault.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::thread;
use std::time::{Duration, Instant};

use chrono::{DateTime, SubsecRound, Utc};
use rustix::fs::{AtFlags, Dir, Mode, OFlags, openat, unlinkat};
use sfcred_formats::{Error, Result, format_instant};

use super::super::put::Place;
use super::super::signals;
use super::private;

/// How often a waiting process looks whether it is its turn.
const TURN: Duration = Duration::from_millis(20);

/// While this is held no other sfcred changes the vault; the system lets go of it when the process ends, however it ends.
///
/// The file of the lock is never renamed or removed, or two could hold one each. Readers need no lock, since a save is a rename.
pub(super) struct Hold {
    _file: File,
}

impl Hold {
    /// Waits for its turn, `wait` at most; then removes what saves that were killed have left.
    pub(super) fn take(place: &Place, wait: Duration) -> Result<Self> {
        let mut name = place.name.clone();
        name.push(".lock");
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file =
            openat(&*place.folder, &name, flags, Mode::RUSR | Mode::WUSR).map_err(|error| place.name_in(std::io::Error::from(error)))?;
        let mut file = File::from(file);
        let start = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if start.elapsed() < wait => thread::sleep(TURN),
                Err(TryLockError::WouldBlock) => return Err(place.name_in(held(&mut file))),
                Err(TryLockError::Error(error)) => return Err(place.name_in(error)),
            }
        }
        // For those who wait; without it they only know less.
        let _ = file.set_len(0).and_then(|()| file.write_all(format!("{}\n", std::process::id()).as_bytes()));
        remove_leftovers(place);
        private::sweep_all();
        Ok(Self { _file: file })
    }
}

/// The error that says who holds the lock, and since when: that is when the holder wrote its number.
fn held(file: &mut File) -> Error {
    let mut text = String::new();
    let read = file.rewind().and_then(|()| file.take(32).read_to_string(&mut text));
    let pid: Option<u32> = read.ok().and_then(|_| text.trim().parse().ok());
    let since = file.metadata().and_then(|metadata| metadata.modified()).ok();
    let since = since.map(|time| format!(" since {}", format_instant(DateTime::<Utc>::from(time).trunc_subsecs(0)))).unwrap_or_default();
    let who = pid.map_or_else(|| "another process".to_owned(), |pid| format!("process {pid}"));
    Error::new(format!("{who} is changing the vault{since}")).hint("try again when it is done; --wait SECONDS waits longer")
}

/// Removes unfinished files of this vault: whoever wrote them is dead, for the lock is ours.
fn remove_leftovers(place: &Place) {
    let vault = place.name.to_string_lossy();
    for entry in Dir::read_from(&*place.folder).into_iter().flatten().flatten() {
        if entry.file_name().to_str().is_ok_and(|name| signals::is_unfinished(name, &vault)) {
            let _ = unlinkat(&*place.folder, entry.file_name(), AtFlags::empty());
        }
    }
}
