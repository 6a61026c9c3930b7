//! A format: what its `format.toml` says, and the code for what it cannot say.

use std::io::{Read, Write};

use chrono::NaiveDate;
use serde::Deserialize;

use crate::amend::{Amended, Change};
use crate::holds::{Holds, Refuses};
use crate::keys::Style;
use crate::record::Record;
use crate::store::{Folder, NewFolder, Store};
use crate::table::Table;
use crate::{Error, Input, Limits, Lock, Notice, Result, Tally, check, detect, store, table};

/// One way of writing records down.
#[derive(Debug)]
pub struct Format {
    /// What `format.toml` says.
    pub spec: Spec,
    codec: &'static dyn Codec,
}

/// A `format.toml`, checked.
///
/// Presence is capability: a format without `write` cannot be written. Every key is explained in `formats/README.md`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// What users type.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// One line for the table of formats.
    pub about: String,
    /// The usual ending of its files, without the dot.
    pub extension: String,
    /// Whether every entry of a file is a Salesforce login, so that none is left out.
    #[serde(default)]
    pub native: bool,
    /// Whether its entries are no records but add to those of other inputs, because they hold no secrets.
    #[serde(default)]
    pub companion: bool,
    /// Whether the sample is byte for byte what this program writes.
    #[serde(default)]
    pub canonical: bool,
    /// Formats whose files nobody can tell from this one's.
    #[serde(default)]
    pub twins: Vec<String>,
    /// How the product makes a file that can be read here.
    #[serde(default)]
    pub read: Option<Steps>,
    /// How the product takes a file that was written here.
    #[serde(default)]
    pub write: Option<Steps>,
    /// What it has places for; a table says it by its columns.
    #[serde(default)]
    pub holds: Holds,
    /// What the product refuses although the file could hold it.
    #[serde(default)]
    pub limits: Refuses,
    /// How it is recognised, where the table does not say it.
    #[serde(default)]
    pub detect: detect::Signs,
    /// What it is encrypted with, for a format that encrypts by itself.
    #[serde(default)]
    pub lock: Option<Locked>,
    /// Files that look like it but cannot be read, and what to do instead.
    #[serde(default)]
    pub near: Vec<detect::NearMiss>,
    /// The columns, for a table.
    #[serde(default)]
    pub table: Option<Table>,
    /// How its entries lie in a folder, for a store.
    #[serde(default)]
    pub store: Option<Store>,
    /// The names that its keys can have when it is written, the usual ones first.
    #[serde(default)]
    pub styles: Vec<Style>,
    /// Where these facts come from.
    pub facts: Facts,
}

/// What a format that encrypts by itself takes beside a passphrase.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Locked {
    /// Whether it can be locked with a key file.
    #[serde(default)]
    pub key_file: bool,
    /// Whether a key file is all that it takes, so that a passphrase is for sealing it.
    #[serde(default)]
    pub key_file_only: bool,
    /// Whether its key can be derived with PBKDF2 as well as with Argon2id.
    #[serde(default)]
    pub pbkdf2: bool,
}

/// What the user does inside the product.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Steps {
    /// In their order, one sentence each.
    pub steps: Vec<String>,
}

/// Where a format's facts come from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// Which program, source or specification.
    pub source: String,
    /// The day on which they were checked.
    #[serde(deserialize_with = "crate::json::day")]
    pub checked: NaiveDate,
}

/// The code of a format: bytes to records, and records to bytes.
pub trait Codec: Sync + std::fmt::Debug {
    /// Reads every record and hands it to the sink, one at a time.
    ///
    /// # Errors
    /// What cannot be read exactly is an error with its place; whatever the sink returns ends the reading.
    fn read(&self, spec: &Spec, input: &mut dyn Read, limits: &Limits, lock: &mut dyn Lock, sink: &mut dyn Sink) -> Result<()>;

