//! The place of the vault, for those who replace whatever lies there.

use std::time::Duration;

use sfcred_formats::{Error, Result};

use super::super::put::Place;
use super::super::show;
use super::hold::Hold;
use super::save::{self, Disk, Real};
use super::store::{self, Access, Opened};
use crate::seal::is_for_others;
use crate::vault::Vault;

/// The place of the vault, which no other process changes now.
pub(super) struct Seat {
    place: Place,
    opened: Opened,
    there: There,
    _hold: Hold,
}

/// What lies there.
enum There {
    Nothing,
    /// What cannot be opened, and why.
    Closed(Vec<u8>, Error),
    Open(Vec<u8>, Vault),
}

impl Seat {
    /// Looks at the place when no other process is at it, and opens what can be opened.
    ///
    /// Where only a passphrase or an identity is missing it fails, for then the vault may be as good as ever.
    pub(super) fn take(access: &Access, mut opened: Opened, wait: Duration) -> Result<Self> {
        let place = store::place(&access.path)?;
        save::check_folder(&place)?;
        let hold = Hold::take(&place, wait)?;
        let there = match Real.read(&place, &place.name) {
            Err(error) if save::is_missing(&error) => There::Nothing,
            Err(error) => return Err(place.name_in(error)),
            Ok(sealed) => match store::read(&mut opened, &sealed) {
                Ok((_, vault)) => There::Open(sealed, vault),
                Err(error) if store::is_lost(&mut opened, &sealed, &error) => There::Closed(sealed, place.name_in(error)),
                Err(error) => return Err(place.name_in(error)),
            },
        };
        Ok(Self { place, opened, there, _hold: hold })
    }

    /// The version before, as it is sealed, and what is in it.
    pub(super) fn version_before(&mut self) -> Result<(Vec<u8>, Vault)> {
        let name = save::undo_name(&self.place);
        let sealed = Real.read(&self.place, &name).map_err(|error| match &self.there {
            There::Nothing => store::missing(&self.place, error),
            _ if save::is_missing(&error) => {
                self.place.name_in(Error::new("there is no version before this one").hint("`sfcred restore FILE` takes a backup"))
            }
            _ => self.place.name_in(error),
        })?;
        let shown = self.place.name_in(Error::new("the version before it")).to_string();
        match store::read(&mut self.opened, &sealed) {
            Ok((_, vault)) => Ok((sealed, vault)),
            Err(error) if store::is_lost(&mut self.opened, &sealed, &error) && !is_for_others(&error) => {
                Err(error.in_file(shown).hint_instead("`sfcred restore FILE` takes a backup; nothing was changed"))
            }
            Err(error) => Err(error.in_file(shown)),
        }
    }

    /// The vault that lies there, if it can be opened.
    pub(super) fn vault(&self) -> Option<&Vault> {
        match &self.there {
            There::Open(_, vault) => Some(vault),
            _ => None,
        }
    }

    /// Whether nothing lies there.
    pub(super) fn is_empty(&self) -> bool {
        matches!(self.there, There::Nothing)
    }

    /// Whether just this lies there already.
    pub(super) fn holds(&self, sealed: &[u8]) -> bool {
        matches!(&self.there, There::Open(there, _) if there == sealed)
    }

    /// Seals a vault to its recipients, who must include whoever opens the one that lies there.
    pub(super) fn seal(&mut self, vault: &Vault) -> Result<Vec<u8>> {
        let sealed = store::seal_own(&mut self.opened, &vault.recipients, &vault.write()?);
        sealed.map_err(|error| self.place.name_in(error))
    }

    /// Puts a sealed vault there.
    ///
    /// A vault becomes the version before. What could not be opened is set aside instead, since it may not take the place of one that can be.
    pub(super) fn put(&self, sealed: &[u8]) -> Result<()> {
        match &self.there {
            There::Nothing => save::replace(&Real, &self.place, None, sealed),
            There::Open(before, _) => save::replace(&Real, &self.place, Some((before, &save::undo_name(&self.place))), sealed),
            There::Closed(before, why) => {
                let name = save::old_name(&self.place);
                save::replace(&Real, &self.place, Some((before, &name)), sealed)?;
                let text = format!("{why}; it gave way, and is now {}", name.display());
                show::say("warning", &text);
                Ok(())
            }
        }
    }

    /// The place for messages.
    pub(super) fn shown(&self) -> &Place {
        &self.place
    }
}

/// Sets aside the version before a vault that is gone, since it is none before the one that comes now.
pub(super) fn begin_anew(place: &Place) -> Result<()> {
    if let Some(name) = save::set_undo_aside(place)? {
        let text = format!("the version before a former vault is now {}", name.display());
        show::say("notice", &place.name_in(Error::new(text)).to_string());
    }
    Ok(())
}
