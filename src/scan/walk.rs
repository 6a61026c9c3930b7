//! The files below the paths that are to be searched.

use std::fs::{File, read_dir};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::mpsc;

use ignore::{DirEntry, WalkBuilder, WalkState};
use sfcred_formats::{Error, Result};
use zeroize::Zeroizing;

use super::{Found, look};
use crate::flow::Options;

/// What is searched.
#[derive(Clone, Debug)]
pub struct Walk {
    /// Files and folders.
    pub paths: Vec<PathBuf>,
    /// Whether files are searched that git ignores.
    pub ignored: bool,
    /// The longest file that is searched, in bytes.
    pub longest: u64,
}

/// One file that was looked at, or could not be.
#[derive(Debug)]
pub enum Seen {
    /// It was searched.
    Searched(PathBuf, Vec<Found>),
    /// It is too long.
    TooLong(PathBuf),
    /// It could not be read.
    Failed(Error),
}

/// Searches every file, several at once, and hands on what was seen of each, in no order.
///
/// Links below the paths are not followed, what is no file is passed over, and the folder `.git` is left out: what it holds cannot be mended
/// with an editor.
///
/// # Errors
/// When one of the paths themselves cannot be searched. Nothing was searched then.
pub fn walk(walk: &Walk, options: &Options, each: &mut dyn FnMut(Seen)) -> Result<()> {
    for path in &walk.paths {
        can_be_searched(path, walk.longest).map_err(|error| error.in_file(path.display().to_string()))?;
    }
    let Some((first, others)) = walk.paths.split_first() else { return Ok(()) };
    let mut builder = WalkBuilder::new(first);
    for path in others {
        builder.add(path);
    }
    // `.env` is what is looked for.
    builder.standard_filters(!walk.ignored).hidden(false).filter_entry(|entry| entry.file_name() != ".git");
    let (sender, receiver) = mpsc::sync_channel(64);
    std::thread::scope(|scope| {
        let walker = builder.build_parallel();
        scope.spawn(move || {
            walker.run(|| {
                let sender = sender.clone();
                Box::new(move |entry| match search(entry, walk.longest, options).map(|seen| sender.send(seen)) {
                    Some(Err(_)) => WalkState::Quit,
                    _ => WalkState::Continue,
                })
            });
        });
        receiver.iter().for_each(each);
    });
    Ok(())
}

/// Fails if a path that somebody has named cannot be searched: whoever asks before a commit must not take silence for an answer.
fn can_be_searched(path: &Path, longest: u64) -> Result<()> {
    // A pipe is not even opened, because that waits for whoever writes to it.
    let data = path.metadata()?;
    if data.is_dir() {
        read_dir(path)?;
        return Ok(());
    }
    if !data.is_file() {
        return Err(
            Error::new("neither a file nor a folder, so it cannot be searched").hint("give what comes out of it to stdin: sfcred scan -")
        );
    }
    File::open(path)?;
    if data.len() > longest {
        return Err(too_long(longest));
    }
    Ok(())
}

/// What is said of input that is too long to be searched.
pub fn too_long(longest: u64) -> Error {
    Error::new(format!("longer than {} MiB, so it was not searched", longest >> 20)).hint("--max-size takes longer ones")
}

/// Looks at one entry; `None` where it is no file.
fn search(entry: Result<DirEntry, ignore::Error>, longest: u64, options: &Options) -> Option<Seen> {
    let entry = match entry {
        Ok(entry) => entry,
        Err(error) => return Some(Seen::Failed(Error::new(reason(&error)).hint("see that it may be read, or leave it out"))),
    };
    // A path that was named may be a link.
    let is_named_link = entry.depth() == 0 && entry.path_is_symlink();
    let is_file = if is_named_link { entry.path().is_file() } else { entry.file_type().is_some_and(|kind| kind.is_file()) };
    if !is_file {
        return None;
    }
    let path = entry.into_path();
    Some(match bytes(&path, longest) {
        Ok(None) => Seen::TooLong(path),
        Ok(Some(bytes)) => {
            let found = look(&path.display().to_string(), &bytes, options);
            Seen::Searched(path, found)
        }
        Err(error) => Seen::Failed(error.in_file(path.display().to_string())),
    })
}

/// The whole file, or `None` where it is too long.
fn bytes(path: &Path, longest: u64) -> Result<Option<Zeroizing<Vec<u8>>>> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    if length > longest {
        return Ok(None);
    }
    // Room for all of it, so that no part is left behind by growing.
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(length).unwrap_or(0) + 1));
    file.take(longest).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

fn reason(error: &ignore::Error) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}
