//! From a folder to records and back, entry by entry.

use std::io::{Read, Write};

use zeroize::Zeroizing;

use super::name::{self, Names};
use super::{Folder, NewFolder, PLAIN, Store, entry, stem};
use crate::format::{Sink, Spec, Spot, Writer};
use crate::record::Record;
use crate::{Error, Limits, Lock, Notice, Result, Secret};

/// Reads and writes stores, and single entries that were opened already.
#[derive(Debug)]
pub(crate) struct Codec;

impl crate::format::Codec for Codec {
    fn read(&self, spec: &Spec, input: &mut dyn Read, limits: &Limits, _: &mut dyn Lock, sink: &mut dyn Sink) -> Result<()> {
        let mut bytes = Zeroizing::new(Vec::new());
        if input.take(limits.element as u64 + 1).read_to_end(&mut bytes)? > limits.element {
            return Err(Error::new(format!("longer than {} bytes, the limit for one entry", limits.element))
                .hint("name the file with the entry, or the folder of the store"));
        }
        let text = str::from_utf8(&bytes).ok().filter(|text| !text.contains('\0'));
        let text =
            text.ok_or_else(|| Error::new("not a text in UTF-8").hint("name an entry that was opened, or the folder of the store"))?;
        let mut record = Record::default();
        let notices = entry::read(store(spec)?, text, None, limits, &mut record)?;
        tell(sink, notices, &record);
        sink.record(&mut record, Spot::Entry(1))
    }

    fn write<'a>(&self, spec: &'a Spec, out: &'a mut dyn Write, _: &'a mut dyn Lock) -> Result<Box<dyn Writer + 'a>> {
        Ok(Box::new(OneEntry { store: store(spec)?, out, written: false }))
    }

    fn read_folder(&self, spec: &Spec, folder: &mut dyn Folder, limits: &Limits, sink: &mut dyn Sink) -> Result<()> {
        let store = store(spec)?;
        let layout = store.layout_of(folder.files());
        let mut entries = Vec::new();
        for path in folder.files().iter().filter(|path| path.last().is_some_and(|name| !name.starts_with('.'))) {
            let plain = || path.last().map(|name| name.strip_suffix(PLAIN).filter(|stem| !stem.is_empty()).unwrap_or(name));
            let stem = layout.map_or_else(plain, |layout| stem(path, &layout.suffix));
            match stem {
                Some(stem) => entries.push((path.clone(), stem.to_owned())),
                None => sink.notice(Notice::LeftBehind("other files of the store".to_owned()), ""),
            }
        }
        for _ in 0..folder.others() {
            sink.notice(Notice::LeftBehind("symbolic links and special files of the store".to_owned()), "");
        }
        entries.sort_by_cached_key(|(path, stem)| name::order(&path[..path.len() - 1], stem));
        let mut record = Record::default();
        for ((path, stem), number) in entries.iter().zip(1..) {
            let bytes = folder.read(path)?;
            let at = path.join("/");
            let Some(text) = str::from_utf8(&bytes).ok().filter(|text| !text.contains('\0')) else {
                sink.notice(Notice::NotALogin("entries that are no text".to_owned()), &at);
                continue;
            };
            record.clear();
            let name = (&path[..path.len() - 1], stem.as_str());
            let notices = entry::read(store, text, Some(name), limits, &mut record).map_err(|error| error.at(at))?;
            tell(sink, notices, &record);
            sink.record(&mut record, Spot::Entry(number))?;
        }
        Ok(())
    }

    fn write_folder<'a>(&self, spec: &'a Spec, folder: &'a mut dyn NewFolder) -> Result<Box<dyn Writer + 'a>> {
        Ok(Box::new(Entries { store: store(spec)?, folder, names: Names::default() }))
    }
}

fn tell(sink: &mut dyn Sink, notices: Vec<Notice>, record: &Record) {
    for notice in notices {
        sink.notice(notice, record.name());
    }
}

fn store(spec: &Spec) -> Result<&Store> {
    spec.store.as_ref().ok_or_else(|| Error::new("no [store] in format.toml").hint("add it"))
}

/// Writes one entry, for a program that puts it into its place.
struct OneEntry<'a> {
    store: &'a Store,
    out: &'a mut dyn Write,
    written: bool,
}

impl Writer for OneEntry<'_> {
    fn record(&mut self, record: &mut Record) -> Result<()> {
        if self.written {
            return Err(Error::new("more than one record, and stdout takes one entry").hint("-o FOLDER writes a store"));
        }
        self.written = true;
        let text = Secret::new(entry::write(self.store, record, None));
        Ok(self.out.write_all(text.expose().as_bytes())?)
    }

    fn finish(self: Box<Self>) -> Result<()> {
        Ok(())
    }
}

/// Writes every record to an entry of its own.
struct Entries<'a> {
    store: &'a Store,
    folder: &'a mut dyn NewFolder,
    names: Names,
}

impl Writer for Entries<'_> {
    fn record(&mut self, record: &mut Record) -> Result<()> {
        let mut path = self.names.path(&record.folder, &record.title);
        let stem = path.pop().unwrap_or_default();
        let text = Secret::new(entry::write(self.store, record, Some((&path, &stem))));
        path.push(stem + self.folder.suffix());
        self.folder.write(&path, text.expose().as_bytes())
    }

    fn finish(self: Box<Self>) -> Result<()> {
        Ok(())
    }
}
