//! The XML of `KeePass` 2, which is also what a KDBX database holds inside.

mod entry;
mod labels;
mod read;
mod times;
mod write;

use std::io::{Read, Write};

use crate::format::{Sink, Spec, Writer};
use crate::record::Record;
use crate::{Limits, Lock, Result};

pub(crate) use read::{Inside, read};
pub(crate) use write::Document;

/// Masks or unmasks the next bytes of protected values, which must come in the order of the document.
pub(crate) type Mask<'a> = Box<dyn FnMut(&mut [u8]) + 'a>;

#[derive(Debug)]
pub(crate) struct Codec;

impl crate::format::Codec for Codec {
    fn read(&self, _: &Spec, input: &mut dyn Read, limits: &Limits, _: &mut dyn Lock, sink: &mut dyn Sink) -> Result<()> {
        read(input, limits, Inside::Plain, sink)
    }

    fn write<'a>(&self, spec: &'a Spec, out: &'a mut dyn Write, _: &'a mut dyn Lock) -> Result<Box<dyn Writer + 'a>> {
        Ok(Box::new(Plain(Document::new(out, &spec.holds, None)?)))
    }
}

/// A document that is not encrypted.
struct Plain<'a>(Document<'a, &'a mut dyn Write>);

impl Writer for Plain<'_> {
    fn record(&mut self, record: &mut Record) -> Result<()> {
        self.0.record(record)
    }

    fn finish(self: Box<Self>) -> Result<()> {
        self.0.finish().map(drop)
    }
}
