//! The save: at any moment the vault is the old one or the new one.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read, Write};

use rustix::fs::{AtFlags, Mode, OFlags, openat, renameat, statat};
use rustix::io::Errno;
use sfcred_formats::{Error, Result};

use super::super::put::{self, Place};
use super::super::signals::Unfinished;

/// What a save asks of the disk; a test lets each step of it fail.
pub(super) trait Disk {
    /// Creates an unfinished file beside the vault, for its owner only.
    fn create(&self, place: &Place) -> io::Result<(Unfinished, File)> {
        Unfinished::create_for(&place.folder, &place.name.to_string_lossy())
    }

    /// Writes all of it.
    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        file.write_all(bytes)
    }

    /// Has it survive a power cut.
    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_all()
    }

    /// Reads what is there under a name.
    fn read(&self, place: &Place, name: &OsStr) -> io::Result<Vec<u8>> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        read_whole(File::from(openat(&*place.folder, name, flags, Mode::empty())?))
    }

    /// Gives a file its name, in place of the one that has it.
    fn rename(&self, place: &Place, from: &str, to: &OsStr) -> io::Result<()> {
        Ok(renameat(&*place.folder, from, &*place.folder, to)?)
    }

    /// Has the names survive a power cut.
    fn sync_folder(&self, place: &Place) -> Result<()> {
        put::sync_folder(place)
    }
}

/// The disk as it is.
pub(super) struct Real;

impl Disk for Real {}

/// The largest vault.
pub(super) const LARGEST: u64 = 512 << 20;

/// Reads all of a sealed vault; what is longer is an error, and never a part of it.
pub(super) fn read_whole(file: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes)?;
    check_size(&bytes)?;
    Ok(bytes)
}

fn check_size(sealed: &[u8]) -> Result<()> {
    if sealed.len() as u64 > LARGEST {
        return Err(
            Error::new(format!("larger than {} MiB, the limit of a vault", LARGEST >> 20)).hint("keep its records in several vaults")
        );
    }
    Ok(())
}

/// The name of the version before.
pub(super) fn undo_name(place: &Place) -> OsString {
    beside(place, ".undo")
}

/// A name for what is set aside, which nothing has yet: `vault.age.old`, `vault.age.old.2` …
pub(super) fn old_name(place: &Place) -> OsString {
    let mut name = beside(place, ".old");
    let mut number = 1;
    while statat(&*place.folder, &name, AtFlags::SYMLINK_NOFOLLOW).is_ok() {
        number += 1;
        name = beside(place, &format!(".old.{number}"));
    }
    name
}

fn beside(place: &Place, end: &str) -> OsString {
    let mut name = place.name.clone();
    name.push(end);
    name
}

/// Sets aside what is no version before the vault that comes now, and returns its new name.
pub(super) fn set_undo_aside(place: &Place) -> Result<Option<OsString>> {
    let name = old_name(place);
    match renameat(&*place.folder, undo_name(place), &*place.folder, &name) {
        Err(Errno::NOENT) => Ok(None),
        done => done.map(|()| Some(name)).map_err(|error| place.name_in(io::Error::from(error))),
    }
}

/// Puts `new` in the place of `old`, which stays beside it under the name that comes with it; none where there was nothing.
///
/// Both are written and synced under names of their own first, and read back. Then the vault is looked at once more, since a program that
/// knows no lock may have changed it, and only then do two renames follow. Dropped in between, nothing is left but the old vault.
pub(super) fn replace(disk: &dyn Disk, place: &Place, old: Option<(&[u8], &OsStr)>, new: &[u8]) -> Result<()> {
    let named = |error: io::Error| place.name_in(error_of_save(error));
    check_size(new).map_err(|error| place.name_in(error))?;
    let draft = |bytes: &[u8]| -> Result<Unfinished> {
        let (unfinished, mut file) = disk.create(place).map_err(named)?;
        disk.write(&mut file, bytes).map_err(named)?;
        disk.sync(&file).map_err(named)?;
        if disk.read(place, unfinished.name().as_ref()).map_err(named)? != bytes {
            return Err(
                place.name_in(Error::new("the disk does not give back what was written").hint("check the disk; the vault is as it was"))
            );
        }
        Ok(unfinished)
    };
    let vault = draft(new)?;
    let before = old.map(|(bytes, name)| draft(bytes).map(|draft| (draft, name))).transpose()?;
    let now = match disk.read(place, &place.name) {
        Err(error) if is_missing(&error) => None,
        now => Some(now.map_err(named)?),
    };
    if now.as_deref() != old.map(|(bytes, _)| bytes) {
        let error = Error::new("changed by another program meanwhile").hint("nothing was saved; do it again on the vault as it is now");
        return Err(place.name_in(error));
    }
    disk.rename(place, vault.name(), &place.name).map_err(named)?;
    // From here on the new vault stands; what fails now is told, but takes nothing back.
    let kept = before.as_ref().map_or(Ok(()), |(draft, name)| disk.rename(place, draft.name(), name));
    drop((vault, before));
    disk.sync_folder(place)?;
    kept.map_err(|error| {
        let error = Error::from(error);
        place.name_in(
            Error::new(format!("saved, but the version before could not be kept: {error}"))
                .hint("look at the folder; the vault is the new one"),
        )
    })
}

