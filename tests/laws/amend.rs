//! A file whose login gets new secrets differs in them and in nothing else.

use proptest::prelude::*;
use sfcred::amend::amend;
use sfcred::check::MAX_AGE;
use sfcred::place::{Placer, recognise};
use sfcred_formats::keys::{Quirk, Style};
use sfcred_formats::{
    Amended, Change, Cost, Error, Field, Format, Input, Key, Kind, Limits, Lock, Part, Record, Result, Secret, Tally, all,
};
use zeroize::Zeroizing;

use crate::machine::{assert_same, properties, reference, write};

/// Names the style, and is never asked for more.
struct Styled<'s>(Option<&'s str>);

impl Lock for Styled<'_> {
    fn passphrase(&mut self) -> Result<Secret> {
        Err(Error::new("nobody to ask"))
    }

    fn key_file(&mut self) -> Result<Option<Zeroizing<Vec<u8>>>> {
        Ok(None)
    }

    fn random(&mut self, _: &mut [u8]) -> Result<()> {
        Err(Error::new("no randomness"))
    }

    fn cost(&self) -> Cost {
        Cost::default()
    }

    fn style(&self) -> Option<&str> {
        self.0
    }
}

/// Every style in which a config file can be written.
fn styles() -> impl Iterator<Item = (&'static Format, &'static Style)> {
    all().iter().filter(|format| format.spec.write.is_some()).flat_map(|format| format.spec.styles.iter().map(move |style| (format, style)))
}

fn written(format: &Format, style: &Style, records: &[Record]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut lock = Styled(Some(&style.name));
    let mut writer = format.write(&mut bytes, &mut lock).unwrap();
    let mut placer = Placer::new(format, MAX_AGE).join(style.joins());
    for record in records {
        let mut record = record.clone();
        placer.place(&mut record);
        writer.record(&mut record).unwrap();
    }
    writer.finish().unwrap();
    bytes
}

fn read(format: &Format, bytes: &[u8]) -> Vec<Record> {
    let mut records = Vec::new();
    let take = |record: &mut Record, _| {
        recognise(&format.spec, record, &mut |_| {});
        records.push(record.clone());
        Ok(())
    };
    let mut input = Input::open(Box::new(bytes), &Limits::default()).unwrap();
    // Where a password looks like a reference, what is left need not look like a login.
    let result = format.read(&mut input, &Limits::default(), &mut Styled(None), &mut (take, &mut Tally::default()));
    if result.is_ok() { records } else { Vec::new() }
}

/// From the secrets of one record to those of another one of the same username.
fn change(from: &Record, to: &Record) -> Change {
    Change {
        username: from.username.clone(),
        token: to.token.clone(),
        issued: to.issued,
        password: Some(to.password.clone()),
        password_changed: to.password_changed,
        passwords: vec![from.password.clone()],
        tokens: from.token.iter().cloned().collect(),
    }
}

fn amended(format: &Format, bytes: &[u8], change: &Change) -> Result<Amended> {
    Ok(amend(format, bytes, change, &Limits::default(), &mut Styled(None))?.unwrap())
}

/// The lines that no edit is in.
fn others(bytes: &[u8], amended: &Amended) -> Vec<String> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let lines = (1..).zip(text.split_inclusive('\n'));
    lines.filter(|(number, _)| amended.edits.iter().all(|edit| edit.line != *number)).map(|(_, line)| line.to_owned()).collect()
}

fn password() -> impl Strategy<Value = String> {
    let hurtful = [
        "\"",
        "'",
        "\\",
        "$",
        "${",
        "#",
        " #",
        "%",
        "=",
        ":",
        "!",
        ";",
        ",",
        "\t",
        "\n",
        "\r",
        "é",
        "密",
        "\u{1F511}",
        "&",
        "<",
        "`",
        "{{",
    ];
    let part = prop_oneof![3 => "[a-zA-Z0-9]{1,6}".boxed(), 2 => prop::sample::select(hurtful.to_vec()).prop_map(str::to_owned).boxed()];
    prop::collection::vec(part, 1..7).prop_map(|parts| parts.concat())
}

prop_compose! {
    fn login()(password in password(), token in "Qx7LmT2vRk9[A-Za-z0-9]{13,14}", day in 1..28_u32, month in 1..12_u32) -> Record {
        let day = format!("2026-{month:02}-{day:02}");
        Record {
            username: "ops@one.example".into(), password: password.into(), token: Some(token.into()), issued: day.parse().ok(),
            password_changed: day.parse().ok(), urls: vec!["https://login.salesforce.com".into()],
            fields: vec![Field::new("Consumer Key", "3MVG9fake", Kind::Text)], ..Record::default()
        }
    }
}

