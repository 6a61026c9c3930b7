//! The formats of a run: those of this program, and tables of the user's own.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;
use clap::error::ErrorKind;
use sfcred_formats::{Error, Format, Result, all, find_in};

use super::{input, show};

/// Far more than any format.toml has.
const LONGEST: u64 = 1 << 20;

/// Tables of the user's own.
#[derive(Args)]
#[command(next_help_heading = "Formats")]
pub(super) struct Specs {
    /// A file that describes a table format of your own; can be given several times
    #[arg(long, value_name = "FILE")]
    spec: Vec<PathBuf>,
}

/// All formats of a run.
#[derive(Clone, Copy)]
pub(super) struct Known {
    /// Those of the user's own.
    pub own: &'static [Format],
}

/// There is no format of that name, and the user was told.
pub(super) struct WrongName;

impl Specs {
    /// Reads the user's own formats, which live as long as the run.
    pub(super) fn load(&self) -> Result<Known> {
        let mut own: Vec<Format> = Vec::new();
        for path in &self.spec {
            let format = read(path).and_then(|toml| Format::own(&toml, all().iter().chain(&own)));
            own.push(format.map_err(|error| error.in_file(input::name(path)))?);
        }
        Ok(Known { own: own.leak() })
    }
}

fn read(path: &Path) -> Result<String> {
    let mut bytes = Vec::new();
    if File::open(path)?.take(LONGEST + 1).read_to_end(&mut bytes)? as u64 > LONGEST {
        return Err(Error::new(format!("longer than {LONGEST} bytes, the limit for a format")).hint("name the file that describes it"));
    }
    String::from_utf8(bytes).map_err(|_| Error::new("not valid UTF-8").hint("save the file again as UTF-8"))
}

impl Known {
    /// All of them, in the order in which they are listed.
    pub(super) fn iter(self) -> impl Iterator<Item = &'static Format> {
        all().iter().chain(self.own)
    }

    /// Finds the format that `id` names; a wrong name is told as clap tells a wrong value of `option`.
    pub(super) fn named(self, option: &str, id: &str) -> Result<&'static Format, WrongName> {
        let error = match find_in(self.iter(), id) {
            Ok(format) => return Ok(format),
            Err(error) => error,
        };
        let hint = error.hint_text().map(|hint| format!("; {hint}")).unwrap_or_default();
        let id = show::printable(id);
        let what = format!("invalid value '{id}' for '{option}': {error}{hint}\n\nFor more information, try '--help'.\n");
        // That it cannot be told changes nothing: the exit status says it too.
        let _ = clap::Error::raw(ErrorKind::ValueValidation, what).print();
        Err(WrongName)
    }
}
