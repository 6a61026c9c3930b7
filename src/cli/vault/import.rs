//! `sfcred import`

use std::path::PathBuf;
use std::time::Duration;

use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use sfcred_formats::{Error, Key, Record, Result, SFCRED};

use super::super::args::{self, Judging, Reading};
use super::super::{End, input, prompt, show};
use super::store::Store;
use super::{At, Waiting, with_own};
use crate::flow::{self, Options, Source};
use crate::vault::{Change, Conflict, OnConflict};

/// Take credentials in any format into the vault
///
/// A login that the vault has already is merged: it learns what it did not know. Where they differ, the password that was changed last counts
/// and the token that was issued last, and where no date decides, both records are kept; --on-conflict decides otherwise. Everything is told,
/// and `sfcred undo` takes the import back. Sealed input is opened with the identities of the vault too, and with those of -i the vault.
#[derive(Args)]
pub(in super::super) struct Import {
    /// The files and stores to read; - is stdin
    #[arg(required = true, value_name = "IN")]
    inputs: Vec<PathBuf>,

    /// Whose secrets count where the vault and the input differ
    #[arg(long, value_name = "WHOSE", value_enum, default_value_t = Whose::Newer)]
    on_conflict: Whose,

    /// Show what would change in the vault, and change nothing
    #[arg(long, short = 'n')]
    dry_run: bool,

    /// Print errors only
    #[arg(long, short)]
    quiet: bool,

    #[command(flatten)]
    at: At,
    #[command(flatten)]
    waiting: Waiting,
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    judging: Judging,
}

/// Whose secrets count where they differ.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Whose {
    /// The newer password and the newer token; both records, where no date decides
    Newer,
    /// Those of the vault
    Ours,
    /// Those of the input
    Theirs,
    /// What you say to each, on the terminal
    Ask,
}

impl Import {
    pub(in super::super) fn run(mut self, today: NaiveDate) -> Result<End> {
        self.reading.identity = with_own(&self.reading.identity);
        let known = self.reading.specs.load()?;
        let Ok(from) = self.reading.from(known) else { return Ok(End::WrongUse) };
        let options = args::options(&self.reading, &self.judging, known, today, show::KEEP)?;
        let access = self.at.access(&self.reading)?;
        let store = Store::read(&access)?;
        let (sources, _) = input::open(&self.inputs, &self.reading, from)?;
        let Self { dry_run, quiet, on_conflict, waiting, .. } = self;
        Taking { dry_run, quiet, on_conflict, wait: waiting.time() }.take(store, sources, &options)
    }
}

/// How records are taken into the vault.
pub(super) struct Taking {
    /// Whether only the difference is shown.
    pub dry_run: bool,
    /// Whether only errors are printed.
    pub quiet: bool,
    /// Whose secrets count.
    pub on_conflict: Whose,
    /// How long to wait for others who change the vault.
    pub wait: Duration,
}

impl Taking {
    /// Takes the sources into the vault, and tells what became of each login.
    ///
    /// The vault is held only when all has been read and asked.
    pub(super) fn take(self, mut store: Store, sources: Vec<Source<'_>>, options: &Options) -> Result<End> {
        let mut incoming = flow::incoming(sources, options)?;
        let mut answers = Answers::default();
        if self.on_conflict == Whose::Ask {
            incoming.take_into(&mut store.vault.clone(), &mut |conflict| answers.ask(conflict))?;
        }
        if !self.dry_run {
            store.lock(self.wait)?;
        }
        let mut decide = |conflict: Conflict<'_>| match self.on_conflict {
            Whose::Newer => Ok(OnConflict::Newer),
            Whose::Ours => Ok(OnConflict::Ours),
            Whose::Theirs => Ok(OnConflict::Theirs),
            Whose::Ask => answers.given(conflict),
        };
        let changes = incoming.take_into(&mut store.vault, &mut decide)?;
        let report = incoming.report;
        if !self.quiet {
            show::report(&report, SFCRED);
        }
        if self.dry_run {
            return show::print(&changes.iter().map(line).collect::<String>()).map(|()| End::Done);
        }
        let saved = store.save()?;
        if !self.quiet {
            for (name, change) in changes.iter().filter(|(_, change)| is_conflict(change)) {
                show::say("warning", &format!("{name}: {}", conflict(change)));
            }
            let many = |test: fn(&Change) -> bool| changes.iter().filter(|(_, change)| test(change)).count();
            let added = many(|change| matches!(change, Change::Added | Change::KeptBoth));
            let known = many(|change| !change.changed().is_empty());
            let text = format!("{added} added, {known} changed, {} as they were", changes.len() - added - known);
            show::say("notice", &store.shown().name_in(Error::new(text)).to_string());
            if saved {
                show::say("hint", "`sfcred undo` takes the import back; delete the input if it holds secrets in plain text");
            }
        }
        Ok(End::Done)
    }
}

