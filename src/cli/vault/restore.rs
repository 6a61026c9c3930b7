//! `sfcred restore`

use std::io::{self, IsTerminal, Read, Write, stdout};
use std::path::{Path, PathBuf};

use clap::Args;
use sfcred_formats::{Error, Result};
use zeroize::Zeroizing;

use super::super::put::{Output, Target};
use super::super::{End, input, show};
use super::copy::{self, Inside};
use super::difference::{only_in, tell_difference};
use super::seat::{self, Seat};
use super::store::Opened;
use super::{Opening, Waiting, init, kept};
use crate::seal::is_sealed;
use crate::vault::Vault;

/// Take a backup into the vault, or write it to a new file
///
/// The vault before stays as one step of `sfcred undo`, and its recipients stay the recipients. Where there is no vault, or none that can be
/// opened, the backup becomes it as it is. With -o the backup goes to a file of its own: a copy of the vault is a vault again, and a file that
/// was backed up with --raw has the bytes that it had.
#[derive(Args)]
pub(in super::super) struct Restore {
    /// The backup
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// The file to write, with mode 0600, and not the vault; - is stdout
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,

    /// Write the bytes inside as they are, where the name of the backup does not begin with raw-
    #[arg(long, requires = "output")]
    raw: bool,

    /// Replace the output if it exists
    #[arg(long, requires = "output")]
    force: bool,

    #[command(flatten)]
    opening: Opening,
    #[command(flatten)]
    waiting: Waiting,
}

impl Restore {
    pub(in super::super) fn run(self) -> Result<End> {
        self.opening.spare(self.output.as_ref())?;
        let access = self.opening.access()?;
        let raw = self.raw || kept::is_raw(&self.file);
        // One for both, so that a passphrase is asked for once.
        let mut opened = Opened::new(&access);
        let inside = copy::look_inside(&self.file, &mut opened, raw)?;
        if let Some(path) = &self.output {
            return self.write(path, inside);
        }
        let Inside::Vault(sealed, vault) = inside else {
            return Err(Error::new("a file that was backed up as it is")
                .in_file(input::name(&self.file))
                .hint("-o FILE writes it; `sfcred import` takes its records into the vault"));
        };
        init::make_folder(&access.path)?;
        let seat = Seat::take(&access, opened, self.waiting.time())?;
        put(seat, &sealed, vault)
    }

    /// Writes what is inside to a file of its own.
    fn write(&self, path: &Path, inside: Inside<'_>) -> Result<End> {
        let target = if path.as_os_str() == "-" { Target::Stdout } else { Target::File(path.to_owned()) };
        if target == Target::Stdout && matches!(inside, Inside::Bytes(_)) && stdout().is_terminal() {
            return Err(Error::new("secrets are not sent to a terminal").hint("-o FILE writes a file"));
        }
        let mut output = Output::create(&target, self.force, std::slice::from_ref(&self.file))?;
        output.hold_to_the_end();
        let (what, is_plain) = match inside {
            Inside::Vault(sealed, _) => {
                output.write_all(&sealed)?;
                ("a vault, sealed as the backup was", false)
            }
            Inside::Bytes(mut bytes) => {
                let named = |error: io::Error| copy::of_copy(error.into(), &self.file);
                let mut head = Zeroizing::new(Vec::with_capacity(2048));
                bytes.by_ref().take(2048).read_to_end(&mut head).map_err(named)?;
                output.write_all(&head)?;
                copy::pour(&mut bytes, &mut output).map_err(named)?;
                ("the file as it was backed up", !is_sealed(&head))
            }
        };
        output.commit()?;
        if target != Target::Stdout {
            show::say("notice", &format!("{}: {what}", path.display()));
            if is_plain {
                show::say("hint", "delete it after use if it holds secrets in plain text");
            }
        }
        Ok(End::Done)
    }
}

/// Makes the backup the vault.
fn put(mut seat: Seat, sealed: &[u8], mut backup: Vault) -> Result<End> {
    let records = show::count(backup.records.len() as u64, "record", "records");
    let tell = |seat: &Seat, text: String| show::say("notice", &seat.shown().name_in(Error::new(text)).to_string());
    let Some(now) = seat.vault().cloned() else {
        if seat.is_empty() {
            seat::begin_anew(seat.shown())?;
        }
        seat.put(sealed)?;
        let what = if seat.is_empty() { format!("a new vault, {records}") } else { format!("{records} restored") };
        tell(&seat, format!("{what}, sealed to {}", show::join(&backup.recipients, ", ")));
        return Ok(End::Done);
    };
    // Who may open the vault is said by those who have it now, and not by an old copy.
    let others = only_in(&backup, &now).chain(only_in(&now, &backup)).next().is_some();
    backup.recipients.clone_from(&now.recipients);
    let sealed = seat.seal(&backup)?;
    seat.put(&sealed)?;
    tell_difference(&now, &backup);
    tell(&seat, format!("{records} restored"));
    if others {
        show::say("notice", "it is sealed to the recipients of the vault as before, and not to those of the backup");
    }
    show::say("hint", "`sfcred undo` brings the vault before back");
    Ok(End::Done)
}
