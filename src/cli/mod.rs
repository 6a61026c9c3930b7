//! The command: arguments, files, prompts, and everything that prints.

mod args;
mod check;
mod config;
mod convert;
mod formats;
mod harden;
mod input;
mod inspect;
mod lock;
mod output;
mod prompt;
mod put;
mod scan;
mod shell;
mod show;
mod signals;
mod spec;
mod store;
mod vault;
mod write;

use std::ffi::OsString;
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::{Parser, Subcommand};
use sfcred_formats::{Error, Result};

pub use harden::{contain, harden};

/// A bridge for Salesforce credentials between password managers
#[derive(Parser)]
#[command(
    name = "sfcred",
    version,
    max_term_width = 100,
    long_about = "sfcred carries Salesforce credentials (username, password, security token and its date) between password managers and \
                  age-encrypted files. It says which tokens are too old, and it never drops anything without saying so.",
    after_help = "Exit status: 0 done; 1 failed, and nothing was written; 2 wrong use; 3 done, with findings."
)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    Convert(convert::Convert),
    Check(check::Check),
    Inspect(inspect::Inspect),
    Scan(scan::Scan),
    Formats(formats::Formats),
    Init(vault::Init),
    Import(vault::Import),
    Export(vault::Export),
    Add(vault::Add),
    List(vault::List),
    Show(vault::Show),
    Edit(vault::Edit),
    Rotate(vault::Rotate),
    Remove(vault::Remove),
    Rekey(vault::Rekey),
    Undo(vault::Undo),
    Backup(vault::Backup),
    Verify(vault::Verify),
    Restore(vault::Restore),
    Completions(shell::Completions),
    Man(shell::Man),
}

/// How a run ended, as scripts see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Done = 0,
    Failed = 1,
    WrongUse = 2,
    Findings = 3,
}

impl End {
    /// Tells of options that do not go together, which only shows when they are looked at.
    fn wrong_use(error: &Error) -> Self {
        show::error(error);
        Self::WrongUse
    }
}

/// Runs the command with these arguments; `today` is the day of the clock, in UTC.
pub fn run(args: impl IntoIterator<Item = OsString>, today: NaiveDate) -> ExitCode {
    let end = match Cli::try_parse_from(args) {
        Ok(cli) => match cli.verb.run(today) {
            Ok(end) => end,
            // Nobody reads on, so there is nobody to tell.
            Err(_) if put::is_pipe_closed() => End::Failed,
            Err(error) => {
                show::error(&error);
                End::Failed
            }
        },
        // Help and version come here too, and go to stdout.
        Err(message) => {
            let printed = message.print();
            match printed {
                _ if message.use_stderr() => End::WrongUse,
                Ok(()) => End::Done,
                Err(error) => {
                    let error = put::failed(error);
                    if !put::is_pipe_closed() {
                        show::error(&error.into());
                    }
                    End::Failed
                }
            }
        }
    };
    harden::wipe_stack();
    ExitCode::from(end as u8)
}

impl Verb {
    fn run(self, today: NaiveDate) -> Result<End> {
        match self {
            Self::Convert(verb) => verb.run(today),
            Self::Check(verb) => verb.run(today),
            Self::Inspect(verb) => verb.run(today),
            Self::Scan(verb) => verb.run(today),
            Self::Formats(verb) => verb.run(),
            Self::Init(verb) => verb.run(today),
            Self::Import(verb) => verb.run(today),
            Self::Export(verb) => verb.run(today),
            Self::Add(verb) => verb.run(),
            Self::List(verb) => verb.run(),
            Self::Show(verb) => verb.run(),
            Self::Edit(verb) => verb.run(),
            Self::Rotate(verb) => verb.run(today),
            Self::Remove(verb) => verb.run(),
            Self::Rekey(verb) => verb.run(),
            Self::Undo(verb) => verb.run(),
            Self::Backup(verb) => verb.run(today),
            Self::Verify(verb) => verb.run(),
            Self::Restore(verb) => verb.run(),
            Self::Completions(verb) => verb.run(),
            Self::Man(verb) => verb.run(),
        }
    }
}
