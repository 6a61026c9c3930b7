//! Finds `sfcred.toml`.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use sfcred_formats::{Error, Result};

use crate::check::{Policy, configure};

/// Its name, wherever it lies.
const NAME: &str = "sfcred.toml";

/// The largest that is read.
const LARGEST: u64 = 1 << 20;

/// Takes the user's settings into the policy: from the file named, else from the folder one stands in, else from the platform's folder.
pub(super) fn read(named: Option<&Path>, policy: &mut Policy) -> Result<()> {
    let known = [Some(PathBuf::from(NAME)), folder().map(|folder| folder.join(NAME))];
    let text = match named {
        Some(path) => Some((path.to_owned(), load(path).map_err(|error| Error::from(error).in_file(path.display().to_string()))?)),
        None => first(known.into_iter().flatten())?,
    };
    let Some((path, text)) = text else { return Ok(()) };
    configure(policy, &text).map_err(|error| error.in_file(path.display().to_string()))?;
    policy.source = Some(path.display().to_string());
    Ok(())
}

/// The first of the files that is there.
fn first(paths: impl Iterator<Item = PathBuf>) -> Result<Option<(PathBuf, String)>> {
    for path in paths {
        match load(&path) {
            Ok(text) => return Ok(Some((path, text))),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
            Err(error) => return Err(Error::from(error).in_file(path.display().to_string())),
        }
    }
    Ok(None)
}

fn load(path: &Path) -> std::io::Result<String> {
    if fs::metadata(path)?.len() > LARGEST {
        return Err(std::io::Error::new(ErrorKind::InvalidData, "too large for a file of settings"));
    }
    fs::read_to_string(path)
}

/// Where the platform keeps settings.
pub(super) fn folder() -> Option<PathBuf> {
    platform("XDG_CONFIG_HOME", ".config")
}

/// Where the platform keeps data.
pub(super) fn data_folder() -> Option<PathBuf> {
    platform("XDG_DATA_HOME", ".local/share")
}

/// The folder that `name` says, else the usual one in the home.
fn platform(name: &str, usual: &str) -> Option<PathBuf> {
    let variable = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = if cfg!(target_os = "macos") { "Library/Application Support" } else { usual };
    variable(name).or_else(|| variable("HOME").map(|home| home.join(folder))).map(|folder| folder.join("sfcred"))
}
