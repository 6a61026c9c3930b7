//! Writes records: where to, sealed to whom, and what may be lost on the way.

use std::io::{IsTerminal, Write, sink, stdout};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use sfcred_formats::keys::Style;
use sfcred_formats::store::Store;
use sfcred_formats::{Error, Format, Result};

use super::input::Sealed;
use super::lock::FileLock;
use super::output::Sealing;
use super::put::{Output, Target};
use super::spec::Known;
use super::store::{NewStore, Nowhere};
use super::{End, show};
use crate::flow::{self, Options, Out, Report, Source};
use crate::place::Loss;
use crate::seal::To;

/// How records are written.
#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub(super) struct Writing {
    /// The file to write, with mode 0600, or the folder for a store; - is stdout, even a terminal
    #[arg(short, long, value_name = "OUT")]
    pub output: Option<PathBuf>,

    /// How the keys of a config file are named, and so which program reads it; `sfcred formats FORMAT` lists the styles
    #[arg(long, value_name = "STYLE")]
    style: Option<String>,

    /// Replace the output if it exists
    #[arg(long)]
    force: bool,

    /// Append the token to the password, for programs that have one field for both
    #[arg(long)]
    join_token: bool,

    /// Read, check and report, but write nothing
    #[arg(long, short = 'n')]
    pub dry_run: bool,

    /// Go on when a token or an entry is lost
    #[arg(long, conflicts_with = "strict")]
    lossy: bool,

    /// Stop at any loss
    #[arg(long)]
    strict: bool,

    /// Print the report as JSON on stdout
    #[arg(long)]
    pub json: bool,

    /// Print errors only
    #[arg(long, short)]
    pub quiet: bool,

    #[command(flatten)]
    sealing: Sealing,
}

