//! What holds for every format: the laws of the project's design, over all formats and all pairs.

mod amend;
mod archives;
mod damage;
mod declared;
mod documents;
mod headers;
mod locks;
mod machine;
mod mails;
mod property;
mod quirks;
mod stores;
mod styles;
mod tables;

use std::fs;
use std::path::PathBuf;

use declared::less;
use machine::{Entries, by_username, read, read_quietly, reference, write};
use sfcred::place::Loss;
use sfcred_formats::store::Folder;
use sfcred_formats::{Format, Key, Record, all, find};

fn sample(format: &Format) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("formats").join(format.spec.id.replace('-', "_"));
    if format.spec.store.is_some() { folder.join("sample") } else { folder.join(format!("sample.{}", format.spec.extension)) }
}

fn sample_bytes(format: &Format) -> Vec<u8> {
    let path = sample(format);
    if format.spec.store.is_none() {
        return fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
    let mut entries = Entries::default();
    let mut folders = vec![Vec::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(path.join(folder.join("/"))).unwrap().map(Result::unwrap) {
            let inner = [&folder[..], &[entry.file_name().into_string().unwrap()]].concat();
            if entry.path().is_dir() { folders.push(inner) } else { entries.add(inner, &fs::read(entry.path()).unwrap()) }
        }
    }
    entries.pack()
}

/// Writes a sample anew; a store's is a folder of plain texts.
fn bless(format: &Format, bytes: &[u8]) {
    let path = sample(format);
    if format.spec.store.is_none() {
        return fs::write(path, bytes).unwrap();
    }
    let _ = fs::remove_dir_all(&path);
    let mut entries = Entries::unpack(bytes);
    for names in entries.files().to_vec() {
        let file = path.join(names.join("/"));
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, &*entries.read(&names).unwrap()).unwrap();
    }
}

fn writable() -> impl Iterator<Item = &'static Format> {
    all().iter().filter(|format| format.spec.write.is_some())
}

#[test]
fn every_folder_is_listed_and_has_a_sample() {
    let formats = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("formats");
    let mut folders = 0;
    for entry in fs::read_dir(formats).unwrap().map(Result::unwrap) {
        if entry.path().join("format.toml").exists() {
            let id = entry.file_name().to_str().unwrap().replace('_', "-");
            assert!(all().iter().any(|format| format.spec.id == id), "{id} is not listed in formats/lib.rs");
            folders += 1;
        }
    }
    assert_eq!(folders, all().len());
    for format in all() {
        assert!(!sample_bytes(format).is_empty(), "{} has no sample", format.spec.id);
    }
}

/// What the sample of a format that can only be read holds where it is none of the reference, as `sample.records.json` beside it says.
fn stated(format: &Format) -> Option<Vec<Record>> {
    let bytes = fs::read(sample(format).with_file_name("sample.records.json")).ok()?;
    assert!(format.spec.write.is_none(), "{} can be written, so its sample is the reference", format.spec.id);
    Some(read(find("sfcred").unwrap(), &bytes))
}

/// `SFCRED_BLESS=1 cargo test --test laws` writes the samples anew; read the difference before you commit it.
#[test]
fn what_is_written_is_the_sample() {
    let mut compared = 0;
    for format in writable().filter(|format| format.spec.canonical) {
        let (bytes, _) = write(format, &reference());
        if std::env::var_os("SFCRED_BLESS").is_some() && format.spec.id != "sfcred" {
            bless(format, &bytes);
        }
        let expected = sample_bytes(format);
        assert!(bytes == expected, "{}: the sample differs:\n{}", format.spec.id, machine::first_difference(&bytes, &expected));
        compared += 1;
    }
    assert!(compared >= 17, "only {compared} formats are canonical");
}

#[test]
fn the_sample_is_the_reference_less_what_is_declared() {
    for format in all().iter().filter(|format| format.spec.read.is_some()) {
        let kept = || reference().iter().map(|record| less(record, &format.spec)).collect();
        let expected = by_username(stated(format).unwrap_or_else(kept));
        let found = by_username(read(format, &sample_bytes(format)));
        assert_eq!(found.len(), expected.len(), "{}", format.spec.id);
        for (username, record) in &expected {
            machine::assert_same(&format.spec.id, &found[username], record);
        }
    }
}

#[test]
fn the_sample_is_recognised() {
    for format in all().iter().filter(|format| format.spec.store.is_none()) {
        machine::assert_recognised(format, &sample_bytes(format), "sample");
    }
}

