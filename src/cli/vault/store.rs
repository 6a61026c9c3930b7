//! The vault as a file: opened, changed, saved.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sfcred_formats::{Error, Result};
use zeroize::Zeroizing;

use super::super::input::{self, Keys};
use super::super::put::Place;
use super::hold::Hold;
use super::save::{self, Disk, LARGEST, Real};
use crate::seal::{Opener, To, is_sealed, recipient, seal};
use crate::vault::Vault;

/// What opens a vault, and where it lies.
#[derive(Clone, Debug)]
pub(in super::super) struct Access {
    /// The vault.
    pub path: PathBuf,
    /// The files of identities.
    pub identity: Vec<PathBuf>,
    /// The file with the passphrase of an identity.
    pub passphrase_file: Option<PathBuf>,
    /// How much work a passphrase may cost to open.
    pub max_work_factor: u8,
}

/// Opens sealed bytes, asking for each passphrase once.
pub(super) struct Opened {
    opener: Opener,
    keys: Keys,
}

impl Opened {
    pub(super) fn new(access: &Access) -> Self {
        let keys = Keys::of(&access.path, access.identity.clone(), access.passphrase_file.clone());
        Self { opener: Opener::new(access.max_work_factor), keys }
    }

    /// What is inside, authentic to its end.
    pub(super) fn open(&mut self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(sealed.len()));
        self.opener.open(Box::new(sealed), &mut self.keys)?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// An opened vault.
pub(super) struct Store {
    place: Place,
    opened: Opened,
    /// The file as it was read.
    sealed: Vec<u8>,
    /// What is inside, as it was read.
    plain: Zeroizing<Vec<u8>>,
    hold: Option<Hold>,
    /// What is to be saved.
    pub(super) vault: Vault,
}

impl Store {
    /// Opens the vault to look at it.
    pub(super) fn read(access: &Access) -> Result<Self> {
        Self::load(access, place(&access.path)?)
    }

    /// Opens the vault to change it, when no other process does.
    pub(super) fn change(access: &Access, wait: Duration) -> Result<Self> {
        let place = place(&access.path)?;
        save::check_folder(&place)?;
        // Before the lock: a passphrase may be asked for, and without a vault the file of the lock would be all that is there.
        let mut store = Self::load(access, place)?;
        store.lock(wait)?;
        Ok(store)
    }

    fn load(access: &Access, place: Place) -> Result<Self> {
        let sealed = Real.read(&place, &place.name).map_err(|error| missing(&place, error))?;
        let mut opened = Opened::new(access);
        let (plain, vault) = read(&mut opened, &sealed).map_err(|error| place.name_in(error))?;
        Ok(Self { place, opened, sealed, plain, hold: None, vault })
    }

    /// Waits until no other process changes the vault, and reads it again where one has.
    pub(super) fn lock(&mut self, wait: Duration) -> Result<()> {
        save::check_folder(&self.place)?;
        self.hold = Some(Hold::take(&self.place, wait)?);
        let sealed = Real.read(&self.place, &self.place.name).map_err(|error| missing(&self.place, error))?;
        if sealed != self.sealed {
            (self.plain, self.vault) = read(&mut self.opened, &sealed).map_err(|error| self.place.name_in(error))?;
            self.sealed = sealed;
        }
        Ok(())
    }

    /// Lets others change the vault.
    pub(super) fn release(&mut self) {
        self.hold = None;
    }

    /// Saves what was changed, and says whether anything was.
    pub(super) fn save(&mut self) -> Result<bool> {
        self.save_to(&Real)
    }

    fn save_to(&mut self, disk: &dyn Disk) -> Result<bool> {
        let plain = self.vault.write()?;
        if *plain == *self.plain {
            return Ok(false);
        }
        let sealed = self.seal(&plain).map_err(|error| self.place.name_in(error))?;
        self.put(disk, sealed, plain)?;
        Ok(true)
    }

    /// Goes back to the version before; the present one takes its place, so that undoing twice is as before.
    pub(super) fn undo(&mut self) -> Result<()> {
        let name = save::undo_name(&self.place);
        let older = Real.read(&self.place, &name).map_err(|error| {
            if save::is_missing(&error) {
                self.place.name_in(Error::new("there is no version before this one").hint("`sfcred restore FILE` takes a backup"))
            } else {
                self.place.name_in(error)
            }
        })?;
        self.replace_with(older)
    }

