//! `sfcred edit`

use std::env;
use std::path::Path;
use std::process::Command;

use clap::Args;
use sfcred_formats::{Error, Record, Result};

use super::super::{End, prompt, show};
use super::import::names;
use super::private::Private;
use super::store::Store;
use super::{Opening, Waiting};
use crate::vault::{differences, document, keys_beside, records};

/// Change a record in an editor
///
/// The record is a document of the format sfcred in a private file in memory, which is wiped afterwards. VISUAL or EDITOR names the editor.
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
        let store = Store::read(&access)?;
        let Some(before) = store.vault.records.get(store.vault.find(&self.name)?).cloned() else { return Ok(End::Failed) };
        drop(store);
        // Nobody else waits while somebody types.
        let after = edit(&before)?;
        let keys = differences(&before, &after);
        if keys.is_empty() {
            show::say("notice", &format!("{}: nothing was changed", before.name()));
            return Ok(End::Done);
        }
        let mut store = Store::change(&access, self.waiting.time())?;
        let Some(record) = store.vault.records.iter_mut().find(|record| **record == before) else {
            return Err(Error::new("the record was changed meanwhile").in_file(before.name()).hint("edit it again as it is now"));
        };
        *record = after;
        store.save()?;
        show::say("notice", &format!("{}: {} changed", before.name(), names(&keys)));
        Ok(End::Done)
    }
}

/// Has the user edit a record until it can be read, or the user has enough.
fn edit(record: &Record) -> Result<Record> {
    let text = document(std::slice::from_ref(record))?;
    let file = Private::create("record.json", &spread(&text))?;
    loop {
        run_editor(file.path())?;
        match one(&file.read()?) {
            Ok(record) => return Ok(record),
            Err(error) => {
                let error = error.in_file("the edited record");
                match prompt::line("the record cannot be read; edit it again? [Y/n]").as_deref() {
                    Some("" | "y" | "yes") => show::error(&error),
                    _ => return Err(error),
                }
            }
        }
    }
}

fn one(bytes: &[u8]) -> Result<Record> {
    if let [key, ..] = &keys_beside(bytes)[..] {
        return Err(Error::new(format!("the key {key} stands beside the record")).hint("put it into the record; nothing was saved"));
    }
    match <[Record; 1]>::try_from(records(bytes)?) {
        Ok([record]) if record.username.is_empty() && record.title.is_empty() => {
            Err(Error::new("neither username nor title").hint("give it one of them; nothing was saved"))
        }
        Ok([record]) => Ok(record),
        Err(records) => Err(Error::new(format!("{} records, where one belongs", records.len())).hint("`sfcred remove` removes a record")),
    }
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
