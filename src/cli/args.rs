//! Options that mean the same everywhere.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Args;
use sfcred_formats::{Format, Limits, Result, parse_day};

use super::spec::{Known, Specs, WrongName};
use super::{config, prompt};
use crate::check::{Keep, Policy, parse_days};
use crate::flow::Options;
use crate::place::Split;

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
    pub splitting: Splitting,

    #[command(flatten)]
    pub specs: Specs,
}

/// Whether values that hold password and token are split.
#[derive(Args)]
pub(super) struct Splitting {
    /// Split the token off passwords that end with one; 24 or 25 says how long it is where both are possible
    #[arg(long, value_name = "LENGTH", num_args = 0..=1, require_equals = true, default_missing_value = "ask", value_parser = token_length)]
    split_token: Option<TokenLength>,
}

impl Splitting {
    /// How they are split, if they are.
    pub(super) fn split(&self) -> Option<Split> {
        self.split_token.map(|length| Split {
            length: if let TokenLength::Is(length) = length { Some(length) } else { None },
            ask: prompt::token_length,
        })
    }
}

/// How long tokens are.
#[derive(Clone, Copy)]
enum TokenLength {
    /// What the values show, and else what the user answers.
    Ask,
    /// So many characters.
    Is(usize),
}

fn token_length(text: &str) -> Result<TokenLength, String> {
    match text {
        "ask" => Ok(TokenLength::Ask),
        "24" => Ok(TokenLength::Is(24)),
        "25" => Ok(TokenLength::Is(25)),
        _ => Err("tokens have 24 or 25 characters".to_owned()),
    }
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
    /// The age at which a token is stale, such as 90d or 12w [default: 90d]
    #[arg(long, value_name = "AGE", value_parser = age)]
    pub max_age: Option<u32>,

    /// How long before that it is due [default: 15d]
    #[arg(long, value_name = "AGE", value_parser = age)]
    pub due_within: Option<u32>,

    /// The day on which to judge, instead of today
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub as_of: Option<NaiveDate>,

    /// The file of limits and rules [default: sfcred.toml here, else in the folder for settings]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Joins what was asked into what holds for the run.
pub(super) fn options(reading: &Reading, judging: &Judging, known: Known, today: NaiveDate, keep: Keep) -> Result<Options> {
    let split = reading.splitting.split();
    let limits = Limits::default().kdf_times(reading.max_kdf_cost);
    Ok(Options { all: reading.all, policy: policy(judging, today)?, keep, limits, split, join: false, own: known.own })
}

/// What records are judged by: what the command says counts more than what the file says.
pub(super) fn policy(judging: &Judging, today: NaiveDate) -> Result<Policy> {
    let mut policy = Policy::new(judging.as_of.unwrap_or(today));
    config::read(judging.config.as_deref(), &mut policy)?;
    policy.max_age = judging.max_age.unwrap_or(policy.max_age);
    policy.due_within = judging.due_within.unwrap_or(policy.due_within);
    Ok(policy)
}

fn age(text: &str) -> Result<u32, String> {
    parse_days(text).ok_or_else(|| "not an age such as 90d or 12w".to_owned())
}

fn day(text: &str) -> Result<NaiveDate, String> {
    parse_day(text).ok_or_else(|| "not a day such as 2026-08-18".to_owned())
}
