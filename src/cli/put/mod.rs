//! Where output goes.
//!
//! What is written is not there until [`Output::commit`] says so, and a file is then there as a whole. Dropped before, in an error or a
//! panic, an output leaves nothing behind; where a signal ends the process, `signals` sees to that.

mod file;
mod place;
#[cfg(test)]
pub(super) mod scratch;
mod stdout;
mod tree;

use std::io::{self, Write};
use std::path::PathBuf;

use rustix::fs::Stat;
use sfcred_formats::Result;

use file::Draft;
pub use file::{Nameless, sync_folder};
pub use place::Place;
use stdout::Held;
pub use stdout::{failed, is_pipe_closed};
pub use tree::Tree;

/// What the user wants the output in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A file, which appears whole or not at all.
    File(PathBuf),
    /// Stdout, which is held back.
    Stdout,
}

/// Output that is not there before it is complete.
///
/// Stdout is held back up to 64 MiB and then passed on, for there is only so much memory.
pub struct Output(Kind);

enum Kind {
    File(Draft),
    Stdout(Held),
}

impl Output {
    /// Checks that the target can be written, without touching it.
    ///
    /// With `force` a file that is there is replaced; never one of the `inputs`, though.
    pub fn create(target: &Target, force: bool, inputs: &[PathBuf]) -> Result<Self> {
        Ok(Self(match target {
            Target::File(path) => Kind::File(Draft::new(Place::find(path, force, inputs)?, force)),
            Target::Stdout => Kind::Stdout(Held::stdout(inputs)?),
        }))
    }

    /// Holds stdout back to the end, for input that may still turn out to be forged: then more than 64 MiB is an error.
    pub fn hold_to_the_end(&mut self) {
        if let Kind::Stdout(held) = &mut self.0 {
            held.hold_to_the_end();
        }
    }

    /// Makes the output appear, and returns once it would survive a power cut.
    pub fn commit(self) -> Result<()> {
        match self.0 {
            Kind::File(draft) => draft.commit(),
            Kind::Stdout(held) => Ok(held.commit()?),
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.0 {
            Kind::File(draft) => draft.write(bytes),
            Kind::Stdout(held) => held.write(bytes),
        }
    }

    /// Does nothing: what is written is not to be seen before [`Output::commit`].
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether this is one of the files that are read.
fn is_input(stat: &Stat, inputs: &[PathBuf]) -> bool {
    inputs.iter().filter_map(|input| rustix::fs::stat(input).ok()).any(|input| (input.st_dev, input.st_ino) == (stat.st_dev, stat.st_ino))
}
