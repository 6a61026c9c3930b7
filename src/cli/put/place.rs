//! Where a file is to appear, and whether it may.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, openat, statat};
use rustix::io::Errno;
use sfcred_formats::{Error, Result};

use super::is_input;

/// A name in a folder, which is held open so that nobody can put another one in its place.
pub struct Place {
    pub folder: Arc<File>,
    pub name: OsString,
    shown: String,
}

impl Place {
    /// Looks at the place of `path`: there must be a folder, and nothing in the way.
    pub fn find(path: &Path, force: bool, inputs: &[PathBuf]) -> Result<Self> {
        let shown = path.display().to_string();
        let (folder, name) = split(path);
        let folder = open(folder, name).map_err(|error| error.in_file(&shown))?;
        let place = Self { folder: Arc::new(folder), name: name.to_owned(), shown };
        place.check(force, inputs).map_err(|error| place.name_in(error))?;
        Ok(place)
    }

    /// Looks at the place of a folder that is to be made: there must be a folder around it, and nothing in the way but an empty one.
    pub(super) fn for_folder(path: &Path) -> Result<Self> {
        let shown = path.display().to_string();
        let bytes = path.as_os_str().as_bytes();
        let end = bytes.iter().rposition(|&byte| byte != b'/').map_or(0, |last| last + 1);
        let (folder, name) = split(Path::new(OsStr::from_bytes(&bytes[..end])));
        let found = || -> Result<File> {
            if matches!(name.as_bytes(), b"" | b"." | b"..") {
                return Err(Error::new("no new folder").hint("name one that does not exist yet"));
            }
            let folder = open(folder, name)?;
            match openat(&folder, name, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty()) {
                Err(Errno::NOENT) => {}
                Err(Errno::NOTDIR | Errno::LOOP) => return Err(folder_exists()),
                there => {
                    let mut names = Dir::new(there.map_err(io::Error::from)?).map_err(io::Error::from)?;
                    if names.any(|name| name.is_ok_and(|name| !matches!(name.file_name().to_bytes(), b"." | b".."))) {
                        return Err(folder_exists());
                    }
                }
            }
            Ok(folder)
        };
        let folder = found().map_err(|error| error.in_file(&shown))?;
        Ok(Self { folder: Arc::new(folder), name: name.to_owned(), shown })
    }

    /// Says in the error which file it is about.
    pub fn name_in(&self, error: impl Into<Error>) -> Error {
        error.into().in_file(&self.shown)
    }

    fn check(&self, force: bool, inputs: &[PathBuf]) -> Result<()> {
        let there = match statat(&self.folder, &self.name, AtFlags::SYMLINK_NOFOLLOW) {
            Err(Errno::NOENT) => return Ok(()),
            there => there.map_err(io::Error::from)?,
        };
        // What a link leads to is not replaced, but tells what the user has in mind: nobody wants a folder's link to become a file.
        if let Ok(end) = statat(&self.folder, &self.name, AtFlags::empty()) {
            match FileType::from_raw_mode(end.st_mode) {
                FileType::RegularFile if is_input(&end, inputs) => {
                    return Err(Error::new("the output is also the input").hint("choose another place with -o"));
                }
                FileType::RegularFile => {}
                FileType::Directory => return Err(is_folder()),
                _ => return Err(is_special()),
            }
        }
        if force {
            return Ok(());
        }
        Err(match FileType::from_raw_mode(there.st_mode) {
            FileType::Symlink => Error::new("exists already, as a symbolic link").hint("--force replaces the link, not what it leads to"),
            _ => exists(),
        })
    }
}

/// The error about a file that is there already.
pub(super) fn exists() -> Error {
    Error::new("exists already").hint("--force replaces it")
}

/// The error about what is in the place of a folder.
pub(super) fn folder_exists() -> Error {
    Error::new("exists already, and is not an empty folder")
        .hint("write to a new folder, look at it, and copy what you want: cp -Rpn NEW/. OLD/; --force does not replace a store")
}

fn is_folder() -> Error {
    Error::new("is a folder").hint("name a file in it, as in -o FOLDER/FILE")
}

fn is_special() -> Error {
    Error::new("is not a regular file").hint("-o - writes to stdout, which the shell can direct there")
}

