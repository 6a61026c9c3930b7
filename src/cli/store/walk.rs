//! The files of a folder, and one of them, without following a link.

use std::fs::File;
use std::io;

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, openat, statat};
use rustix::io::Errno;
use sfcred_formats::{Error, Limits, Result};

/// The folders of a Maildir that hold mails. Its other folders are hidden ones beside these, with the same in them.
const MAILS: [&str; 2] = ["cur", "new"];

/// Folders inside each other.
const DEEPEST: usize = 64;

/// What is in a folder.
#[derive(Default)]
pub(super) struct Listing {
    /// The paths of its files. Of hidden names those at the top, folders too, which show what kind of store it is; and the mails in hidden
    /// folders of a Maildir.
    pub(super) files: Vec<Vec<String>>,
    /// How many links and special files there are.
    pub(super) others: u64,
}

/// Lists the folder and those in it.
pub(super) fn list(root: &File, limits: &Limits) -> Result<Listing> {
    let mut listing = Listing::default();
    add(root, &mut Vec::new(), limits, &mut listing).map(|()| listing)
}

fn add(folder: &File, path: &mut Vec<String>, limits: &Limits, listing: &mut Listing) -> Result<()> {
    if path.len() > DEEPEST {
        return Err(Error::new(format!("more than {DEEPEST} folders inside each other")).hint("name a folder further down"));
    }
    for entry in Dir::read_from(folder).map_err(io::Error::from)? {
        let entry = entry.map_err(io::Error::from)?;
        let bytes = entry.file_name().to_bytes();
        if matches!(bytes, b"." | b"..") || (bytes.starts_with(b".") && !path.is_empty()) {
            continue;
        }
        let Ok(name) = str::from_utf8(bytes) else {
            let shown: Vec<String> = path.iter().cloned().chain([String::from_utf8_lossy(bytes).into_owned()]).collect();
            return Err(Error::new("a name that is not UTF-8").at(shown.join("/")).hint("rename it, or name a folder beside it"));
        };
        path.push(name.to_owned());
        let kind = match entry.file_type() {
            FileType::Unknown => statat(folder, name, AtFlags::SYMLINK_NOFOLLOW).map(|stat| FileType::from_raw_mode(stat.st_mode)),
            kind => Ok(kind),
        };
        match kind.map_err(io::Error::from)? {
            FileType::Directory if name.starts_with('.') => {
                listing.files.push(path.clone());
                add_mails(folder, path, limits, listing)?;
            }
            _ if name.starts_with('.') => listing.files.push(path.clone()),
            FileType::Directory => {
                let inner = open_folder(folder, name).map_err(|error| error.at(path.join("/")))?;
                add(&inner, path, limits, listing)?;
            }
            FileType::RegularFile => listing.files.push(path.clone()),
            _ => listing.others += 1,
        }
        path.pop();
        if listing.files.len() > limits.members {
            return Err(Error::new(format!("more than {} files, the limit for a store", limits.members)).hint("name a folder in it"));
        }
    }
    Ok(())
}

/// Lists the mails of a hidden folder, where it is one of a Maildir.
fn add_mails(parent: &File, path: &mut Vec<String>, limits: &Limits, listing: &mut Listing) -> Result<()> {
    let is_folder = |folder: &File, name: &str| {
        statat(folder, name, AtFlags::SYMLINK_NOFOLLOW).is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Directory)
    };
    let Some(name) = path.last().filter(|_| is_folder(parent, MAILS[0])) else { return Ok(()) };
    let Ok(hidden) = open_folder(parent, name) else { return Ok(()) };
    for name in MAILS.into_iter().filter(|name| is_folder(&hidden, name)) {
        path.push(name.to_owned());
        let inner = open_folder(&hidden, name).map_err(|error| error.at(path.join("/")))?;
        add(&inner, path, limits, listing)?;
        path.pop();
    }
    Ok(())
}

fn open_folder(folder: &File, name: &str) -> Result<File> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(openat(folder, name, flags, Mode::empty()).map(File::from).map_err(io::Error::from)?)
}

/// Opens the file at `path`, which may have become something else since it was listed.
pub(super) fn open(root: &File, path: &[String]) -> Result<File> {
    let Some((name, folders)) = path.split_last() else { return Err(changed()) };
    let mut folder = root.try_clone()?;
    for name in folders {
        folder = open_folder(&folder, name)?;
    }
    // Without NONBLOCK a pipe would be waited for.
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = match openat(&folder, name.as_str(), flags, Mode::empty()) {
        Err(Errno::LOOP) => return Err(changed()),
        file => File::from(file.map_err(io::Error::from)?),
    };
    if file.metadata()?.is_file() { Ok(file) } else { Err(changed()) }
}

fn changed() -> Error {
    Error::new("no longer a regular file").hint("somebody changes the store at this moment; try again")
}
