//! Whatever is done to a file, its reader ends with records or with an error that shows no secret.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::collection::vec;
use proptest::prelude::*;
use sfcred::check::{Keep, Policy};
use sfcred::flow::Options;
use sfcred::scan;
use sfcred_formats::{Format, Limits, all};

use crate::machine::{detected, properties, reference, try_read};
use crate::sample_bytes;

/// What readers look for, and what they may not expect.
const PIECES: [&[u8]; 44] = [
    b"\"",
    b"'",
    b"\\",
    b"\n",
    b"\r\n",
    b"\r",
    b"\t",
    b" ",
    b",",
    b";",
    b":",
    b"=",
    b"#",
    b"{",
    b"}",
    b"[",
    b"]",
    b"<",
    b">",
    b"&",
    b"%",
    b"$",
    b"|",
    b"-",
    b"---\n",
    b"\0",
    b"\xFF",
    b"\xEF\xBB\xBF",
    b"\xC3",
    b"${",
    b"{{",
    b"&a ",
    b"*a",
    b"<<: ",
    b"!!binary ",
    b"]]>",
    b"<![CDATA[",
    b"<!DOCTYPE x [",
    b"&#x0;",
    b"\\u",
    b"\\ud83d",
    b"=?UTF-8?B?",
    b"99999999999999999999",
    b"\nFrom x\n",
];

/// One thing that is done to a file, at a place that is given as a part of 65,536.
#[derive(Clone, Debug)]
enum Damage {
    Insert(u16, usize),
    Replace(u16, u8),
    Remove(u16, u16),
    Repeat(u16, u16),
    Nest(u16, usize),
    Cut(u16),
}

impl Damage {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let place = |at: u16| usize::from(at) * bytes.len() / 65_536;
        let range = |at: u16, length: u16| place(at)..(place(at) + usize::from(length)).min(bytes.len());
        match *self {
            Self::Insert(at, piece) => drop(bytes.splice(place(at)..place(at), PIECES[piece].iter().copied())),
            Self::Replace(at, byte) => {
                let at = place(at);
                if let Some(old) = bytes.get_mut(at) {
                    *old = byte;
                }
            }
            Self::Remove(at, length) => drop(bytes.drain(range(at, length))),
            Self::Repeat(at, length) => {
                let again = bytes[range(at, length)].to_vec();
                drop(bytes.splice(place(at)..place(at), again));
            }
            Self::Nest(at, piece) => drop(bytes.splice(place(at)..place(at), PIECES[piece].repeat(300))),
            Self::Cut(at) => bytes.truncate(place(at)),
        }
    }
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        6 => (any::<u16>(), 0..PIECES.len()).prop_map(|(at, piece)| Damage::Insert(at, piece)),
        4 => (any::<u16>(), any::<u8>()).prop_map(|(at, byte)| Damage::Replace(at, byte)),
        3 => (any::<u16>(), 1..40_u16).prop_map(|(at, length)| Damage::Remove(at, length)),
        3 => (any::<u16>(), 1..200_u16).prop_map(|(at, length)| Damage::Repeat(at, length)),
        1 => (any::<u16>(), 0..PIECES.len()).prop_map(|(at, piece)| Damage::Nest(at, piece)),
        1 => any::<u16>().prop_map(Damage::Cut),
    ]
}

/// The samples of all formats that can be read, and the files of the world with the format that each is.
fn corpus() -> Vec<(&'static Format, Vec<u8>)> {
    let mut files: Vec<(&Format, Vec<u8>)> =
        all().iter().filter(|format| format.spec.read.is_some()).map(|format| (format, sample_bytes(format))).collect();
    let mut folders = vec![PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/samples/files")];
    while let Some(folder) = folders.pop() {
        for path in inside(&folder) {
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(bytes) = fs::read(&path)
                && let Ok(format) = detected(&bytes)
            {
                files.push((format, bytes));
            }
        }
    }
    files
}

/// What lies in a folder, sorted, so that every run has the same cases.
fn inside(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

#[test]
fn damage_ends_in_records_or_an_error_without_secrets() {
    let corpus = corpus();
    let options = Options {
        all: false,
        policy: Policy::new("2026-11-21".parse().unwrap()),
        keep: Keep { each: 0, all: 0, closely: 0 },
        limits: Limits::default(),
        split: None,
        join: false,
        own: &[],
    };
    assert!(corpus.len() > 250, "{}", corpus.len());
    let secrets: Vec<String> = reference()
        .iter()
        .flat_map(|record| record.token.iter().chain([&record.password]).map(|secret| secret.expose().to_owned()).collect::<Vec<_>>())
        .filter(|secret| secret.len() > 6)
        .collect();
    let mut runner = proptest::test_runner::TestRunner::new(properties(|cases| 16 * cases));
    let cases = (0..corpus.len(), vec(damage(), 1..6));
    let result = runner.run(&cases, |(file, damages)| {
        let (format, mut bytes) = corpus[file].clone();
        for damage in damages {
            damage.apply(&mut bytes);
        }
        let errors = [try_read(format, &bytes).err(), detected(&bytes).err()];
        scan::look("damaged", &bytes, &options);
        for error in errors.into_iter().flatten() {
            let message = format!("{error} {}", error.hint_text().unwrap_or_default());
            let shown = secrets.iter().find(|secret| message.contains(*secret));
            prop_assert!(shown.is_none(), "{}: {message}", format.spec.id);
        }
        Ok(())
    });
    if let Err(failed) = result {
        panic!("{failed}");
    }
}
