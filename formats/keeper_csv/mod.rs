//! The table of Keeper, whose labels can say what kind of field they name.

use std::io::{Read, Write};

use crate::format::{Sink, Spec, Spot, Writer};
use crate::record::{Field, Kind, Record};
use crate::{Limits, Lock, Notice, Result, table};

/// The label under which Keeper writes the URI of one-time passwords.
const TOTP: &str = "TFC:Keeper";

#[derive(Debug)]
pub(crate) struct Codec;

impl crate::format::Codec for Codec {
    fn read(&self, spec: &Spec, input: &mut dyn Read, limits: &Limits, lock: &mut dyn Lock, sink: &mut dyn Sink) -> Result<()> {
        table::Codec.read(spec, input, limits, lock, &mut Named(sink))
    }

    fn write<'a>(&self, spec: &'a Spec, out: &'a mut dyn Write, lock: &'a mut dyn Lock) -> Result<Box<dyn Writer + 'a>> {
        Ok(Box::new(Typed(table::Codec.write(spec, out, lock)?)))
    }
}

struct Named<'s>(&'s mut dyn Sink);

impl Sink for Named<'_> {
    fn record(&mut self, record: &mut Record, spot: Spot) -> Result<()> {
        // What Keeper counts entries by is of no use elsewhere.
        record.fields.retain(|field| !matches!(field.label.as_ref(), "$record_uid" | "$type"));
        for field in &mut record.fields {
            name(field);
        }
        self.0.record(record, spot)
    }

    fn notice(&mut self, notice: Notice, name: &str) {
        self.0.notice(notice, name);
    }
}

/// Gives a field the label and the kind that its typed label says, such as `$secret:Security Token`.
fn name(field: &mut Field) {
    if field.label == TOTP {
        (field.label, field.kind) = ("TOTP".into(), Kind::Hidden);
    }
    let Some(typed) = field.label.strip_prefix('$') else { return };
    let (kind, label) = typed.split_once(':').unwrap_or((typed, ""));
    let is_known = matches!(kind, "text" | "multiline" | "secret" | "note" | "url" | "pinCode" | "oneTimeCode" | "email" | "phone" | "host");
    if !is_known {
        return;
    }
    field.kind = match kind {
        "secret" | "pinCode" | "oneTimeCode" => Kind::Hidden,
        "url" => Kind::Url,
        _ => Kind::Text,
    };
    field.label = match (kind, label) {
        ("oneTimeCode", _) => "TOTP".into(),
        (kind, "") => kind.to_owned().into(),
        (_, label) => label.to_owned().into(),
    };
}

struct Typed<'a>(Box<dyn Writer + 'a>);

impl Writer for Typed<'_> {
    fn record(&mut self, record: &mut Record) -> Result<()> {
        for field in record.fields.iter_mut().filter(|field| field.label == "TOTP") {
            field.label = TOTP.into();
        }
        self.0.record(record)
    }

    fn finish(self: Box<Self>) -> Result<()> {
        self.0.finish()
    }
}
