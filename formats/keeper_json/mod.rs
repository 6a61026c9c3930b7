//! The JSON of Keeper, from its web vault or from Commander.

mod custom;
mod entry;
mod folder;
mod write;

use std::io::{Read, Write};

use crate::format::{Sink, Spec, Spot, Writer};
use crate::json::Json;
use crate::{Error, Limits, Lock, Result};
use entry::Entry;

/// The label that the expiry date gets; a date without a label is one too.
const EXPIRY: &str = "Next Rotation";

#[derive(Debug)]
pub(crate) struct Codec;

impl crate::format::Codec for Codec {
    fn read(&self, _: &Spec, input: &mut dyn Read, limits: &Limits, _: &mut dyn Lock, sink: &mut dyn Sink) -> Result<()> {
        let mut json = Json::new(input, limits);
        let mut entries = |json: &mut Json<'_>| json.array(|entry: Entry, number| entry.read(Spot::Entry(number), sink));
        // Commander takes a bare list as well.
        if json.is_array()? {
            entries(&mut json)?;
            return json.finish();
        }
        let mut found = false;
        json.object(|json, key| match key {
            "records" => {
                found = true;
                entries(json)
            }
            _ => json.skip(),
        })?;
        json.finish()?;
        if found { Ok(()) } else { Err(Error::new("no `records`").hint("the file is not complete; export it again")) }
    }

    fn write<'a>(&self, spec: &'a Spec, out: &'a mut dyn Write, _: &'a mut dyn Lock) -> Result<Box<dyn Writer + 'a>> {
        Ok(Box::new(write::Document::new(&spec.holds, out)))
    }
}
