//! The table of Zoho Vault, which keeps username and password as lines of one cell.

use std::io::{Read, Write};

use crate::format::{Sink, Spec, Spot, Writer};
use crate::record::Record;
use crate::table::{self, TableWriter, colon_lines};
use crate::{Limits, Lock, Notice, Result, Secret};

const CELL: &str = "SecretData";
/// The type of an entry that has a username and a password and nothing else.
const LOGIN: &str = "Web Account";

#[derive(Debug)]
pub(crate) struct Codec;

impl crate::format::Codec for Codec {
    fn read(&self, spec: &Spec, input: &mut dyn Read, limits: &Limits, lock: &mut dyn Lock, sink: &mut dyn Sink) -> Result<()> {
        table::Codec.read(spec, input, limits, lock, &mut Apart(sink))
    }

    fn write<'a>(&self, spec: &'a Spec, out: &'a mut dyn Write, _: &'a mut dyn Lock) -> Result<Box<dyn Writer + 'a>> {
        Ok(Box::new(Together(TableWriter::new(spec, out)?)))
    }
}

struct Apart<'s>(&'s mut dyn Sink);

impl Sink for Apart<'_> {
    fn record(&mut self, record: &mut Record, spot: Spot) -> Result<()> {
        for field in std::mem::take(&mut record.fields) {
            match field.label.as_ref() {
                CELL => {
                    for line in colon_lines(field.value.expose()) {
                        match (line.label.as_ref(), line.value.expose()) {
                            ("SecretType", LOGIN) => {}
                            ("User Name", username) if record.username.is_empty() => record.username.push_str(username),
                            ("Password", _) if record.password.is_empty() => record.password = line.value,
                            _ => record.fields.push(line),
                        }
                    }
                }
                // The file for other programs has two cells without a name at the end of each row.
                "Column 4" if record.username.is_empty() => record.username.push_str(field.value.expose()),
                "Column 5" if record.password.is_empty() => record.password = field.value,
                _ => record.fields.push(field),
            }
        }
        self.0.record(record, spot)
    }

    fn notice(&mut self, notice: Notice, name: &str) {
        self.0.notice(notice, name);
    }
}

struct Together<'a>(TableWriter<'a>);

impl Writer for Together<'_> {
    fn record(&mut self, record: &mut Record) -> Result<()> {
        let text = format!("SecretType:{LOGIN}\nUser Name:{}\nPassword:{}\n", record.username, record.password.expose());
        let text = Secret::new(text);
        self.0.row(record, Some((CELL, text.expose())))
    }

    fn finish(self: Box<Self>) -> Result<()> {
        Box::new(self.0).finish()
    }
}
