//! A folder that appears whole or not at all.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use rustix::fs::{Mode, OFlags, mkdirat, openat, renameat};
use rustix::io::Errno;
use sfcred_formats::{Error, Result};

use super::super::signals::{UnfinishedFolder, undisturbed};
use super::file::sync_folder;
use super::place::{Place, folder_exists};

/// The files of a folder, beside the place where it is to appear.
pub struct Tree {
    place: Place,
    /// Nothing before the first file, so that an early error does not even touch the folder.
    open: Option<UnfinishedFolder>,
    /// The folders in it, outer ones first.
    folders: BTreeSet<Vec<String>>,
}

impl Tree {
    /// Checks that the folder can be written, without touching it: there may be nothing in its place but an empty folder.
    pub fn create(path: &Path) -> Result<Self> {
        Ok(Self { place: Place::for_folder(path)?, open: None, folders: BTreeSet::new() })
    }

    /// Adds a file, for its owner only, and lets `fill` write it. No name may leave the folder.
    pub fn add(&mut self, path: &[String], fill: impl FnOnce(&File) -> Result<()>) -> Result<()> {
        let done = self.file(path).and_then(|file| {
            fill(&file)?;
            Ok(file.sync_all()?)
        });
        done.map_err(|error| self.place.name_in(error))
    }

    fn root(&mut self) -> io::Result<Arc<File>> {
        if self.open.is_none() {
            self.open = Some(UnfinishedFolder::create(&self.place.folder)?);
        }
        self.open.as_ref().map(UnfinishedFolder::root).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn file(&mut self, path: &[String]) -> Result<File> {
        let safe = |name: &String| !name.is_empty() && !name.contains(['/', '\0']) && name != "." && name != "..";
        let Some((name, folders)) = path.split_last().filter(|_| path.iter().all(safe)) else {
            return Err(Error::new("a name that cannot be one of a file").hint("report this"));
        };
        let mut folder = self.root()?;
        for depth in 1..=folders.len() {
            let name = folders[depth - 1].as_str();
            if self.folders.insert(folders[..depth].to_vec()) {
                undisturbed(|| mkdirat(&*folder, name, Mode::RWXU)).map_err(io::Error::from)?;
            }
            folder = Arc::new(open_folder(&folder, name)?);
        }
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = undisturbed(|| openat(&*folder, name.as_str(), flags, Mode::RUSR | Mode::WUSR));
        Ok(file.map_err(io::Error::from)?.into())
    }

    /// Writes the names out, then gives the folder its own, then makes that last.
    pub fn commit(mut self) -> Result<()> {
        self.finish().map_err(|error| self.place.name_in(error))?;
        self.open = None;
        sync_folder(&self.place)
    }

    fn finish(&mut self) -> Result<()> {
        let root = self.root()?;
        for path in self.folders.iter().rev() {
            let mut folder = root.try_clone()?;
            for name in path {
                folder = open_folder(&folder, name)?;
            }
            folder.sync_all()?;
        }
        root.sync_all()?;
        let Some(open) = &self.open else { return Ok(()) };
        let Place { folder, name, .. } = &self.place;
        // An empty folder is replaced, anything else is not.
        match renameat(&**folder, open.name(), &**folder, name) {
            Err(Errno::EXIST | Errno::NOTEMPTY | Errno::NOTDIR) => Err(folder_exists()),
            done => Ok(done.map_err(io::Error::from)?),
        }
    }
}

fn open_folder(folder: &File, name: &str) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(openat(folder, name, flags, Mode::empty())?.into())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::super::scratch::Scratch;
    use super::*;

    fn path(text: &str) -> Vec<String> {
        text.split('/').map(str::to_owned).collect()
    }

    fn add(tree: &mut Tree, at: &str) -> Result<()> {
        tree.add(&path(at), |mut file| Ok(file.write_all(at.as_bytes())?))
    }

    #[test]
    fn appears_as_a_whole() {
        let scratch = Scratch::new();
        fs::create_dir(scratch.path("empty")).unwrap();
        for name in ["new", "empty", "slash/"] {
            let mut tree = Tree::create(&scratch.path(name)).unwrap();
            for at in ["a", "f/b", "f/g/c", "f/d"] {
                add(&mut tree, at).unwrap();
                assert!(scratch.names()[0].starts_with(".sfcred-"));
            }
            assert!(!scratch.path("new/a").exists() || name != "new");
            tree.commit().unwrap();
            for at in ["a", "f/b", "f/g/c", "f/d"] {
                assert_eq!(fs::read_to_string(scratch.path(name).join(at)).unwrap(), at);
            }
            for (at, mode) in [("", 0o700), ("f", 0o700), ("f/g", 0o700), ("a", 0o600), ("f/g/c", 0o600)] {
                let found = fs::metadata(scratch.path(name).join(at)).unwrap().permissions().mode() & 0o7777;
                assert_eq!(found, mode, "{at}");
            }
        }
        assert_eq!(scratch.names(), ["empty", "new", "slash"]);
    }

    #[test]
    fn leaves_nothing_when_dropped() {
        let scratch = Scratch::new();
        drop(Tree::create(&scratch.path("new")).unwrap());
        let mut tree = Tree::create(&scratch.path("new")).unwrap();
        for at in ["a", "f/b", "f/g/c"] {
            add(&mut tree, at).unwrap();
        }
        // What lies behind a link is not touched.
        fs::create_dir(scratch.path("other")).unwrap();
        fs::write(scratch.path("other/file"), "kept").unwrap();
        symlink(scratch.path("other"), scratch.path(&scratch.names()[0]).join("link")).unwrap();
        drop(tree);
        assert_eq!(scratch.names(), ["other"]);
        assert!(scratch.path("other/file").exists());
    }

    #[test]
    fn no_name_is_taken_twice_or_leaves() {
        let scratch = Scratch::new();
        let mut tree = Tree::create(&scratch.path("new")).unwrap();
        add(&mut tree, "a").unwrap();
        for at in ["a", "a/b", "..", "../x", "f/../x", ".", "f//x"] {
            assert!(add(&mut tree, at).is_err(), "{at}");
        }
        assert!(tree.add(&["a/b".to_owned()], |_| Ok(())).is_err());
        drop(tree);
        assert_eq!(scratch.names(), [""; 0]);
    }

    #[test]
    fn spares_what_is_there() {
        let scratch = Scratch::new();
        fs::create_dir(scratch.path("full")).unwrap();
        fs::write(scratch.path("full/old"), "old").unwrap();
        symlink("full", scratch.path("link")).unwrap();
        for (name, message) in [
            ("full", "exists already, and is not an empty folder"),
            ("full/old", "exists already, and is not an empty folder"),
            ("link", "exists already, and is not an empty folder"),
            (".", "no new folder"),
            ("full/..", "no new folder"),
            ("none/new", "no such folder"),
        ] {
            let error = Tree::create(&scratch.path(name)).err().unwrap().to_string();
            assert_eq!(error, format!("{}: {message}", scratch.path(name).display()));
        }
        let mut tree = Tree::create(&scratch.path("new")).unwrap();
        add(&mut tree, "a").unwrap();
        fs::create_dir(scratch.path("new")).unwrap();
        fs::write(scratch.path("new/other"), "other").unwrap();
        assert!(tree.commit().unwrap_err().to_string().ends_with("new: exists already, and is not an empty folder"));
        assert_eq!(scratch.names(), ["full", "link", "new"]);
    }
}
