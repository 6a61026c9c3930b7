//! `sfcred check`

mod csv;
mod document;
mod github;
mod html;
mod ics;
mod layout;
mod paint;
mod printing;
mod rules;
#[cfg(test)]
mod samples;
mod table;

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use sfcred_formats::{Error, Result};

use super::args::{self, Judging, Reading};
use super::vault::At;
use super::{End, input};
use crate::check::{Class, Findings, Keep, Severity};
use crate::flow;

pub(super) use document::{counts, inputs};
use printing::{Format, Printing};
use rules::{As, Which};

/// Say which tokens are stale, due, void or undated, and what else is wrong with a record
///
/// A token is void when the password was changed after it was issued, or when a newer token for the same username exists.
#[derive(Args)]
pub(super) struct Check {
    /// The files and stores to read; - is stdin; without any the vault is read
    #[arg(value_name = "IN")]
    inputs: Vec<PathBuf>,

    /// List the rules, or explain one, in place of a check
    #[arg(long, value_name = "RULE", num_args = 0..=1, require_equals = true, default_missing_value = rules::ALL, conflicts_with = "inputs", value_parser = rules::which)]
    rules: Option<Which>,

    /// Print all rules as Markdown, which is docs/rules.md
    #[arg(long, requires = "rules", conflicts_with_all = ["format", "json", "output"])]
    markdown: bool,

    /// From which finding on the exit status is 3
    #[arg(long, value_name = "FINDING", value_enum, default_value_t = FailOn::Stale)]
    fail_on: FailOn,

    #[command(flatten)]
    printing: Printing,
    #[command(flatten)]
    judging: Judging,
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    at: At,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// Tokens that are due, stale or void
    Due,
    /// Tokens that are stale or void
    Stale,
    /// Tokens that are void, or are none
    Void,
    /// Any finding of the level error
    Error,
    /// Any finding of the level warning or error
    Warning,
    /// Nothing
    Never,
}

impl FailOn {
    fn fails(self, findings: &Findings) -> bool {
        let classes: &[Class] = match self {
            Self::Due => &[Class::Due, Class::Stale, Class::Invalid, Class::Void],
            Self::Stale => &[Class::Stale, Class::Invalid, Class::Void],
            Self::Void => &[Class::Invalid, Class::Void],
            Self::Error => return findings.has(Severity::Error),
            Self::Warning => return findings.has(Severity::Warning),
            Self::Never => &[],
        };
        classes.iter().any(|class| findings.tells(*class))
    }
}

impl Check {
    pub(super) fn run(mut self, today: NaiveDate) -> Result<End> {
        if let Some(which) = self.rules {
            let policy = args::policy(&self.judging, today)?;
            let how = match self.printing.format() {
                _ if self.markdown => As::Markdown,
                Format::Json => As::Json,
                Format::Table => As::Text,
                _ => return Err(Error::new("the rules come as table or json").hint("--markdown prints them as a page")),
            };
            return rules::show(which, &policy, how);
        }
        let keep = Keep { each: u64::MAX, all: if self.printing.takes_all() { u64::MAX } else { 1_000 }, closely: u64::MAX };
        let known = self.reading.specs.load()?;
        let Ok(from) = self.reading.from(known) else { return Ok(End::WrongUse) };
        let options = args::options(&self.reading, &self.judging, known, today, keep)?;
        if let Some(error) = self.at.beside(&self.inputs) {
            return Ok(End::wrong_use(&error));
        }
        self.at.spare(self.printing.output.as_ref())?;
        self.at.instead_of_none(&mut self.inputs, &mut self.reading)?;
        let output = self.printing.open(&self.inputs)?;
        let (sources, _) = input::open(&self.inputs, &self.reading, from)?;
        let report = flow::check(sources, &options)?;
        let fails = self.fail_on.fails(&report.findings);
        self.printing.print(output, &report, fails)?;
        Ok(if fails { End::Findings } else { End::Done })
    }
}
