//! What a run has to say.

use sfcred_formats::{Format, Notice, Tally};

use crate::additions::Additions;
use crate::check::Findings;
use crate::merge::Merged;
use crate::options::Options;
use crate::place::{Finding, Losses};

/// What a run read, noticed, found and lost.
pub struct Report {
    /// What was read, in the order of the inputs.
    pub inputs: Vec<Reading>,
    /// What the readers noticed.
    pub notices: Tally<Notice>,
    /// What lists of users add to records.
    pub additions: Additions,
    /// How records were understood.
    pub understood: Tally<Finding>,
    /// What became of logins that several inputs hold.
    pub merged: Tally<Merged>,
    /// What the rules found.
    pub findings: Findings,
    /// What the target had no place for.
    pub losses: Losses,
    /// How many records were written, or would be.
    pub written: u64,
}

/// One input that was read.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Its name.
    pub name: String,
    /// Its format.
    pub format: &'static Format,
    /// What messages call its format, if they do otherwise.
    pub made_of: Option<String>,
    /// Whether the format was found by content, although others look the same.
    pub twins: bool,
    /// How many entries were taken.
    pub records: u64,
    /// How many entries are not Salesforce logins and were left out.
    pub others: u64,
}

impl Reading {
    /// What messages call its format.
    pub fn kind(&self) -> &str {
        self.made_of.as_deref().unwrap_or(&self.format.spec.id)
    }
}

impl Report {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            inputs: Vec::new(),
            notices: Tally::default(),
            additions: Additions::default(),
            understood: Tally::default(),
            merged: Tally::default(),
            findings: Findings::new(options.policy.clone(), options.keep),
            losses: Losses::default(),
            written: 0,
        }
    }
}
