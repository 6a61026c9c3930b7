//! `sfcred restore`

use std::io::{IsTerminal, Write, stdout};
use std::path::PathBuf;

use clap::Args;
use sfcred_formats::{Error, Result};

use super::super::put::{Output, Target};
use super::super::{End, input, show};
use super::difference::tell_difference;
use super::store::{self, Opened, Store};
use super::{Opening, Waiting, init};
use crate::vault::Vault;

/// Take a backup into the vault, or write it to a new file
///
/// The vault before stays as one step of `sfcred undo`. Where there is no vault, the backup becomes it. With -o the backup goes to a file of
/// its own: a copy of the vault is a vault again, and a file that was backed up with --raw has the bytes that it had.
#[derive(Args)]
pub(in super::super) struct Restore {
    /// The backup
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// The file to write, with mode 0600, and not the vault; - is stdout
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,

    /// Replace the output if it exists
    #[arg(long, requires = "output")]
    force: bool,

    #[command(flatten)]
    opening: Opening,
    #[command(flatten)]
    waiting: Waiting,
}

impl Restore {
    pub(in super::super) fn run(self) -> Result<End> {
        let access = self.opening.access()?;
        let name = input::name(&self.file);
        let named = |error: Error| error.in_file(name.as_str());
        let sealed = store::file(&self.file)?;
        let plain = Opened::new(&access).open(&sealed).map_err(named)?;
        let is_vault = Vault::is_vault(&plain);
        let vault = if is_vault { Some(Vault::read(&plain).map_err(named)?) } else { None };
        if let Some(path) = &self.output {
            let target = if path.as_os_str() == "-" { Target::Stdout } else { Target::File(path.clone()) };
            if target == Target::Stdout && !is_vault && stdout().is_terminal() {
                return Err(Error::new("secrets are not sent to a terminal").hint("-o FILE writes a file"));
            }
            let mut output = Output::create(&target, self.force, std::slice::from_ref(&self.file))?;
            output.write_all(if is_vault { &sealed } else { &plain })?;
            output.commit()?;
            if target != Target::Stdout {
                let what = if is_vault { "a vault, sealed as the backup was" } else { "the file as it was backed up" };
                show::say("notice", &format!("{}: {what}", path.display()));
                if !is_vault && !crate::seal::is_sealed(&plain) {
                    show::say("hint", "delete it after use if it holds secrets in plain text");
                }
            }
            return Ok(End::Done);
        }
        let Some(vault) = vault else {
            return Err(named(
                Error::new("a file that was backed up as it is")
                    .hint("-o FILE writes it; `sfcred import` takes its records into the vault"),
            ));
        };
        let shown = access.path.display().to_string();
        let records = show::count(vault.records.len() as u64, "record", "records");
        if access.path.symlink_metadata().is_err() {
            init::make_folder(&access.path)?;
            init::write(&access.path, &sealed)?;
            show::say("notice", &format!("{shown}: a new vault, {records}"));
            return Ok(End::Done);
        }
        let mut store = Store::change(&access, self.waiting.time())?;
        let before = std::mem::take(&mut store.vault);
        store.replace_with(sealed)?;
        tell_difference(&before, &vault);
        show::say("notice", &format!("{shown}: {records} restored"));
        show::say("hint", "`sfcred undo` brings the vault before back");
        Ok(End::Done)
    }
}
