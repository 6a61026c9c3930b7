//! Stores: folders of sealed entries, as they lie on the disk.
//!
//! Such a folder may come from anyone, so no link in it is followed, and what an entry may ask of this machine is limited.

mod gpg;
mod new;
mod walk;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use sfcred_formats::store::Folder;
use sfcred_formats::{Error, Limits, Result};
use zeroize::Zeroizing;

use super::input::{Head, Keys};
use crate::seal::{Opener, is_sealed};

pub(super) use new::{NewStore, Nowhere, With};

/// What the names of entries end in that gpg opens.
const GPG: &str = ".gpg";
/// What the names of entries end in that must be sealed with age.
const AGE: &str = ".age";

/// A store that is read. Its entries are opened one by one, those of gpg by the user's own program.
pub(super) struct Store {
    shown: String,
    root: File,
    files: Vec<Vec<String>>,
    others: u64,
    limits: Limits,
    opener: Opener,
    keys: Keys,
}

impl Store {
    /// Lists the folder; nothing in it is opened yet.
    pub(super) fn open(root: File, path: &Path, keys: Keys, max_work_factor: u8) -> Result<Self> {
        let limits = Limits::default();
        let walk::Listing { files, others } = walk::list(&root, &limits)?;
        let shown = path.display().to_string();
        let shown = shown.trim_end_matches('/').to_owned();
        Ok(Self { shown, root, files, others, limits, opener: Opener::new(max_work_factor), keys })
    }

    fn open_entry(&mut self, path: &[String]) -> Result<Zeroizing<Vec<u8>>> {
        let limit = self.limits.element;
        let mut file = walk::open(&self.root, path)?;
        if path.last().is_some_and(|name| name.ends_with(GPG)) {
            return gpg::decrypt(file, limit);
        }
        let mut head = Zeroizing::new(Vec::with_capacity(2048));
        file.by_ref().take(2048).read_to_end(&mut head)?;
        let must = path.last().is_some_and(|name| name.ends_with(AGE));
        let sealed = must || is_sealed(&head);
        let bytes: Box<dyn Read> = Box::new(Head::new(head).chain(file));
        let opened = if sealed { self.opener.open(bytes, &mut self.keys)? } else { bytes };
        let mut text = Zeroizing::new(Vec::new());
        // Read to its end, an entry is authentic.
        if opened.take(limit as u64 + 1).read_to_end(&mut text)? > limit {
            return Err(too_long(limit));
        }
        Ok(text)
    }
}

impl Folder for Store {
    fn files(&self) -> &[Vec<String>] {
        &self.files
    }

    fn read(&mut self, path: &[String]) -> Result<Zeroizing<Vec<u8>>> {
        let shown = format!("{}/{}", self.shown, path.join("/"));
        self.keys.input.clone_from(&shown);
        self.open_entry(path).map_err(|error| error.in_file(shown))
    }

    fn size(&mut self, path: &[String]) -> Option<u64> {
        Some(walk::open(&self.root, path).ok()?.metadata().ok()?.len())
    }

    fn others(&self) -> u64 {
        self.others
    }
}

/// The error for an entry that no login needs.
fn too_long(limit: usize) -> Error {
    Error::new(format!("longer than {limit} bytes, the limit for one entry")).hint("move it out of the store, or name a folder in it")
}
