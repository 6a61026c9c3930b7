//! How the findings are printed, and where.

use std::io::{IsTerminal, Write, stdout};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use sfcred_formats::Result;

use super::super::put::{Output, Target};
use super::super::show;
use super::paint::{Paint, When};
use super::{csv, document, github, html, ics, table};
use crate::flow::Report;

#[derive(Args)]
#[command(next_help_heading = "Printing")]
pub(super) struct Printing {
    /// How to print the findings
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Table)]
    pub(super) format: Format,

    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    pub(super) json: bool,

    /// The file to write, with mode 0600; - is stdout
    #[arg(short, long, value_name = "OUT")]
    pub(super) output: Option<PathBuf>,

    /// Replace the output if it exists
    #[arg(long)]
    force: bool,

    /// Whether the table has colours; auto looks for a terminal and at `NO_COLOR`
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = When::Auto)]
    color: When,

    /// Print nothing where there is nothing to fail on; a file is written all the same
    #[arg(long, short)]
    quiet: bool,
}

/// What findings are printed as.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people, on a terminal
    Table,
    /// For machines; docs/check-json.md explains it
    Json,
    /// For spreadsheets and scripts
    Csv,
    /// A calendar with a reminder for each token
    Ics,
    /// One page for a browser or a printer
    Html,
    /// Annotations of GitHub Actions
    Github,
}

impl Printing {
    /// What is printed.
    pub(super) fn format(&self) -> Format {
        if self.json { Format::Json } else { self.format }
    }

    /// Whether every token counts, be there something to tell of it or not.
    pub(super) fn takes_all(&self) -> bool {
        matches!(self.format(), Format::Ics | Format::Html)
    }

    /// Checks that the output can be written, before anything is read.
    pub(super) fn open(&self, inputs: &[PathBuf]) -> Result<Output> {
        Output::create(&self.target(), self.force, inputs)
    }

    /// Prints what was found, and all counts in a line on stderr.
    pub(super) fn print(&self, mut output: Output, report: &Report, fails: bool) -> Result<()> {
        let is_file = matches!(self.target(), Target::File(_));
        let silent = self.quiet && !fails;
        if is_file || !silent {
            output.write_all(self.text(report, is_file)?.as_bytes())?;
            output.commit()?;
        }
        if !silent {
            self.tell(report);
        }
        Ok(())
    }

    fn target(&self) -> Target {
        match &self.output {
            Some(path) if path.as_os_str() != "-" => Target::File(path.clone()),
            _ => Target::Stdout,
        }
    }

    fn text(&self, report: &Report, is_file: bool) -> Result<String> {
        Ok(match self.format() {
            Format::Table => {
                let paint = Paint::new(self.color, !is_file && stdout().is_terminal());
                table::table(report, if is_file { usize::MAX } else { show::width() }, paint)
            }
            Format::Json => show::pretty(&document::document(report))?,
            Format::Csv => csv::csv(report),
            Format::Ics => ics::ics(report),
            Format::Html => html::page(report),
            Format::Github => github::github(report),
        })
    }

    fn tell(&self, report: &Report) {
        show::notices(report);
        if let Some(forgotten) = show::forgotten(report) {
            show::say("warning", &forgotten);
        }
        if let Some(unused) = show::unused(report) {
            show::say("notice", &unused);
        }
        let without = ics::without_reminder(report);
        if self.format() == Format::Ics && without > 0 {
            show::say("notice", &format!("no reminder for {} without an issue date", show::count(without, "token", "tokens")));
        }
        let policy = report.findings.policy();
        let source = policy.source.as_ref().map(|source| format!(", by {source}")).unwrap_or_default();
        let summary = report.findings.summary();
        show::say("notice", &format!("{summary} (limit {} days, as of {}{source})", policy.max_age, policy.today));
    }
}
