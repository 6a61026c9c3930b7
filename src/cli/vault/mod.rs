//! The verbs of the vault: one sealed file with records of one's own.

mod add;
mod apply;
mod backup;
mod change;
mod clipboard;
mod copy;
mod difference;
mod edit;
mod export;
#[cfg(test)]
mod failing;
mod hold;
mod import;
mod init;
mod kept;
mod left;
mod list;
mod private;
mod rekey;
mod remove;
mod restore;
mod rotate;
mod save;
mod seat;
mod show;
mod store;
mod undo;
mod verify;

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use sfcred_formats::{Error, Result};

use super::args::Reading;
use super::{End, config};
use crate::flow::{Options, Source};

pub(super) use add::Add;
pub(super) use backup::Backup;
pub(super) use edit::Edit;
pub(super) use export::Export;
pub(super) use import::Import;
pub(super) use init::Init;
pub(super) use list::List;
pub(super) use rekey::Rekey;
pub(super) use remove::Remove;
pub(super) use restore::Restore;
pub(super) use rotate::Rotate;
pub(super) use show::Show;
pub(super) use undo::Undo;
pub(super) use verify::Verify;

use store::Access;

/// Which vault.
#[derive(Args)]
#[command(next_help_heading = "Vault")]
pub(super) struct At {
    /// The vault [default: what `SFCRED_VAULT` names, else vault.age in the folder for data]
    #[arg(long, value_name = "FILE")]
    vault: Option<PathBuf>,
}

/// How long a verb that changes the vault waits for another one.
#[derive(Args)]
#[command(next_help_heading = "Vault")]
pub(super) struct Waiting {
    /// How long to wait for another sfcred that is changing the vault
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    wait: u64,
}

/// What opens the vault.
#[derive(Args)]
#[command(next_help_heading = "Vault")]
pub(super) struct Opening {
    #[command(flatten)]
    at: At,

    /// An identity file to open the vault with [default: what `SFCRED_IDENTITY` names, else identity.txt in the folder for settings]
    #[arg(short, long, value_name = "FILE")]
    identity: Vec<PathBuf>,

    /// A file whose first line is the passphrase of the identity
    #[arg(long, value_name = "FILE")]
    from_passphrase_file: Option<PathBuf>,
}

impl At {
    /// Its path.
    pub(super) fn path(&self) -> Result<PathBuf> {
        let named = self.vault.clone().or_else(|| variable("SFCRED_VAULT"));
        let usual = || config::data_folder().map(|folder| folder.join("vault.age"));
        named.or_else(usual).ok_or_else(|| Error::new("no folder for the vault").hint("name the vault with --vault FILE"))
    }

    /// What opens it, where the options are those of other input too.
    pub(super) fn access(&self, reading: &Reading) -> Result<Access> {
        Ok(Access {
            path: self.path()?,
            identity: identities(&reading.identity),
            passphrase_file: reading.from_passphrase_file.clone(),
            max_work_factor: reading.max_work_factor,
        })
    }

    /// Takes the vault for the input where there is no other.
    pub(super) fn instead_of_none(&self, inputs: &mut Vec<PathBuf>, reading: &mut Reading) -> Result<()> {
        if !inputs.is_empty() {
            return Ok(());
        }
        let Access { path, identity, .. } = self.access(reading)?;
        if !path.exists() {
            return Err(Error::new("there is no vault")
                .in_file(path.display().to_string())
                .hint("name the files to read, or a vault with --vault FILE; `sfcred init` makes one"));
        }
        inputs.push(path);
        reading.identity = identity;
        Ok(())
    }

    /// Refuses an output that would take the place of the vault.
    pub(super) fn spare(&self, output: Option<&PathBuf>) -> Result<()> {
        let (Some(output), Ok(vault)) = (output, self.path()) else { return Ok(()) };
        if is_one(output, &vault) {
            return Err(Error::new("this is the place of the vault")
                .in_file(output.display().to_string())
                .hint("choose another output; `sfcred import` and `sfcred restore` change the vault"));
        }
        Ok(())
    }

    /// The error where both files and a vault were named.
    pub(super) fn beside(&self, inputs: &[PathBuf]) -> Option<Error> {
        let both = self.vault.is_some() && !inputs.is_empty();
        both.then(|| Error::new("--vault and files to read do not go together").hint("leave one of them out"))
    }
}

/// Whether two paths are one name in one folder, whatever is there, or lead to one file.
fn is_one(one: &Path, other: &Path) -> bool {
    let place = |path: &Path| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Some((folder.canonicalize().ok()?, path.file_name()?.to_owned()))
    };
    let file = |path: &Path| path.metadata().ok().map(|metadata| (metadata.dev(), metadata.ino()));
    place(one).is_some_and(|one| Some(one) == place(other)) || file(one).is_some_and(|one| Some(one) == file(other))
}

impl Waiting {
    fn time(&self) -> Duration {
        Duration::from_secs(self.wait)
    }
}

impl Opening {
    /// Refuses an output that would take the place of the vault.
    pub(super) fn spare(&self, output: Option<&PathBuf>) -> Result<()> {
        self.at.spare(output)
    }

    /// Takes sources into the vault, as `import` does.
    pub(super) fn import(&self, waiting: &Waiting, sources: Vec<Source<'_>>, options: &Options, dry_run: bool, quiet: bool) -> Result<End> {
        let access = self.access()?;
        let store = store::Store::read(&access)?;
        import::Taking { dry_run, quiet, on_conflict: import::Whose::Newer, wait: waiting.time() }.take(store, sources, options)
    }

    /// What opens the vault.
    fn access(&self) -> Result<Access> {
        Ok(Access {
            path: self.at.path()?,
            identity: identities(&self.identity),
            passphrase_file: self.from_passphrase_file.clone(),
            max_work_factor: crate::seal::MAX_WORK_FACTOR,
        })
    }
}

/// The identities that were named, else the one of one's own.
fn identities(named: &[PathBuf]) -> Vec<PathBuf> {
    if named.is_empty() { own_identity().filter(|path| path.exists()).into_iter().collect() } else { named.to_vec() }
}

/// The identities that were named, and the one of one's own: for verbs that open other files beside the vault.
fn with_own(named: &[PathBuf]) -> Vec<PathBuf> {
    let own = own_identity().filter(|path| path.exists() && !named.contains(path));
    named.iter().cloned().chain(own).collect()
}

/// Where one's own identity is.
fn own_identity() -> Option<PathBuf> {
    variable("SFCRED_IDENTITY").or_else(|| config::folder().map(|folder| folder.join("identity.txt")))
}

/// A path that the environment names.
fn variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|path| !path.is_empty()).map(PathBuf::from)
}
