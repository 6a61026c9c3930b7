//! From a document to records.

use std::io::Read;

use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::prelude::{BASE64_STANDARD, Engine};
use zeroize::Zeroizing;

use super::entry::{self, Text};
use super::{Mask, times};
use crate::format::{Sink, Spot};
use crate::record::Record;
use crate::xml::{Step, Xml};
use crate::{Error, Limits, Notice, Result, Secret};

/// Some programs leave the padding out.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent));

/// Where a document stands.
pub(crate) enum Inside<'a> {
    /// In a file of its own.
    Plain,
    /// In a database that masks values.
    Database {
        /// Takes the mask off.
        unmask: Mask<'a>,
        /// The hash of the database's header, which a document of KDBX 3 repeats.
        header: Option<[u8; 32]>,
    },
}

/// Reads every entry that is not in the recycle bin.
///
/// # Errors
/// When the document is damaged.
pub(crate) fn read(input: &mut dyn Read, limits: &Limits, inside: Inside<'_>, sink: &mut dyn Sink) -> Result<()> {
    let mut document = Document { xml: Xml::new(input, limits), limits, inside, bin: None, entry: 0, record: Record::default() };
    document.xml.root("KeePassFile")?;
    let mut found = false;
    while let Some(name) = document.xml.child(&["Meta", "Root"])? {
        match name {
            "Meta" if found => return Err(document.xml.error("<Meta> behind <Root>").hint("export it again")),
            "Meta" => document.meta()?,
            "Root" => {
                found = true;
                document.groups(sink)?;
            }
            _ => document.skip()?,
        }
    }
    document.xml.finish()?;
    if found { Ok(()) } else { Err(Error::new("no <Root>").hint("the file is not complete; export it again")) }
}

struct Document<'a, 'l> {
    xml: Xml<'a>,
    limits: &'l Limits,
    inside: Inside<'l>,
    /// The group of deleted entries.
    bin: Option<String>,
    entry: u64,
    record: Record,
}

/// A group that is being read.
#[derive(Default)]
struct Group {
    name: String,
    /// Whether it is the recycle bin, or inside it.
    deleted: bool,
    /// Whether an entry or a group of it was read.
    begun: bool,
}

impl Document<'_, '_> {
    fn meta(&mut self) -> Result<()> {
        let (mut enabled, mut bin) = (true, None);
        while let Some(name) = self.xml.child(&["RecycleBinEnabled", "RecycleBinUUID", "HeaderHash"])? {
            match name {
                "RecycleBinEnabled" => enabled = !self.xml.text()?.trim().eq_ignore_ascii_case("false"),
                "RecycleBinUUID" => bin = Some(self.xml.text()?.trim().to_owned()),
                "HeaderHash" => {
                    let hash = BASE64.decode(self.xml.text()?.trim()).unwrap_or_default();
                    if let Inside::Database { header: Some(header), .. } = &self.inside
                        && hash != header
                    {
                        return Err(Error::new("the header was changed").hint("the file was damaged or forged; take another copy"));
                    }
                }
                _ => self.skip()?,
            }
        }
        let nobody = |uuid: &String| uuid.is_empty() || BASE64.decode(uuid).is_ok_and(|uuid| uuid.iter().all(|byte| *byte == 0));
        self.bin = bin.filter(|uuid| enabled && !nobody(uuid));
        Ok(())
    }

