//! The databases of `KeePass` 2 and `KeePassXC`: KDBX 3.1 and 4 are read, 4 is written.
//!
//! A database is a header in the clear, and behind it the XML of `keepass_xml`, packed and encrypted. The header is read strictly, and what it
//! asks of this machine is bounded, before a key is derived. The encrypted part is held in memory, and of it nothing is parsed before all of it
//! has been authenticated; what it unpacks to is read as a stream.

mod bytes;
mod cipher;
mod dictionary;
mod header;
mod kdf;
mod key;
mod open;
mod payload;
mod seal;

use std::io::{Read, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use zeroize::Zeroizing;

use crate::format::{Sink, Spec, Writer};
use crate::keepass_xml::{self, Document, Inside};
use crate::record::Record;
use crate::{Error, Limits, Lock, Result};
use header::Header;
use kdf::Kdf;
use payload::Payload;
use seal::Sealed;

#[derive(Debug)]
pub(crate) struct Codec;

impl crate::format::Codec for Codec {
    fn read(&self, _: &Spec, input: &mut dyn Read, limits: &Limits, lock: &mut dyn Lock, sink: &mut dyn Sink) -> Result<()> {
        let mut file = Zeroizing::new(Vec::new());
        if input.take(limits.archive + 1).read_to_end(&mut file)? as u64 > limits.archive {
            return Err(Error::new(format!("the database is longer than {} bytes, the limit", limits.archive))
                .hint("remove attachments from a copy of it, or export it as XML"));
        }
        let header = Header::read(&file)?;
        header.kdf.check(limits)?;
        let key_file = lock.key_file()?;
        let opened = loop {
            let passphrase = lock.passphrase()?;
            let opened = key::composites(&passphrase, key_file.as_deref().map(Vec::as_slice))?
                .iter()
                .find_map(|composite| open::open(&file, &header, composite).transpose());
            match opened {
                Some(opened) => break opened?,
                None if lock.again() => {}
                None => return Err(open::wrong(&header, key_file.is_some())),
            }
        };
        drop(file);
        let mut payload = Payload::new(opened, header.packed, limits.archive);
        let mask = match &header.old {
            Some(old) => cipher::mask(old.mask, &old.mask_key)?,
            None => payload.inner_header()?,
        };
        let inside = Inside::Database { unmask: mask, header: header.old.as_ref().map(|_| header.hash) };
        keepass_xml::read(&mut payload, limits, inside, sink)
    }

    fn write<'a>(&self, spec: &'a Spec, out: &'a mut dyn Write, lock: &'a mut dyn Lock) -> Result<Box<dyn Writer + 'a>> {
        let key_file = lock.key_file()?;
        let passphrase = lock.passphrase()?;
        let Some(composite) = key::composites(&passphrase, key_file.as_deref().map(Vec::as_slice))?.into_iter().next() else {
            return Err(Error::new("neither passphrase nor key file").hint("give one of them"));
        };
        let mut salt = [0; 32];
        lock.random(&mut salt)?;
        let kdf = Kdf::new(lock.cost(), salt);
        let mut packed = GzEncoder::new(Sealed::create(out, &kdf, &composite, lock)?, Compression::default());
        let mask = payload::write_inner_header(&mut packed, lock)?;
        Ok(Box::new(Database(Document::new(packed, &spec.holds, Some(mask))?)))
    }
}

/// A database that is being written.
struct Database<'a>(Document<'a, GzEncoder<Sealed<'a>>>);

impl Writer for Database<'_> {
    fn record(&mut self, record: &mut Record) -> Result<()> {
        self.0.record(record)
    }

    fn finish(self: Box<Self>) -> Result<()> {
        self.0.finish()?.finish()?.finish()
    }
}

/// What is said of a file that cannot be what a program has written.
fn damaged() -> Error {
    Error::new("damaged or cut").hint("take another copy of the database")
}
