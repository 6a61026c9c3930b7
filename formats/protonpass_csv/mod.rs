//! The table of Proton Pass, which keeps a username that is an address in a column of its own.

use std::io::{Read, Write};

use crate::format::{Sink, Spec, Writer};
use crate::record::{Field, Kind, Record};
use crate::{Limits, Lock, Result, table};

/// The label of the column for addresses, which stands in for an empty username when a file is read.
const EMAIL: &str = "Email";

#[derive(Debug)]
pub(crate) struct Codec;

impl crate::format::Codec for Codec {
    fn read(&self, spec: &Spec, input: &mut dyn Read, limits: &Limits, lock: &mut dyn Lock, sink: &mut dyn Sink) -> Result<()> {
        table::Codec.read(spec, input, limits, lock, sink)
    }

    fn write<'a>(&self, spec: &'a Spec, out: &'a mut dyn Write, lock: &'a mut dyn Lock) -> Result<Box<dyn Writer + 'a>> {
        Ok(Box::new(Logins(table::Codec.write(spec, out, lock)?)))
    }
}

struct Logins<'a>(Box<dyn Writer + 'a>);

impl Writer for Logins<'_> {
    fn record(&mut self, record: &mut Record) -> Result<()> {
        // An address that is kept beside the username needs the column for itself.
        if is_address(&record.username) && !record.fields.iter().any(|field| field.label == EMAIL) {
            let username = std::mem::take(&mut record.username);
            record.fields.push(Field::new(EMAIL, username, Kind::Text));
        }
        self.0.record(record)
    }

    fn finish(self: Box<Self>) -> Result<()> {
        self.0.finish()
    }
}

/// Whether `text` has the form `x@y.z`.
pub(crate) fn is_address(text: &str) -> bool {
    let Some((name, (host, end))) = text.split_once('@').and_then(|(name, rest)| Some((name, rest.rsplit_once('.')?))) else { return false };
    ![name, host, end].contains(&"")
}
