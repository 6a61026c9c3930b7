//! `sfcred backup`

use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::Args;
use sfcred_formats::{Error, Record, Result};
use zeroize::Zeroizing;

use super::super::args::{self, Judging, Reading};
use super::super::{End, input, output, show};
use super::At;
use super::copy::{self, Inside, NewCopy};
use super::kept::{self, Copies};
use super::store::{self, Access, Opened};
use crate::check::Findings;
use crate::flow;
use crate::vault::{Keep, Vault};

/// Write a sealed, dated copy of the vault or of files, and make sure that it opens
///
/// The copy is written, synced, read back, opened and compared before it gets its name. It is sealed to the recipients of the vault, unless
/// others are named; one of your identities must open it, if you have any. --keep retires old copies afterwards.
#[derive(Args)]
pub(in super::super) struct Backup {
    /// The files and stores to copy; without any the vault
    #[arg(value_name = "IN")]
    inputs: Vec<PathBuf>,

    /// The folder for the copies, which is made if it is not there
    #[arg(long, value_name = "DIR")]
    to_dir: PathBuf,

    /// Keep one copy for so many days, weeks and months, such as 7d,4w,12m, and remove the others; it opens them all, and neither removes nor
    /// counts what it cannot open
    #[arg(long, value_name = "HOW LONG")]
    keep: Option<Keep>,

    /// What the copies are called, in place of the name of the vault or of the first file; --keep needs it for files
    #[arg(long, value_name = "NAME", value_parser = name)]
    name: Option<String>,

    /// Keep the bytes of one file as they are, in place of its records
    #[arg(long, requires = "inputs")]
    raw: bool,

    /// Seal to this recipient; can be given several times
    #[arg(short, long, value_name = "RECIPIENT")]
    recipient: Vec<String>,

    /// Seal to the recipients in this file; can be given several times
    #[arg(short = 'R', long, value_name = "FILE")]
    recipients_file: Vec<PathBuf>,

    /// Print errors only, and what is wrong with copies
    #[arg(long, short)]
    quiet: bool,

    #[command(flatten)]
    at: At,
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    judging: Judging,
}

/// What is copied.
enum Content {
    /// A vault as it is sealed, and what is inside.
    Sealed(Vec<u8>, Zeroizing<Vec<u8>>),
    /// What is yet to be sealed.
    Plain(Box<dyn Read>, Vec<String>),
}

/// What is copied, and what there is to say of it.
struct Copied {
    content: Content,
    /// How many records it holds, and what the rules find in them; nothing of a raw copy.
    records: Option<(u64, Findings)>,
}

impl Backup {
    pub(in super::super) fn run(self, today: NaiveDate) -> Result<End> {
        if self.raw && self.inputs.len() != 1 {
            return Ok(End::wrong_use(&Error::new("--raw copies one file").hint("back the others up one by one")));
        }
        if self.keep.is_some() && !self.inputs.is_empty() && self.name.is_none() {
            let error = Error::new("--keep cannot tell the copies of these files from those of others with the same names");
            return Ok(End::wrong_use(&error.hint("--name NAME says which copies belong together")));
        }
        let access = self.at.access(&self.reading)?;
        // One for all, so that a passphrase is asked for once.
        let mut opened = Opened::new(&access);
        let copies = self.copies(&access)?;
        let Some(Copied { content, records }) = self.content(&access, &mut opened, today)? else { return Ok(End::WrongUse) };
        let (path, count) = self.put(&copies, self.judging.as_of.unwrap_or(today), content, &access, &mut opened)?;
        let what = match &records {
            Some((count, _)) => show::count(*count, "record", "records"),
            None => format!("{} as they are", show::count(count, "byte", "bytes")),
        };
        if let Some((_, findings)) = records.as_ref().filter(|_| !self.quiet) {
            show::findings(findings);
        }
        if records.is_some_and(|(count, _)| count == 0) {
            show::say("warning", &format!("{}: a copy without any record", path.display()));
        }
        if !self.quiet {
            let proved = if access.identity.is_empty() { "compared; not opened, for there is no identity here" } else { "compared" };
            show::say("notice", &format!("{}: {what}, written and {proved}", path.display()));
        }
        if let Some(keep) = self.keep {
            self.retire(&copies, keep, &path, &mut opened)?;
        }
        Ok(End::Done)
    }