#[test]
fn all_pairs_lose_exactly_what_both_declare() {
    let mut pairs = 0;
    for from in writable().filter(|format| format.spec.read.is_some()) {
        let mut first = read(from, &write(from, &reference()).0);
        // A store has its entries in the order of their names, and Firefox puts tokens without a password last.
        first.sort_by_key(|record| reference().iter().position(|other| other.username == record.username));
        for to in writable().filter(|format| format.spec.read.is_some()) {
            let id = format!("{} to {}", from.spec.id, to.spec.id);
            let (bytes, _) = write(to, &first);
            let found = by_username(read(to, &bytes));
            assert_eq!(found.len(), reference().len(), "{id}");
            for record in reference() {
                let expected = less(&less(&record, &from.spec), &to.spec);
                machine::assert_same(&id, &found[&record.username], &expected);
            }
            let (again, losses) = write(to, &read(to, &bytes));
            assert!(again == bytes, "{id}: a second conversion changes\n{}", machine::first_difference(&again, &bytes));
            let new: Vec<_> = losses.iter().filter(|(loss, _)| loss.is_gone() && !loss.stops()).collect();
            assert!(new.is_empty(), "{id}: a second conversion loses {new:?}");
            pairs += 1;
        }
    }
    println!("{pairs} pairs of {} formats", all().len());
    assert!(pairs >= 289, "only {pairs} pairs");
}

/// What is told and what happens are the same: a key is reported if and only if a record with it comes back without it.
#[test]
fn losses_are_told_exactly() {
    for format in writable().filter(|format| format.spec.read.is_some()) {
        for record in reference() {
            let (bytes, losses) = write(format, std::slice::from_ref(&record));
            let found = read(format, &bytes);
            let told = losses.iter().any(|(loss, _)| loss.is_gone() && !loss.stops());
            let mut kept = record.clone();
            // A URL that the product insists on is told as filled in, and nothing is gone.
            if kept.urls.is_empty() && format.spec.holds.needs.contains(Key::Url) {
                kept.urls.clone_from(&found[0].urls);
            }
            // A token behind the password is told as joined, and is not gone.
            if losses.count(&Loss::Joined) == 1
                && let Some(token) = kept.token.take()
            {
                kept.password.push(token.expose());
            }
            // So is the day on which a product with an expiry is to warn.
            if kept.rotate_by.is_none() && losses.count(&Loss::Filled(Key::RotateBy)) == 1 {
                kept.rotate_by = found[0].rotate_by;
            }
            let same = machine::same(&found[0], &kept);
            assert_eq!(told, !same, "{}: {}: {:?}", format.spec.id, record.username, losses.iter().collect::<Vec<_>>());
        }
    }
}

/// None of our formats loses a token, so one that would is made here.
#[test]
fn a_lost_token_stops_the_run() {
    let toml = r#"
        id = "bare"
        name = "A table without notes"
        about = "two columns"
        extension = "csv"
        [read]
        steps = []
        [write]
        steps = []
        [table]
        columns = [{ name = "username", key = "username" }, { name = "password", key = "password" }]
        [facts]
        source = "this test"
        checked = "2026-11-21"
    "#;
    let bare = Format::new(toml, None).unwrap();
    let (bytes, losses) = write(&bare, &reference()[..1]);
    assert_eq!(bytes, b"username,password\r\nops@harbor-widgets.example,Quartz-Lantern-42!\r\n");
    assert_eq!(losses.count(&Loss::NoPlace(Key::Token)), 1);
    assert!(losses.iter().any(|(loss, _)| loss.stops()));
    let wrong = Format::new(&toml.replace("key = \"password\"", "kee = \"password\""), None).unwrap_err();
    assert!(wrong.to_string().starts_with("line 11: "), "{wrong}");
}

#[test]
fn no_change_or_cut_of_a_sample_panics() {
    let mut tried = 0;
    for format in writable() {
        // The records with line ends, markers, fields and folders, so that every byte can be tried.
        let (bytes, _) = write(format, &[1, 4, 7, 12].map(|at| reference()[at].clone()));
        for at in 0..bytes.len() {
            read_quietly(format, &bytes[..at]);
            let mut changed = bytes.clone();
            changed[at] = changed[at].wrapping_add(u8::try_from(at % 251).unwrap() + 1);
            read_quietly(format, &changed);
            tried += 2;
        }
    }
    println!("{tried} damaged samples");
    assert!(tried > 10_000);
}

#[test]
fn long_notes_cross_where_they_can() {
    let mut long = reference()[1].clone();
    long.notes = "Ünïcode line \u{1F511}, \"quoted\"\n".repeat(3000).into();
    let mut crossed = 0;
    for format in writable().filter(|format| format.spec.holds.has(Key::Notes) && format.spec.limits.notes.is_none()) {
        let found = read(format, &write(format, std::slice::from_ref(&long)).0);
        assert!(long.notes.expose().len() > 64 * 1024);
        assert_eq!(found[0].notes, long.notes, "{}", format.spec.id);
        crossed += 1;
    }
    assert!(crossed >= 4, "{crossed}");
}
