//! `sfcred undo`

use clap::Args;
use sfcred_formats::{Error, Result};

use super::super::{End, show};
use super::difference::tell_difference;
use super::seat::Seat;
use super::store::{self, Opened};
use super::{Opening, Waiting};

/// Go back to the vault before the last change; done twice it is as before
///
/// Recipients go back too, and are told. A vault that cannot be opened any more is set aside.
#[derive(Args)]
pub(in super::super) struct Undo {
    #[command(flatten)]
    opening: Opening,
    #[command(flatten)]
    waiting: Waiting,
}

impl Undo {
    pub(in super::super) fn run(self) -> Result<End> {
        let access = self.opening.access()?;
        store::check_there(&access)?;
        let mut seat = Seat::take(&access, Opened::new(&access), self.waiting.time())?;
        let (sealed, vault) = seat.version_before()?;
        let text = if seat.holds(&sealed) {
            "the version before is the same; nothing was changed"
        } else {
            seat.put(&sealed)?;
            match seat.vault() {
                Some(now) => {
                    tell_difference(now, &vault);
                    "the version before is back; `sfcred undo` undoes that"
                }
                None => "the version before is back",
            }
        };
        show::say("notice", &seat.shown().name_in(Error::new(text)).to_string());
        Ok(End::Done)
    }
}
