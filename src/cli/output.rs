//! Whom the output is sealed to.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use clap::Args;
use sfcred_formats::{Cost, Error, Format, Limits, Result};

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

    /// Derive the key of an encrypted format with so many rounds of PBKDF2, for programs that do not know Argon2id
    #[arg(long, value_name = "ROUNDS", value_parser = clap::value_parser!(u32).range(600_000..=2_000_000))]
    pbkdf2: Option<u32>,

    #[command(flatten)]
    kdf: Kdf,

    /// Write the sealed file as text
    #[arg(short, long)]
    pub armor: bool,
}

/// What each try of a passphrase costs, for a format that encrypts by itself.
#[derive(Args)]
struct Kdf {
    /// The memory that deriving the key of the output takes, for a format that encrypts by itself
    #[arg(id = "kdf_memory", long = "kdf-memory", value_name = "MIB", default_value_t = Cost::default().memory, value_parser = clap::value_parser!(u32).range(1..=1024))]
    memory: u32,

    /// How often it passes over that memory
    #[arg(id = "kdf_passes", long = "kdf-passes", value_name = "N", default_value_t = Cost::default().passes, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    passes: u32,

    /// How many processors can share the work
    #[arg(id = "kdf_lanes", long = "kdf-lanes", value_name = "N", default_value_t = Cost::default().lanes, value_parser = clap::value_parser!(u32).range(1..=64))]
    lanes: u32,
}

impl Kdf {
    fn cost(&self) -> Cost {
        Cost { memory: self.memory, passes: self.passes, lanes: self.lanes }
    }

    /// Makes sure that what is written can be read again.
    fn check(&self) -> Result<()> {
        let most = Limits::default().kdf_bytes / (u64::from(self.memory) << 20);
        if u64::from(self.passes) > most {
            return Err(Error::new(format!("with {} MiB, more than {most} passes could not be read again", self.memory))
                .hint(format!("pass --kdf-passes {most} at most, or less memory")));
        }
        Ok(())
    }
}

impl Sealing {
    /// Whether the output is sealed with age; the passphrase of a format that encrypts by itself is its own.
    pub(super) fn is_asked(&self, to: &Format) -> bool {
        let passphrase = self.passphrase || self.to_passphrase_file.is_some();
        (passphrase && to.spec.lock.is_none()) || self.has_recipients()
    }

    /// What locks output whose format encrypts by itself; nobody is asked for a passphrase of what is not written.
    pub(super) fn lock(&self, dry_run: bool) -> FileLock {
        FileLock {
            what: "the output".to_owned(),
            passphrase_file: self.to_passphrase_file.clone(),
            key_file: self.to_key_file.clone(),
            ask: if dry_run { |_| Ok("nothing is written".to_owned().into()) } else { prompt::new_passphrase },
            pbkdf2: self.pbkdf2,
            cost: Some(self.kdf.cost()),
            tries: 0,
        }
    }

    /// Whether these options go together, and with the format.
    pub(super) fn check(&self, format: &Format) -> Result<()> {
        if self.to_key_file.is_some() && !format.spec.lock.as_ref().is_some_and(|lock| lock.key_file) {
            return Err(Error::new(format!("{} takes no key file", format.spec.id)).hint("leave --to-key-file out"));
        }
        if self.pbkdf2.is_some() && !format.spec.lock.as_ref().is_some_and(|lock| lock.pbkdf2) {
            return Err(Error::new(format!("{} derives no key with PBKDF2", format.spec.id)).hint("leave --pbkdf2 out"));
        }
        if format.spec.lock.is_some() {
            self.kdf.check()?;
        } else if self.kdf.cost() != Cost::default() {
            return Err(Error::new(format!("{} derives no key", format.spec.id))
                .hint("leave the options --kdf-… out; sealing has costs of its own"));
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
