//! `sfcred remove`

use clap::Args;
use sfcred_formats::{Error, Result};

use super::super::{End, show};
use super::store::Store;
use super::{Opening, Waiting};

/// Remove records from the vault
#[derive(Args)]
pub(in super::super) struct Remove {
    /// The title or username, or a part that only one has
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,

    /// Show which records would go, and remove none
    #[arg(long, short = 'n')]
    dry_run: bool,

    #[command(flatten)]
    opening: Opening,
    #[command(flatten)]
    waiting: Waiting,
}

impl Remove {
    pub(in super::super) fn run(self) -> Result<End> {
        let access = self.opening.access()?;
        let mut store = if self.dry_run { Store::read(&access)? } else { Store::change(&access, self.waiting.time())? };
        let mut found = self.names.iter().map(|name| store.vault.find(name)).collect::<Result<Vec<usize>>>()?;
        found.sort_unstable();
        found.dedup();
        // From the last, so that the places of the others stay.
        let mut names = Vec::new();
        for at in found.into_iter().rev() {
            names.push(store.vault.records.remove(at).name().to_owned());
        }
        names.reverse();
        if self.dry_run {
            let lines = names.iter().map(|name| format!("- {name}\n"));
            return show::print(&show::join(lines, "")).map(|()| End::Done);
        }
        store.save()?;
        let text = format!("{} removed", show::join(&names, ", "));
        show::say("notice", &store.shown().name_in(Error::new(text)).to_string());
        show::say("hint", "`sfcred undo` brings it back; backups hold it too");
        Ok(End::Done)
    }
}
