//! `sfcred scan`

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Cursor, IsTerminal, Read, stderr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use clap::Args;
use indicatif::ProgressBar;
use serde_json::json;
use sfcred_formats::{Error, Format, Integration, Limits, Moment, NoLock, Result, find};
use zeroize::Zeroizing;

use super::args::{self, Judging, Splitting};
use super::input::Sealed;
use super::spec::{Known, Specs};
use super::vault::{Opening, Waiting};
use super::write::Writing;
use super::{End, input, show};
use crate::flow::{Content, Options, Source};
use crate::scan::{Found, Seen, Walk, look, too_long, walk};

/// Find credentials that lie in plain text in files: exports, config files, code and mail
///
/// Every place is listed with its file, line, kind and username, and never with the secret. Placeholders, references to secrets kept elsewhere
/// and other vendors' tokens are not listed. The exit status is 3 when something was found, so it serves as a check before a commit. It is 0
/// only when everything was searched: a path that cannot be is an error, and so is a file below it when nothing was found elsewhere.
#[derive(Args)]
pub(super) struct Scan {
    /// The files and folders to search; - is stdin
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Search files that git ignores, too
    #[arg(long)]
    no_ignore: bool,

    /// The longest file that is searched, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 16, value_parser = clap::value_parser!(u64).range(1..=1024))]
    max_size: u64,

    /// Take what was found into the vault, or write it to -o, and name the files that still hold it
    #[arg(long)]
    import: bool,

    /// The format that is written to -o
    #[arg(long, value_name = "FORMAT", default_value = "sfcred", requires_all = ["import", "output"])]
    to: String,

    #[command(flatten)]
    writing: Writing,
    #[command(flatten)]
    vault: Opening,
    #[command(flatten)]
    waiting: Waiting,
    #[command(flatten)]
    splitting: Splitting,
    #[command(flatten)]
    specs: Specs,
    #[command(flatten)]
    judging: Judging,
}

/// What a search saw, the files in their order.
#[derive(Default)]
struct Sight {
    files: u64,
    found: BTreeMap<PathBuf, Vec<Found>>,
    too_long: Vec<PathBuf>,
    failed: u64,
}

impl Scan {
    pub(super) fn run(self, today: NaiveDate) -> Result<End> {
        let known = self.specs.load()?;
        let Ok(format) = known.named("--to <FORMAT>", &self.to) else { return Ok(End::WrongUse) };
        let options = Options {
            all: false,
            policy: args::policy(&self.judging, today)?,
            keep: show::KEEP,
            limits: Limits::default(),
            split: self.splitting.split(),
            join: false,
            own: known.own,
        };
        self.vault.spare(self.writing.output.as_ref())?;
        let sight = self.search(&options)?;
        let quiet = self.writing.quiet;
        if self.writing.json {
            show::json(&document(&sight))?;
        } else if !self.import {
            show::print(&listing(&sight))?;
        }
        if !quiet {
            show::say("notice", &summary(&sight, self.max_size));
        }
        match (sight.found.is_empty(), sight.failed) {
            (true, 0) => Ok(End::Done),
            (true, failed) => {
                let files = show::count(failed, "file", "files");
                Err(Error::new(format!("{files} could not be read, so nobody knows what lies there"))
                    .hint("see that it may be read, or leave it out by a line in a file called .ignore"))
            }
            (false, _) if self.import => self.import(sight, format, known, options),
            (false, _) => Ok(End::Findings),
        }
    }