fn is_conflict(change: &Change) -> bool {
    matches!(change, Change::Settled { .. } | Change::KeptBoth)
}

fn conflict(change: &Change) -> String {
    let Change::Settled { taken, stayed, changed: keys } = change else { return "different secrets; both are kept".to_owned() };
    let changed = if keys.is_empty() { String::new() } else { format!("; changed: {}", names(keys)) };
    match (&taken[..], &stayed[..]) {
        (_, []) => format!("different secrets; those of the input were taken ({})", names(keys)),
        ([], stayed) => format!("different secrets; those of the vault stayed ({}){changed}", names(stayed)),
        (taken, stayed) => {
            format!("different secrets; {} of the input was taken, {} of the vault stayed{changed}", names(taken), names(stayed))
        }
    }
}

/// One line of the difference.
fn line((name, change): &(String, Change)) -> String {
    let changed = names(change.changed());
    let (mark, what) = match change {
        Change::Added => ('+', String::new()),
        Change::Same => ('=', String::new()),
        Change::Joined(_) => ('~', format!(": {changed}")),
        Change::Settled { stayed, .. } if stayed.is_empty() => ('~', format!(": {changed}, in place of those of the vault")),
        Change::Settled { stayed, changed: keys, .. } if keys.is_empty() => {
            ('=', format!(": different secrets; those of the vault stay ({})", names(stayed)))
        }
        Change::Settled { stayed, .. } => {
            ('~', format!(": {changed}; different secrets, of which those of the vault stay: {}", names(stayed)))
        }
        Change::KeptBoth => ('+', ": different secrets; it stands beside the record of the vault".to_owned()),
    };
    format!("{mark} {name}{what}\n")
}

/// The names of keys, for messages.
pub(super) fn names(keys: &[Key]) -> String {
    show::join(keys.iter().map(|key| key.name()), ", ")
}

/// What was answered for each login, before the vault was held.
#[derive(Default)]
struct Answers(Vec<(Record, Record, OnConflict)>);

impl Answers {
    fn ask(&mut self, conflict: Conflict<'_>) -> Result<OnConflict> {
        let answer = ask(conflict)?;
        self.0.push((conflict.ours.clone(), conflict.theirs.clone(), answer));
        Ok(answer)
    }

    fn given(&self, conflict: Conflict<'_>) -> Result<OnConflict> {
        let given = self.0.iter().find(|(ours, theirs, _)| ours == conflict.ours && theirs == conflict.theirs);
        given.map(|(.., answer)| *answer).ok_or_else(|| {
            Error::new("the record was changed meanwhile, so nothing was saved")
                .in_file(conflict.ours.name())
                .hint("import again, and decide on the record as it is now")
        })
    }
}

/// Asks on the terminal whose secrets count.
fn ask(conflict: Conflict<'_>) -> Result<OnConflict> {
    let has = |record: &Record| show::join(conflict.keys().into_iter().map(|key| secret(record, key)), " and ");
    let question = format!(
        "{}: the vault has {}, the input {}; keep [v]ault, take [i]nput, [b]oth?",
        show::printable(conflict.ours.name()),
        has(conflict.ours),
        has(conflict.theirs)
    );
    loop {
        let answer = prompt::line(&question).ok_or_else(|| {
            Error::new("no terminal to ask on").hint("--on-conflict newer, ours or theirs decides without; nothing was saved")
        })?;
        match answer.as_str() {
            "v" | "vault" => return Ok(OnConflict::Ours),
            "i" | "input" => return Ok(OnConflict::Theirs),
            "b" | "both" => return Ok(OnConflict::Both),
            _ => {}
        }
    }
}

/// A secret that differs, by its date.
fn secret(record: &Record, key: Key) -> String {
    let (what, date) = if key == Key::Token { ("token", record.issued) } else { ("password", record.password_changed) };
    date.map_or_else(|| format!("a {what} without date"), |date| format!("a {what} of {date}"))
}
