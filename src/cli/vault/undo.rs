//! `sfcred undo`

use clap::Args;
use sfcred_formats::{Error, Result};

use super::super::{End, show};
use super::difference::tell_difference;
use super::store::Store;
use super::{Opening, Waiting};

/// Go back to the vault before the last change; done twice it is as before
#[derive(Args)]
pub(in super::super) struct Undo {
    #[command(flatten)]
    opening: Opening,
    #[command(flatten)]
    waiting: Waiting,
}

impl Undo {
    pub(in super::super) fn run(self) -> Result<End> {
        let mut store = Store::change(&self.opening.access()?, self.waiting.time())?;
        let before = std::mem::take(&mut store.vault);
        store.undo()?;
        tell_difference(&before, &store.vault);
        show::say("notice", &store.shown().name_in(Error::new("the version before is back; `sfcred undo` undoes that")).to_string());
        Ok(End::Done)
    }
}
