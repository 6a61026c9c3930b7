//! The export as it is written.

use std::collections::BTreeSet;
use std::io::Write;

use crate::format::Writer;
use crate::holds::Holds;
use crate::record::{Kind, Record};
use crate::sheet::Sheet;
use crate::{Result, id};

/// A time that the document must have but nobody knows.
const UNKNOWN: i64 = 0;

/// Writes items behind one another, and the folders that they name behind them.
pub(super) struct Document<'a> {
    holds: &'a Holds,
    out: &'a mut dyn Write,
    sheet: Sheet,
    records: u64,
    folders: BTreeSet<String>,
}

impl<'a> Document<'a> {
    pub(super) fn new(holds: &'a Holds, out: &'a mut dyn Write) -> Self {
        let mut sheet = Sheet::default();
        sheet.raw("{\"items\":[");
        Self { holds, out, sheet, records: 0, folders: BTreeSet::new() }
    }
}

fn folder(title: &str) -> String {
    id::uuid(id::of(&["folder", title]))
}

/// A field of an item, in the order of the item.
struct Line<'l> {
    label: &'l str,
    kind: &'l str,
    hidden: bool,
    uid: usize,
    value: &'l str,
}

impl Writer for Document<'_> {
    fn record(&mut self, record: &mut Record) -> Result<()> {
        let totp = self.holds.take_own(record, "TOTP");
        let favorite = self.holds.take_own(record, "Favorite");
        let created = record.created.map_or(UNKNOWN, |time| time.timestamp());
        let modified = record.modified.map_or(UNKNOWN, |time| time.timestamp());
        self.records += 1;
        let sheet = &mut self.sheet;
        sheet.raw(if self.records > 1 { ",\n" } else { "\n" });
        sheet.number("{\"archived\":0,\"auto_submit\":1,\"category\":\"login\",\"createdAt\":", created);
        sheet.number(",\"favorite\":", u8::from(favorite.is_some()));
        sheet.raw(",\"fields\":[");
        let mut order = 0;
        let mut line = |line: &Line<'_>| -> Result<()> {
            order += 1;
            sheet.text(if order > 1 { ",{\"deleted\":0,\"label\":" } else { "{\"deleted\":0,\"label\":" }, line.label)?;
            sheet.number(",\"order\":", order);
            sheet.number(",\"sensitive\":", u8::from(line.hidden));
            sheet.text(",\"type\":", line.kind)?;
            sheet.number(",\"uid\":", line.uid);
            sheet.number(",\"updated_at\":", modified);
            sheet.text(",\"value\":", line.value)?;
            sheet.number(",\"value_updated_at\":", modified);
            sheet.raw("}");
            Ok(())
        };
        line(&Line { label: "Username", kind: "username", hidden: false, uid: 10, value: &record.username })?;
        line(&Line { label: "Password", kind: "password", hidden: true, uid: 11, value: record.password.expose() })?;
        if let Some(totp) = &totp {
            line(&Line { label: "One-time code", kind: "totp", hidden: true, uid: 12, value: totp.value.expose() })?;
        }
        for (at, url) in record.urls.iter().enumerate() {
            let uid = if at == 0 { 13 } else { 100 + at };
            line(&Line { label: "Website", kind: "url", hidden: false, uid, value: url })?;
        }
        for (at, field) in record.fields.iter().enumerate() {
            let value = field.value.expose();
            let kind = if value.contains('\n') { "multiline" } else { "text" };
            let uid = 100 + record.urls.len() + at;
            line(&Line { label: &field.label, kind, hidden: field.kind == Kind::Hidden, uid, value })?;
        }
        sheet.raw("],\"folders\":[");
        let folders: Vec<String> = record.tags.iter().map(|tag| folder(tag)).collect();
        sheet.texts(folders.iter().map(String::as_str))?;
        sheet.raw("],\"icon\":{\"fav\":\"\",\"image\":{\"file\":\"misc/login\"},\"type\":1,\"uuid\":\"\"}");
        sheet.text(",\"note\":", record.notes.expose())?;
        sheet.text(",\"subtitle\":", &record.username)?;
        sheet.text(",\"template_type\":\"login.default\",\"title\":", &record.title)?;
        sheet.number(",\"trashed\":0,\"updated_at\":", modified);
        sheet.text(",\"uuid\":", &id::uuid(id::of(&["item", &self.records.to_string(), &record.username])))?;
        sheet.raw("}");
        self.folders.extend(record.tags.drain(..));
        self.sheet.pour_when_full(self.out)
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        self.sheet.raw("\n],\"folders\":[");
        for (at, title) in self.folders.iter().enumerate() {
            self.sheet.raw(if at > 0 { ",\n" } else { "\n" });
            self.sheet.text("{\"icon\":\"1008\",\"parent_uuid\":\"\",\"title\":", title)?;
            self.sheet.number(",\"updated_at\":", UNKNOWN);
            self.sheet.text(",\"uuid\":", &folder(title))?;
            self.sheet.raw("}");
        }
        self.sheet.raw("\n]}\n");
        self.sheet.pour(self.out)
    }
}