    fn search(&self, options: &Options) -> Result<Sight> {
        let progress = if stderr().is_terminal() && !self.writing.quiet { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        progress.enable_steady_tick(Duration::from_millis(100));
        let (piped, paths): (Vec<PathBuf>, Vec<PathBuf>) = self.paths.iter().cloned().partition(|path| path.as_os_str() == "-");
        let what = Walk { paths, ignored: self.no_ignore, longest: self.max_size << 20 };
        let (mut sight, mut failures) = (Sight::default(), Vec::new());
        walk(&what, options, &mut |seen| match seen {
            Seen::Searched(path, found) => {
                sight.files += 1;
                if !found.is_empty() {
                    sight.found.insert(path, found);
                }
                progress.set_message(format!("{}, {} with credentials", show::count(sight.files, "file", "files"), sight.found.len()));
            }
            Seen::TooLong(path) => sight.too_long.push(path),
            Seen::Failed(error) => failures.push(error),
        })?;
        if let Some(path) = piped.into_iter().next() {
            let found = look_at_stdin(what.longest, options).map_err(|error| error.in_file(input::name(&path)))?;
            sight.files += 1;
            if !found.is_empty() {
                sight.found.insert(path, found);
            }
        }
        progress.finish_and_clear();
        sight.failed = failures.len() as u64;
        for error in failures {
            show::say("warning", &format!("{error}, so it was not searched"));
        }
        Ok(sight)
    }

    /// Writes what was found as a conversion of every file would, and names the files.
    fn import(mut self, sight: Sight, format: &'static Format, known: Known, options: Options) -> Result<End> {
        self.writing.json = false;
        let quiet = self.writing.quiet;
        let files: Vec<PathBuf> = sight.found.keys().cloned().collect();
        let dry_run = self.writing.dry_run;
        let mut records = sight.found;
        for found in records.values_mut() {
            found.retain(|one| !one.is_session());
        }
        records.retain(|_, found| !found.is_empty());
        if records.is_empty() {
            show::say("notice", "nothing to import: sessions and auth URLs are no records");
            return Ok(End::Findings);
        }
        let sources = records.into_iter().map(|(path, found)| source(&path, found)).collect::<Result<Vec<_>>>()?;
        let end = if self.writing.output.is_some() {
            self.writing.write(format, known, &files, options, || Ok((sources, Sealed::No)))?
        } else {
            self.vault.import(&self.waiting, sources, &options, dry_run, quiet)?
        };
        if end == End::Done && !quiet && !dry_run {
            for file in files.iter().filter(|file| file.as_os_str() != "-") {
                let text = "still holds the secret; take it out, and replace the token if others saw it";
                show::say("warning", &format!("{}: {text}", file.display()));
            }
        }
        Ok(if end == End::Done { End::Findings } else { end })
    }
}

/// Searches what comes through stdin.
fn look_at_stdin(longest: u64, options: &Options) -> Result<Vec<Found>> {
    let mut bytes = Zeroizing::new(Vec::new());
    if input::standard()?.take(longest + 1).read_to_end(&mut bytes)? as u64 > longest {
        return Err(too_long(longest));
    }
    Ok(look("stdin", &bytes, options))
}

/// What was found in one file as records of the native format, each used by what the file belongs to, if it belongs to a program.
fn source(path: &Path, found: Vec<Found>) -> Result<Source<'static>> {
    let place = input::name(path);
    let name = path.file_name().map_or_else(|| place.clone(), |name| name.to_string_lossy().into_owned());
    let native = find("sfcred")?;
    // When the file was last changed it held the token already, which is the last that is known of this place.
    let changed = path.metadata().and_then(|data| data.modified()).ok().map(DateTime::<Utc>::from);
    let mut kinds: Vec<&str> = Vec::new();
    let mut bytes = Vec::new();
    let mut lock = NoLock;
    let mut writer = native.write(&mut bytes, &mut lock)?;
    for mut one in found {
        if !kinds.contains(&one.kind) {
            kinds.push(one.kind);
        }
        let updated = changed.map(|day| Moment::Day(day.date_naive()));
        let is_used = path.as_os_str() != "-" && one.is_used(path);
        // What a file says of itself is more than its name.
        let mut own = one.record.used_by.iter_mut().filter(|integration| integration.place == place).peekable();
        if own.peek().is_some() {
            own.for_each(|integration| integration.updated = integration.updated.or(updated));
        } else if is_used {
            drop(own);
            one.record.used_by.push(Integration { name: name.clone(), place: place.clone(), updated, ..Integration::default() });
        }
        writer.record(&mut one.record)?;
    }
    writer.finish()?;
    let content = Content::File(Box::new(Cursor::new(bytes)));
    Ok(Source { name: place, content, from: Some(native), lock: Box::new(NoLock), made_of: Some(kinds.join(" and ")) })
}

/// One line a place.
fn listing(sight: &Sight) -> String {
    let mut text = String::new();
    for (path, found) in &sight.found {
        for one in found {
            let name = if one.record.name().is_empty() { "no username" } else { one.record.name() };
            let _ = writeln!(text, "{}: {}, {name}: {}", place(path, one), one.kind, one.what());
        }
    }
    text
}

/// `deploy/.env:3`, or `export.json: entry 2` where no line shows it.
fn place(path: &Path, found: &Found) -> String {
    let path = input::name(path);
    match (found.line, found.spot) {
        (Some(line), _) => format!("{path}:{line}"),
        (None, Some(spot)) => format!("{path}, {spot}"),
        (None, None) => path,
    }
}

/// What was searched and found, in one line.
fn summary(sight: &Sight, max_size: u64) -> String {
    let places = sight.found.values().map(Vec::len).sum::<usize>() as u64;
    let files = sight.found.len() as u64;
    let mut text = match places {
        0 => "no credential".to_owned(),
        _ => format!("{} in {}", show::count(places, "credential", "credentials"), show::count(files, "file", "files")),
    };
    let _ = write!(text, "; {} searched", show::count(sight.files, "file", "files"));
    if !sight.too_long.is_empty() {
        let many = show::count(sight.too_long.len() as u64, "file", "files");
        let _ = write!(text, "; {many} of more than {max_size} MiB left out (--max-size)");
    }
    if sight.failed > 0 {
        let _ = write!(text, "; {} could not be read", show::count(sight.failed, "file", "files"));
    }
    text
}

/// The report for machines.
fn document(sight: &Sight) -> serde_json::Value {
    let one = |path: &Path, found: &Found| {
        json!({
            "file": input::name(path),
            "line": found.line,
            "entry": found.spot.map(|spot| spot.to_string()),
            "kind": found.kind,
            "username": found.record.username,
            "holds": found.what(),
        })
    };
    let found: Vec<_> = sight.found.iter().flat_map(|(path, found)| found.iter().map(move |found| one(path, found))).collect();
    let too_long: Vec<_> = sight.too_long.iter().map(|path| input::name(path)).collect();
    json!({"version": 1, "files": sight.files, "found": found, "too_long": too_long, "failed": sight.failed})
}