    /// Walks the groups without recursion.
    fn groups(&mut self, sink: &mut dyn Sink) -> Result<()> {
        let mut groups: Vec<Group> = Vec::new();
        loop {
            let Some(name) = self.xml.child(&["Group", "Entry", "UUID", "Name"])? else {
                if groups.pop().is_none() {
                    return Ok(());
                }
                continue;
            };
            match (name, groups.last_mut()) {
                ("Group", parent) => {
                    let deleted = parent.is_some_and(|parent| {
                        parent.begun = true;
                        parent.deleted
                    });
                    groups.push(Group { deleted, ..Group::default() });
                }
                ("UUID", Some(group)) => group.deleted |= self.xml.text().map(|uuid| Some(uuid.trim()) == self.bin.as_deref())?,
                ("Name", Some(group)) => {
                    if group.begun {
                        return Err(self.xml.error("a group whose name stands behind its entries").hint("export it again"));
                    }
                    self.xml.text()?.as_str().clone_into(&mut group.name);
                }
                ("Entry", Some(group)) => {
                    group.begun = true;
                    if group.deleted {
                        sink.notice(Notice::NotALogin("deleted entries".to_owned()), "");
                        self.skip()?;
                    } else {
                        self.entry += 1;
                        let spot = Spot::Entry(self.entry);
                        self.record.clear();
                        // The top group stands for the database itself.
                        self.record.folder.extend(groups.iter().skip(1).map(|group| group.name.clone()).filter(|name| !name.is_empty()));
                        let left = self.entry().map_err(|error| error.at(spot.to_string()))?;
                        for what in left {
                            sink.notice(Notice::LeftBehind(what.to_owned()), self.record.name());
                        }
                        if has_reference(&self.record) {
                            sink.notice(Notice::Reference, self.record.name());
                        }
                        sink.record(&mut self.record, spot)?;
                    }
                }
                ("Entry", None) => return Err(self.xml.error("an entry outside of all groups").hint("export it again")),
                _ => self.skip()?,
            }
        }
    }