    /// Puts another sealed vault in the place of this one, if it is one that can be opened.
    pub(super) fn replace_with(&mut self, sealed: Vec<u8>) -> Result<()> {
        let (plain, vault) = read(&mut self.opened, &sealed)?;
        self.put(&Real, sealed, plain)?;
        self.vault = vault;
        Ok(())
    }

    fn put(&mut self, disk: &dyn Disk, sealed: Vec<u8>, plain: Zeroizing<Vec<u8>>) -> Result<()> {
        save::replace(disk, &self.place, &self.sealed, &sealed)?;
        self.sealed = sealed;
        self.plain = plain;
        Ok(())
    }

    /// Seals to the recipients of the vault, and makes sure that it can be opened again by whoever opened it now.
    fn seal(&mut self, plain: &[u8]) -> Result<Vec<u8>> {
        let sealed = seal_to(&self.vault.recipients, plain)?;
        match self.opened.open(&sealed) {
            Ok(again) if *again == *plain => Ok(sealed),
            Ok(_) => Err(Error::new("what was sealed does not open as it was").hint("nothing was saved; report this")),
            Err(_) => Err(locked_out()),
        }
    }

    /// The file as it was read.
    pub(super) fn sealed(&self) -> &[u8] {
        &self.sealed
    }

    /// What is inside, as it was read.
    pub(super) fn plain(&self) -> Zeroizing<Vec<u8>> {
        self.plain.clone()
    }

    /// The path for messages.
    pub(super) fn shown(&self) -> &Place {
        &self.place
    }
}

/// The error about recipients that leave out who is sealing.
pub(super) fn locked_out() -> Error {
    Error::new("none of your identities could open it again, so nothing was saved").hint("add your own recipient with -r")
}

/// Opens a vault and reads it.
pub(super) fn read(opened: &mut Opened, sealed: &[u8]) -> Result<(Zeroizing<Vec<u8>>, Vault)> {
    if !is_sealed(sealed) {
        return Err(Error::new("not sealed with age, so it is no vault").hint("`sfcred import FILE` takes its records into a vault"));
    }
    let plain = opened.open(sealed)?;
    let vault = Vault::read(&plain)?;
    Ok((plain, vault))
}

/// Seals bytes to recipients as they are written for `-r`.
pub(super) fn seal_to(recipients: &[String], plain: &[u8]) -> Result<Vec<u8>> {
    let recipients = recipients.iter().map(|text| recipient(text)).collect::<Result<_>>()?;
    let mut sealed = Vec::with_capacity(plain.len() + 1024);
    let mut writer = seal(&mut sealed, &To::Recipients(recipients), false)?;
    writer.write_all(plain)?;
    writer.finish()?;
    Ok(sealed)
}

/// Where the vault is; a link to it is followed once, so that what it leads to is what is replaced.
pub(super) fn place(path: &Path) -> Result<Place> {
    let real = match path.symlink_metadata() {
        Ok(metadata) if metadata.is_symlink() => path.canonicalize().map_err(|error| Error::from(error).in_file(input::name(path)))?,
        _ => path.to_owned(),
    };
    // Where not even the folder is, there is no vault either.
    if real.parent().is_some_and(|folder| !folder.as_os_str().is_empty() && !folder.exists()) {
        return Err(no_vault().in_file(input::name(path)));
    }
    Place::find(&real, true, &[])
}

fn missing(place: &Place, error: std::io::Error) -> Error {
    if save::is_missing(&error) { place.name_in(no_vault()) } else { place.name_in(error) }
}

fn no_vault() -> Error {
    Error::new("there is no vault").hint("`sfcred init` makes one; --vault FILE or SFCRED_VAULT names another")
}

/// Reads a whole sealed file.
pub(super) fn file(path: &Path) -> Result<Vec<u8>> {
    let read = || -> std::io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        std::fs::File::open(path)?.take(LARGEST).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read().map_err(|error| Error::from(error).in_file(input::name(path)))
}
