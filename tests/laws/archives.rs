//! What products and people pack is read as it is.

use std::io::{Cursor, Write};

use sfcred_formats::{Format, Input, find};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::machine::{by_username, detected, limits, read, same};
use crate::sample_bytes;

/// An archive with these members.
fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// How many members are told as left behind, when the format is found by content.
fn left_behind(bytes: &[u8]) -> usize {
    let mut input = Input::open(Box::new(bytes), &limits()).unwrap();
    let format = sfcred_formats::detect(sfcred_formats::all(), &mut input).unwrap().format;
    format.enter(&mut input).unwrap().len()
}

fn assert_reads_as_its_sample(format: &Format, bytes: &[u8]) {
    let id = &format.spec.id;
    assert_eq!(detected(bytes).unwrap().spec.id, *id);
    let (found, expected) = (by_username(read(format, bytes)), by_username(read(format, &sample_bytes(format))));
    assert_eq!(found.len(), expected.len(), "{id}");
    for (username, record) in &expected {
        assert!(same(&found[username], record), "{id}: {username}");
    }
}

#[test]
fn the_archive_of_dashlane_is_read() {
    let dashlane = find("dashlane-csv").unwrap();
    let logins = sample_bytes(dashlane);
    let notes = b"title,note\r\nDoor,Fake-4711\r\n";
    for folder in ["", "dashlane-export/"] {
        let name = |name: &str| format!("{folder}{name}");
        let (credentials, secure, ids) = (name("credentials.csv"), name("securenotes.csv"), name("ids.csv"));
        let bytes = archive(&[(&secure, notes), (&credentials, &logins), (&ids, b"type,number\r\n")]);
        assert_reads_as_its_sample(dashlane, &bytes);
        assert_eq!(left_behind(&bytes), 2);
    }
    // The notes alone are told by their name.
    let error = detected(notes).unwrap_err().to_string();
    assert_eq!(error, "this is the secure notes of a Dashlane export");
}

#[test]
fn documents_of_one_name_are_told_apart_by_their_folder() {
    for (id, member) in
        [("bitwarden-json", "data.json"), ("bitwarden-json", "export/data.json"), ("protonpass-json", "Proton Pass/data.json")]
    {
        let format = find(id).unwrap();
        let sample = sample_bytes(format);
        let bytes = archive(&[("attachments/Ops/key.pem", b"fake"), (member, &sample), ("attachments/Ops/", b"")]);
        assert_reads_as_its_sample(format, &bytes);
        assert_eq!(left_behind(&bytes), 1);
    }
    let error = detected(&archive(&[("Proton Pass/data.pgp", b"fake")])).unwrap_err().to_string();
    assert_eq!(error, "this is an export of Proton Pass that is encrypted with PGP");
}

#[test]
fn a_table_alone_in_an_archive_counts_as_the_file() {
    for (id, member) in [("apple-csv", "Passwörter.csv"), ("chrome-csv", "Takeout/Chrome/Passwords.CSV"), ("csv", "list")] {
        let format = find(id).unwrap();
        let sample = sample_bytes(format);
        let bytes = archive(&[(member, &sample)]);
        assert_reads_as_its_sample(format, &bytes);
        assert_eq!(left_behind(&bytes), 0);
        // macOS packs what it knows of a file beside it.
        let bytes = archive(&[(member, &sample), (&format!("__MACOSX/._{member}"), b"\0\x05\x16\x07")]);
        assert_reads_as_its_sample(format, &bytes);
        assert_eq!(left_behind(&bytes), 0);
    }
}

#[test]
fn the_only_table_of_an_archive_is_read_and_the_rest_is_told() {
    let apple = find("apple-csv").unwrap();
    let sample = sample_bytes(apple);
    let bytes = archive(&[("Bookmarks.html", b"<html>"), ("Passwords.csv", &sample), ("History.json", b"{}"), ("Folder/", b"")]);
    assert_reads_as_its_sample(apple, &bytes);
    assert_eq!(left_behind(&bytes), 2);
    let two = archive(&[("a.csv", &sample), ("b.csv", &sample)]);
    let error = detected(&two).unwrap_err();
    assert_eq!(error.to_string(), "an archive of no known format, with a.csv, b.csv");
    assert_eq!(error.hint_text(), Some("unpack it and name the document in it"));
}
