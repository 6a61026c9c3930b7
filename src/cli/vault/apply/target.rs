//! The file of an integration: as it was read, and as it is replaced.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use rustix::fs::{FileType, Gid, Mode, OFlags, Stat, Uid, XattrFlags, fchmod, fchown, fgetxattr, flistxattr, fsetxattr, fstat, openat};
use rustix::io::Errno;
use sfcred_formats::{Error, Result};
use zeroize::Zeroizing;

use super::super::super::put::Place;
use super::super::super::signals;
use super::super::save::Disk;

/// The largest list of attributes, and the largest attribute.
const ATTRIBUTES: usize = 64 * 1024;

/// What there is under the place of an integration.
pub(super) enum There {
    /// A file that can be replaced.
    File(Box<Target>),
    /// A folder.
    Folder,
    /// No file: the place is a URL, the name of a service, a setting somewhere.
    Nothing,
}

/// A file that was read, and is to be replaced.
pub(super) struct Target {
    place: Place,
    file: File,
    stat: Stat,
    /// What is in it.
    pub(super) bytes: Zeroizing<Vec<u8>>,
}

impl Target {
    /// Reads the file of this path, of at most so many bytes; a link is not followed.
    pub(super) fn open(path: &Path, longest: u64) -> Result<There> {
        let found = match path.symlink_metadata() {
            Ok(found) => found,
            Err(error) if is_no_path(&error) => return Ok(There::Nothing),
            Err(error) => return Err(error.into()),
        };
        if found.is_symlink() {
            return Err(Error::new("a symbolic link, which is not followed").hint("name the file itself as the place: `sfcred edit`"));
        }
        if found.is_dir() {
            return Ok(There::Folder);
        }
        if !found.is_file() {
            return Ok(There::Nothing);
        }
        let place = Place::find(path, true, &[])?;
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let mut file = File::from(openat(&*place.folder, &place.name, flags, Mode::empty()).map_err(io::Error::from)?);
        let stat = fstat(&file).map_err(io::Error::from)?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Ok(There::Nothing);
        }
        if stat.st_nlink != 1 {
            return Err(Error::new("the file has several names, and a new one would have one of them only")
                .hint("update it by hand, and mark it with --done"));
        }
        let mut bytes = Zeroizing::new(Vec::new());
        if file.by_ref().take(longest.saturating_add(1)).read_to_end(&mut bytes)? as u64 > longest {
            return Err(Error::new(format!("longer than {longest} bytes, the limit")).hint("update it by hand, and mark it with --done"));
        }
        Ok(There::File(Box::new(Self { place, file, stat, bytes })))
    }

    /// Whether both are one file.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        (self.stat.st_dev, self.stat.st_ino) == (other.stat.st_dev, other.stat.st_ino)
    }

    /// Puts `new` in the place of the file, with its mode, owner, group and attributes.
    ///
    /// It is written beside it, synced and read back; then the file is looked at once more, and only then takes the new one its name. Dropped
    /// in between, nothing is left but the file as it was.
    pub(super) fn replace(&self, disk: &dyn Disk, new: &[u8]) -> Result<()> {
        let name = self.place.name.to_string_lossy();
        signals::sweep(&self.place.folder, |other| signals::is_unfinished(other, &name));
        // Held open until the end: that tells others that somebody is at work on it.
        let (unfinished, mut file) = disk.create(&self.place)?;
        disk.write(&mut file, new)?;
        self.dress(&file)?;
        disk.sync(&file)?;
        if disk.read(&self.place, unfinished.name().as_ref())? != new {
            return Err(Error::new("the disk does not give back what was written").hint("check the disk; the file is as it was"));
        }
        self.check(disk)?;
        disk.rename(&self.place, unfinished.name(), &self.place.name)?;
        drop(unfinished);
        disk.sync_folder(&self.place)
    }

    /// Gives a new file what the old one has beside its bytes.
    fn dress(&self, file: &File) -> Result<()> {
        let lost = |what: &str| {
            Error::new(format!("its {what} cannot be kept, so nothing was written"))
                .hint("run this as the owner of the file, or update it by hand")
        };
        let now = fstat(file).map_err(io::Error::from)?;
        if (now.st_uid, now.st_gid) != (self.stat.st_uid, self.stat.st_gid) {
            fchown(file, Some(Uid::from_raw(self.stat.st_uid)), Some(Gid::from_raw(self.stat.st_gid)))
                .map_err(|_| lost("owner or group"))?;
        }
        let wanted = attributes(&self.file)?;
        for (name, value) in &wanted {
            if attribute(file, name).as_ref() != Some(value) {
                fsetxattr(file, name.as_str(), value, XattrFlags::empty()).map_err(|_| lost("extended attributes"))?;
            }
        }
        // Behind the change of the owner, which takes some bits away.
        fchmod(file, Mode::from_raw_mode(self.stat.st_mode)).map_err(|_| lost("mode"))?;
        let now = fstat(file).map_err(io::Error::from)?;
        let of = |stat: &Stat| (stat.st_mode, stat.st_uid, stat.st_gid);
        if of(&now) == of(&self.stat) { Ok(()) } else { Err(lost("mode or owner")) }
    }

    /// Makes sure that the file is still the one that was read.
    fn check(&self, disk: &dyn Disk) -> Result<()> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let now = openat(&*self.place.folder, &self.place.name, flags, Mode::empty()).and_then(|file| fstat(&file));
        let of = |stat: &Stat| (stat.st_dev, stat.st_ino, stat.st_nlink, stat.st_mode, stat.st_uid, stat.st_gid);
        let same = now.is_ok_and(|now| of(&now) == of(&self.stat));
        if same && disk.read(&self.place, &self.place.name)? == *self.bytes {
            return Ok(());
        }
        Err(Error::new("changed by another program meanwhile").hint("nothing was written; run `sfcred rotate NAME --apply` again"))
    }
}

