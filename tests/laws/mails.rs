//! What holds for token mails beside the laws for every format.

use std::collections::BTreeSet;
use std::io::Read;

use sfcred_formats::{Error, Limits, NoLock, Notice, Record, Tally, detect_folder, find};

use crate::machine::{Entries, detected, notices, read, try_read};

fn mail(user: &str, date: &str, token: &str) -> String {
    format!(
        "From: support@salesforce.com\nDate: {date}\nSubject: Your new Salesforce security token\n\nUsername: {user}\nSecurity token: {token}\n"
    )
}

fn shown(records: &[Record]) -> Vec<(&str, String)> {
    let issued = |record: &Record| record.issued.map(|issued| issued.to_string()).unwrap_or_default();
    records.iter().map(|record| (record.username.as_str(), issued(record))).collect()
}

const OLD: &str = "Kd8RwZ3tGm6YpX1vBn5CqLj2";
const NEW: &str = "h3VbN8cTq5XkZr2WmPj7LdYs9";

#[test]
fn the_newest_token_comes_last_whatever_the_order() {
    let format = find("salesforce-email").unwrap();
    let newer = mail("a@one.example", "Mon, 02 Nov 2026 21:03:10 -0800", NEW);
    let older = mail("a@one.example", "Tue, 18 Aug 2026 09:12:44 +0000", OLD);
    let undated = mail("b@two.example", "soon", "p4TzH9sWd2NbQx7MkVr6YcJg3");
    let mbox = [&newer, &undated, &older].map(|mail| format!("From x Thu\n{mail}\n")).concat();
    let records = read(format, mbox.as_bytes());
    let expected = [
        ("b@two.example", String::new()),
        ("a@one.example", "2026-08-18T09:12:44Z".into()),
        ("a@one.example", "2026-11-03T05:03:10Z".into()),
    ];
    assert_eq!(shown(&records), expected);
    assert_eq!(records[2].token, Some(NEW.into()));
    // A Maildir of the same mails is the same.
    let mut folder = Entries::default();
    for (path, text) in [
        ("cur/1788000000.M1.host:2,S", newer.as_str()),
        ("new/1787000000.M2.host", &undated),
        (".Archive/cur/1786000000.M3.host:2,", &older),
        ("cur/1785000000.M4.host:2,S", "From: a@b.example\nSubject: lunch\n\nat one\n"),
        ("dovecot-uidlist", "3 V1 N5\n"),
    ] {
        folder.add(path.split('/').map(str::to_owned).collect(), text.as_bytes());
    }
    assert_eq!(detect_folder(sfcred_formats::all(), &folder_files(&folder)).unwrap().format.spec.id, "salesforce-email");
    let mut records = Vec::new();
    let mut told = Tally::<Notice>::default();
    let take = |record: &mut Record, _| {
        records.push(record.clone());
        Ok::<(), Error>(())
    };
    format.read_folder(&mut folder, &Limits::default(), &mut (take, &mut told)).unwrap();
    assert_eq!(shown(&records), expected);
    assert_eq!(told.count(&Notice::NotALogin("mails without a new token".into())), 1);
    assert_eq!(told.count(&Notice::NoMail), 1);
}

fn folder_files(folder: &Entries) -> Vec<Vec<String>> {
    sfcred_formats::store::Folder::files(folder).to_vec()
}

#[test]
fn a_folder_of_saved_mails_is_one() {
    let path = |names: &[&str]| names.iter().map(|name| vec![(*name).to_owned()]).collect::<Vec<_>>();
    let found = |names: &[&str]| detect_folder(sfcred_formats::all(), &path(names)).map(|found| found.format.spec.id.clone());
    assert_eq!(found(&["a.eml", "b.EML"]).unwrap(), "salesforce-email");
    assert_eq!(found(&["a.gpg", ".gpg-id", "b.eml"]).unwrap(), "pass", "a store may hold a mail");
    let hint = found(&["a.csv"]).unwrap_err().hint_text().unwrap_or_default().to_owned();
    assert!(hint.ends_with("gopass, salesforce-email"), "{hint}");
}

#[test]
fn what_was_pasted_is_known_by_the_header_in_it() {
    let format = find("salesforce-email").unwrap();
    let text = format!("Hi, here is the token:\n\n{}", mail("a@one.example", "5 October 2026 08:00", NEW));
    assert_eq!(detected(text.as_bytes()).unwrap().spec.id, "salesforce-email");
    assert_eq!(shown(&read(format, text.as_bytes())), [("a@one.example", "2026-10-05".into())]);
    // A table with such a text in its notes stays a table.
    let table = format!("username,password,notes\na@one.example,Fake-1,\"{text}\"\n");
    assert_eq!(detected(table.as_bytes()).unwrap().spec.id, "csv");
}

#[test]
fn a_damaged_mail_is_told_and_others_are_read() {
    let format = find("salesforce-email").unwrap();
    let nested = |depth| format!("Content-Type: multipart/mixed; boundary=b{depth}\n\n--b{depth}\n");
    let damaged = format!("From: a@b.example\nTo: c@d.example\n{}", (0..5000).map(nested).collect::<Vec<_>>().concat());
    let sound = mail("a@one.example", "Mon, 02 Nov 2026 21:03:10 -0800", NEW);
    let mbox = format!("From x\n{damaged}\nFrom x\n{sound}");
    assert_eq!(read(format, mbox.as_bytes()).len(), 1);
    assert_eq!(notices(format, mbox.as_bytes()).count(&Notice::LeftBehind("damaged mails".into())), 1);
    assert_eq!(try_read(format, damaged.as_bytes()).unwrap_err().to_string(), "entry 1: a damaged mail");
    assert_eq!(try_read(format, b"").unwrap_err().to_string(), "no mail in it");
}

/// A mailbox that is never whole in memory.
struct Mailbox {
    number: usize,
    rest: std::io::Cursor<Vec<u8>>,
}

impl Mailbox {
    const MAILS: usize = 100_000;
    const TOKENS: usize = 50;
}

impl Read for Mailbox {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let count = self.rest.read(buf)?;
        if count > 0 || self.number == Self::MAILS {
            return Ok(count);
        }
        let mut text = String::new();
        for number in self.number + 1..=self.number + 1000 {
            let mail = if number.is_multiple_of(Self::MAILS / Self::TOKENS) {
                mail(&format!("user{number}@many.example"), "Mon, 02 Nov 2026 21:03:10 -0800", NEW)
            } else {
                "From: a@b.example\nSubject: lunch\n\nat one\n".to_owned()
            };
            text.extend(["From x\n", &mail, "\n"]);
        }
        self.number += 1000;
        self.rest = std::io::Cursor::new(text.into_bytes());
        self.rest.read(buf)
    }
}

#[test]
fn a_large_mailbox_is_a_stream() {
    let mut mailbox = Mailbox { number: 0, rest: std::io::Cursor::default() };
    let mut users = BTreeSet::new();
    let mut told = Tally::<Notice>::default();
    let take = |record: &mut Record, _| {
        users.insert(record.username.clone());
        Ok::<(), Error>(())
    };
    find("salesforce-email").unwrap().read(&mut mailbox, &Limits::default(), &mut NoLock, &mut (take, &mut told)).unwrap();
    assert_eq!(users.len(), Mailbox::TOKENS);
    let others = told.count(&Notice::NotALogin("mails without a new token".into()));
    assert_eq!(others, (Mailbox::MAILS - Mailbox::TOKENS) as u64);
}
