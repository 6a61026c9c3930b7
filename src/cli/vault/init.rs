//! `sfcred init`

use std::fs::DirBuilder;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use age::secrecy::{ExposeSecret, SecretString};
use chrono::NaiveDate;
use clap::Args;
use sfcred_formats::{Error, Result};
use zeroize::Zeroizing;

use super::super::put::{Output, Target};
use super::super::{End, output, prompt, show};
use super::store::{self, Opened};
use super::{Opening, own_identity, save, seat};
use crate::seal::{NewIdentity, To, is_for_others, recipients_of, seal};
use crate::vault::Vault;

/// Make a vault, and an identity where there is none
///
/// The vault is sealed to the recipients that are named, else to the identity. The identity opens it, so keep a copy of its file in another
/// place: without it nobody can open the vault or its backups.
#[derive(Args)]
pub(in super::super) struct Init {
    /// Seal to this recipient; can be given several times
    #[arg(short, long, value_name = "RECIPIENT")]
    recipient: Vec<String>,

    /// Seal to the recipients in this file; can be given several times
    #[arg(short = 'R', long, value_name = "FILE")]
    recipients_file: Vec<PathBuf>,

    /// Protect a new identity with a passphrase, which is asked for twice
    #[arg(short, long)]
    passphrase: bool,

    /// Protect it with the passphrase on the first line of this file
    #[arg(long, value_name = "FILE", conflicts_with = "passphrase")]
    to_passphrase_file: Option<PathBuf>,

    #[command(flatten)]
    opening: Opening,
}

impl Init {
    pub(in super::super) fn run(self, today: NaiveDate) -> Result<End> {
        let mut access = self.opening.access()?;
        let (path, shown) = (access.path.clone(), access.path.display().to_string());
        if path.symlink_metadata().is_ok() {
            // A link that leads nowhere says so.
            store::place(&path)?;
            return Err(Error::new("there is a vault already").in_file(shown).hint("use it, or name another with --vault FILE"));
        }
        let (_, team) = output::recipients(&self.recipient, &self.recipients_file)?;
        // Before anything is made; a folder that is made has the right mode.
        if let Ok(place) = store::place(&path) {
            save::check_folder(&place)?;
        }
        let identity = self.identity()?;
        let recipients = if identity.exists() {
            self.check_identity(&identity)?;
            access.identity = if self.opening.identity.is_empty() { vec![identity] } else { self.opening.identity.clone() };
            if team.is_empty() { own(&access.identity)? } else { team }
        } else if team.is_empty() {
            // What is made just now needs no proof, which would ask for its passphrase once more.
            access.identity.clear();
            vec![self.new_identity(&identity, today)?]
        } else {
            return Err(Error::new("no identity to open the vault with")
                .in_file(identity.display().to_string())
                .hint("name the identity of one of the recipients with -i FILE"));
        };
        make_folder(&path)?;
        let place = store::place(&path)?;
        let plain = Vault::new(recipients.clone()).write()?;
        let sealed = store::seal_to(&recipients, &plain)?;
        if !access.identity.is_empty() {
            let opened = Opened::new(&access).open(&sealed);
            opened.map_err(|error| if is_for_others(&error) { store::locked_out() } else { error })?;
        }
        seat::begin_anew(&place)?;
        write(&path, &sealed)?;
        show::say("notice", &format!("{shown}: a new vault, sealed to {}", show::join(&recipients, ", ")));
        Ok(End::Done)
    }

    /// The file of the identity that opens the vault.
    fn identity(&self) -> Result<PathBuf> {
        let first = self.opening.identity.first().cloned();
        first.or_else(own_identity).ok_or_else(|| Error::new("no folder for the identity").hint("name a file for it with -i FILE"))
    }

    /// Whether an identity that is there can be what was asked for; warns where others can read it.
    fn check_identity(&self, path: &Path) -> Result<()> {
        let named = |error: Error| error.in_file(path.display().to_string());
        if self.passphrase || self.to_passphrase_file.is_some() {
            return Err(named(
                Error::new("this identity exists, and a passphrase would protect only a new one")
                    .hint("leave the passphrase out, or name a file that does not exist yet with -i FILE"),
            ));
        }
        let mode = path.metadata().map_err(|error| named(error.into()))?.permissions().mode();
        if mode & 0o077 != 0 {
            show::say("warning", &format!("{}: others than its owner may read or change this identity", path.display()));
            show::say("hint", &format!("chmod 600 {}", path.display()));
        }
        Ok(())
    }

    /// Makes an identity and returns its recipient.
    fn new_identity(&self, path: &Path, today: NaiveDate) -> Result<String> {
        let new = NewIdentity::generate(today);
        let file = match self.new_passphrase()? {
            None => new.file,
            Some(passphrase) => {
                let mut sealed = Vec::new();
                let mut writer = seal(&mut sealed, &To::Passphrase(passphrase), true)?;
                writer.write_all(&new.file)?;
                writer.finish()?;
                Zeroizing::new(sealed)
            }
        };
        make_folder(path)?;
        write(path, &file)?;
        let what = if self.passphrase || self.to_passphrase_file.is_some() {
            "a new identity, protected by the passphrase"
        } else {
            "a new identity"
        };
        show::say("notice", &format!("{}: {what}", path.display()));
        show::say("hint", "keep a copy of it in another place; without it nobody can open the vault or its backups");
        Ok(new.recipient)
    }

    fn new_passphrase(&self) -> Result<Option<SecretString>> {
        let passphrase = match &self.to_passphrase_file {
            Some(file) => Some(prompt::passphrase_file(file)?),
            None if self.passphrase => Some(prompt::new_passphrase("passphrase for the new identity")?),
            None => None,
        };
        Ok(passphrase.filter(|passphrase| !passphrase.expose_secret().is_empty()))
    }
}

/// The recipients of the identities.
fn own(identities: &[PathBuf]) -> Result<Vec<String>> {
    let mut recipients = Vec::new();
    for path in identities {
        let bytes = Zeroizing::new(store::file(path)?);
        recipients.extend(recipients_of(&bytes).map_err(|error| error.in_file(path.display().to_string()))?);
    }
    Ok(recipients)
}

/// Makes the folders around a file, for their owner only.
pub(super) fn make_folder(path: &Path) -> Result<()> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return Ok(()) };
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|error| Error::from(error).in_file(folder.display().to_string()))
}

/// Writes a new file, for its owner only.
fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let written = Output::create(&Target::File(path.to_owned()), false, &[]).and_then(|mut output| {
        output.write_all(bytes)?;
        output.commit()
    });
    // Here is no option -o to choose another place with, and none to replace what is there.
    written.map_err(|error| match error.hint_text() {
        Some(hint) if hint.contains(" -o") || hint.contains("--force") => {
            error.hint_instead("make room, or name another place with --vault and -i")
        }
        _ => error,
    })
}
