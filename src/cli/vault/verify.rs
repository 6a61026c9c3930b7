//! `sfcred verify`

use std::path::{Path, PathBuf};

use clap::Args;
use sfcred_formats::Result;

use super::super::{End, input, show};
use super::copy::{self, Inside};
use super::difference::{Difference, only_in};
use super::store::{self, Opened};
use super::{Opening, kept};
use crate::vault::Vault;

/// Open backups, count what is in them, and say what a restore would change
///
/// Each line of the difference begins with + for a record that a restore would add, ~ for one that it would change, and - for one that it
/// would remove. The exit status is 1 where a backup cannot be relied on.
#[derive(Args)]
pub(in super::super) struct Verify {
    /// The backups
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Print errors and warnings only
    #[arg(long, short)]
    quiet: bool,

    #[command(flatten)]
    opening: Opening,
}

impl Verify {
    pub(in super::super) fn run(self) -> Result<End> {
        let access = self.opening.access()?;
        // One for all files, so that a passphrase is asked for once.
        let mut opened = Opened::new(&access);
        let vault = store::look(&access, &mut opened).unwrap_or_else(|error| {
            show::say("warning", &format!("{error}; the backups are not compared with it"));
            if let Some(hint) = error.hint_text() {
                show::say("hint", hint);
            }
            None
        });
        let vault = vault.map(|(_, _, vault)| vault);
        let (mut text, mut failed) = (String::new(), 0);
        for path in &self.files {
            match look(path, &mut opened, vault.as_ref()) {
                Ok(lines) => text.push_str(&lines),
                Err(error) => {
                    failed += 1;
                    show::error(&error);
                }
            }
        }
        if !self.quiet {
            show::print(&text)?;
        }
        Ok(if failed == 0 { End::Done } else { End::Failed })
    }
}

/// What is in a backup, and how it differs from the vault.
fn look(path: &Path, opened: &mut Opened, vault: Option<&Vault>) -> Result<String> {
    let name = show::printable(&input::name(path));
    let backup = match copy::look_inside(path, opened, kept::is_raw(path))? {
        Inside::Vault(_, backup) => backup,
        Inside::Bytes(bytes) => {
            return Ok(format!("{name}: a file of {} as it was\n", show::count(copy::count(bytes, path)?, "byte", "bytes")));
        }
    };
    let mut text = format!("{name}: {}", show::count(backup.records.len() as u64, "record", "records"));
    if let Some(vault) = vault {
        let lines: Vec<String> = Difference::between(vault, &backup).lines().collect();
        text.push_str(if lines.is_empty() { ", as in the vault" } else { "; a restore would change the vault:" });
        let more = only_in(&backup, vault).map(|recipient| format!("sealed to {recipient}, as the vault is not"));
        let fewer = only_in(vault, &backup).map(|recipient| format!("not sealed to {recipient}, as the vault is"));
        for line in lines.into_iter().chain(more).chain(fewer) {
            text.push_str("\n  ");
            text.push_str(&show::printable(&line));
        }
    }
    text.push('\n');
    Ok(text)
}
