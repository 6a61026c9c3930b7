//! `sfcred completions` and `sfcred man`

use clap::{Args, CommandFactory};
use sfcred_formats::Result;

use super::{Cli, End, show};

/// Print the completions of a shell
#[derive(Args)]
pub(super) struct Completions {
    /// Which shell
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

/// Print the manual page
#[derive(Args)]
pub(super) struct Man {}

impl Completions {
    pub(super) fn run(self) -> Result<End> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "sfcred", &mut script);
        show::print(&String::from_utf8_lossy(&script))?;
        Ok(End::Done)
    }
}

impl Man {
    #[expect(clippy::unused_self, reason = "every verb runs as a method")]
    pub(super) fn run(self) -> Result<End> {
        let mut page = Vec::new();
        clap_mangen::Man::new(Cli::command()).render(&mut page)?;
        show::print(&String::from_utf8_lossy(&page))?;
        Ok(End::Done)
    }
}