proptest! {
    #![proptest_config(properties(|cases| cases / 4))]

    #[test]
    fn config_files_of_every_style(old in login(), new in login(), other in login()) {
        let other = Record { username: "other@one.example".into(), ..other };
        for (format, style) in styles() {
            let records = if style.has(Quirk::Single) { vec![old.clone()] } else { vec![old.clone(), other.clone()] };
            // What the format itself cannot hold is refused.
            let fits = |record: &Record| {
                let (holds, password) = (&format.spec.holds, record.password.expose());
                let lines = holds.one_line.contains(Key::Password) && password.contains(['\n', '\r']);
                let blanks = holds.trimmed.contains(Key::Password) && password.trim() != password && !style.has(Quirk::Braces);
                !lines && !blanks
            };
            if !records.iter().all(fits) {
                continue;
            }
            let before = written(format, style, &records);
            if !fits(&new) {
                prop_assert!(amended(format, &before, &change(&old, &new)).is_err(), "{}", style.name);
                continue;
            }
            // Where the password looks like a reference there is nothing to replace, and that is told.
            let whole = read(format, &before).first().is_some_and(|record| !record.password.is_empty());
            let name = format!("{} {}", format.spec.id, style.name);
            let result = amended(format, &before, &change(&old, &new));
            let Ok(after) = result else {
                let target = written(format, style, std::slice::from_ref(&new));
                let plain = read(format, &target).first().is_some_and(|record| !record.password.is_empty());
                prop_assert!(!whole || !plain, "{}: {:?}", name, result);
                continue;
            };
            let expected: Vec<Record> = records.iter().map(|record| if record.username == old.username { &new } else { record }.clone()).collect();
            let wanted = written(format, style, &expected);
            prop_assert_eq!(read(format, &after.bytes), read(format, &wanted), "{}", name);
            // A connection string goes on over the lines of its values, and then there are no other lines to speak of.
            let lines = format.spec.id == "connection-string" && [&old, &new].iter().any(|record| record.password.expose().contains('\n'));
            if !lines {
                prop_assert_eq!(others(&before, &after), others(&after.bytes, &after), "{}", name);
            }
            prop_assert_eq!(amended(format, &after.bytes, &change(&old, &new)).unwrap().edits, vec![], "{}", name);
            let back = amended(format, &after.bytes, &change(&new, &old)).unwrap();
            // A value that needs other quotes keeps them as long as it can; else every byte is as the writer would have written it.
            let keeps = |bytes: &[u8]| format.spec.id == "dotenv" && bytes.windows(2).any(|part| part == b"=\"");
            if !keeps(&before) && !keeps(&after.bytes) {
                prop_assert_eq!(String::from_utf8_lossy(&after.bytes), String::from_utf8_lossy(&wanted), "{}", name);
                prop_assert_eq!(String::from_utf8_lossy(&back.bytes), String::from_utf8_lossy(&before), "{}", name);
            }
            prop_assert_eq!(read(format, &back.bytes), read(format, &before), "{}", name);
        }
    }
}

/// All formats that are plain text: each record of the reference in turn gets another token.
#[test]
fn every_plain_text_format() {
    let (mut done, mut refused) = (0, Vec::new());
    let token = Secret::from("N3wFakeT0kenAbCdEfGhIjK55");
    for format in all().iter().filter(|format| format.spec.read.is_some() && format.spec.write.is_some()) {
        if format.spec.lock.is_some() || format.spec.store.is_some() {
            continue;
        }
        let (bytes, _) = write(format, &reference());
        for record in reference().iter().filter(|record| record.token.is_some()) {
            let new = Record { token: Some(token.clone()), issued: "2026-11-20".parse().ok(), ..record.clone() };
            let change = Change { password: None, password_changed: None, ..change(record, &new) };
            let Ok(after) = amended(format, &bytes, &change) else {
                refused.push(format.spec.id.as_str());
                continue;
            };
            done += 1;
            let is_dated = after.edits.iter().any(|edit| edit.what == Part::Issued);
            assert_eq!(others(&bytes, &after), others(&after.bytes, &after), "{}", format.spec.id);
            for (mut before, after) in crate::machine::read(format, &bytes).into_iter().zip(crate::machine::read(format, &after.bytes)) {
                if before.username == record.username {
                    before.issued = if is_dated { new.issued } else { before.issued };
                    if before.token.is_some() {
                        before.token = new.token.clone();
                    } else {
                        assert!(after.password.expose().ends_with(token.expose()));
                        before.password = after.password.clone();
                    }
                }
                assert_same(&format.spec.id, &after, &before);
            }
            assert!(after.bytes.windows(25).any(|part| part == token.expose().as_bytes()));
        }
    }
    let mut by_hand = refused.clone();
    by_hand.dedup();
    println!("{done} files got a new token, {} did not: {by_hand:?}", refused.len());
    assert!(done > 200, "{done}");
}

/// Passwords with signs that each format writes in its own way.
#[test]
fn passwords_in_other_formats() {
    let passwords = ["Fake-Lantern-1", "Fake, \"quoted\"", "Fake <&> 'x'", "=Fake\\back\\slash", "Fäke-密-\u{1F511}", "Fake\nof two lines"];
    let (mut done, mut refused) = (0, 0);
    for format in all().iter().filter(|format| format.spec.read.is_some() && format.spec.write.is_some()) {
        if format.spec.lock.is_some() || format.spec.store.is_some() || !format.spec.styles.is_empty() || format.spec.holds.joined {
            continue;
        }
        for (old, new) in passwords.iter().flat_map(|old| passwords.map(|new| (*old, new))).filter(|(old, new)| old != new) {
            let record = |password: &str| Record {
                username: "ops@one.example".into(),
                password: password.into(),
                token: Some("Qx7LmT2vRk9ZpB4nWc6HdY1s".into()),
                ..Record::default()
            };
            let other = Record { username: "other@one.example".into(), password: "Other".into(), ..Record::default() };
            let (bytes, losses) = write(format, &[record(old), other.clone()]);
            if losses.iter().any(|(loss, _)| loss.stops()) {
                continue;
            }
            let Ok(after) = amended(format, &bytes, &change(&record(old), &record(new))) else {
                refused += 1;
                continue;
            };
            done += 1;
            let found = crate::machine::read(format, &after.bytes);
            let found: Vec<&str> = found.iter().map(|record| record.password.expose()).collect();
            let before = crate::machine::read(format, &bytes);
            let wanted: Vec<&str> =
                before.iter().map(|record| record.password.expose()).map(|text| if text == old { new } else { text }).collect();
            assert_eq!(found, wanted, "{}", format.spec.id);
        }
    }
    println!("{done} passwords were replaced, {refused} refused");
    assert!(done > 600, "{done}");
}
