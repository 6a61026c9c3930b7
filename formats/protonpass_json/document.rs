//! The document as it is written.

use std::collections::BTreeMap;
use std::io::Write;

use crate::format::Writer;
use crate::holds::Holds;
use crate::json::write_string;
use crate::record::{Kind, Record};
use crate::protonpass_csv::is_address;
use crate::{Result, lines};

/// The key of the vault of records without a folder; Proton's own keys are longer.
pub(super) const UNFILED: &str = "vault-0";
/// What that vault is called, because Proton wants a name.
const UNFILED_NAME: &str = "No folder";

/// Collects the items of every vault, since a vault stands in the document as a whole.
pub(super) struct Document<'a> {
    holds: &'a Holds,
    out: &'a mut dyn Write,
    /// By the name of the vault, which is empty for records without a folder. Of every item the end is missing, where its numbers stand.
    vaults: BTreeMap<String, Vec<Vec<u8>>>,
}

impl<'a> Document<'a> {
    pub(super) fn new(holds: &'a Holds, out: &'a mut dyn Write) -> Self {
        Self { holds, out, vaults: BTreeMap::new() }
    }
}

impl Writer for Document<'_> {
    fn record(&mut self, record: &mut Record) -> Result<()> {
        let totp = self.holds.take_own(record, "TOTP");
        let favorite = self.holds.take_own(record, "Favorite");
        // Without a username the address would be taken for one.
        let email = if record.username.is_empty() { None } else { self.holds.take_own(record, "Email") };
        // Proton keeps a username that is an address in its own place.
        let (email, username) = match &email {
            Some(email) => (email.value.expose(), record.username.as_str()),
            None if is_address(&record.username) => (record.username.as_str(), ""),
            None => ("", record.username.as_str()),
        };
        let mut out = b"{\"state\":1,\"aliasEmail\":null,\"contentFormatVersion\":6".to_vec();
        for (key, time) in [("createTime", record.created), ("modifyTime", record.modified)] {
            if let Some(time) = time {
                write!(out, ",\"{key}\":{}", time.timestamp())?;
            }
        }
        write!(out, ",\"pinned\":{},\"data\":{{\"type\":\"login\",\"content\":{{\"itemEmail\":", favorite.is_some())?;
        write_string(&mut out, email)?;
        out.extend_from_slice(b",\"itemUsername\":");
        write_string(&mut out, username)?;
        out.extend_from_slice(b",\"password\":");
        write_string(&mut out, record.password.expose())?;
        out.extend_from_slice(b",\"urls\":[");
        for (at, url) in record.urls.iter().enumerate() {
            out.extend_from_slice(if at > 0 { b"," } else { b"" });
            write_string(&mut out, url)?;
        }
        out.extend_from_slice(b"],\"totpUri\":");
        write_string(&mut out, totp.as_ref().map_or("", |totp| totp.value.expose()))?;
        out.extend_from_slice(b",\"passkeys\":[]},\"extraFields\":[");
        for (at, field) in record.fields.iter().enumerate() {
            out.extend_from_slice(if at > 0 { b",{\"fieldName\":" } else { b"{\"fieldName\":" });
            write_string(&mut out, &field.label)?;
            let kind = if field.kind == Kind::Hidden { "hidden" } else { "text" };
            write!(out, ",\"type\":\"{kind}\",\"data\":{{\"content\":")?;
            write_string(&mut out, field.value.expose())?;
            out.extend_from_slice(b"}}");
        }
        out.extend_from_slice(b"],\"metadata\":{\"name\":");
        write_string(&mut out, &record.title)?;
        out.extend_from_slice(b",\"note\":");
        write_string(&mut out, record.notes.expose())?;
        self.vaults.entry(lines::join_path(&record.folder)).or_default().push(out);
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<()> {
        let Self { out, vaults, .. } = *self;
        out.write_all(b"{\"version\":\"1.21.2\",\"encrypted\":false,\"vaults\":{")?;
        let mut number = 0_u32;
        // The empty name comes first, and with it the number of the vault for what has none.
        let first = usize::from(!vaults.contains_key(""));
        for (at, (name, items)) in vaults.iter().enumerate() {
            let id = if name.is_empty() { UNFILED.to_owned() } else { format!("vault-{}", at + first) };
            let mut head = format!("{}\n\"{id}\":{{\"name\":", if at > 0 { "," } else { "" }).into_bytes();
            write_string(&mut head, if name.is_empty() { UNFILED_NAME } else { name })?;
            head.extend_from_slice(b",\"description\":\"\",\"display\":{\"color\":0,\"icon\":0},\"items\":[");
            out.write_all(&head)?;
            for (at, item) in items.iter().enumerate() {
                number = number.wrapping_add(1);
                out.write_all(if at > 0 { b",\n" } else { b"\n" })?;
                out.write_all(item)?;
                write!(out, ",\"itemUuid\":\"{number:08x}\"}}}},\"shareId\":\"{id}\",\"itemId\":\"item-{number}\"}}")?;
            }
            out.write_all(b"\n]}")?;
        }
        out.write_all(b"\n}}\n")?;
        Ok(())
    }
}
