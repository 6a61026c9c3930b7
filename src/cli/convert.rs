//! `sfcred convert`

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Args;
use sfcred_formats::Result;

use super::args::{self, Judging, Reading};
use super::vault::At;
use super::write::Writing;
use super::{End, input, show};

/// Read credentials in one format and write them in another
///
/// The format of the input is found by its content, and input sealed with age is opened. Several inputs are merged: one login becomes one
/// record, with the newer password and token. What the target has no place for is told, and a token that would be lost stops the run.
#[derive(Args)]
pub(super) struct Convert {
    /// The files and stores to read; - is stdin; without any the vault is read
    #[arg(value_name = "IN")]
    inputs: Vec<PathBuf>,

    #[command(flatten)]
    conversion: Conversion,
    #[command(flatten)]
    at: At,
}

impl Convert {
    pub(super) fn run(mut self, today: NaiveDate) -> Result<End> {
        if let Some(error) = self.at.beside(&self.inputs) {
            return Ok(End::wrong_use(&error));
        }
        self.at.spare(self.conversion.writing.output.as_ref())?;
        self.at.instead_of_none(&mut self.inputs, &mut self.conversion.reading)?;
        self.conversion.run(&self.inputs, today)
    }
}

/// What is read and written, and how.
#[derive(Args)]
pub(super) struct Conversion {
    /// The format to write; `sfcred formats` lists them
    #[arg(long, value_name = "FORMAT")]
    to: String,

    #[command(flatten)]
    pub writing: Writing,
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    judging: Judging,
}

impl Conversion {
    pub(super) fn run(self, inputs: &[PathBuf], today: NaiveDate) -> Result<End> {
        let known = self.reading.specs.load()?;
        let Ok(format) = known.named("--to <FORMAT>", &self.to) else { return Ok(End::WrongUse) };
        let Ok(from) = self.reading.from(known) else { return Ok(End::WrongUse) };
        let options = args::options(&self.reading, &self.judging, known, today, show::KEEP)?;
        self.writing.write(format, known, inputs, options, || input::open(inputs, &self.reading, from))
    }
}