/// Splits at the last slash; the methods of [`Path`] would take `folder/` for a file.
fn split(path: &Path) -> (&Path, &OsStr) {
    let bytes = path.as_os_str().as_bytes();
    let (folder, name) = match bytes.iter().rposition(|&byte| byte == b'/') {
        Some(0) => (&b"/"[..], &bytes[1..]),
        Some(slash) => (&bytes[..slash], &bytes[slash + 1..]),
        None => (&b"."[..], bytes),
    };
    (Path::new(OsStr::from_bytes(folder)), OsStr::from_bytes(name))
}

fn open(folder: &Path, name: &OsStr) -> Result<File> {
    if matches!(name.as_bytes(), b"" | b"." | b"..") {
        return Err(is_folder());
    }
    if folder == Path::new("/dev") {
        // `/dev/stdout` is a link, which root could replace.
        return Err(is_special());
    }
    match openat(CWD, folder, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty()) {
        Ok(folder) => Ok(folder.into()),
        Err(Errno::NOENT | Errno::NOTDIR) => Err(Error::new("no such folder").hint("check the path, or create the folder first")),
        Err(error) => Err(io::Error::from(error).into()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::process::Command;

    use super::super::scratch::Scratch;
    use super::*;

    fn find(path: &Path, force: bool, inputs: &[PathBuf]) -> Result<(), (String, Option<String>)> {
        let shown = format!("{}: ", path.display());
        Place::find(path, force, inputs).map(drop).map_err(|error| {
            let message = error.to_string();
            (message.strip_prefix(&shown).unwrap().to_owned(), error.hint_text().map(ToOwned::to_owned))
        })
    }

    fn refusal(path: &Path, force: bool, inputs: &[PathBuf]) -> String {
        find(path, force, inputs).unwrap_err().0
    }

    #[test]
    fn refuses_what_is_in_the_way() {
        let scratch = Scratch::new();
        fs::write(scratch.path("file"), "old").unwrap();
        symlink(scratch.path("file"), scratch.path("link")).unwrap();
        symlink(scratch.path("nothing"), scratch.path("dangling")).unwrap();
        for name in ["file", "link", "dangling"] {
            let (message, hint) = find(&scratch.path(name), false, &[]).unwrap_err();
            assert!(message.starts_with("exists already") && hint.unwrap().starts_with("--force replaces"), "{name}: {message}");
            assert_eq!(find(&scratch.path(name), true, &[]), Ok(()), "{name}");
        }
        assert_eq!(find(&scratch.path("new"), false, &[scratch.path("file")]), Ok(()));
    }

    #[test]
    fn refuses_what_is_no_file() {
        let scratch = Scratch::new();
        fs::create_dir(scratch.path("folder")).unwrap();
        fs::write(scratch.path("file"), "").unwrap();
        symlink(scratch.path("folder"), scratch.path("to folder")).unwrap();
        symlink("/dev/null", scratch.path("to device")).unwrap();
        assert!(Command::new("mkfifo").arg(scratch.path("fifo")).status().unwrap().success());
        for force in [false, true] {
            for (name, message) in [
                ("folder", "is a folder"),
                ("to folder", "is a folder"),
                ("new/", "is a folder"),
                ("folder/..", "is a folder"),
                ("folder/.", "is a folder"),
                ("fifo", "is not a regular file"),
                ("to device", "is not a regular file"),
                ("missing/new", "no such folder"),
                ("file/new", "no such folder"),
            ] {
                assert_eq!(refusal(&scratch.path(name), force, &[]), message, "{name}");
            }
            assert_eq!(refusal(Path::new("/dev//stdout"), force, &[]), "is not a regular file");
            assert_eq!(refusal(Path::new("/"), force, &[]), "is a folder");
            assert_eq!(refusal(&scratch.path(&"x".repeat(256)), force, &[]), "file name too long");
        }
    }

    #[test]
    fn refuses_its_own_input() {
        let scratch = Scratch::new();
        fs::write(scratch.path("file"), "old").unwrap();
        fs::hard_link(scratch.path("file"), scratch.path("twin")).unwrap();
        symlink("file", scratch.path("link")).unwrap();
        for input in ["file", "twin", "link"] {
            for output in ["file", "twin", "link"] {
                let inputs = [scratch.path("missing"), scratch.path(input)];
                assert_eq!(refusal(&scratch.path(output), true, &inputs), "the output is also the input", "{input}, {output}");
            }
        }
    }
}
