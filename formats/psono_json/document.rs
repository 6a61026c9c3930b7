//! The document as it is written.

use std::collections::BTreeMap;
use std::io::Write;

use super::item::url_filter;
use crate::Result;
use crate::format::Writer;
use crate::holds::Holds;
use crate::json::write_string;
use crate::record::{Kind, Record};

/// Collects the items of every folder, since a folder stands in the document as a whole.
pub(super) struct Document<'a> {
    holds: &'a Holds,
    out: &'a mut dyn Write,
    top: Folder,
}

#[derive(Default)]
struct Folder {
    folders: BTreeMap<String, Folder>,
    items: Vec<u8>,
}

impl<'a> Document<'a> {
    pub(super) fn new(holds: &'a Holds, out: &'a mut dyn Write) -> Self {
        Self { holds, out, top: Folder::default() }
    }
}

impl Writer for Document<'_> {
    fn record(&mut self, record: &mut Record) -> Result<()> {
        let description = self.holds.take_own(record, "Description");
        let filter = self.holds.take_own(record, "URL Filter");
        let auto_submit = self.holds.take_own(record, "Auto Submit").is_some();
        let derived = url_filter(&record.urls, &record.fields);
        let filter = filter.as_ref().map_or(derived.as_str(), |filter| filter.value.expose());
        let description = description.as_ref().map_or(record.username.as_str(), |text| text.value.expose());
        let mut folder = &mut self.top;
        for name in &record.folder {
            folder = folder.folders.entry(name.clone()).or_default();
        }
        let out = &mut folder.items;
        out.extend_from_slice(if out.is_empty() { b"\n" } else { b",\n" });
        out.extend_from_slice(b"{\"type\":\"website_password\"");
        for (key, text) in [
            ("name", record.title.as_str()),
            ("description", description),
            ("urlfilter", filter),
            ("website_password_title", &record.title),
            ("website_password_url", record.urls.first().map_or("", String::as_str)),
            ("website_password_username", &record.username),
            ("website_password_password", record.password.expose()),
            ("website_password_notes", record.notes.expose()),
            ("website_password_url_filter", filter),
        ] {
            write!(out, ",\"{key}\":")?;
            write_string(out, text)?;
        }
        write!(out, ",\"website_password_auto_submit\":{auto_submit},\"custom_fields\":[")?;
        for (at, field) in record.fields.iter().enumerate() {
            out.extend_from_slice(if at > 0 { b",{\"name\":" } else { b"{\"name\":" });
            write_string(out, &field.label)?;
            let kind = if field.kind == Kind::Hidden { "password" } else { "text" };
            write!(out, ",\"type\":\"{kind}\",\"value\":")?;
            write_string(out, field.value.expose())?;
            out.push(b'}');
        }
        out.extend_from_slice(b"],\"tags\":[");
        for (at, tag) in record.tags.iter().enumerate() {
            out.extend_from_slice(if at > 0 { b"," } else { b"" });
            write_string(out, tag)?;
        }
        out.extend_from_slice(b"]}");
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<()> {
        let Self { out, top, .. } = *self;
        out.write_all(b"{")?;
        top.write(out)?;
        out.write_all(b"}\n")?;
        Ok(())
    }
}

impl Folder {
    fn write(&self, out: &mut dyn Write) -> Result<()> {
        out.write_all(b"\"folders\":[")?;
        for (at, (name, folder)) in self.folders.iter().enumerate() {
            let mut head = if at > 0 { b",\n{\"name\":".to_vec() } else { b"\n{\"name\":".to_vec() };
            write_string(&mut head, name)?;
            head.push(b',');
            out.write_all(&head)?;
            folder.write(out)?;
            out.write_all(b"}")?;
        }
        out.write_all(b"],\"items\":[")?;
        out.write_all(&self.items)?;
        out.write_all(b"]")?;
        Ok(())
    }
}
