//! Pipelines of Logstash with the input plugin for Salesforce.

mod parse;

use std::io::{Read, Write};

use crate::format::{Sink, Spec, Writer};
use crate::keys::{self, Syntax};
use crate::{Error, Limits, Lock, Result};
pub(crate) use parse::{entries, looks};

#[derive(Debug)]
pub(crate) struct Codec;

impl crate::Codec for Codec {
    fn read(&self, _: &Spec, input: &mut dyn Read, limits: &Limits, _: &mut dyn Lock, sink: &mut dyn Sink) -> Result<()> {
        keys::read(Syntax::Logstash, input, limits, sink)
    }

    fn write<'a>(&self, _: &'a Spec, _: &'a mut dyn Write, _: &'a mut dyn Lock) -> Result<Box<dyn Writer + 'a>> {
        Err(Error::new("logstash can only be read").hint("`sfcred formats` shows what can be written"))
    }
}
