//! `sfcred check`

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use sfcred_formats::Result;

use super::args::{self, Judging, Reading};
use super::{End, input, show};
use crate::check::{Finding, Rule};
use crate::flow::{self, Report};

/// Say which tokens are stale, due, void or undated
///
/// A token is void when the password was changed after it was issued, or when a newer token for the same username exists.
#[derive(Args)]
pub(super) struct Check {
    /// The files and stores to read; - is stdin
    #[arg(required = true, value_name = "IN")]
    inputs: Vec<PathBuf>,

    /// From which finding on the exit status is 3
    #[arg(long, value_name = "FINDING", value_enum, default_value_t = FailOn::Stale)]
    fail_on: FailOn,

    /// How to print the findings
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Table)]
    format: Format,

    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,

    /// Print nothing where there is nothing to fail on
    #[arg(long, short)]
    quiet: bool,

    #[command(flatten)]
    judging: Judging,
    #[command(flatten)]
    reading: Reading,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Json,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// Tokens that are due, stale or void
    Due,
    /// Tokens that are stale or void
    Stale,
    /// Tokens that are void
    Void,
    /// Nothing
    Never,
}

impl FailOn {
    fn matches(self, rule: Rule) -> bool {
        match self {
            Self::Due => rule == Rule::Due || rule == Rule::Stale || rule.is_void(),
            Self::Stale => rule == Rule::Stale || rule.is_void(),
            Self::Void => rule.is_void(),
            Self::Never => false,
        }
    }
}

impl Check {
    pub(super) fn run(self, today: NaiveDate) -> Result<End> {
        let known = self.reading.specs.load()?;
        let Ok(from) = self.reading.from(known) else { return Ok(End::WrongUse) };
        let options = args::options(&self.reading, &self.judging, known, today, u64::MAX);
        let (sources, _) = input::open(&self.inputs, &self.reading, from)?;
        let report = flow::check(sources, &options)?;
        let fails = Rule::ALL.into_iter().any(|rule| self.fail_on.matches(rule) && report.findings.count(rule) > 0);
        if fails || !self.quiet {
            if self.json || self.format == Format::Json {
                show::json(&document(&report))?;
            } else {
                show::print(&table(&report))?;
            }
        }
        Ok(if fails { End::Findings } else { End::Done })
    }
}

fn table(report: &Report) -> String {
    let worst = report.findings.worst_first();
    let row = |finding: &&Finding| {
        let title = if finding.title.is_empty() { String::new() } else { format!(" ({})", finding.title) };
        vec![finding.rule.name().to_owned(), show::printable(&format!("{}{title}", finding.record)), finding.to_string()]
    };
    let rows: Vec<Vec<String>> = worst.iter().map(row).collect();
    let width = show::width();
    let mut text = show::table(&rows, width);
    if !rows.is_empty() {
        text.push('\n');
    }
    for rule in Rule::ALL.into_iter().rev().filter(|rule| report.findings.count(*rule) > 0) {
        if let Some(remedy) = rule.remedy() {
            text.push_str(&show::wrap(&format!("{}: {remedy}", rule.name()), width));
        }
    }
    let policy = report.findings.policy();
    if let Some(forgotten) = show::forgotten(report) {
        text.push_str(&show::wrap(&forgotten, width));
    }
    let summary = format!("{} (limit {} days, as of {})", report.findings.summary(), policy.max_age, policy.today);
    text.push_str(&show::wrap(&summary, width));
    text
}

/// The findings for machines; `docs/guide.md` describes it.
fn document(report: &Report) -> Value {
    let finding = |finding: &&Finding| {
        let mut value = json!(finding);
        value["message"] = finding.to_string().into();
        value["remedy"] = finding.rule.remedy().into();
        value
    };
    let mut document = counts(report);
    document["version"] = 1.into();
    document["inputs"] = inputs(report);
    document["findings"] = report.findings.worst_first().iter().map(finding).collect();
    document
}

/// How many records each rule was found for, and by what they were judged.
pub(super) fn counts(report: &Report) -> Value {
    let policy = report.findings.policy();
    let counts: serde_json::Map<String, Value> =
        Rule::ALL.into_iter().map(|rule| (rule.name().to_owned(), report.findings.count(rule).into())).collect();
    json!({"as_of": policy.today, "max_age_days": policy.max_age, "due_within_days": policy.due_within, "not_compared": report.findings.forgotten(), "counts": counts})
}

/// What was read.
pub(super) fn inputs(report: &Report) -> Value {
    let input = |input: &flow::Reading| json!({"name": input.name, "format": input.format.spec.id, "records": input.records, "left_out": input.others});
    report.inputs.iter().map(input).collect()
}
