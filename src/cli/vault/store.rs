//! The vault as a file: opened, changed, saved.

use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sfcred_formats::{Error, Result};
use zeroize::Zeroizing;

use super::super::input::{self, Keys};
use super::super::put::Place;
use super::hold::Hold;
use super::save::{self, Disk, Real};
use crate::seal::{Opener, To, is_damage, is_for_others, is_sealed, recipient, seal};
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

    /// What is inside, piece by piece; it is authentic when its end has come.
    pub(super) fn stream<'a>(&mut self, sealed: impl Read + 'a) -> Result<Box<dyn Read + 'a>> {
        self.opener.open(Box::new(sealed), &mut self.keys)
    }

    /// What is inside, authentic to its end.
    pub(super) fn open(&mut self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(sealed.len()));
        self.stream(sealed)?.read_to_end(&mut bytes)?;
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
        let (plain, vault) = read(&mut opened, &sealed).map_err(|error| closed(&place, error))?;
        Ok(Self { place, opened, sealed, plain, hold: None, vault })
    }

    /// Waits until no other process changes the vault, and reads it again where one has.
    pub(super) fn lock(&mut self, wait: Duration) -> Result<()> {
        save::check_folder(&self.place)?;
        self.hold = Some(Hold::take(&self.place, wait)?);
        let sealed = Real.read(&self.place, &self.place.name).map_err(|error| missing(&self.place, error))?;
        if sealed != self.sealed {
            (self.plain, self.vault) = read(&mut self.opened, &sealed).map_err(|error| closed(&self.place, error))?;
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
        let sealed = seal_own(&mut self.opened, &self.vault.recipients, &plain).map_err(|error| self.place.name_in(error))?;
        self.put(disk, sealed, plain)?;
        Ok(true)
    }

    fn put(&mut self, disk: &dyn Disk, sealed: Vec<u8>, plain: Zeroizing<Vec<u8>>) -> Result<()> {
        save::replace(disk, &self.place, Some((&self.sealed, &save::undo_name(&self.place))), &sealed)?;
        self.sealed = sealed;
        self.plain = plain;
        Ok(())
    }

    /// The path for messages.
    pub(super) fn shown(&self) -> &Place {
        &self.place
    }
}

/// Seals to recipients, and makes sure that it can be opened again by whoever opens the vault now.
pub(super) fn seal_own(opened: &mut Opened, recipients: &[String], plain: &[u8]) -> Result<Vec<u8>> {
    let sealed = seal_to(recipients, plain)?;
    match opened.open(&sealed) {
        Ok(again) if *again == *plain => Ok(sealed),
        Ok(_) => Err(Error::new("what was sealed does not open as it was").hint("nothing was saved; report this")),
        Err(_) => Err(locked_out()),
    }
}

/// The error about recipients that leave out who is sealing.
pub(super) fn locked_out() -> Error {
    Error::new("none of your identities could open it again, so nothing was saved").hint("add your own recipient with -r")
}

/// What to do about an empty file, where nothing better is known.
const EMPTY: &str = "look for a copy of it";

/// Opens a vault and reads it.
pub(super) fn read(opened: &mut Opened, sealed: &[u8]) -> Result<(Zeroizing<Vec<u8>>, Vault)> {
    if sealed.is_empty() {
        return Err(Error::new("empty, so it is no vault").hint(EMPTY));
    }
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
        Ok(metadata) if metadata.is_symlink() => path.canonicalize().map_err(|error| match error.kind() {
            ErrorKind::NotFound => leads_nowhere(path),
            _ => Error::from(error).in_file(input::name(path)),
        })?,
        _ => path.to_owned(),
    };
    // Where not even the folder is, there is no vault either.
    if real.parent().is_some_and(|folder| !folder.as_os_str().is_empty() && !folder.exists()) {
        return Err(no_vault().in_file(input::name(path)));
    }
    Place::find(&real, true, &[])
}

/// The vault as it is sealed, what is inside, and what that says.
pub(super) type Whole = (Vec<u8>, Zeroizing<Vec<u8>>, Vault);

/// Opens the vault with what opens other files too; nothing where there is none.
pub(super) fn look(access: &Access, opened: &mut Opened) -> Result<Option<Whole>> {
    if access.path.symlink_metadata().is_err() {
        return Ok(None);
    }
    let place = place(&access.path)?;
    let sealed = Real.read(&place, &place.name).map_err(|error| missing(&place, error))?;
    let (plain, vault) = read(opened, &sealed).map_err(|error| closed(&place, error))?;
    Ok(Some((sealed, plain, vault)))
}

/// Opens the vault with what opens other files too.
pub(super) fn open(access: &Access, opened: &mut Opened) -> Result<Whole> {
    look(access, opened)?.ok_or_else(|| match place(&access.path) {
        Ok(place) => missing(&place, std::io::ErrorKind::NotFound.into()),
        Err(error) => error,
    })
}

/// Fails where there is neither a vault nor a version before it, so that no lock is left where nothing is.
pub(super) fn check_there(access: &Access) -> Result<()> {
    let place = place(&access.path)?;
    if Real.read(&place, &save::undo_name(&place)).is_ok() {
        return Ok(());
    }
    Real.read(&place, &place.name).map(drop).map_err(|error| missing(&place, error))
}

/// The error about a vault that cannot be read.
pub(super) fn missing(place: &Place, error: std::io::Error) -> Error {
    if !save::is_missing(&error) {
        return place.name_in(error);
    }
    let error = no_vault();
    let has_undo = Real.read(place, &save::undo_name(place)).is_ok();
    place.name_in(if has_undo { error.hint_instead("`sfcred undo` brings back the version that lies beside its place") } else { error })
}

/// The error about a vault that cannot be opened; where it is damaged it names what goes on from there.
pub(super) fn closed(place: &Place, error: Error) -> Error {
    let nothing_in_it = error.hint_text().is_some_and(|hint| hint == EMPTY);
    let error = if is_damage(&error) || nothing_in_it {
        error.hint_instead("`sfcred undo` goes back to the version before it, `sfcred restore FILE` to a backup; both keep this file")
    } else {
        error
    };
    place.name_in(error)
}

/// Whether an error says that no key at hand makes a vault of these bytes, and not that a passphrase is missing.
pub(super) fn is_lost(opened: &mut Opened, sealed: &[u8], error: &Error) -> bool {
    !is_sealed(sealed) || is_damage(error) || is_for_others(error) || opened.open(sealed).is_ok()
}

/// The error about a link in the place of the vault.
pub(super) fn leads_nowhere(path: &Path) -> Error {
    Error::new("a link that leads nowhere").in_file(input::name(path)).hint("remove it, or bring back what it leads to")
}

fn no_vault() -> Error {
    Error::new("there is no vault").hint("`sfcred init` makes one; --vault FILE or SFCRED_VAULT names another")
}

/// Reads a whole sealed file.
pub(super) fn file(path: &Path) -> Result<Vec<u8>> {
    let read = std::fs::File::open(path).and_then(save::read_whole);
    read.map_err(|error| Error::from(error).in_file(input::name(path)))
}
