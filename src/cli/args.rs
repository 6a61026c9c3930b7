//! Options that mean the same everywhere.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Args;
use sfcred_formats::{Format, Limits, parse_day};

use super::spec::{Known, Specs, WrongName};
use crate::check::{DUE_WITHIN, MAX_AGE, Policy};
use crate::flow::Options;

/// How input is read.
#[derive(Args)]
#[command(next_help_heading = "Reading")]
pub(super) struct Reading {
    /// The format of the input, where its content does not tell
    #[arg(long, value_name = "FORMAT")]
    pub from: Option<String>,

    /// An identity file to open sealed input with; can be given several times
    #[arg(short, long, value_name = "FILE")]
    pub identity: Vec<PathBuf>,

    /// A file whose first line is the passphrase of sealed or encrypted input
    #[arg(long, value_name = "FILE")]
    pub from_passphrase_file: Option<PathBuf>,

    /// The key file of encrypted input
    #[arg(long, value_name = "FILE")]
    pub from_key_file: Option<PathBuf>,

    /// How much work a passphrase may cost to open, as a power of two
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u8).range(1..=30))]
    pub max_work_factor: u8,

    /// How many times the usual bounds the key of encrypted input may cost
    #[arg(long, value_name = "FACTOR", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=i64::from(Limits::MOST_KDF_TIMES)))]
    pub max_kdf_cost: u32,

    /// Keep entries that are not Salesforce logins
    #[arg(long)]
    pub all: bool,

    #[command(flatten)]
    pub specs: Specs,
}

impl Reading {
    /// The format of the input, if it was named.
    pub(super) fn from(&self, known: Known) -> Result<Option<&'static Format>, WrongName> {
        match &self.from {
            Some(id) => known.named("--from <FORMAT>", id).map(Some),
            None => Ok(None),
        }
    }
}

/// What tokens are judged by.
#[derive(Args)]
#[command(next_help_heading = "Judging")]
pub(super) struct Judging {
    /// The age at which a token is stale, such as 90d or 12w
    #[arg(long, value_name = "AGE", default_value_t = Age(MAX_AGE), value_parser = age)]
    pub max_age: Age,

    /// How long before that it is due
    #[arg(long, value_name = "AGE", default_value_t = Age(DUE_WITHIN), value_parser = age)]
    pub due_within: Age,

    /// The day on which to judge, instead of today
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub as_of: Option<NaiveDate>,
}

/// A number of days.
#[derive(Clone, Copy, Debug)]
pub(super) struct Age(pub u32);

impl std::fmt::Display for Age {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}d", self.0)
    }
}

/// Joins what was asked into what holds for the run; of each rule `keep` findings are remembered.
pub(super) fn options(reading: &Reading, judging: &Judging, known: Known, today: NaiveDate, keep: u64) -> Options {
    Options {
        all: reading.all,
        policy: Policy { today: judging.as_of.unwrap_or(today), max_age: judging.max_age.0, due_within: judging.due_within.0 },
        keep,
        limits: Limits::default().kdf_times(reading.max_kdf_cost),
        own: known.own,
    }
}

fn age(text: &str) -> Result<Age, String> {
    let (number, unit) = text.split_at(text.trim_end_matches(|unit: char| unit.is_ascii_alphabetic()).len());
    let days = match unit {
        "" | "d" => 1,
        "w" => 7,
        _ => 0,
    };
    let number = number.parse::<u32>().ok().filter(|number| days > 0 && *number <= 36_500);
    number.map(|number| Age(number * days)).ok_or_else(|| "not an age such as 90d or 12w".to_owned())
}

fn day(text: &str) -> Result<NaiveDate, String> {
    parse_day(text).ok_or_else(|| "not a day such as 2026-08-18".to_owned())
}
