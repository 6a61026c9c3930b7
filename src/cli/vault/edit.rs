//! `sfcred edit`

use std::env;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use clap::Args;
use sfcred_formats::{Error, Key, Record, Result};

use super::super::put::{Output, Target};
use super::super::{End, input, prompt, show};
use super::import::names;
use super::private::Private;
use super::store::{Store, seal_to};
use super::{Opening, Waiting};
use crate::vault::{Vault, differences, document, forget_old, keys_beside, records, replay};

/// Change a record in an editor
///
/// The record is a document of the format sfcred in a private file in memory, which is wiped afterwards. VISUAL or EDITOR names the editor. What
/// others have changed in the record meanwhile stays; where that was the same, what was typed is kept in a sealed file beside the vault.
#[derive(Args)]
pub(in super::super) struct Edit {
    /// The title or username, or a part that only this record has
    #[arg(value_name = "NAME")]
    name: String,

    #[command(flatten)]
    opening: Opening,
    #[command(flatten)]
    waiting: Waiting,
}

impl Edit {
    pub(in super::super) fn run(self) -> Result<End> {
        let access = self.opening.access()?;
        let mut store = Store::read(&access)?;
        let Some(before) = store.vault.records.get(store.vault.find(&self.name)?).cloned() else { return Ok(End::Failed) };
        // Nobody else waits while somebody types.
        let mut after = edit(&before, &store.vault)?;
        forget_old(&before, &mut after);
        let keys = differences(&before, &after);
        if keys.is_empty() {
            show::say("notice", &format!("{}: nothing was changed", before.name()));
            return Ok(End::Done);
        }
        match save(&mut store, self.waiting.time(), &before, &after) {
            Ok(()) => show::say("notice", &format!("{}: {} changed", before.name(), names(&keys))),
            Err(error) => {
                let kept = keep(&access.path, &store.vault, &after);
                let path =
                    kept.map_err(|failed| Error::new(format!("{error}; what was typed is lost, for it could not be kept: {failed}")))?;
                let path = input::name(&path);
                return Err(Error::new(format!("{error}, so nothing was saved")).hint(format!(
                    "what was typed is sealed in {path}: `sfcred import {path} --on-conflict theirs` takes it; then delete it"
                )));
            }
        }
        Ok(End::Done)
    }
}

/// Saves what was typed, with what others have changed meanwhile.
fn save(store: &mut Store, wait: Duration, before: &Record, after: &Record) -> Result<()> {
    while let Err(error) = store.lock(wait) {
        let question = format!("{}; wait for it once more? [Y/n]", show::printable(&error.to_string()));
        if !matches!(prompt::line(&question).as_deref(), Some("" | "y" | "yes")) {
            return Err(error);
        }
    }
    check(&store.vault, before, after)?;
    let known = |record: &Record| record.username == before.username && record.title == before.title;
    let found: Vec<usize> = store.vault.records.iter().enumerate().filter(|(_, record)| known(record)).map(|(at, _)| at).collect();
    let same = found.iter().find(|at| store.vault.records.get(**at) == Some(before));
    let at = same.or(found.first().filter(|_| found.len() == 1)).copied();
    let Some(record) = at.and_then(|at| store.vault.records.get_mut(at)) else {
        return Err(Error::new("the record is gone or was renamed meanwhile").in_file(before.name()));
    };
    let merged = replay(before, after, record)
        .map_err(|keys: Vec<Key>| Error::new(format!("{} was changed by another sfcred meanwhile", names(&keys))).in_file(before.name()))?;
    *record = merged;
    store.save().map(|_| ())
}

/// Keeps what was typed, sealed as the vault is, in a new file beside it.
fn keep(vault: &Path, sealed_to: &Vault, typed: &Record) -> Result<PathBuf> {
    let sealed = seal_to(&sealed_to.recipients, &document(std::slice::from_ref(typed))?)?;
    let name = |number: u32| {
        let mut name = vault.as_os_str().to_owned();
        name.push(if number > 1 { format!(".typed.{number}") } else { ".typed".to_owned() });
        PathBuf::from(name)
    };
    let free = (1..1000).map(name).find(|path| path.symlink_metadata().is_err());
    let path = free.ok_or_else(|| Error::new("there are a thousand such files beside the vault").hint("import them, then delete them"))?;
    let mut out = Output::create(&Target::File(path.clone()), false, &[])?;
    out.write_all(&sealed)?;
    out.commit()?;
    Ok(path)
}