impl Writing {
    /// Writes what `open` opens in this format; `inputs` are the files that the output may not be.
    pub(super) fn write(
        self,
        format: &'static Format,
        known: Known,
        inputs: &[PathBuf],
        mut options: Options,
        open: impl FnOnce() -> Result<(Vec<Source<'static>>, Sealed)>,
    ) -> Result<End> {
        let target = match &self.output {
            Some(path) if path.as_os_str() != "-" => Target::File(path.clone()),
            None if stdout().is_terminal() && !self.dry_run => {
                return Err(Error::new("secrets are not sent to a terminal").hint("-o FILE writes a file, -o - insists on the terminal"));
            }
            _ => Target::Stdout,
        };
        if let Err(error) = self.check_use(&target, format) {
            return Ok(End::wrong_use(&error));
        }
        options.join = self.join_token || self.joins(format);
        let mut lock = self.sealing.lock(self.dry_run);
        lock.style.clone_from(&self.style);
        let inputs: Vec<PathBuf> = inputs.iter().chain(self.sealing.key_file()).cloned().collect();
        let mut output = self.output(&target, format, &inputs)?;
        let (sources, was_sealed) = open()?;
        let report = match &mut output {
            _ if self.dry_run && format.spec.store.is_some() => {
                flow::convert(sources, format, Out::Folder(&mut Nowhere), &mut lock, &options)?
            }
            Destination::Store(store) => flow::convert(sources, format, Out::Folder(store), &mut lock, &options)?,
            Destination::Stream(output, to) => {
                if was_sealed == Sealed::Yes {
                    output.hold_to_the_end();
                }
                let mut nowhere = sink();
                let out: &mut dyn Write = if self.dry_run { &mut nowhere } else { output };
                match to {
                    None => flow::convert(sources, format, Out::File(out), &mut lock, &options)?,
                    Some(to) => {
                        let mut sealer = crate::seal::seal(out, to, self.sealing.armor)?;
                        let report = flow::convert(sources, format, Out::File(&mut sealer), &mut lock, &options)?;
                        sealer.finish()?;
                        report
                    }
                }
            }
        };
        if !self.quiet {
            show::report(&report, &format.spec.id);
        }
        self.stop(&report, format, known)?;
        if !self.dry_run {
            self.commit(output, &mut lock)?;
        }
        self.tell_end(&report, format, &target)?;
        Ok(End::Done)
    }

    /// Makes the output appear, and before it the key file that it needs: a key without an output does no harm.
    fn commit(&self, output: Destination, lock: &mut FileLock) -> Result<()> {
        let key = lock.put_key()?;
        let done = match output {
            Destination::Stream(output, _) => output.commit(),
            Destination::Store(store) => store.commit(),
        };
        match key {
            Some(key) if done.is_err() => key.take_back(),
            Some(key) if !self.quiet => {
                show::say("notice", &format!("{}: a new key file; whoever has it can open the output", key.name()));
            }
            _ => {}
        }
        done
    }

    /// Whether the style writes password and token in one value.
    fn joins(&self, format: &Format) -> bool {
        Style::choose(&format.spec, self.style.as_deref()).is_ok_and(Style::joins)
    }

    /// Checks that the output can be written and sealed.
    fn output(&self, target: &Target, format: &'static Format, inputs: &[PathBuf]) -> Result<Destination> {
        if let Some((path, store)) = store_for(format, target) {
            return Ok(Destination::Store(NewStore::create(path, self.sealing.store(format, store)?)?));
        }
        let to = self.sealing.to(format)?;
        Ok(Destination::Stream(Output::create(target, self.force, inputs)?, to))
    }

    /// Fails if the options do not go together.
    fn check_use(&self, target: &Target, format: &Format) -> Result<()> {
        if let Some(style) = &self.style {
            Style::choose(&format.spec, Some(style))?;
        }
        if self.json && !self.dry_run && matches!(target, Target::Stdout) {
            return Err(Error::new("--json and the data cannot both go to stdout").hint("-o FILE writes the data to a file"));
        }
        if let (Target::File(path), Some(key)) = (target, self.sealing.key_file())
            && same_place(path, key)
        {
            return Err(Error::new("the key file is also the output").hint("give each a file of its own"));
        }
        // Without a place to write to, a dry run of a store needs no keys, and may have them.
        if self.dry_run && self.output.is_none() && format.spec.store.is_some() {
            return Ok(());
        }
        self.sealing.check(format, store_for(format, target).map(|(_, store)| store))
    }

    /// Fails if something is lost that may not be.
    fn stop(&self, report: &Report, format: &Format, known: Known) -> Result<()> {
        let id = &format.spec.id;
        let losses = || report.losses.iter().filter(|(loss, _)| loss.stops() || (self.strict && loss.is_loss()));
        let Some((first, at)) = losses().next().filter(|_| !self.lossy) else { return Ok(()) };
        let others = losses().count() - 1;
        let others = if others > 0 { format!(", and {}", show::count(others as u64, "more loss", "more losses")) } else { String::new() };
        let error = Error::new(format!("{id}: {first}: {}{others}; nothing was written", show::records(at)));
        Err(match first {
            Loss::NoPlace(sfcred_formats::Key::Token) => {
                let keep = known.iter().filter(|format| keeps_token(format)).map(|format| format.spec.id.as_str());
                error.hint(format!("these formats keep it: {}; --lossy goes on without", show::join(keep, ", ")))
            }
            loss if loss.stops() => error.hint("change the entry or take another format; --lossy writes it all the same"),
            _ => error.hint("take another format, or leave --strict out"),
        })
    }

    fn tell_end(&self, report: &Report, format: &Format, target: &Target) -> Result<()> {
        let id = &format.spec.id;
        let sealed = if format.spec.store.is_some() { self.sealing.seals_entries() } else { self.sealing.is_asked(format) };
        if let Target::File(path) = target
            && !self.quiet
            && !self.dry_run
        {
            let path = path.display();
            let what = show::count(report.written, "record", "records");
            show::say("notice", &format!("{path}: {what} written as {id}{}", if sealed { ", sealed" } else { "" }));
            if !sealed {
                let hint = if format.spec.lock.is_some() {
                    format!("`sfcred formats {id}` says how to import it")
                } else if format.spec.native {
                    "it holds secrets in plain text; -r RECIPIENT or -p seals it".to_owned()
                } else {
                    format!("`sfcred formats {id}` says how to import it; then delete it, it holds secrets in plain text")
                };
                show::say("hint", &hint);
            }
        }
        if self.dry_run && !self.quiet {
            show::say("notice", &format!("{} would be written as {id}", show::count(report.written, "record", "records")));
        }
        if self.json { show::json(&document(report, id)) } else { Ok(()) }
    }
}

/// Whether two paths are one name in one folder, whatever is there.
fn same_place(one: &Path, other: &Path) -> bool {
    let place = |path: &Path| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Some((folder.canonicalize().ok()?, path.file_name()?.to_owned()))
    };
    place(one).is_some_and(|one| Some(one) == place(other))
}

/// The store to write, where the output is a folder: to stdout goes a single entry.
fn store_for<'t, 'f>(format: &'f Format, target: &'t Target) -> Option<(&'t Path, &'f Store)> {
    let Target::File(path) = target else { return None };
    format.spec.store.as_ref().map(|store| (path.as_path(), store))
}

/// Where the records go.
enum Destination {
    /// To a file or stdout, and whom it is sealed to.
    Stream(Output, Option<To>),
    /// To a store.
    Store(NewStore),
}

fn keeps_token(format: &Format) -> bool {
    use sfcred_formats::Key::{Notes, Token};
    let holds = &format.spec.holds;
    format.spec.write.is_some() && (holds.has(Token) || !holds.fields.is_empty() || holds.has(Notes))
}

/// The report for machines.
fn document(report: &Report, target: &str) -> serde_json::Value {
    let losses: Vec<_> = report
        .losses
        .iter()
        .map(|(loss, at)| json!({"loss": loss.to_string(), "gone": loss.is_gone(), "records": at.count, "examples": at.examples}))
        .collect();
    json!({
        "version": 1,
        "to": target,
        "written": report.written,
        "inputs": super::check::inputs(report),
        "losses": losses,
        "check": super::check::counts(report),
    })
}
