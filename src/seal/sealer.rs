//! Sealing.

use std::io::{self, Write};

use age::armor::{ArmoredWriter, Format};
use age::secrecy::SecretString;
use age::stream::StreamWriter;
use age::{EncryptError, Encryptor, Recipient, scrypt};
use sfcred_formats::{Error, Result};

use super::{header, plugin};

/// The work factor of every passphrase: about a second and 256 MiB, wherever the file is made. The crate's own depends on the machine.
const WORK_FACTOR: u8 = 18;

/// Whom a file is sealed to.
pub enum To {
    /// The owners of keys, as [`recipient`](super::recipient) reads them.
    Recipients(Vec<Box<dyn Recipient + Send>>),
    /// Whoever knows the passphrase.
    Passphrase(SecretString),
}

/// Starts a sealed file on `out`, which is better buffered; armor makes it text.
pub fn seal<W: Write>(out: W, to: &To, armor: bool) -> Result<Sealer<W>> {
    let encryptor = match to {
        // The crate adds one stanza of noise to those of the recipients, and what it writes must be readable again.
        To::Recipients(recipients) if recipients.len() >= header::STANZAS => {
            return Err(Error::new(format!("more than {} recipients", header::STANZAS - 1)).hint("seal to fewer; a key can be shared"));
        }
        To::Recipients(recipients) => Encryptor::with_recipients(recipients.iter().map(|recipient| &**recipient as &dyn Recipient)),
        To::Passphrase(passphrase) => {
            let mut recipient = scrypt::Recipient::new(passphrase.clone());
            recipient.set_work_factor(WORK_FACTOR);
            Encryptor::with_recipients([&recipient as &dyn Recipient].into_iter())
        }
    };
    let format = if armor { Format::AsciiArmor } else { Format::Binary };
    Ok(Sealer(encryptor.map_err(failed)?.wrap_output(ArmoredWriter::wrap_output(out, format)?)?))
}

fn failed(error: EncryptError) -> Error {
    match error {
        EncryptError::Io(error) => error.into(),
        EncryptError::MissingRecipients => {
            Error::new("no recipient").hint("pass one with -r, a file of them with -R, or -p for a passphrase")
        }
        EncryptError::IncompatibleRecipients { .. } => {
            Error::new("these recipients do not go together").hint("seal to each kind on its own")
        }
        // What is left comes from plugins only.
        _ => plugin::failed(),
    }
}

/// Seals what is written to it; without [`Sealer::finish`] the file is cut and cannot be opened.
#[must_use]
pub struct Sealer<W: Write>(StreamWriter<ArmoredWriter<W>>);

impl<W: Write> Sealer<W> {
    /// Writes the end of the file and returns what it was written to, not yet flushed.
    pub fn finish(self) -> Result<W> {
        Ok(self.0.finish()?.finish()?)
    }
}

impl<W: Write> Write for Sealer<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