    fn copies(&self, access: &Access) -> Result<Copies> {
        let name = self.name.as_deref();
        match self.inputs[..] {
            [] => Ok(Copies::of_vault(&access.path, name)),
            _ if self.raw => Copies::of_file(&self.inputs, name),
            _ => Copies::of_records(&self.inputs, name),
        }
    }

    /// What is copied; nothing where the options are wrong.
    fn content(&self, access: &Access, opened: &mut Opened, today: NaiveDate) -> Result<Option<Copied>> {
        let (_, named) = output::recipients(&self.recipient, &self.recipients_file)?;
        if self.inputs.is_empty() {
            let (sealed, plain, mut vault) = store::open(access, opened)?;
            let records = Some(self.judge(&vault.records, today)?);
            let content = if named.is_empty() {
                // The file itself, which is sealed to the right people already.
                Content::Sealed(sealed, plain)
            } else {
                vault.recipients.clone_from(&named);
                Content::Plain(Box::new(Cursor::new(vault.write()?)), named)
            };
            return Ok(Some(Copied { content, records }));
        }
        let recipients = if named.is_empty() { store::open(access, opened)?.2.recipients } else { named };
        if let Some(path) = self.inputs.first().filter(|_| self.raw) {
            return Ok(Some(Copied { content: Content::Plain(Box::new(copy::open_file(path)?), recipients), records: None }));
        }
        let known = self.reading.specs.load()?;
        let Ok(from) = self.reading.from(known) else { return Ok(None) };
        let options = args::options(&self.reading, &self.judging, known, today, show::KEEP)?;
        let (sources, _) = input::open(&self.inputs, &self.reading, from)?;
        let (report, records) = flow::gather(sources, &options)?;
        if !self.quiet {
            show::inputs(&report);
        }
        let mut vault = Vault::new(recipients.clone());
        vault.records = records;
        let records = Some(self.judge(&vault.records, today)?);
        Ok(Some(Copied { content: Content::Plain(Box::new(Cursor::new(vault.write()?)), recipients), records }))
    }

    /// What the rules find, which is told as by a conversion.
    fn judge(&self, records: &[Record], today: NaiveDate) -> Result<(u64, Findings)> {
        let mut findings = Findings::new(args::policy(&self.judging, today)?, show::KEEP);
        for record in records {
            findings.enter(record, None);
        }
        Ok((records.len() as u64, findings))
    }

    /// Writes the copy, proves it, and gives it the first name of the day that is free; says how many bytes are in it.
    ///
    /// Without any identity only the bytes can be compared: so a machine can make copies that it cannot open.
    fn put(&self, copies: &Copies, day: NaiveDate, content: Content, access: &Access, opened: &mut Opened) -> Result<(PathBuf, u64)> {
        let mut copy = NewCopy::create(&self.to_dir)?;
        let count = match content {
            Content::Sealed(sealed, plain) => copy.write_sealed(&sealed, &plain).map(|()| plain.len() as u64)?,
            Content::Plain(plain, recipients) => copy.seal(plain, &recipients)?,
        };
        copy.prove(if access.identity.is_empty() { None } else { Some(opened) })?;
        let path = copy.appear((1..=999).map(|number| copies.name(day, number)))?;
        Ok((path, count))
    }

    /// Removes the copies that are not kept, and tells which stay although nobody asked for that.
    fn retire(&self, copies: &Copies, keep: Keep, made: &Path, opened: &mut Opened) -> Result<()> {
        let mut look = |path: &Path| match copy::look_inside(path, opened, self.raw)? {
            Inside::Vault(_, vault) => Ok(vault.records.len() as u64),
            Inside::Bytes(bytes) if self.raw => copy::count(bytes, path),
            Inside::Bytes(_) => Err(Error::new("not a copy of records").in_file(input::name(path))),
        };
        let retired = kept::retire(copies, &self.to_dir, keep, made, &mut look)?;
        for error in retired.closed {
            show::say("warning", &format!("{error}; this copy does not count, and stays"));
        }
        if let Some(path) = retired.spared {
            show::say("warning", &format!("{}: stays, for the copies of the days to keep are empty", path.display()));
        }
        if !self.quiet {
            for gone in retired.gone {
                show::say("notice", &format!("{}: retired", gone.display()));
            }
        }
        Ok(())
    }
}

/// A name for copies, which stays in their folder.
fn name(text: &str) -> Result<String, String> {
    if text.is_empty() || text.contains(['/', '\0']) || text.chars().any(char::is_control) {
        return Err("not a name for files".to_owned());
    }
    Ok(text.to_owned())
}
