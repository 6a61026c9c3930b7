//! `sfcred rekey`

use std::path::PathBuf;

use clap::Args;
use sfcred_formats::{Error, Result};

use super::super::{End, output, show};
use super::difference::tell_recipients;
use super::store::Store;
use super::{Opening, Waiting};
use crate::vault::Vault;

/// Say to whom the vault is sealed, or seal it to others
///
/// The recipients that are named take the place of those before. Your own has to be among them. Whoever could open the vault until now can
/// still open old copies of it: rotate the tokens too.
#[derive(Args)]
pub(in super::super) struct Rekey {
    /// Seal to this recipient; can be given several times
    #[arg(short, long, value_name = "RECIPIENT")]
    recipient: Vec<String>,

    /// Seal to the recipients in this file; can be given several times
    #[arg(short = 'R', long, value_name = "FILE")]
    recipients_file: Vec<PathBuf>,

    #[command(flatten)]
    opening: Opening,
    #[command(flatten)]
    waiting: Waiting,
}

impl Rekey {
    pub(in super::super) fn run(self) -> Result<End> {
        let access = self.opening.access()?;
        let (_, recipients) = output::recipients(&self.recipient, &self.recipients_file)?;
        if recipients.is_empty() {
            let store = Store::read(&access)?;
            show::print(&format!("{}\n", show::join(&store.vault.recipients, "\n")))?;
            return Ok(End::Done);
        }
        let mut store = Store::change(&access, self.waiting.time())?;
        let before = Vault::new(std::mem::replace(&mut store.vault.recipients, recipients));
        let saved = store.save()?;
        tell_recipients(&before, &store.vault);
        let text = if saved { "sealed to them from now on" } else { "sealed to them already" };
        show::say("notice", &store.shown().name_in(Error::new(text)).to_string());
        if saved {
            show::say("hint", "the version before and old backups open as they did; who must not see the tokens any more needs new ones");
        }
        Ok(End::Done)
    }
}
