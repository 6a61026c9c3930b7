//! What holds for stores beside the laws for every format.

use std::collections::BTreeSet;

use sfcred::check::MAX_AGE;
use sfcred::place::{Loss, Placer, recognise};
use sfcred_formats::store::{Folder, SealedWith};
use sfcred_formats::{Error, Format, Key, Limits, NoLock, Notice, Record, Result, Tally, all, detect_folder, find};

use crate::machine::{Entries, assert_same, by_username, read, reference, write};
use crate::sample_bytes;

fn stores() -> impl Iterator<Item = &'static Format> {
    all().iter().filter(|format| format.spec.store.is_some())
}

fn detected(files: &[Vec<String>]) -> Result<&'static str> {
    detect_folder(all(), files).map(|found| found.format.spec.id.as_str())
}

fn paths(paths: &[&str]) -> Vec<Vec<String>> {
    paths.iter().map(|path| path.split('/').map(str::to_owned).collect()).collect()
}

#[test]
fn the_sample_is_recognised_however_it_is_sealed() {
    let mut seen = 0;
    for format in stores() {
        let store = format.spec.store.as_ref().unwrap();
        let sample = Entries::unpack(&sample_bytes(format));
        for layout in &store.layouts {
            for sign in store.signs.iter().map(String::as_str).chain([""]) {
                let more: Vec<&str> = [sign, layout.recipients.as_str()].into_iter().filter(|name| !name.is_empty()).collect();
                let found = detect_folder(all(), &sample.sealed(&layout.suffix, &more)).unwrap().format;
                let twin = sign.is_empty() && found.spec.twins.contains(&format.spec.id);
                assert!(found.spec.id == format.spec.id || twin, "{} is taken for {}", format.spec.id, found.spec.id);
                assert_eq!(layout.suffix == ".age", layout.seal == SealedWith::Age);
                seen += 1;
            }
        }
        assert!(detected(sample.files()).is_ok());
    }
    assert!(seen >= 8, "{seen}");
}

#[test]
fn a_folder_is_known_by_its_names() {
    for (files, id) in [
        (&["a.gpg"][..], Ok("pass")),
        (&[".gpg-id"], Ok("pass")),
        (&[".gpg-id", ".git", "README.md", "x/y/a.gpg"], Ok("pass")),
        (&["x/a.age", "notes.txt"], Ok("passage")),
        (&["x/a.age", "notes.txt", "export.csv"], Err("this is a folder")),
        (&["x/a.age", "notes.txt", "export.csv", ".age-recipients"], Ok("passage")),
        (&[".age-recipients"], Ok("passage")),
        (&["a.age", ".gopass.yml"], Ok("gopass")),
        (&["a.gpg", ".public-keys"], Ok("gopass")),
        (&["a.txt", "x/b"], Ok("pass")),
        (&[], Err("this is a folder")),
        (&[".git"], Err("this is a folder")),
        (&["a.txt", "export.csv"], Err("this is a folder")),
        (&[".gpg"], Err("this is a folder")),
        (&["x/.gpg-id"], Err("this is a folder")),
    ] {
        let found = detected(&paths(files));
        assert_eq!(found.map_err(|error| error.to_string()), id.map_err(str::to_owned), "{files:?}");
    }
}

#[test]
fn a_single_entry_goes_through_a_pipe() {
    let mut crossed = 0;
    for format in stores() {
        for record in reference() {
            let mut placed = record.clone();
            Placer::new(format, MAX_AGE).place(&mut placed);
            let mut bytes = Vec::new();
            let mut lock = NoLock;
            let mut writer = format.write(&mut bytes, &mut lock).unwrap();
            writer.record(&mut placed.clone()).unwrap();
            assert!(writer.record(&mut placed.clone()).is_err());
            drop(writer);
            let mut found = Vec::new();
            let take = |record: &mut Record, _| {
                recognise(&format.spec, record, &mut |_| {});
                found.push(record.clone());
                Ok::<(), Error>(())
            };
            let mut notices = Tally::<Notice>::default();
            format.read(&mut bytes.as_slice(), &Limits::default(), &mut NoLock, &mut (take, &mut notices)).unwrap();
            assert_same(&format.spec.id, &found[0], &crate::declared::less(&record, &format.spec));
            crossed += 1;
        }
    }
    assert!(crossed >= 48, "{crossed}");
}

#[test]
fn many_of_one_title_have_names_of_their_own() {
    for format in stores() {
        let records: Vec<Record> = (0..30)
            .map(|number| Record {
                title: ["One", "one", "One (2)", "", "../One", "x/y"][number % 6].to_owned(),
                username: format!("user{number}@many.example"),
                password: "fake".into(),
                folder: [vec![], vec!["f".to_owned()], vec!["f".to_owned(), "..".to_owned()]][number % 3].clone(),
                ..reference()[0].clone()
            })
            .collect();
        let (bytes, _) = write(format, &records);
        let mut folded = BTreeSet::new();
        for path in Entries::unpack(&bytes).files() {
            assert!(path.iter().all(|name| !name.starts_with('.') && !name.is_empty()), "{path:?}");
            folded.insert(path.join("/").to_lowercase());
        }
        assert_eq!(folded.len(), records.len());
        let found = read(format, &bytes);
        assert_eq!(by_username(found.clone()), by_username(records));
        assert_eq!(write(format, &found).0, bytes, "{}", format.spec.id);
    }
}

#[test]
fn a_line_end_in_a_password_stops_the_run() {
    for format in stores() {
        let record = &reference()[4];
        assert!(record.password.expose().contains('\n'));
        let (bytes, losses) = write(format, std::slice::from_ref(record));
        assert!(losses.count(&Loss::Lines(Key::Password)) == 1 && losses.iter().any(|(loss, _)| loss.stops()));
        assert_eq!(read(format, &bytes)[0].password, record.password);
    }
}

#[test]
fn what_is_no_text_is_left_out() {
    let mut folder = Entries::default();
    for (path, text) in [("good.txt", &b"pw\nlogin: a"[..]), ("binary.txt", b"\xff\xd8"), ("nul.txt", b"a\0b"), (".hidden", b"x")] {
        folder.add(vec![path.to_owned()], text);
    }
    let mut names = Vec::new();
    let mut notices = Tally::<Notice>::default();
    let take = |record: &mut Record, _| {
        names.push(record.title.clone());
        Ok::<(), Error>(())
    };
    find("pass").unwrap().read_folder(&mut folder, &Limits::default(), &mut (take, &mut notices)).unwrap();
    assert_eq!(names, ["good"]);
    assert_eq!(notices.count(&Notice::NotALogin("entries that are no text".to_owned())), 2);
}
