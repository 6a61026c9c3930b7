//! Whom the output is sealed to.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use clap::Args;
use sfcred_formats::{Error, Format, Result};

use super::lock::FileLock;
use super::{input, prompt};
use crate::seal::{self, To};

/// How output is sealed, as in age.
#[derive(Args)]
#[command(next_help_heading = "Sealing")]
pub(super) struct Sealing {
    /// Seal to this recipient; can be given several times
    #[arg(short, long, value_name = "RECIPIENT")]
    recipient: Vec<String>,

    /// Seal to the recipients in this file; can be given several times
    #[arg(short = 'R', long, value_name = "FILE")]
    recipients_file: Vec<PathBuf>,

    /// Seal with a passphrase, which is asked for twice; a format that encrypts by itself takes it for that
    #[arg(short, long)]
    passphrase: bool,

    /// Take the passphrase from the first line of this file
    #[arg(long, value_name = "FILE", conflicts_with = "passphrase")]
    to_passphrase_file: Option<PathBuf>,

    /// The key file of the output, for a format that takes one
    #[arg(long, value_name = "FILE")]
    to_key_file: Option<PathBuf>,

    /// Write the sealed file as text
    #[arg(short, long)]
    pub armor: bool,
}

impl Sealing {
    /// Whether the output is sealed with age; the passphrase of a format that encrypts by itself is its own.
    pub(super) fn is_asked(&self, to: &Format) -> bool {
        let passphrase = self.passphrase || self.to_passphrase_file.is_some();
        (passphrase && to.spec.lock.is_none()) || self.has_recipients()
    }

    /// What locks output whose format encrypts by itself.
    pub(super) fn lock(&self) -> FileLock {
        FileLock::new("the output".to_owned(), self.to_passphrase_file.clone(), self.to_key_file.clone(), prompt::new_passphrase)
    }

    /// Whether these options go together, and with the format.
    pub(super) fn check(&self, format: &Format) -> Result<()> {
        if self.to_key_file.is_some() && !format.spec.lock.as_ref().is_some_and(|lock| lock.key_file) {
            return Err(Error::new(format!("{} takes no key file", format.spec.id)).hint("leave --to-key-file out"));
        }
        if self.armor && !self.is_asked(format) {
            return Err(Error::new("--armor without anything to seal to").hint("add -r RECIPIENT or -p"));
        }
        if self.has_recipients() && format.spec.lock.is_none() && (self.passphrase || self.to_passphrase_file.is_some()) {
            return Err(Error::new("age seals to recipients or with a passphrase, not both").hint("leave one of them out"));
        }
        Ok(())
    }

    fn has_recipients(&self) -> bool {
        !self.recipient.is_empty() || !self.recipients_file.is_empty()
    }

    /// Reads the recipients or asks for the passphrase.
    pub(super) fn to(&self, format: &Format) -> Result<Option<To>> {
        if !self.is_asked(format) {
            return Ok(None);
        }
        let recipients = self.has_recipients();
        if let Some(path) = self.to_passphrase_file.as_ref().filter(|_| !recipients) {
            return prompt::passphrase_file(path).map(|passphrase| Some(To::Passphrase(passphrase)));
        }
        if self.passphrase && !recipients {
            return prompt::new_passphrase("passphrase for the output").map(|passphrase| Some(To::Passphrase(passphrase)));
        }
        let mut recipients = Vec::new();
        for text in &self.recipient {
            recipients.push(seal::recipient(text).map_err(|error| error.in_file("-r"))?);
        }
        for path in &self.recipients_file {
            let mut bytes = Vec::new();
            let read = File::open(path).and_then(|file| file.take(input::KEY_FILE).read_to_end(&mut bytes));
            let named = |error: sfcred_formats::Error| error.in_file(input::name(path));
            read.map_err(|error| named(error.into()))?;
            recipients.extend(seal::recipients_file(&bytes).map_err(named)?);
        }
        Ok(Some(To::Recipients(recipients)))
    }
}
