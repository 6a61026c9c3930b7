//! `sfcred rotate --apply`: the files of integrations get the secrets that the vault has now.

mod plan;
mod target;

use std::time::Duration;

use chrono::NaiveDate;
use clap::Args;
use sfcred_formats::{Change, Error, Integration, Record, Result};

use super::super::args::Reading;
use super::super::{End, prompt, show};
use super::change::change;
use super::left;
use super::save::Real;
use super::store::Store;
use crate::flow::Options;
use crate::vault::{is_pending, mark};
use plan::{Plan, Secrets};

/// Whether the files are dealt with, and how.
#[derive(Args)]
pub(super) struct Apply {
    /// Put the present token and password into the files of the integrations that wait for them; without a new token, do only that
    #[arg(long = "apply", conflicts_with_all = ["done", "status"])]
    pub(super) wanted: bool,

    /// Show what would change in the files, and change nothing
    #[arg(long, short = 'n', requires = "wanted")]
    pub(super) dry_run: bool,

    /// Change the files without a question
    #[arg(long, short, requires = "wanted")]
    pub(super) yes: bool,
}

/// What the files are dealt with by.
pub(super) struct Applying<'a> {
    /// How long to wait for others who change the vault.
    pub(super) wait: Duration,
    pub(super) reading: &'a Reading,
    pub(super) options: &'a Options,
    /// The day on which they are updated.
    pub(super) day: NaiveDate,
    pub(super) apply: &'a Apply,
}

/// An integration that waits.
struct Step {
    integration: Integration,
    change: Change,
    plan: Plan,
}

impl Applying<'_> {
    /// Makes sure that there is somebody to ask, before anything is done.
    pub(super) fn check(&self) -> Result<()> {
        if self.apply.dry_run || self.apply.yes || prompt::is_there() {
            return Ok(());
        }
        Err(Error::new("no terminal to ask whether files may be changed")
            .hint("--dry-run shows what would change in them, and --yes changes it without a question"))
    }

    /// Gives every integration of the record that waits what the record has now; `before` is what it was, where this run has changed it.
    pub(super) fn run(&self, store: &mut Store, record: &Record, before: Option<&Record>) -> Result<End> {
        if record.username.is_empty() {
            return Err(Error::new("a record without a username cannot be found in a file")
                .in_file(record.name())
                .hint("`sfcred edit` gives it one"));
        }
        let secrets = Secrets { record, before };
        let steps = self.steps(&secrets);
        if steps.is_empty() {
            left::show(record);
            left::tell(record);
            return Ok(End::Done);
        }
        let difference = difference(&secrets, &steps);
        if let Err(error) = show::print(&difference) {
            let saved = if before.is_some() && !self.apply.dry_run { "the vault was saved, but " } else { "" };
            show::error(
                &Error::new(format!("{saved}what would change could not be printed, so no file was changed: {error}"))
                    .hint("`sfcred rotate NAME --apply` does the files later"),
            );
            return Ok(End::Failed);
        }
        for step in &steps {
            match &step.plan {
                Plan::ByHand(Some(reason)) => show::say("notice", &format!("{}: {reason}", step.integration.place)),
                Plan::Write(file) if file.amended.old_date => {
                    show::say("notice", &format!("{}: the date of the token cannot be found there, and stays", step.integration.place));
                }
                Plan::Same if self.apply.dry_run => show::say("notice", &format!("{}: has them already", step.integration.place)),
                _ => {}
            }
        }
        let asked = difference.is_empty() || self.apply.yes || self.apply.dry_run;
        let files = difference_files(&steps);
        let agreed = asked || matches!(prompt::line(&format!("change {files}? [y/N]")).as_deref(), Some("y" | "yes"));
        if !agreed {
            show::say("notice", "no file was changed");
        }
        self.finish(store, record, steps, agreed && !self.apply.dry_run)
    }

    /// Looks at every integration that waits.
    fn steps(&self, secrets: &Secrets<'_>) -> Vec<Step> {
        let waits = secrets.record.used_by.iter().filter(|integration| is_pending(secrets.record, integration));
        let mut plans: Vec<Plan> = Vec::new();
        let mut known = Vec::new();
        for integration in waits {
            let change = secrets.change(integration);
            let plan = plan::plan(&change, &integration.place, self.reading, self.options, &plans);
            plans.push(plan);
            known.push((integration.clone(), change));
        }
        known.into_iter().zip(plans).map(|((integration, change), plan)| Step { integration, change, plan }).collect()
    }

    /// Writes the files if that was agreed to, marks what is done, and tells what is left.
    fn finish(&self, store: &mut Store, record: &Record, steps: Vec<Step>, write: bool) -> Result<End> {
        let mut end = End::Done;
        let mut done: Vec<Integration> = Vec::new();
        let mut written = vec![false; steps.len()];
        for (number, Step { integration, plan, .. }) in steps.into_iter().enumerate() {
            let is_done = match plan {
                Plan::Same => Ok(true),
                Plan::ByHand(_) => Ok(false),
                Plan::With(other) => Ok(written.get(other).copied().unwrap_or_default()),
                Plan::Failed(error) => Err(error),
                Plan::Write(_) if !write => Ok(false),
                Plan::Write(file) => file.target.replace(&Real, &file.amended.bytes).map(|()| {
                    show::say("notice", &format!("{}: written", integration.place));
                    true
                }),
            };
            match is_done {
                Ok(true) => {
                    done.push(integration);
                    if let Some(written) = written.get_mut(number) {
                        *written = true;
                    }
                }
                Ok(false) => {}
                Err(error) => {
                    show::error(&error.in_file(integration.place));
                    end = End::Failed;
                }
            }
        }
        if self.apply.dry_run {
            return Ok(end);
        }
        let after = if done.is_empty() {
            record.clone()
        } else {
            change(store, self.wait, record, |record| {
                // What somebody has added meanwhile waits for its own turn.
                for at in 0..record.used_by.len() {
                    let is_done = |one: &Integration| done.iter().any(|done| done.name == one.name && done.place == one.place);
                    if record.used_by.get(at).is_some_and(is_done) {
                        mark(record, at, self.day);
                    }
                }
                Ok(())
            })?
        };
        left::show(&after);
        left::tell(&after);
        Ok(end)
    }
}

/// A line for each value that differs.
fn difference(secrets: &Secrets<'_>, steps: &[Step]) -> String {
    let mut lines = String::new();
    for Step { integration, change, plan } in steps {
        let Plan::Write(file) = plan else { continue };
        for edit in &file.amended.edits {
            lines.push_str(&show::printable(&secrets.line(&integration.place, edit, change)));
            lines.push('\n');
        }
    }
    lines
}

/// How many files are to be written.
fn difference_files(steps: &[Step]) -> String {
    let files = steps.iter().filter(|step| matches!(step.plan, Plan::Write(_))).count();
    show::count(files as u64, "file", "files")
}
