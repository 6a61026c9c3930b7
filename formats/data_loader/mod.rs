//! The files in which Salesforce's Data Loader keeps logins for its command line: the beans of `process-conf.xml`, and `config.properties`.
//!
//! The password stands there encrypted, with the token behind it, and the key lies in a file of its own, which the document names. What Data Loader
//! encrypts is not authenticated: the key was right where text comes out.

mod amend;
mod beans;
mod cipher;
mod keys;
mod login;
mod write;

use std::collections::HashMap;
use std::io::{Read, Write};

use zeroize::Zeroizing;

use crate::amend::{Amended, Change};
use crate::detect::root_element;
use crate::format::{Likeness, Sink, Spec, Spot, Writer};
use crate::keys::{Entries, Entry, Syntax};
use crate::record::Integration;
use crate::{Error, Limits, Lock, Record, Result, Tally, properties};
use beans::Bean;
use keys::Keys;
use login::Settings;

/// What the classes of Data Loader begin with.
const PACKAGE: &str = "com.salesforce.dataloader.";
/// The only name under which it reads the document of its processes.
const DOCUMENT: &str = "process-conf.xml";
/// Beside it stand settings for all processes, which each of them can override.
const SETTINGS: &str = "config.properties";

#[derive(Debug)]
pub(crate) struct Codec;

impl crate::format::Codec for Codec {
    fn read(&self, _: &Spec, input: &mut dyn Read, limits: &Limits, lock: &mut dyn Lock, sink: &mut dyn Sink) -> Result<()> {
        let bytes = crate::keys::bytes(input, limits)?;
        let mut beans = beans(&bytes, limits, sink)?;
        add_settings(&mut beans, lock, sink)?;
        hand_on(&beans, lock, sink)
    }

    fn amend(&self, _: &Spec, bytes: &[u8], change: &Change, limits: &Limits, lock: &mut dyn Lock) -> Result<Option<Amended>> {
        let mut notices = Tally::default();
        let mut take = |_: &mut Record, _| Ok(());
        let mut sink = (&mut take, &mut notices);
        let mut beans = beans(bytes, limits, &mut sink)?;
        add_settings(&mut beans, lock, &mut sink)?;
        amend::amend(&beans, bytes, change, lock).map(Some)
    }

    fn write<'a>(&self, _: &'a Spec, out: &'a mut dyn Write, lock: &'a mut dyn Lock) -> Result<Box<dyn Writer + 'a>> {
        Ok(Box::new(write::Document::new(out, lock)?))
    }

    fn likeness(&self, head: &[u8]) -> Likeness {
        let begins = if is_xml(head) {
            let has = |part: &str| memchr::memmem::find(head, part.as_bytes()).is_some();
            (has(PACKAGE) || has("process.encryptionKeyFile") || has("sfdc.username")) && root_element(head).as_deref() == Some("beans")
        } else {
            is_config(head)
        };
        if begins { Likeness::Begins } else { Likeness::None }
    }
}

/// The beans of a document, or the one that properties are.
fn beans(mut bytes: &[u8], limits: &Limits, sink: &mut dyn Sink) -> Result<Vec<Bean>> {
    if is_xml(bytes) {
        return beans::read(&mut bytes, limits);
    }
    let text = crate::keys::text(bytes, Syntax::Properties, sink)?;
    Ok(vec![Bean::of(settings(&text)?)])
}

/// Adds what the settings beside the document say, where a process does not say it itself. A process without any login has one only if
/// that one has a password: the settings always know who logged in last.
fn add_settings(beans: &mut [Bean], lock: &mut dyn Lock, sink: &mut dyn Sink) -> Result<()> {
    let Some(folder) = lock.document().and_then(|path| path.strip_suffix(DOCUMENT)) else { return Ok(()) };
    if !(folder.is_empty() || folder.ends_with('/')) {
        return Ok(());
    }
    let file = format!("{folder}{SETTINGS}");
    let Some(bytes) = lock.beside(SETTINGS)? else { return Ok(()) };
    let mut common = crate::keys::text(&bytes, Syntax::Properties, sink).and_then(|text| settings(&text)).map_err(|error| error.in_file(&file))?;
    // What no record takes over is told of the settings themselves, where they are read.
    common.retain(|entry| !entry.path.last().is_some_and(|key| login::is_left_behind(key)));
    for entry in &mut common {
        entry.path.insert(0, file.clone());
    }
    let with_password = Settings(&common).has_password();
    for bean in beans.iter_mut().filter(|bean| bean.works || !bean.entries.is_empty()) {
        if with_password || Settings(&bean.entries).identity().is_some() {
            let own = |entry: &Entry| bean.entries.iter().any(|other| other.path.last() == entry.path.last());
            let more: Entries = common.iter().filter(|entry| !own(entry)).cloned().collect();
            bean.entries.extend(more);
        }
    }
    Ok(())
}

