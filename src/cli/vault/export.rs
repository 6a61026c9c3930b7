//! `sfcred export`

use chrono::NaiveDate;
use clap::Args;
use sfcred_formats::Result;

use super::super::End;
use super::super::convert::Conversion;
use super::At;

/// Write the records of the vault in another format
///
/// It is `convert` with the vault for its input.
#[derive(Args)]
pub(in super::super) struct Export {
    #[command(flatten)]
    conversion: Conversion,
    #[command(flatten)]
    at: At,
}

impl Export {
    pub(in super::super) fn run(mut self, today: NaiveDate) -> Result<End> {
        let mut vault = Vec::new();
        self.at.spare(self.conversion.writing.output.as_ref())?;
        self.at.instead_of_none(&mut vault, &mut self.conversion.reading)?;
        self.conversion.run(&vault, today)
    }
}