/// Whether a path is none, so that there cannot be a file.
fn is_no_path(error: &io::Error) -> bool {
    let no_path = [Errno::NOENT, Errno::NOTDIR, Errno::NAMETOOLONG];
    error.kind() == io::ErrorKind::InvalidInput || no_path.iter().any(|errno| Some(errno.raw_os_error()) == error.raw_os_error())
}

/// The extended attributes of a file, such as access lists.
fn attributes(file: &File) -> Result<Vec<(String, Vec<u8>)>> {
    let mut names = vec![0; ATTRIBUTES];
    let length = match flistxattr(file, &mut names[..]) {
        Err(Errno::NOTSUP) => 0,
        length => length.map_err(io::Error::from)?,
    };
    let names = names[..length].split(|byte| *byte == 0).filter_map(|name| std::str::from_utf8(name).ok()).filter(|name| !name.is_empty());
    Ok(names.filter_map(|name| Some((name.to_owned(), attribute(file, name)?))).collect())
}

fn attribute(file: &File, name: &str) -> Option<Vec<u8>> {
    let mut value = vec![0; ATTRIBUTES];
    let length = fgetxattr(file, name, &mut value[..]).ok()?;
    value.truncate(length);
    Some(value)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    use super::super::super::super::put::scratch::Scratch;
    use super::super::super::failing::Failing;
    use super::super::super::save::Real;
    use super::*;

    fn target(path: &Path) -> Target {
        match Target::open(path, 1000).unwrap() {
            There::File(target) => *target,
            _ => panic!("no file"),
        }
    }

    type Change = fn(&Path);

    /// The steps up to and with the one that gives the new file its name, and the sync of the folder.
    const STEPS: u32 = 7;

    #[test]
    fn a_failure_at_any_step_leaves_the_old_or_the_new() {
        let scratch = Scratch::new();
        let path = scratch.path("deploy.env");
        for at in 1..=STEPS + 1 {
            fs::write(&path, "old").unwrap();
            let result = target(&path).replace(&Failing::new(at), b"new file");
            assert_eq!(result.is_ok(), at > STEPS, "step {at}");
            assert_eq!(fs::read(&path).unwrap(), if at >= STEPS { &b"new file"[..] } else { b"old" }, "step {at}");
            assert_eq!(scratch.names(), ["deploy.env"], "step {at}");
        }
    }

    #[test]
    fn what_the_file_has_beside_its_bytes_stays() {
        let scratch = Scratch::new();
        let path = scratch.path("deploy.env");
        fs::write(&path, "old").unwrap();
        for mode in [0o600, 0o640, 0o4711, 0o2664, 0o777] {
            fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
            // Not every file system has them.
            let marked = rustix::fs::setxattr(&path, "user.sfcred", b"fake", XattrFlags::empty()).is_ok();
            target(&path).replace(&Real, b"new").unwrap();
            let found = fs::metadata(&path).unwrap();
            assert_eq!((found.permissions().mode() & 0o7777, found.nlink()), (mode, 1));
            assert_eq!(attribute(&File::open(&path).unwrap(), "user.sfcred"), marked.then(|| b"fake".to_vec()));
        }
    }

    #[test]
    fn what_changed_meanwhile_is_spared() {
        let scratch = Scratch::new();
        let path = scratch.path("deploy.env");
        let changes: [(&str, Change); 5] = [
            ("other bytes", |path| fs::write(path, "theirs").unwrap()),
            ("another file of the same bytes", |path| {
                fs::write(path.with_extension("new"), "old").unwrap();
                fs::rename(path.with_extension("new"), path).unwrap();
            }),
            ("a second name", |path| fs::hard_link(path, path.with_extension("new")).unwrap()),
            ("another mode", |path| fs::set_permissions(path, PermissionsExt::from_mode(0o604)).unwrap()),
            ("no file", |path| fs::remove_file(path).unwrap()),
        ];
        for (what, change) in changes {
            let _ = fs::remove_file(path.with_extension("new"));
            fs::write(&path, "old").unwrap();
            let target = target(&path);
            change(&path);
            let names = scratch.names();
            let before = fs::read(&path).ok();
            let error = target.replace(&Real, b"new").unwrap_err();
            assert_eq!(error.to_string(), "changed by another program meanwhile", "{what}");
            assert_eq!((fs::read(&path).ok(), scratch.names()), (before, names), "{what}");
        }
    }

    #[test]
    fn only_a_file_of_one_name_is_taken() {
        let scratch = Scratch::new();
        fs::write(scratch.path("file"), "old").unwrap();
        fs::create_dir(scratch.path("folder")).unwrap();
        symlink("file", scratch.path("link")).unwrap();
        symlink("nothing", scratch.path("dangling")).unwrap();
        for name in ["link", "dangling"] {
            let error = Target::open(&scratch.path(name), 1000).err().unwrap();
            assert_eq!(error.to_string(), "a symbolic link, which is not followed");
        }
        assert!(matches!(Target::open(&scratch.path("folder"), 1000), Ok(There::Folder)));
        let long = "x".repeat(300);
        for name in ["nothing", "file/nothing", "zapier.com", long.as_str(), "nul\0"] {
            assert!(matches!(Target::open(&scratch.path(name), 1000), Ok(There::Nothing)), "{name}");
        }
        assert!(matches!(Target::open(Path::new("/dev/null"), 1000), Ok(There::Nothing)));
        assert_eq!(Target::open(&scratch.path("file"), 2).err().unwrap().to_string(), "longer than 2 bytes, the limit");
        fs::hard_link(scratch.path("file"), scratch.path("twin")).unwrap();
        let error = Target::open(&scratch.path("file"), 1000).err().unwrap();
        assert_eq!(error.to_string(), "the file has several names, and a new one would have one of them only");
    }

    #[test]
    fn what_a_killed_run_has_left_is_swept() {
        let scratch = Scratch::new();
        let path = scratch.path("deploy.env");
        for name in ["deploy.env", ".deploy.env.sfcred-dead", ".other.sfcred-other", ".deploy.env.sfcred-held"] {
            fs::write(scratch.path(name), "old").unwrap();
        }
        let held = File::open(scratch.path(".deploy.env.sfcred-held")).unwrap();
        held.lock().unwrap();
        target(&path).replace(&Real, b"new").unwrap();
        assert_eq!(scratch.names(), [".deploy.env.sfcred-held", ".other.sfcred-other", "deploy.env"]);
    }
}
