//! The way through the house, from top to bottom; one function a verb.
//!
//! ```text
//! file ─open─▶ bytes ─detect─▶ format ─read─▶ record ─recognise─▶ Salesforce record ─check─▶ notices
//!                                                                        │
//! file ◀─put── bytes ◀─seal── bytes ◀─write── record ◀──── place(target format) ──┘
//! ```
//!
//! A store is a folder of entries: it takes the same way, and each entry is opened and sealed on its own.
//!
//! Files, terminal, clock and randomness are outside: the command opens and seals, and prints what a [`Report`] holds.

use std::io::{Write, copy, sink};

use sfcred_formats::store::NewFolder;
use sfcred_formats::{Error, Format, Key, Lock, Notice, Record, Result, Sink, Spot, Tally, all};

use crate::check::{Findings, Place};
use crate::merge::Merge;
pub use crate::options::Options;
use crate::place::{Losses, Placer, recognise};
pub use crate::report::{Reading, Report};
pub use crate::source::{Content, Source};
use crate::source::{Held, Opened, opened};
use crate::vault::{Change, Conflict, Import, OnConflict, Vault};

/// Where the records go.
pub enum Out<'a> {
    /// To a file, or stdout.
    File(&'a mut dyn Write),
    /// To a store.
    Folder(&'a mut dyn NewFolder),
}

/// Reads the sources, checks their records, and writes them to `out` in the target format. Several sources are merged.
///
/// `lock` is asked for a passphrase where the target encrypts by itself.
///
/// # Errors
/// When a source cannot be read or the output fails. What was lost is in the report; the caller decides whether it may be.
pub fn convert(sources: Vec<Source<'_>>, target: &Format, out: Out<'_>, lock: &mut dyn Lock, options: &Options) -> Result<Report> {
    let mut report = Report::new(options);
    let mut placer = Placer::new(target, options.policy.max_age).join(options.join);
    let mut writer = match out {
        Out::File(out) => target.write(out, lock)?,
        Out::Folder(folder) => target.write_folder(folder)?,
    };
    let mut written = 0;
    let mut write = |record: &mut Record| {
        placer.place(record);
        written += 1;
        writer.record(record)
    };
    let sources = opened(sources, options)?;
    if sources.iter().filter(|source| !source.format.spec.companion).count() > 1 {
        let (mut logins, mut others) = merged(sources, options, &mut report)?;
        for record in &mut logins {
            report.findings.enter(record, None);
            write(record)?;
        }
        for record in &mut others {
            write(record)?;
        }
    } else {
        entries(sources, options, &mut report, &mut |record, place, findings| {
            if place.is_some() {
                findings.enter(record, place);
            }
            write(record)
        })?;
    }
    writer.finish()?;
    report.losses = placer.finish();
    report.written = written;
    Ok(report)
}

/// Reads the sources and judges their records.
///
/// # Errors
/// When a source cannot be read.
pub fn check(sources: Vec<Source<'_>>, options: &Options) -> Result<Report> {
    let mut report = Report::new(options);
    entries(opened(sources, options)?, options, &mut report, &mut |record, place, findings| {
        if place.is_some() {
            findings.enter(record, place);
        }
        Ok(())
    })?;
    Ok(report)
}

/// Reads a source and hands its Salesforce logins on, without a judgement, for those who look through many files.
///
/// The format is `None` where the source is of none. What was read before an error has been handed on.
pub fn logins(source: Source<'_>, options: &Options, each: &mut dyn FnMut(Record, Spot)) -> (Option<&'static Format>, Result<()>) {
    let mut report = Report::new(options);
    let source = match source.open(options) {
        Ok(source) => source,
        Err(error) => return (None, Err(error)),
    };
    let result = records(source, options, &mut report, &mut |record, place, _| {
        if let Some(place) = place {
            each(std::mem::take(record), place.spot);
        }
        Ok(())
    });
    (report.inputs.first().map(|input| input.format), result)
}

/// What sources have for a vault.
pub struct Incoming {
    /// What was read, noticed and found.
    pub report: Report,
    logins: Vec<Record>,
    others: Vec<Record>,
}

/// Reads the sources for a vault.
///
/// # Errors
/// When a source cannot be read.
pub fn incoming(sources: Vec<Source<'_>>, options: &Options) -> Result<Incoming> {
    let mut report = Report::new(options);
    // Of the mails in a mailbox the newest counts, before it is compared with the vault.
    let (logins, others) = merged(opened(sources, options)?, options, &mut report)?;
    for login in &logins {
        report.findings.enter(login, None);
    }
    Ok(Incoming { report, logins, others })
}

impl Incoming {
    /// Takes the records into a vault; `decide` is asked where its secrets and theirs differ. Nothing is written.
    ///
    /// # Errors
    /// When nobody can decide.
    pub fn take_into(
        &mut self,
        vault: &mut Vault,
        decide: &mut dyn FnMut(Conflict<'_>) -> Result<OnConflict>,
    ) -> Result<Vec<(String, Change)>> {
        let mut import = Import::new(vault);
        for login in &self.logins {
            import.add(login.clone(), true, decide)?;
        }
        for other in &self.others {
            import.add(other.clone(), false, decide)?;
        }
        import.complete(&mut self.report.additions);
        Ok(import.changes)
    }
}

/// Reads the sources and hands every record on as it is understood; nothing is merged.
///
/// # Errors
/// When a source cannot be read.
pub fn gather(sources: Vec<Source<'_>>, options: &Options) -> Result<(Report, Vec<Record>)> {
    let mut report = Report::new(options);
    let mut gathered = Vec::new();
    entries(opened(sources, options)?, options, &mut report, &mut |record, _, _| {
        gathered.push(std::mem::take(record));
        Ok(())
    })?;
    Ok((report, gathered))
}

/// What is in a source.
pub struct Inspection {
    /// What was read and found.
    pub report: Report,
    /// How many records have each key.
    pub keys: Tally<Key>,
    /// What each format that can be written would lose.
    pub targets: Vec<(&'static Format, Losses)>,
}

/// Reads a source and says what is in it, and what each target would lose.
///
/// # Errors
/// When the source cannot be read.
pub fn inspect(source: Source<'_>, options: &Options) -> Result<Inspection> {
    let mut report = Report::new(options);
    let mut keys = Tally::default();
    let mut placers: Vec<(&Format, Placer<'_>)> = all()
        .iter()
        .chain(options.own)
        .filter(|format| format.spec.write.is_some())
        .map(|format| (format, Placer::new(format, options.policy.max_age)))
        .collect();
    entries(vec![source.open(options)?], options, &mut report, &mut |record, place, findings| {
        if place.is_some() {
            findings.enter(record, place);
        }
        for key in Key::ALL.into_iter().filter(|key| record.has(*key)) {
            keys.add(key, "");
        }
        for (_, placer) in &mut placers {
            placer.place(&mut record.clone());
        }
        Ok(())
    })?;
    let targets = placers.into_iter().map(|(format, placer)| (format, placer.finish())).collect();
    Ok(Inspection { report, keys, targets })
}

/// All records of several sources, one for each Salesforce login, and the other entries. These stay as they are: elsewhere one username has
/// many logins.
fn merged(sources: Vec<Opened<'_>>, options: &Options, report: &mut Report) -> Result<(Vec<Record>, Vec<Record>)> {
    let mut merge = Merge::default();
    let mut others = Vec::new();
    entries(sources, options, report, &mut |record, place, _| {
        let record = std::mem::take(record);
        match place {
            Some(_) => merge.add(record),
            None => others.push(record),
        }
        Ok(())
    })?;
    let (logins, tally) = merge.finish();
    report.merged = tally;
    Ok((logins, others))
}

/// What takes a record, where it stands if it is a Salesforce login, and the findings of the run.
type Each<'a> = dyn FnMut(&mut Record, Option<Place>, &mut Findings) -> Result<()> + 'a;

/// Hands every record of the sources on, understood: one by one, or, where values are to be split, when all that is known has been read.
fn entries(sources: Vec<Opened<'_>>, options: &Options, report: &mut Report, each: &mut Each<'_>) -> Result<()> {
    let Some(split) = &options.split else {
        return sources.into_iter().try_for_each(|source| records(source, options, report, each));
    };
    let mut held = Vec::new();
    for source in sources {
        records(source, options, report, &mut |record, place, _| {
            held.push((std::mem::take(record), place));
            Ok(())
        })?;
    }
    let mut logins: Vec<&mut Record> = held.iter_mut().filter(|(_, place)| place.is_some()).map(|(record, _)| record).collect();
    split.all(&mut logins, &mut |finding, record| report.understood.add(finding, record.name()));
    held.into_iter().try_for_each(|(mut record, place)| each(&mut record, place, &mut report.findings))
}

/// Hands every record of one source on, understood.
fn records(source: Opened<'_>, options: &Options, report: &mut Report, each: &mut Each<'_>) -> Result<()> {
    let Opened { name, format, named, twins, held, mut lock, made_of } = source;
    let mut failed = None;
    let read = || -> Result<()> {
        let reading = Reading { name: name.clone(), format, made_of, twins, records: 0, others: 0 };
        match held {
            Held::Folder(mut folder) => {
                report.inputs.push(reading);
                let mut stage = Stage { format, named, options, report, each, failed: &mut failed };
                format.read_folder(&mut *folder, &options.limits, &mut stage)
            }
            Held::File(mut input) => {
                for other in format.enter(&mut input)? {
                    report.notices.add(Notice::OtherFiles, &other);
                }
                if let Some(encoding) = input.encoding() {
                    report.notices.add(Notice::Encoding(encoding), "");
                }
                report.inputs.push(reading);
                let mut stage = Stage { format, named, options, report, each, failed: &mut failed };
                format.read(&mut input, &options.limits, &mut *lock, &mut stage)?;
                // A sealed file is authentic only when its last byte has been read.
                copy(&mut input, &mut sink())?;
                Ok(())
            }
        }
    };
    let result = read();
    match (failed, result) {
        (Some(error), _) => Err(error),
        (None, result) => result.map_err(|error| error.in_file(name)),
    }
}

/// The middle of the picture: from the reader to whatever takes the records.
struct Stage<'a, 'e> {
    format: &'static Format,
    /// Whether the user named the format.
    named: bool,
    options: &'a Options,
    report: &'a mut Report,
    each: &'a mut Each<'e>,
    /// An error behind this stage, which is not the source's.
    failed: &'a mut Option<Error>,
}

impl Sink for Stage<'_, '_> {
    fn record(&mut self, record: &mut Record, spot: Spot) -> Result<()> {
        let most = self.options.limits.fields;
        if record.fields.len() > most || record.urls.len() > most {
            let what = format!("more than {most} fields or URLs, the limit for one record");
            return Err(Error::new(what).at(spot.to_string()).hint("split the entry"));
        }
        let Report { inputs, additions, understood, findings, .. } = &mut *self.report;
        let mut told = Vec::new();
        let salesforce = recognise(&self.format.spec, record, &mut |finding| told.push(finding));
        let place = salesforce.then(|| Place { input: inputs.len().saturating_sub(1), spot });
        let Some(input) = inputs.last_mut() else { return Ok(()) };
        if !salesforce && !self.options.all {
            input.others += 1;
            return Ok(());
        }
        for finding in told {
            understood.add(finding, record.name());
        }
        input.records += 1;
        if input.records > self.options.limits.records as u64 {
            return Err(
                Error::new(format!("more than {} records, the limit for one input", self.options.limits.records)).hint("split the file")
            );
        }
        if self.format.spec.companion {
            additions.add(record);
            return Ok(());
        }
        additions.complete(record);
        (self.each)(record, place, findings).map_err(|error| {
            *self.failed = Some(error);
            Error::new("stopped")
        })
    }

    fn candidate(&mut self, record: &mut Record, spot: Spot, what: &'static str) -> Result<()> {
        if self.named {
            return self.record(record, spot);
        }
        self.notice(Notice::Candidate(what), record.name());
        Ok(())
    }

    fn notice(&mut self, notice: Notice, name: &str) {
        // Whoever splits values is told what became of each.
        if notice != Notice::Appended || self.options.split.is_none() {
            self.report.notices.add(notice, name);
        }
    }
}
