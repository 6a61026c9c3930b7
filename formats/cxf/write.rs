//! The document as it is written.

use std::io::Write;

use super::collections::Tree;
use super::credential;
use super::totp::Totp;
use crate::format::Writer;
use crate::holds::Holds;
use crate::record::{Field, Kind, Record};
use crate::sheet::Sheet;
use crate::{Result, id};

/// Writes items behind one another, and the collections that name them behind them.
pub(super) struct Document<'a> {
    holds: &'a Holds,
    out: &'a mut dyn Write,
    sheet: Sheet,
    records: u64,
    collections: Tree,
    /// The header must have a time, and this is the newest of the records.
    newest: i64,
}

impl<'a> Document<'a> {
    pub(super) fn new(holds: &'a Holds, out: &'a mut dyn Write) -> Result<Self> {
        let mut sheet = Sheet::default();
        // The exporter is known by a domain, and this program has none.
        sheet.raw("{\"version\":{\"major\":1,\"minor\":0},\"exporterRpId\":\"sfcred.invalid\",\"exporterDisplayName\":\"sfcred\",\"accounts\":[");
        sheet.text("{\"id\":", &id::hex(id::of(&["account"])))?;
        sheet.raw(",\"username\":\"\",\"email\":\"\",\"items\":[");
        Ok(Self { holds, out, sheet, records: 0, collections: Tree::default(), newest: 0 })
    }
}

impl Writer for Document<'_> {
    fn record(&mut self, record: &mut Record) -> Result<()> {
        let favorite = self.holds.take_own(record, "Favorite");
        let totp = self.holds.take_own(record, "TOTP");
        self.records += 1;
        let id = id::of(&["item", &self.records.to_string(), &record.username]);
        if !record.folder.is_empty() {
            self.collections.put(&record.folder, id)?;
        }
        let sheet = &mut self.sheet;
        sheet.text(if self.records > 1 { ",\n{\"id\":" } else { "\n{\"id\":" }, &id::hex(id))?;
        for (key, time) in [(",\"creationAt\":", record.created), (",\"modifiedAt\":", record.modified)] {
            if let Some(seconds) = time.map(|time| time.timestamp()).filter(|seconds| *seconds > 0) {
                sheet.number(key, seconds);
                self.newest = self.newest.max(seconds);
            }
        }
        sheet.text(",\"title\":", &record.title)?;
        if favorite.is_some() {
            sheet.raw(",\"favorite\":true");
        }
        if !record.urls.is_empty() {
            sheet.raw(",\"scope\":{\"urls\":[");
            sheet.texts(record.urls.iter().map(String::as_str))?;
            sheet.raw("],\"androidApps\":[]}");
        }
        if !record.tags.is_empty() {
            sheet.raw(",\"tags\":[");
            sheet.texts(record.tags.iter().map(String::as_str))?;
            sheet.raw("]");
        }
        sheet.raw(",\"credentials\":[");
        credentials(sheet, record, totp)?;
        sheet.raw("]}");
        self.sheet.pour_when_full(self.out)
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        self.sheet.raw("\n],\"collections\":[");
        self.collections.write(&mut self.sheet, "")?;
        self.sheet.number("\n]}],\"timestamp\":", self.newest);
        self.sheet.raw("}\n");
        self.sheet.pour(self.out)
    }
}

/// Writes the credentials. Bitwarden reads only the first of each type, so there is one with all custom fields.
fn credentials(sheet: &mut Sheet, record: &mut Record, totp: Option<Field>) -> Result<()> {
    sheet.raw("{\"type\":\"basic-auth\"");
    sheet.text(",\"username\":{\"fieldType\":\"string\",\"value\":", &record.username)?;
    sheet.raw("}");
    if !record.password.is_empty() {
        sheet.text(",\"password\":{\"fieldType\":\"concealed-string\",\"value\":", record.password.expose())?;
        sheet.raw("}");
    }
    sheet.raw("}");
    let parsed = totp.as_ref().and_then(|totp| Totp::parse(totp.value.expose()));
    if let Some(parsed) = &parsed {
        sheet.raw(",");
        parsed.write(sheet)?;
    }
    let (kept, mut fields): (Vec<Field>, Vec<Field>) = record.fields.drain(..).partition(credential::is_kept);
    if let Some(totp) = totp.filter(|_| parsed.is_none()) {
        // A secret alone says less than the credential must.
        fields.insert(0, Field { kind: Kind::Hidden, ..totp });
    }
    for (at, field) in fields.iter().enumerate() {
        let kind = match field.kind {
            Kind::Hidden => "concealed-string",
            Kind::Boolean => "boolean",
            Kind::Date => "date",
            Kind::Text | Kind::Url => "string",
        };
        sheet.text(if at > 0 { ",{\"fieldType\":" } else { ",{\"type\":\"custom-fields\",\"fields\":[{\"fieldType\":" }, kind)?;
        sheet.text(",\"value\":", field.value.expose())?;
        sheet.text(",\"label\":", &field.label)?;
        sheet.raw("}");
    }
    if !fields.is_empty() {
        sheet.raw("]}");
    }
    if !record.notes.is_empty() {
        sheet.text(",{\"type\":\"note\",\"content\":{\"fieldType\":\"string\",\"value\":", record.notes.expose())?;
        sheet.raw("}}");
    }
    for field in kept {
        sheet.raw(",");
        sheet.raw(field.value.expose());
    }
    Ok(())
}
