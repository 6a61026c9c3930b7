//! Whom the output is sealed to.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use clap::Args;
use sfcred_formats::Result;

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

    /// Seal with a passphrase, which is asked for twice
    #[arg(short, long, conflicts_with_all = ["recipient", "recipients_file"])]
    passphrase: bool,

    /// Seal with the passphrase on the first line of this file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["recipient", "recipients_file", "passphrase"])]
    to_passphrase_file: Option<PathBuf>,

    /// Write the sealed file as text
    #[arg(short, long)]
    pub armor: bool,
}

impl Sealing {
    /// Whether the output is sealed at all.
    pub(super) fn is_asked(&self) -> bool {
        self.passphrase || self.to_passphrase_file.is_some() || !self.recipient.is_empty() || !self.recipients_file.is_empty()
    }

    /// Reads the recipients or asks for the passphrase.
    pub(super) fn to(&self) -> Result<Option<To>> {
        if !self.is_asked() {
            return if self.armor {
                Err(sfcred_formats::Error::new("--armor without anything to seal to").hint("add -r RECIPIENT or -p"))
            } else {
                Ok(None)
            };
        }
        if let Some(path) = &self.to_passphrase_file {
            return prompt::passphrase_file(path).map(|passphrase| Some(To::Passphrase(passphrase)));
        }
        if self.passphrase {
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
