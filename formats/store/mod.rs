//! Stores: folders in which every login is an entry of its own, a text that is sealed.
//!
//! `entry` is the text, `name` where it lies. The folder itself, and what seals its entries, belong to whoever uses this crate.

mod codec;
mod entry;
mod name;
mod yaml;

use serde::Deserialize;
use zeroize::Zeroizing;

use crate::Result;
use crate::holds::Holds;
use crate::record::{Key, Kind};

pub(crate) use codec::Codec;
pub(crate) use entry::label_fits;

/// What a plain text entry ends in.
pub const PLAIN: &str = ".txt";

/// A folder that is read. What is sealed in it is opened on the way.
pub trait Folder {
    /// The path of every file, the outermost name first. Of hidden names only those of files and folders at the top are among them.
    fn files(&self) -> &[Vec<String>];

    /// The content of the file at this path, opened and authentic to its end.
    ///
    /// # Errors
    /// When it cannot be read or opened; the error names the file.
    fn read(&mut self, path: &[String]) -> Result<Zeroizing<Vec<u8>>>;

    /// How many bytes the file at this path has, where that is known before it is read.
    fn size(&mut self, path: &[String]) -> Option<u64> {
        let _ = path;
        None
    }

    /// How many symbolic links and other things that are no files are in it.
    fn others(&self) -> u64 {
        0
    }
}

/// A folder that is written. What it takes is sealed on the way.
pub trait NewFolder {
    /// What the names of its entries end in.
    fn suffix(&self) -> &str;

    /// Writes an entry to this path, of which every name is safe and no two are the same.
    ///
    /// # Errors
    /// When it cannot be sealed or written.
    fn write(&mut self, path: &[String], text: &[u8]) -> Result<()>;
}

/// The `[store]` of a `format.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    /// The label of the line with the token.
    pub token: String,
    /// How its entries are sealed; the first one is the usual one.
    pub layouts: Vec<Layout>,
    /// What the names of files or folders at its top begin with where no other format is meant.
    #[serde(default)]
    pub signs: Vec<String>,
    /// Whether what follows a line `---` is YAML.
    #[serde(default)]
    pub yaml: bool,
}

/// One way in which the entries of a store are sealed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    /// With what.
    pub seal: SealedWith,
    /// What the names of its entries end in.
    pub suffix: String,
    /// The file that says to whom.
    pub recipients: String,
}

/// The programs that seal entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SealedWith {
    /// age.
    Age,
    /// gpg.
    Gpg,
}

impl Store {
    /// The way in which entries are sealed with `seal`, if there is one.
    pub fn layout(&self, seal: SealedWith) -> Option<&Layout> {
        self.layouts.iter().find(|layout| layout.seal == seal)
    }

    /// What every store holds.
    pub(crate) fn fill(holds: &mut Holds) {
        for key in [Key::Title, Key::Username, Key::Password, Key::Token, Key::Url, Key::Folder, Key::Notes] {
            holds.keys.insert(key);
        }
        holds.fields = vec![Kind::Text, Kind::Hidden];
        holds.lines = true;
    }

    /// The layout that most of the files are in; without one the entries are plain text.
    fn layout_of(&self, files: &[Vec<String>]) -> Option<&Layout> {
        let entries = |suffix: &str| files.iter().filter(|path| stem(path, suffix).is_some()).count();
        let most = self.layouts.iter().rev().max_by_key(|layout| entries(&layout.suffix))?;
        if entries(&most.suffix) > 0 {
            return Some(most);
        }
        self.layouts.iter().find(|layout| layout.is_marked(files)).filter(|_| entries(PLAIN) == 0)
    }

    /// How surely these files are a store of this format: by a name that only it has, by its entries, or as plain text.
    pub(crate) fn rank(&self, files: &[Vec<String>]) -> Option<u8> {
        let sign = |path: &Vec<String>| path.first().is_some_and(|name| self.signs.iter().any(|sign| name.starts_with(sign)));
        let visible: Vec<&String> = files.iter().filter_map(|path| path.last()).filter(|name| !name.starts_with('.')).collect();
        if let Some(layout) = self.layout_of(files) {
            // One such file among many others does not make a store.
            let entries = visible.iter().filter(|name| name.ends_with(&layout.suffix)).count();
            if layout.is_marked(files) || 2 * entries >= visible.len() {
                return Some(if files.iter().any(sign) { 3 } else { 2 });
            }
        }
        let plain = |name: &&String| name.ends_with(PLAIN) || !name.contains('.');
        (!visible.is_empty() && visible.iter().all(plain)).then_some(1)
    }
}

impl Layout {
    /// Whether the file that says to whom entries are sealed is there.
    fn is_marked(&self, files: &[Vec<String>]) -> bool {
        files.iter().any(|path| matches!(path.as_slice(), [name] if *name == self.recipients))
    }
}

/// The name of the entry at `path`, without what it ends in.
fn stem<'p>(path: &'p [String], suffix: &str) -> Option<&'p str> {
    path.last()?.strip_suffix(suffix).filter(|stem| !stem.is_empty() && !stem.starts_with('.'))
}
