//! Whom the output is sealed to.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use clap::Args;
use sfcred_formats::store::{SealedWith, Store};
use sfcred_formats::{Cost, Error, Format, Limits, Result};

use super::lock::FileLock;
use super::store::With;
use super::{input, prompt};
use crate::seal::{self, To};

/// Whom age seals to.
pub(super) type Recipients = Vec<Box<dyn age::Recipient + Send>>;

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

    /// The key file of the output, for a format that takes one; a format that takes nothing else makes it where there is none
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

    /// Let gpg encrypt the entries of a store to this key; can be given several times
    #[arg(long, value_name = "KEY")]
    gpg_id: Vec<String>,

    /// Write the entries of a store as plain text files
    #[arg(long)]
    plain: bool,
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
        (passphrase && !to.spec.takes_passphrase()) || self.has_recipients()
    }

    /// What locks output whose format encrypts by itself; nobody is asked for a passphrase of what is not written.
    pub(super) fn lock(&self, dry_run: bool) -> FileLock {
        FileLock {
            what: "the output".to_owned(),
            passphrase_file: self.to_passphrase_file.clone(),
            key_file: self.to_key_file.clone(),
            ask: if dry_run { |_| Ok("nothing is written".to_owned().into()) } else { prompt::new_passphrase },
            cost: Some(self.kdf.cost()),
            pbkdf2: self.pbkdf2,
            tries: 0,
            style: None,
            folder: None,
            new_key: None,
        }
    }

    /// The key file of the output, if there is one.
    pub(super) fn key_file(&self) -> Option<&PathBuf> {
        self.to_key_file.as_ref()
    }

    /// Whether these options go together, and with the format; `store` is that of the format, where a folder is written.
    pub(super) fn check(&self, format: &Format, store: Option<&Store>) -> Result<()> {
        if let Some(store) = store {
            return self.check_store(&format.spec.id, store);
        }
        if let Some((option, _)) = [("--gpg-id", !self.gpg_id.is_empty()), ("--plain", self.plain)].iter().find(|(_, given)| *given) {
            return Err(Error::new(format!("{option} is for the folder of a store")).hint("leave it out, or name such a folder with -o"));
        }
        if self.to_key_file.is_some() && !format.spec.lock.as_ref().is_some_and(|lock| lock.key_file) {
            return Err(Error::new(format!("{} takes no key file", format.spec.id)).hint("leave --to-key-file out"));
        }
        if self.pbkdf2.is_some() && !format.spec.lock.as_ref().is_some_and(|lock| lock.pbkdf2) {
            return Err(Error::new(format!("{} derives no key with PBKDF2", format.spec.id)).hint("leave --pbkdf2 out"));
        }
        if format.spec.takes_passphrase() {
            self.kdf.check()?;
        } else if self.kdf.cost() != Cost::default() {
            return Err(Error::new(format!("{} derives no key", format.spec.id))
                .hint("leave the options --kdf-… out; sealing has costs of its own"));
        }
        if self.armor && !self.is_asked(format) {
            return Err(Error::new("--armor without anything to seal to").hint("add -r RECIPIENT or -p"));
        }
        if self.has_recipients() && !format.spec.takes_passphrase() && (self.passphrase || self.to_passphrase_file.is_some()) {
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
        let has_recipients = self.has_recipients();
        if let Some(path) = self.to_passphrase_file.as_ref().filter(|_| !has_recipients) {
            return prompt::passphrase_file(path).map(|passphrase| Some(To::Passphrase(passphrase)));
        }
        if self.passphrase && !has_recipients {
            return prompt::new_passphrase("passphrase for the output").map(|passphrase| Some(To::Passphrase(passphrase)));
        }
        recipients(&self.recipient, &self.recipients_file).map(|(recipients, _)| Some(To::Recipients(recipients)))
    }

    fn check_store(&self, id: &str, store: &Store) -> Result<()> {
        if self.passphrase || self.to_passphrase_file.is_some() || self.to_key_file.is_some() {
            return Err(Error::new("a store is sealed to keys").hint("leave passphrase and key file out; name the key with -r or --gpg-id"));
        }
        if self.armor {
            return Err(Error::new("the entries of a store have no armor").hint("leave --armor out"));
        }
        let (age, gpg) = (store.layout(SealedWith::Age).is_some(), store.layout(SealedWith::Gpg).is_some());
        match (self.has_recipients(), !self.gpg_id.is_empty(), self.plain) {
            (true, false, false) if !age => Err(Error::new(format!("{id} seals with gpg, not with age")).hint("name a key with --gpg-id")),
            (false, true, false) if !gpg => Err(Error::new(format!("{id} seals with age, not with gpg")).hint("name a recipient with -r")),
            (true, false, false) | (false, true, false) | (false, false, true) => Ok(()),
            (false, false, false) => Err(no_key(id, store)),
            _ => Err(Error::new("entries are sealed with age, or with gpg, or not at all").hint("take one of -r, --gpg-id and --plain")),
        }?;
        // Each becomes a line of a file, and what gpg looks a key up by.
        let wrong = |key: &String| key.trim().is_empty() || key.starts_with('-') || key.contains(['#', '\n', '\r']);
        if self.gpg_id.iter().any(wrong) {
            return Err(Error::new("--gpg-id: not the name of a key").hint("`gpg --list-keys` shows fingerprints and addresses"));
        }
        Ok(())
    }

    /// What the entries of a store are sealed with.
    pub(super) fn store(&self, format: &Format, store: &'static Store) -> Result<With> {
        if let Some(layout) = store.layout(SealedWith::Gpg).filter(|_| !self.gpg_id.is_empty()) {
            return Ok(With::Gpg(layout, self.gpg_id.clone()));
        }
        match store.layout(SealedWith::Age).filter(|_| self.has_recipients()) {
            Some(layout) => recipients(&self.recipient, &self.recipients_file)
                .map(|(recipients, lines)| With::Age(layout, To::Recipients(recipients), lines)),
            None if self.plain => Ok(With::Plain),
            // Never by mistake.
            None => Err(no_key(&format.spec.id, store)),
        }
    }

    /// Whether the entries of a store are sealed.
    pub(super) fn seals_entries(&self) -> bool {
        !self.plain
    }
}

/// The recipients that options name, and the lines that name them.
pub(super) fn recipients(named: &[String], files: &[PathBuf]) -> Result<(Recipients, Vec<String>)> {
    let mut recipients = Recipients::new();
    let mut lines = named.to_vec();
    for text in named {
        recipients.push(seal::recipient(text).map_err(|error| error.in_file("-r"))?);
    }
    for path in files {
        let mut bytes = Vec::new();
        let read = File::open(path).and_then(|file| file.take(input::KEY_FILE).read_to_end(&mut bytes));
        let named = |error: sfcred_formats::Error| error.in_file(input::name(path));
        read.map_err(|error| named(error.into()))?;
        recipients.extend(seal::recipients_file(&bytes).map_err(named)?);
        let text = String::from_utf8_lossy(&bytes);
        lines.extend(text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()).map(str::to_owned));
    }
    Ok((recipients, lines))
}

fn no_key(id: &str, store: &Store) -> Error {
    let options = [("--gpg-id KEY", SealedWith::Gpg), ("-r RECIPIENT", SealedWith::Age)];
    let options: Vec<&str> = options.iter().filter(|(_, seal)| store.layout(*seal).is_some()).map(|(option, _)| *option).collect();
    Error::new(format!("{id}: no key to seal the entries to"))
        .hint(format!("{} names one; --plain writes plain text files", options.join(" or ")))
}