/// The error of a disk without room, which must not speak of options that are not there.
pub(super) fn error_of_save(error: io::Error) -> Error {
    let full = matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge);
    let error = Error::from(error);
    if full { error.hint_instead("make room and do it again; nothing was changed") } else { error }
}

/// Whether others could put files into the folder of the vault.
pub(super) fn check_folder(place: &Place) -> Result<()> {
    let mode = rustix::fs::fstat(&*place.folder).map_err(|error| place.name_in(io::Error::from(error)))?.st_mode;
    let (others, sticky) = (mode & 0o002 != 0, mode & 0o1000 != 0);
    if others && !sticky {
        let error = Error::new("anybody can put files into the folder of the vault").hint("take that from them: chmod o-w FOLDER");
        return Err(place.name_in(error));
    }
    Ok(())
}

/// Whether an error says that there is no such file.
pub(super) fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::failing::Failing;
    use super::*;

    /// The steps up to and with the one that makes the new vault the vault.
    const UNTIL_RENAMED: u32 = 10;
    const STEPS: u32 = 12;

    #[test]
    fn a_failure_at_any_step_leaves_the_old_or_the_new() {
        let scratch = put::scratch::Scratch::new();
        let path = scratch.path("vault");
        for at in 1..=STEPS + 1 {
            fs::write(&path, "old").unwrap();
            fs::write(scratch.path("vault.undo"), "older").unwrap();
            let place = Place::find(&path, true, &[]).unwrap();
            let disk = Failing::new(at);
            let result = replace(&disk, &place, Some((b"old", &undo_name(&place))), b"new vault");
            assert_eq!(result.is_ok(), at > STEPS, "step {at}");
            let renamed = at > UNTIL_RENAMED;
            assert_eq!(fs::read(&path).unwrap(), if renamed { &b"new vault"[..] } else { b"old" }, "step {at}");
            let undo = if at > UNTIL_RENAMED + 1 { &b"old"[..] } else { b"older" };
            assert_eq!(fs::read(scratch.path("vault.undo")).unwrap(), undo, "step {at}");
            assert_eq!(scratch.names(), ["vault", "vault.undo"], "step {at}");
        }
    }

    #[test]
    fn what_another_program_wrote_is_spared() {
        let scratch = put::scratch::Scratch::new();
        let path = scratch.path("vault");
        fs::write(&path, "theirs").unwrap();
        let place = Place::find(&path, true, &[]).unwrap();
        let error = replace(&Real, &place, Some((b"old", &undo_name(&place))), b"new").unwrap_err();
        assert!(error.to_string().ends_with("changed by another program meanwhile"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), b"theirs");
        assert_eq!(scratch.names(), ["vault"]);
    }

    #[test]
    fn an_empty_place_is_filled_only_while_it_is_empty() {
        let scratch = put::scratch::Scratch::new();
        let path = scratch.path("vault");
        let place = Place::find(&path, true, &[]).unwrap();
        replace(&Real, &place, None, b"new").unwrap();
        let error = replace(&Real, &place, None, b"newer").unwrap_err();
        assert!(error.to_string().ends_with("changed by another program meanwhile"), "{error}");
        assert_eq!((fs::read(&path).unwrap().as_slice(), scratch.names()), (&b"new"[..], vec!["vault".to_owned()]));
    }

    #[test]
    fn what_is_set_aside_takes_no_name_that_is_taken() {
        let scratch = put::scratch::Scratch::new();
        let place = Place::find(&scratch.path("vault"), true, &[]).unwrap();
        assert_eq!(set_undo_aside(&place).unwrap(), None);
        for name in ["vault.old", "vault.old.2"] {
            fs::write(scratch.path("vault.undo"), name).unwrap();
            assert_eq!(set_undo_aside(&place).unwrap().unwrap(), name);
            assert_eq!(fs::read(scratch.path(name)).unwrap(), name.as_bytes());
        }
        assert_eq!(scratch.names(), ["vault.old", "vault.old.2"]);
    }
}
