//! A store that is written.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use sfcred_formats::Result;
use sfcred_formats::store::{Layout, NewFolder, PLAIN};

use super::gpg;
use crate::cli::put::Tree;
use crate::seal::{To, seal};

/// What the entries are sealed with.
pub(in crate::cli) enum With {
    /// With nothing.
    Plain,
    /// With age; the recipients, and their lines in the file that names them.
    Age(&'static Layout, To, Vec<String>),
    /// With gpg, to these keys.
    Gpg(&'static Layout, Vec<String>),
}

/// A store that appears whole or not at all.
pub(in crate::cli) struct NewStore {
    tree: Tree,
    with: With,
    /// Whether the file that names the recipients is there.
    begun: bool,
}

impl NewStore {
    /// Checks that the folder can be written, without touching it.
    pub(in crate::cli) fn create(path: &Path, with: With) -> Result<Self> {
        Ok(Self { tree: Tree::create(path)?, with, begun: false })
    }

    /// Makes the store appear.
    pub(in crate::cli) fn commit(mut self) -> Result<()> {
        self.begin()?;
        self.tree.commit()
    }

    fn begin(&mut self) -> Result<()> {
        if self.begun {
            return Ok(());
        }
        self.begun = true;
        let (layout, lines) = match &self.with {
            With::Plain => return Ok(()),
            With::Age(layout, _, lines) | With::Gpg(layout, lines) => (layout, lines),
        };
        let text = lines.join("\n") + "\n";
        self.tree.add(std::slice::from_ref(&layout.recipients), |mut file| Ok(file.write_all(text.as_bytes())?))
    }
}

impl NewFolder for NewStore {
    fn suffix(&self) -> &str {
        match &self.with {
            With::Plain => PLAIN,
            With::Age(layout, ..) | With::Gpg(layout, _) => &layout.suffix,
        }
    }

    fn write(&mut self, path: &[String], text: &[u8]) -> Result<()> {
        self.begin()?;
        let with = &self.with;
        self.tree.add(path, |file: &File| match with {
            With::Plain => Ok((&*file).write_all(text)?),
            With::Age(_, to, _) => {
                let mut sealer = seal(BufWriter::new(file), to, false)?;
                sealer.write_all(text)?;
                Ok(sealer.finish()?.flush()?)
            }
            With::Gpg(_, ids) => gpg::encrypt(text, ids, file),
        })
    }
}

/// Takes a store and keeps nothing of it.
pub(in crate::cli) struct Nowhere;

impl NewFolder for Nowhere {
    fn suffix(&self) -> &str {
        PLAIN
    }

    fn write(&mut self, _: &[String], _: &[u8]) -> Result<()> {
        Ok(())
    }
}
