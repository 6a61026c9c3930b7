//! `sfcred backup`

use std::fs::{DirBuilder, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::Args;
use sfcred_formats::{Error, Record, Result};
use zeroize::Zeroizing;

use super::super::args::{self, Judging, Reading};
use super::super::{End, input, output, show, signals};
use super::At;
use super::init::write;
use super::kept::{self, Copies};
use super::store::{self, Access, Opened, Store};
use crate::check::Findings;
use crate::flow;
use crate::vault::{Keep, Vault};

/// Write a sealed, dated copy of the vault or of files, and make sure that it opens
///
/// The copy is written, synced, read back, opened and compared before it is called done. It is sealed to the recipients of the vault, unless
/// others are named. --keep retires old copies afterwards.
#[derive(Args)]
pub(in super::super) struct Backup {
    /// The files and stores to copy; without any the vault
    #[arg(value_name = "IN")]
    inputs: Vec<PathBuf>,

    /// The folder for the copies, which is made if it is not there
    #[arg(long, value_name = "DIR")]
    to_dir: PathBuf,

    /// Keep one copy for so many days, weeks and months, such as 7d,4w,12m, and remove the others
    #[arg(long, value_name = "HOW LONG")]
    keep: Option<Keep>,

    /// Keep the bytes of one file as they are, in place of its records
    #[arg(long, requires = "inputs")]
    raw: bool,

    /// Seal to this recipient; can be given several times
    #[arg(short, long, value_name = "RECIPIENT")]
    recipient: Vec<String>,

    /// Seal to the recipients in this file; can be given several times
    #[arg(short = 'R', long, value_name = "FILE")]
    recipients_file: Vec<PathBuf>,

    #[command(flatten)]
    at: At,
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    judging: Judging,
}

/// What is copied.
struct Content {
    plain: Zeroizing<Vec<u8>>,
    /// What it is, in words.
    what: String,
    /// What the rules find in its records.
    findings: Option<Findings>,
}

impl Backup {
    pub(in super::super) fn run(self, today: NaiveDate) -> Result<End> {
        if self.raw && self.inputs.len() != 1 {
            return Ok(End::wrong_use(&Error::new("--raw copies one file").hint("back the others up one by one")));
        }
        let access = self.at.access(&self.reading)?;
        let (_, named) = output::recipients(&self.recipient, &self.recipients_file)?;
        let copies = match self.inputs.first() {
            None => Copies::of_vault(),
            Some(path) if self.raw => Copies::of_file(path)?,
            Some(_) => Copies::of_records(),
        };
        let day = self.judging.as_of.unwrap_or(today);
        let (sealed, plain, what, findings) = if self.inputs.is_empty() && named.is_empty() {
            // The file itself, which is sealed to the right people already.
            let store = Store::read(&access)?;
            let findings = self.judge(&store.vault.records, today)?;
            let what = show::count(store.vault.records.len() as u64, "record", "records");
            (store.sealed().to_vec(), store.plain(), what, Some(findings))
        } else {
            let recipients = if named.is_empty() { Store::read(&access)?.vault.recipients } else { named };
            let Some(Content { plain, what, findings }) = self.content(&access, recipients.clone(), today)? else {
                return Ok(End::WrongUse);
            };
            (store::seal_to(&recipients, &plain)?, plain, what, findings)
        };
        let path = self.put(&copies, day, &sealed)?;
        prove(&access, &path, &sealed, &plain)?;
        if let Some(findings) = findings {
            show::findings(&findings);
        }
        show::say("notice", &format!("{}: {what}, written and compared", path.display()));
        if let Some(keep) = self.keep {
            for gone in kept::retire(&copies, &self.to_dir, keep, &path)? {
                show::say("notice", &format!("{}: retired", gone.display()));
            }
        }
        Ok(End::Done)
    }

    /// What is copied, and in words what that is; nothing where the options are wrong.
    fn content(&self, access: &Access, recipients: Vec<String>, today: NaiveDate) -> Result<Option<Content>> {
        if let Some(path) = self.inputs.first().filter(|_| self.raw) {
            let bytes = Zeroizing::new(store::file(path)?);
            let what = format!("{} as they are", show::count(bytes.len() as u64, "byte", "bytes"));
            return Ok(Some(Content { plain: bytes, what, findings: None }));
        }
        let mut vault = Vault::new(recipients);
        if self.inputs.is_empty() {
            vault.records = Store::read(access)?.vault.records;
        } else {
            let known = self.reading.specs.load()?;
            let Ok(from) = self.reading.from(known) else { return Ok(None) };
            let options = args::options(&self.reading, &self.judging, known, today, show::KEEP)?;
            let (sources, _) = input::open(&self.inputs, &self.reading, from)?;
            let (report, records) = flow::gather(sources, &options)?;
            show::inputs(&report);
            vault.records = records;
        }
        let findings = self.judge(&vault.records, today)?;
        let what = show::count(vault.records.len() as u64, "record", "records");
        Ok(Some(Content { plain: vault.write()?, what, findings: Some(findings) }))
    }

    /// What the rules find, which is told as by a conversion.
    fn judge(&self, records: &[Record], today: NaiveDate) -> Result<Findings> {
        let mut findings = Findings::new(args::policy(&self.judging, today)?, show::KEEP);
        for record in records {
            findings.enter(record, None);
        }
        Ok(findings)
    }

    /// Writes the copy under the first name of the day that is free.
    fn put(&self, copies: &Copies, day: NaiveDate, sealed: &[u8]) -> Result<PathBuf> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&self.to_dir);
        made.map_err(|error| Error::from(error).in_file(self.to_dir.display().to_string()))?;
        // What a backup that was killed has left; that it is there is no reason to fail.
        if let Ok(folder) = File::open(&self.to_dir) {
            signals::sweep(&folder, signals::is_nameless);
        }
        for number in 1..=999 {
            let path = self.to_dir.join(copies.name(day, number));
            if path.symlink_metadata().is_ok() {
                continue;
            }
            return write(&path, sealed).map(|()| path);
        }
        Err(Error::new("999 copies of one day").in_file(self.to_dir.display().to_string()).hint("remove some, or use another folder"))
    }
}

/// Reads the copy back, opens it and compares it; without an identity that is one of its recipients only the bytes can be compared.
fn prove(access: &Access, path: &Path, sealed: &[u8], plain: &[u8]) -> Result<()> {
    let differs = || {
        Error::new("the copy does not read back as it was written")
            .in_file(path.display().to_string())
            .hint("check the disk; do not rely on this copy")
    };
    if store::file(path)? != sealed {
        return Err(differs());
    }
    match Opened::new(access).open(sealed) {
        Ok(opened) if *opened == *plain => Ok(()),
        Ok(_) => Err(differs()),
        Err(error) => {
            let what = format!("the copy was written, but could not be opened to compare it: {error}");
            Err(Error::new(what)
                .in_file(path.display().to_string())
                .hint("name an identity of its recipients with -i FILE, and `sfcred verify` it"))
        }
    }
}
