//! `sfcred verify`

use std::path::{Path, PathBuf};

use clap::Args;
use sfcred_formats::{Error, Result};

use super::super::{End, input, show};
use super::Opening;
use super::difference::Difference;
use super::store::{self, Opened, Store};
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

    #[command(flatten)]
    opening: Opening,
}

impl Verify {
    pub(in super::super) fn run(self) -> Result<End> {
        let access = self.opening.access()?;
        let vault = if access.path.exists() { Some(Store::read(&access)?.vault) } else { None };
        // One for all files, so that a passphrase is asked for once.
        let mut opened = Opened::new(&access);
        let (mut text, mut failed) = (String::new(), 0);
        for path in &self.files {
            match look(path, &mut opened, vault.as_ref()) {
                Ok(lines) => text.push_str(&lines),
                Err(error) => {
                    failed += 1;
                    show::error(&error.in_file(input::name(path)));
                }
            }
        }
        show::print(&text)?;
        Ok(if failed == 0 { End::Done } else { End::Failed })
    }
}

/// What is in a backup, and how it differs from the vault.
fn look(path: &Path, opened: &mut Opened, vault: Option<&Vault>) -> Result<String> {
    let sealed = store::file(path)?;
    if !crate::seal::is_sealed(&sealed) {
        return Err(Error::new("not sealed with age, so it is no backup").hint("`sfcred inspect` says what is in it"));
    }
    let plain = opened.open(&sealed)?;
    let name = show::printable(&input::name(path));
    if !Vault::is_vault(&plain) {
        return Ok(format!("{name}: a file of {} as it was\n", show::count(plain.len() as u64, "byte", "bytes")));
    }
    let backup = Vault::read(&plain)?;
    let mut text = format!("{name}: {}", show::count(backup.records.len() as u64, "record", "records"));
    if let Some(vault) = vault {
        let lines: Vec<String> = Difference::between(vault, &backup).lines().collect();
        text.push_str(if lines.is_empty() { ", as in the vault" } else { "; a restore would change the vault:" });
        for line in lines {
            text.push_str("\n  ");
            text.push_str(&show::printable(&line));
        }
    }
    text.push('\n');
    Ok(text)
}
