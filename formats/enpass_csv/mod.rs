//! The table of Enpass: a title, pairs of label and value, and a note at the end of each row.

use std::io::{Read, Write};

use csv::StringRecord;

use crate::format::{Sink, Spec, Spot, Writer};
use crate::record::{Field, Kind, Record};
use crate::table::{Escape, each_row, pairs};
use crate::{Error, Limits, Lock, Result};

#[derive(Debug)]
pub(crate) struct Codec;

impl crate::format::Codec for Codec {
    fn read(&self, _: &Spec, input: &mut dyn Read, limits: &Limits, _: &mut dyn Lock, sink: &mut dyn Sink) -> Result<()> {
        let mut record = Record::default();
        each_row(Escape::Doubled, input, limits, |row, number| {
            let is_header = number == 1 && row.get(1) == Some("Field") && row.get(2) == Some("Value");
            if is_header {
                return Ok(());
            }
            record.clear();
            fill(&mut record, row).map_err(|error| error.at(Spot::Row(number).to_string()))?;
            sink.record(&mut record, Spot::Row(number))
        })
    }

    fn write<'a>(&self, _: &'a Spec, _: &'a mut dyn Write, _: &'a mut dyn Lock) -> Result<Box<dyn Writer + 'a>> {
        Err(Error::new("enpass-csv can only be read").hint("`sfcred formats` shows what can be written"))
    }
}

/// Puts a row where it belongs.
fn fill(record: &mut Record, row: &StringRecord) -> Result<()> {
    // A title, pairs and a note are an even number of cells.
    if row.len() < 2 || row.len() % 2 == 1 {
        return Err(Error::new("a row without a note, or a label without a value")
            .hint("a line break or comma inside a cell needs quotes; export the file again, or pass --from"));
    }
    let last = row.len() - 1;
    record.title.push_str(&row[0]);
    record.notes.set(&row[last]);
    for mut field in pairs(row.iter().take(last).skip(1)) {
        let value = field.value.expose();
        match field.label.as_ref() {
            "Username" if record.username.is_empty() => record.username.push_str(value),
            "Password" if record.password.is_empty() => record.password.set(value),
            "Website" | "URL" if value.is_empty() => {}
            "Website" | "URL" if record.urls.is_empty() => record.urls.push(value.to_owned()),
            label => {
                if let Some(label) = label.strip_prefix('*').map(str::to_owned) {
                    field = Field { label: label.into(), kind: Kind::Hidden, ..field };
                }
                record.fields.push(field);
            }
        }
    }
    if record.username.is_empty()
        && let Some(at) = record.fields.iter().position(|field| matches!(field.label.as_ref(), "E-mail" | "Email"))
    {
        record.username.push_str(record.fields.remove(at).value.expose());
    }
    Ok(())
}