    /// Reads an entry into the record, and returns what of it is left behind.
    fn entry(&mut self) -> Result<Vec<&'static str>> {
        const KNOWN: [&str; 8] = ["Tags", "Times", "String", "Binary", "History", "AutoType", "OverrideURL", "CustomData"];
        let mut texts: Vec<Text> = Vec::new();
        let mut left = Vec::new();
        while let Some(name) = self.xml.child(&KNOWN)? {
            let what = match name {
                "Tags" => {
                    self.record.tags = entry::split_tags(self.xml.text()?);
                    None
                }
                "Times" => self.times().map(|()| None)?,
                "String" => {
                    if texts.len() > self.limits.fields {
                        let what = format!("more than {} fields, the limit for one entry", self.limits.fields);
                        return Err(Error::new(what).hint("split the entry"));
                    }
                    texts.push(self.string()?);
                    None
                }
                "OverrideURL" => (!self.xml.text()?.is_empty()).then_some("override URLs"),
                "Binary" => self.skip().map(|()| Some("attachments"))?,
                "History" => self.has_any(&["Entry"])?.then_some("former versions"),
                "AutoType" => self.has_any(&["Association"])?.then_some("auto-type rules"),
                "CustomData" => self.has_any(&["Item"])?.then_some("data of plugins"),
                _ => self.skip().map(|()| None)?,
            };
            left.extend(what.filter(|what| !left.contains(what)));
        }
        entry::fill(&mut self.record, texts)?;
        Ok(left)
    }

    fn times(&mut self) -> Result<()> {
        let no_date = || Error::new("not a date").hint("correct it in the product, and export again");
        let (mut expires, mut expiry) = (false, String::new());
        while let Some(name) = self.xml.child(&["CreationTime", "LastModificationTime", "ExpiryTime", "Expires"])? {
            if name.is_empty() {
                self.skip()?;
                continue;
            }
            let text = self.xml.text()?;
            let time = || if text.trim().is_empty() { Ok(None) } else { times::read(text).map(Some).ok_or_else(no_date) };
            match name {
                "CreationTime" => self.record.created = time()?,
                "LastModificationTime" => self.record.modified = time()?,
                "ExpiryTime" => text.as_str().clone_into(&mut expiry),
                _ => expires = text.trim().eq_ignore_ascii_case("true"),
            }
        }
        if expires {
            self.record.rotate_by = Some(times::read(&expiry).ok_or_else(no_date)?.date_naive());
        }
        Ok(())
    }

    fn string(&mut self) -> Result<Text> {
        let mut text = Text { key: String::new(), value: Secret::default(), hidden: false };
        let mut seen = [false; 2];
        while let Some(name) = self.xml.child(&["Key", "Value"])? {
            let Some(at) = ["Key", "Value"].iter().position(|known| *known == name) else {
                self.skip()?;
                continue;
            };
            if std::mem::replace(&mut seen[at], true) {
                return Err(self.xml.error(format!("two of <{name}> in one field")).hint("two values, two truths: delete one"));
            }
            if name == "Key" {
                self.xml.text()?.as_str().clone_into(&mut text.key);
            } else {
                text.hidden = self.is_protected() || self.is_true("ProtectInMemory");
                text.value = self.value()?;
            }
        }
        if seen == [true; 2] { Ok(text) } else { Err(self.xml.error("a field without key or value").hint("export it again")) }
    }

    fn is_true(&self, attribute: &str) -> bool {
        self.xml.attribute(attribute).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    fn is_protected(&self) -> bool {
        self.is_true("Protected")
    }

    /// The text of the present element, unmasked where it is masked.
    fn value(&mut self) -> Result<Secret> {
        if !self.is_protected() {
            return Ok(Secret::new(std::mem::take(&mut **self.xml.text()?)));
        }
        let text = self.xml.text()?;
        let packed: Zeroizing<Vec<u8>> = Zeroizing::new(text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect());
        if packed.is_empty() {
            return Ok(Secret::default());
        }
        let Inside::Database { unmask, .. } = &mut self.inside else {
            return Err(self
                .xml
                .error("a value that is masked, and the key to it is not in this file")
                .hint("take the database itself, or export it as XML again"));
        };
        let damaged = "a masked value is damaged";
        let Ok(bytes) = BASE64.decode(&*packed) else {
            return Err(self.xml.error(damaged).hint("the file was changed by hand; take another copy"));
        };
        let mut bytes = Zeroizing::new(bytes);
        unmask(&mut bytes);
        match String::from_utf8(std::mem::take(&mut *bytes)) {
            Ok(text) => Ok(Secret::new(text)),
            Err(error) => {
                drop(Zeroizing::new(error.into_bytes()));
                Err(self.xml.error(damaged).hint("the file was changed by hand; take another copy"))
            }
        }
    }

    /// Leaves the present element; what is masked in it still counts for the mask of what follows.
    fn skip(&mut self) -> Result<()> {
        // An attachment can be as long as the archive that another product would put it into.
        let limit = usize::try_from(self.limits.archive).unwrap_or(usize::MAX);
        if self.is_protected() {
            return self.skip_masked(limit);
        }
        let mut inside = 1;
        while inside > 0 {
            self.xml.forget_text();
            match self.xml.step(limit)? {
                Step::Start if self.is_protected() => self.skip_masked(limit)?,
                Step::Start => inside += 1,
                Step::End => inside -= 1,
                Step::Text | Step::Eof => {}
            }
        }
        Ok(())
    }

    /// Leaves a masked value without looking at it.
    fn skip_masked(&mut self, limit: usize) -> Result<()> {
        let text = self.xml.long_text(limit)?;
        let packed: Zeroizing<Vec<u8>> = Zeroizing::new(text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect());
        if let (Inside::Database { unmask, .. }, Ok(bytes)) = (&mut self.inside, BASE64.decode(&*packed)) {
            unmask(&mut Zeroizing::new(bytes));
        }
        Ok(())
    }

    /// Leaves the present element, and says whether one of these was in it.
    fn has_any(&mut self, names: &[&'static str]) -> Result<bool> {
        let mut any = false;
        while let Some(name) = self.xml.child(names)? {
            any |= !name.is_empty();
            self.skip()?;
        }
        Ok(any)
    }
}

/// Whether a value is not itself but points to another entry.
fn has_reference(record: &Record) -> bool {
    let points = |text: &str| text.contains("{REF:");
    points(&record.username) || points(record.password.expose()) || record.fields.iter().any(|field| points(field.value.expose()))
}

/// Packs bytes as text.
pub(super) fn base64(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}
