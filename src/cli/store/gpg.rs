//! The user's own gpg, run as `pass` runs it.
//!
//! Texts go through pipes. On its command line stand options and the names of keys, and it asks for passphrases by itself.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};

use sfcred_formats::{Error, Result};
use zeroize::Zeroizing;

use super::too_long;

/// How much is kept of what it says.
const SAID: u64 = 64 << 10;
/// What each line begins with that is meant for programs.
const STATUS: &str = "[GNUPG:] ";

/// Opens an entry; what it holds counts only when gpg has vouched for all of it.
pub(super) fn decrypt(file: File, limit: usize) -> Result<Zeroizing<Vec<u8>>> {
    let mut command = gpg();
    command.arg("--decrypt").stdin(file).stdout(Stdio::piped());
    let (mut child, said) = start(&mut command)?;
    let mut text = Zeroizing::new(Vec::new());
    let read = child.stdout.take().map_or(Ok(0), |out| out.take(limit as u64 + 1).read_to_end(&mut text));
    if text.len() > limit || read.is_err() {
        let _ = child.kill();
    }
    let ended = child.wait()?;
    let said = said.join().unwrap_or_default();
    if read? > limit {
        return Err(too_long(limit));
    }
    if ended.success() && vouched(&said) {
        return Ok(text);
    }
    Err(if status(&said).any(|line| line.starts_with("NO_SECKEY ")) {
        Error::new("gpg has no secret key for it").hint("`gpg --list-secret-keys` shows those it has; or name another folder of the store")
    } else {
        Error::new("gpg cannot open it").hint("run `gpg --decrypt` on the file, which says why")
    })
}

/// Whether one text was encrypted as a whole: gpg also passes on what lies open beside it.
fn vouched(said: &str) -> bool {
    let mut steps = status(said).filter_map(|line| {
        let word = line.split(' ').next()?;
        ["BEGIN_DECRYPTION", "PLAINTEXT", "DECRYPTION_OKAY", "END_DECRYPTION"].contains(&word).then_some(word)
    });
    steps.by_ref().eq(["BEGIN_DECRYPTION", "PLAINTEXT", "DECRYPTION_OKAY", "END_DECRYPTION"])
}

/// Encrypts an entry to the keys, into a file.
pub(super) fn encrypt(text: &[u8], ids: &[String], file: &File) -> Result<()> {
    let mut command = gpg();
    command.args(["--no-encrypt-to", "--compress-algo=none", "--encrypt"]);
    for id in ids {
        command.args(["--recipient", id]);
    }
    command.stdin(Stdio::piped()).stdout(file.try_clone()?);
    let (mut child, said) = start(&mut command)?;
    let wrote = child.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(text));
    let ended = child.wait()?;
    let said = said.join().unwrap_or_default();
    if let Err(error) = wrote
        && error.kind() != ErrorKind::BrokenPipe
    {
        return Err(error.into());
    }
    if ended.success() && status(&said).any(|line| line == "END_ENCRYPTION") {
        return Ok(());
    }
    let refused = status(&said).find_map(|line| line.strip_prefix("INV_RECP ")?.split_once(' '));
    Err(match refused {
        Some(("10", id)) => {
            Error::new(format!("gpg does not trust the key {id}")).hint("if it is the right one, `gpg --edit-key` and then `trust` say so")
        }
        Some((_, id)) => Error::new(format!("gpg has no key {id} to encrypt to")).hint("`gpg --list-keys` shows those it has"),
        None => Error::new("gpg cannot encrypt").hint("run `gpg --encrypt` with the same key, which says why"),
    })
}

fn gpg() -> Command {
    let mut command = Command::new("gpg");
    command.args(["--quiet", "--batch", "--yes", "--status-fd=2"]);
    command
}

/// Starts it, with somebody to listen to what it says.
fn start(command: &mut Command) -> Result<(Child, JoinHandle<String>)> {
    let mut child = command.stderr(Stdio::piped()).spawn().map_err(|error| match error.kind() {
        ErrorKind::NotFound => Error::new("gpg is not installed").hint("install GnuPG, which opens and seals these entries"),
        _ => error.into(),
    })?;
    let stderr = child.stderr.take();
    let listen = move || {
        let mut said = Vec::new();
        if let Some(mut stderr) = stderr {
            let _ = stderr.by_ref().take(SAID).read_to_end(&mut said);
            let _ = io::copy(&mut stderr, &mut io::sink());
        }
        String::from_utf8_lossy(&said).into_owned()
    };
    Ok((child, thread::spawn(listen)))
}

/// What it said to programs.
fn status(said: &str) -> impl Iterator<Item = &str> {
    said.lines().filter_map(|line| line.strip_prefix(STATUS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_encrypted_as_a_whole_counts() {
        let good = "[GNUPG:] ENC_TO 1 2 3\n[GNUPG:] BEGIN_DECRYPTION\n[GNUPG:] DECRYPTION_INFO 2 9\ngpg: text\n[GNUPG:] PLAINTEXT 62 0 \n\
            [GNUPG:] DECRYPTION_OKAY\n[GNUPG:] GOODMDC\n[GNUPG:] END_DECRYPTION\n";
        assert!(vouched(good));
        let text = "[GNUPG:] PLAINTEXT 62 0 \n";
        for bad in ["", text, &format!("{text}{good}"), &format!("{good}{text}"), &good.replace("DECRYPTION_OKAY", "DECRYPTION_FAILED")] {
            assert!(!vouched(bad), "{bad}");
        }
    }
}