/// Has the user edit a record until it can be taken, or the user has enough.
fn edit(record: &Record, vault: &Vault) -> Result<Record> {
    let text = document(std::slice::from_ref(record))?;
    let file = Private::create("record.json", &spread(&text))?;
    loop {
        run_editor(file.path())?;
        let bytes = file
            .read()
            .map_err(|_| Error::new("the edited record is gone, so nothing was saved").hint("have the editor save the file where it is"))?;
        match one(&bytes).and_then(|after| check(vault, record, &after).map(|()| after)) {
            Ok(record) => return Ok(record),
            Err(error) => {
                let error = error.in_file("the edited record");
                let question = format!("{}; edit it again? [Y/n]", show::printable(&error.to_string()));
                if !matches!(prompt::line(&question).as_deref(), Some("" | "y" | "yes")) {
                    return Err(error);
                }
            }
        }
    }
}

fn one(bytes: &[u8]) -> Result<Record> {
    if let [key, ..] = &keys_beside(bytes)[..] {
        return Err(Error::new(format!("the key {key} stands beside the record")).hint("put it into the record; nothing was saved"));
    }
    // The hints of the format are for files of others.
    let found = records(bytes).map_err(|error| error.hint_instead("edit it once more, and keep to the form it has; nothing was saved"))?;
    match <[Record; 1]>::try_from(found) {
        Ok([record]) if record.username.is_empty() && record.title.is_empty() => {
            Err(Error::new("neither username nor title").hint("give it one of them; nothing was saved"))
        }
        Ok([record]) => Ok(record),
        Err(records) => Err(Error::new(format!("{} records, where one belongs", records.len())).hint("`sfcred remove` removes a record")),
    }
}

/// Refuses what would leave the record unknown, or not to be told from another.
fn check(vault: &Vault, before: &Record, after: &Record) -> Result<()> {
    if after.username.is_empty() && !before.username.is_empty() {
        return Err(Error::new("the username is gone").hint("it is what the record is known by; `sfcred remove` removes a record"));
    }
    if after.username.to_lowercase() != before.username.to_lowercase() && vault.has_username(&after.username) {
        return Err(Error::new("another record has this username").hint("remove one of them with `sfcred remove`"));
    }
    if after.used_by.iter().any(|integration| integration.name.trim().is_empty()) {
        return Err(Error::new("an integration without a name").hint("give it one, since `sfcred rotate --done` asks for it"));
    }
    Ok(())
}

fn run_editor(path: &Path) -> Result<()> {
    let editor = ["VISUAL", "EDITOR"].iter().find_map(|name| env::var(name).ok().filter(|editor| !editor.trim().is_empty()));
    let editor = editor.unwrap_or_else(|| "vi".to_owned());
    let program = Path::new(editor.split_whitespace().next().unwrap_or_default()).file_name().unwrap_or_default();
    // Else it would leave what it shows in its own files.
    let private = if ["vi", "vim", "nvim"].iter().any(|name| program == *name) { " -n -i NONE" } else { "" };
    // As git does: the variable may have arguments.
    let status = Command::new("/bin/sh").args(["-c", &format!("{editor}{private} \"$@\""), "sh"]).arg(path).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        _ => Err(Error::new("the editor failed, so nothing was saved").hint("set EDITOR to an editor that waits until the file is closed")),
    }
}

/// Puts each key of the record on a line of its own.
fn spread(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() * 2);
    let (mut depth, mut quoted, mut escaped) = (0_u32, false, false);
    for &byte in text {
        out.push(byte);
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            // The document, its list, the record.
            b',' if depth == 3 => out.extend_from_slice(b"\n "),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spread_reads_as_it_was() {
        let sample = include_str!("../../../formats/sfcred/sample.json");
        for record in records(sample.as_bytes()).unwrap() {
            let text = document(std::slice::from_ref(&record)).unwrap();
            let spread = spread(&text);
            assert!(spread.len() > text.len());
            assert_eq!(one(&spread).unwrap(), record);
        }
    }

    #[test]
    fn one_record_is_read_and_no_other_number() {
        for (count, message) in
            [(0, "0 records, where one belongs"), (2, "2 records, where one belongs"), (1, "neither username nor title")]
        {
            let text = document(&vec![Record::default(); count]).unwrap();
            assert_eq!(one(&text).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn a_key_beside_the_record_is_told() {
        let text = r#"{"format":"sfcred","version":1,"records":[{"username":"a@one.example"}],"shelf":1}"#;
        assert_eq!(one(text.as_bytes()).unwrap_err().to_string(), "the key shelf stands beside the record");
    }
}