    /// Starts a file and returns what takes its records.
    ///
    /// # Errors
    /// When the beginning of the file cannot be written.
    fn write<'a>(&self, spec: &'a Spec, out: &'a mut dyn Write, lock: &'a mut dyn Lock) -> Result<Box<dyn Writer + 'a>>;

    /// Puts new secrets into a file, whose other bytes stay as they are; `None` where the format has no way of its own to do so.
    ///
    /// Whoever writes the file reads it once more before.
    ///
    /// # Errors
    /// When the file cannot be read, or the login is not one in which they can be replaced.
    fn amend(&self, spec: &Spec, bytes: &[u8], change: &Change, limits: &Limits, lock: &mut dyn Lock) -> Result<Option<Amended>> {
        let _ = (spec, bytes, change, limits, lock);
        Ok(None)
    }

    /// As [`Codec::read`], from a folder; only a store is one.
    ///
    /// # Errors
    /// What cannot be read exactly is an error with its place; whatever the sink returns ends the reading.
    fn read_folder(&self, spec: &Spec, folder: &mut dyn Folder, limits: &Limits, sink: &mut dyn Sink) -> Result<()> {
        let _ = (folder, limits, sink);
        Err(Error::new(format!("this is a folder, and {} is a file", spec.id)).hint("name a file in it"))
    }

    /// As [`Codec::write`], into a new folder; only a store is one.
    ///
    /// # Errors
    /// When the folder cannot be written.
    fn write_folder<'a>(&self, spec: &'a Spec, folder: &'a mut dyn NewFolder) -> Result<Box<dyn Writer + 'a>> {
        let _ = folder;
        Err(Error::new(format!("{} is a file, and no folder", spec.id)).hint("name a file to write with -o"))
    }

    /// How surely a text that begins with `head` is of this format, where `format.toml` cannot say it.
    fn likeness(&self, head: &[u8]) -> Likeness {
        let _ = head;
        Likeness::None
    }

    /// What tells by its files that a folder is of this format, for formats other than stores that are folders too.
    fn folder(&self) -> Option<IsFolder> {
        None
    }
}

/// Tells by the paths of its files whether a folder is of a format.
pub type IsFolder = fn(&[Vec<String>]) -> bool;

/// How surely a text is of a format that has no table, magic number or root element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// It is not.
    None,
    /// It holds what the format reads, as any text might; it counts only where nothing else is recognised.
    Holds,
    /// It also has marks that only this format has; it counts before [`Holds`](Self::Holds).
    Marked,
    /// It begins as no other file does.
    Begins,
}

/// What takes the records of a reader.
pub trait Sink {
    /// Takes one record, which it may change; the reader fills it anew for the next. `spot` says where it stands in the file.
    ///
    /// # Errors
    /// Ends the reading.
    fn record(&mut self, record: &mut Record, spot: Spot) -> Result<()>;

    /// Takes what is a record only if the user says so by naming the format; `what` it is, for whoever did not.
    ///
    /// # Errors
    /// As [`record`](Self::record).
    fn candidate(&mut self, record: &mut Record, spot: Spot, what: &'static str) -> Result<()> {
        let _ = spot;
        self.notice(Notice::Candidate(what), record.name());
        Ok(())
    }

    /// Takes a notice about the record called `name`.
    fn notice(&mut self, notice: Notice, name: &str);
}

/// Where a record stands in its file, counted from one as people count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot {
    /// A row of a table, the header being the first.
    Row(u64),
    /// An entry of a document.
    Entry(u64),
}

impl std::fmt::Display for Spot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Row(row) => write!(f, "row {row}"),
            Self::Entry(entry) => write!(f, "entry {entry}"),
        }
    }
}

/// What takes the records of a file that is being written.
pub trait Writer {
    /// Writes one record, which holds nothing that the format has no place for. It may be taken apart.
    ///
    /// # Errors
    /// When the file cannot be written.
    fn record(&mut self, record: &mut Record) -> Result<()>;

    /// Writes the end of the file.
    ///
    /// # Errors
    /// When the file cannot be written.
    fn finish(self: Box<Self>) -> Result<()>;
}

impl Format {
    /// Makes a format from its `format.toml`; without code it must be a table.
    ///
    /// # Errors
    /// Names the line and the key that is wrong.
    pub fn new(toml: &str, codec: Option<&'static dyn Codec>) -> Result<Self> {
        let mut spec: Spec = toml::from_str(toml).map_err(|error| check::unreadable(toml, &error))?;
        check::check(toml, &spec, codec.is_some())?;
        if let Some(table) = &spec.table {
            table.fill(&mut spec.holds);
        }
        if spec.store.is_some() {
            Store::fill(&mut spec.holds);
        }
        let codec = match (codec, &spec.table, &spec.store) {
            (Some(codec), _, _) => codec,
            (None, Some(_), _) => &table::Codec,
            (None, None, Some(_)) => &store::Codec,
            (None, None, None) => return Err(Error::new("no [table] says how it is read").hint(check::HINT)),
        };
        Ok(Self { spec, codec })
    }