fn is_xml(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().starts_with(b"<")
}

/// Whether properties are Data Loader's own: a username, keys that only it has, and no password in plain text, which is another program's.
fn is_config(head: &[u8]) -> bool {
    if memchr::memmem::find(head, b"sfdc.username").is_none() {
        return false;
    }
    let text = Zeroizing::new(String::from_utf8_lossy(head).into_owned());
    if !properties::looks(&text) {
        return false;
    }
    let entries = properties::entries(&text);
    let has = |test: fn(&str) -> bool| entries.iter().filter_map(|entry| entry.path.last()).any(|key| test(key));
    let sealed = |value: &str| value.is_empty() || value.len() >= 16 && cipher::decode(value.trim().as_bytes()).is_some();
    let password = entries.iter().find(|entry| entry.path.last().is_some_and(|key| key == "sfdc.password"));
    has(|key| key == "sfdc.username") && has(login::is_own_key) && password.is_none_or(|entry| sealed(entry.value.expose()))
}

/// What properties say of a login.
fn settings(text: &str) -> Result<Entries> {
    let mut entries = properties::entries(text);
    entries.retain(|entry| entry.path.last().is_some_and(|key| login::is_key(key)));
    for (at, entry) in entries.iter().enumerate() {
        if let Some(first) = entries[..at].iter().find(|other| other.path == entry.path) {
            let what = format!("`{}` stands here once more, first in line {}", entry.path.join("."), first.line);
            return Err(Error::new(what).at(format!("line {}", entry.line)).hint("two values are two truths; take one of them out"));
        }
    }
    Ok(entries)
}

/// Makes a record of each login, with all processes that use it.
fn hand_on(beans: &[Bean], lock: &mut dyn Lock, sink: &mut dyn Sink) -> Result<()> {
    let mut logins: Vec<Vec<&Bean>> = Vec::new();
    let mut places: HashMap<[String; 3], usize> = HashMap::new();
    for bean in beans {
        let Some(identity) = Settings(&bean.entries).identity() else { continue };
        let at = *places.entry(identity).or_insert(logins.len());
        match logins.get_mut(at) {
            Some(login) => login.push(bean),
            None => logins.push(vec![bean]),
        }
    }
    if logins.is_empty() {
        return Err(Error::new("no login among its settings")
            .hint("a process has `sfdc.username` and `sfdc.password` in its configOverrideMap, or config.properties has them"));
    }
    let place = lock.document().unwrap_or(DOCUMENT).to_owned();
    let mut keys = Keys::new(lock);
    for (number, login) in (1..).zip(logins) {
        let Some(first) = login.first() else { continue };
        let mut told = Vec::new();
        let mut record = Settings(&first.entries).login(&mut keys, &mut told)?;
        let title = if first.name.is_empty() { &first.id } else { &first.name };
        title.clone_into(&mut record.title);
        record.used_by = processes(&login, &place);
        for notice in told {
            sink.notice(notice, record.name());
        }
        sink.record(&mut record, Spot::Entry(number))?;
    }
    Ok(())
}

/// The processes that hold a login. A bean that does nothing with it, and is alone, is only the place where it is kept.
fn processes(login: &[&Bean], place: &str) -> Vec<Integration> {
    let processes = login.iter().filter(|bean| (bean.works || login.len() > 1) && !bean.id.is_empty());
    processes.map(|bean| Integration { name: bean.id.trim().to_owned(), place: place.to_owned(), ..Integration::default() }).collect()
}

#[cfg(test)]
mod tests;