    /// Makes a table format of the user's own, which stands beside `others`.
    ///
    /// # Errors
    /// As [`new`](Self::new), and when one of the others has its id.
    pub fn own<'f>(toml: &str, others: impl IntoIterator<Item = &'f Self>) -> Result<Self> {
        let format = Self::new(toml, None)?;
        if format.spec.store.is_some() {
            return Err(check::error(toml, &table::Flaw::new(&["store"], "only tables can be of your own")));
        }
        if others.into_iter().any(|other| other.spec.id == format.spec.id) {
            let what = format!("there is a format `{}` already", format.spec.id);
            return Err(check::error(toml, &table::Flaw::new(&["id"], &what)));
        }
        Ok(format)
    }

    /// Enters the member with the records, where the input is an archive, and returns the names of the others, which are left behind.
    ///
    /// # Errors
    /// When the archive has no such member, or it is damaged.
    pub fn enter(&self, input: &mut Input<'_>) -> Result<Vec<String>> {
        if let Some(miss) = self.near_miss(input.members()) {
            return Err(miss.error());
        }
        input.enter(&self.spec.detect)?;
        Ok(input.take_others())
    }

    /// What an archive of these members is, where it has not the one with the records but one that cannot be read.
    pub(crate) fn near_miss(&self, members: &[String]) -> Option<&detect::NearMiss> {
        let whole = self.spec.detect.member(members).is_some();
        self.spec.near.iter().find(|miss| !whole && miss.is_among(members))
    }

    /// How surely a text with this beginning is of this format, as its code says.
    pub(crate) fn likeness(&self, head: &[u8]) -> Likeness {
        self.codec.likeness(head)
    }

    /// Whether its code can read folders, and takes one with these files for its own.
    pub(crate) fn folder(&self, files: &[Vec<String>]) -> Option<bool> {
        self.codec.folder().map(|is_one| is_one(files))
    }

    /// Reads every record of `input` into the sink.
    ///
    /// # Errors
    /// When the format cannot be read, or the file is not of it or damaged.
    pub fn read(&self, input: &mut dyn Read, limits: &Limits, lock: &mut dyn Lock, sink: &mut dyn Sink) -> Result<()> {
        self.can_read()?;
        self.codec.read(&self.spec, input, limits, lock, sink)
    }

    /// Puts new secrets into the bytes of a file; `None` where the format has no way of its own to do so.
    ///
    /// # Errors
    /// As [`Codec::amend`].
    pub fn amend(&self, bytes: &[u8], change: &Change, limits: &Limits, lock: &mut dyn Lock) -> Result<Option<Amended>> {
        self.can_read()?;
        self.can_write()?;
        self.codec.amend(&self.spec, bytes, change, limits, lock)
    }

    /// Reads every record of a folder into the sink.
    ///
    /// # Errors
    /// When the format cannot be read or is no store, or an entry is damaged.
    pub fn read_folder(&self, folder: &mut dyn Folder, limits: &Limits, sink: &mut dyn Sink) -> Result<()> {
        self.can_read()?;
        self.codec.read_folder(&self.spec, folder, limits, sink)
    }

    fn can_read(&self) -> Result<()> {
        if self.spec.read.is_some() {
            return Ok(());
        }
        Err(Error::new(format!("{} can only be written", self.spec.id)).hint("`sfcred formats` shows what can be read"))
    }

    /// Starts a file of this format; `lock` is asked where the format encrypts by itself.
    ///
    /// # Errors
    /// When the format cannot be written, or the output fails.
    pub fn write<'a>(&'a self, out: &'a mut dyn Write, lock: &'a mut dyn Lock) -> Result<Box<dyn Writer + 'a>> {
        self.can_write()?;
        self.codec.write(&self.spec, out, lock)
    }

    /// Starts a store of this format in an empty folder.
    ///
    /// # Errors
    /// When the format cannot be written or is no store, or the output fails.
    pub fn write_folder<'a>(&'a self, folder: &'a mut dyn NewFolder) -> Result<Box<dyn Writer + 'a>> {
        self.can_write()?;
        self.codec.write_folder(&self.spec, folder)
    }

    fn can_write(&self) -> Result<()> {
        if self.spec.write.is_some() {
            return Ok(());
        }
        Err(Error::new(format!("{} can only be read", self.spec.id)).hint("`sfcred formats` shows what can be written"))
    }
}

impl Spec {
    /// Whether a passphrase is the file's own, and not one to seal it with.
    pub fn takes_passphrase(&self) -> bool {
        self.lock.as_ref().is_some_and(|lock| !lock.key_file_only)
    }
}

impl<F: FnMut(&mut Record, Spot) -> Result<()>> Sink for (F, &mut Tally<Notice>) {
    fn record(&mut self, record: &mut Record, spot: Spot) -> Result<()> {
        (self.0)(record, spot)
    }

    fn notice(&mut self, notice: Notice, name: &str) {
        self.1.add(notice, name);
    }
}
