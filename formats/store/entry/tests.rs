use super::{read, write};
use crate::store::Store;
use crate::{Limits, Notice, Record, find};

fn store(id: &str) -> &'static Store {
    find(id).unwrap().spec.store.as_ref().unwrap()
}

fn parse(id: &str, path: &str, text: &str) -> (Record, Vec<Notice>) {
    let mut folder: Vec<String> = path.split('/').map(str::to_owned).collect();
    let stem = folder.pop().unwrap();
    let mut record = Record::default();
    let told = read(store(id), text, Some((&folder, &stem)), &Limits::default(), &mut record).unwrap();
    (record, told)
}

/// Title, username, password, URL and notes.
fn main_parts(record: &Record) -> [&str; 5] {
    let url = record.urls.first().map_or("", String::as_str);
    [&record.title, &record.username, record.password.expose(), url, record.notes.expose()]
}

fn fields(record: &Record) -> Vec<(&str, &str)> {
    record.fields.iter().map(|field| (field.label.as_ref(), field.value.expose())).collect()
}

#[test]
fn reads_what_people_write() {
    let text = "Horse,Battery\"7\nlogin: integration@example.com\nurl: https://login.salesforce.com\nSecurity Token: Zq3FakeT0ken\n\
        Used By: Data Loader; nightly sync\n\nOwned by the data team.\nAsk before: rotating.\n";
    let (record, told) = parse("pass", "work/Example Org", text);
    let notes = "Owned by the data team.\nAsk before: rotating.";
    let expected = ["Example Org", "integration@example.com", "Horse,Battery\"7", "https://login.salesforce.com", notes];
    assert_eq!(main_parts(&record), expected);
    assert_eq!(fields(&record), [("Security Token", "Zq3FakeT0ken"), ("Used By", "Data Loader; nightly sync")]);
    assert_eq!((record.folder, told), (vec!["work".to_owned()], vec![]));
}

#[test]
fn lines_are_taken_as_they_stand() {
    for (text, parts, others) in [
        ("", ["n", "", "", "", ""], &[][..]),
        ("pw", ["n", "", "pw", "", ""], &[]),
        (" pw \r\nUser: a\r\nx:\r\n\r\nnote\r\n", ["n", "a", " pw ", "", "note\r"], &[("x", "")]),
        // A backslash is a backslash.
        ("pw\nlogin: CORP\\robin\npath: C:\\new", ["n", "CORP\\robin", "pw", "", ""], &[("path", "C:\\new")]),
        ("pw\nlogin: CORP\\robin\npath (escaped): C:\\\\new\\nx", ["n", "CORP\\robin", "pw", "", ""], &[("path", "C:\\new\nx")]),
        // Without a blank line notes begin with the first line that is no pair.
        ("pw\nuser: a\nfree text\nuser: b", ["n", "a", "pw", "", "free text\nuser: b"], &[]),
        ("pw\n\n\n\nnote\n\n", ["n", "", "pw", "", "\n\nnote\n"], &[]),
        ("pw\nNotes: one line\nurl: u\nuri: v", ["n", "", "pw", "u", "one line"], &[("uri", "v")]),
        ("pw\nnotes: one line\n\nmore", ["n", "", "pw", "", "more"], &[("notes", "one line")]),
        ("pw\nemail:\nuser: a\nusername: b", ["n", "a", "pw", "", ""], &[("username", "b")]),
        ("pw\notpauth://totp/x?secret=FAKE: 1\n", ["n", "", "pw", "", ""], &[("TOTP", "otpauth://totp/x?secret=FAKE: 1")]),
        ("otpauth://totp/x?secret=FAKE\n", ["n", "", "", "", ""], &[("TOTP", "otpauth://totp/x?secret=FAKE")]),
        // The password has a line of its own.
        ("login: a\npassword: b: c\\n", ["n", "a", "b: c\\n", "", ""], &[]),
        ("a: b\nlogin: c", ["n", "c", "a: b", "", ""], &[]),
        ("pw\npassword: old", ["n", "", "pw", "", ""], &[("password", "old")]),
        ("GOPASS-SECRET-1.0\nPassword: pw\nLogin: a\n\nbody", ["n", "a", "pw", "", "body"], &[]),
        // A title that is not this entry's is a field.
        ("pw\ntitle: other", ["n", "", "pw", "", ""], &[("title", "other")]),
        ("pw\ntitle: N\n\\title: x\n\\\\title: y", ["N", "", "pw", "", ""], &[("title", "x"), ("\\title", "y")]),
        ("pw\nfolder: elsewhere", ["n", "", "pw", "", ""], &[("folder", "elsewhere")]),
    ] {
        let (record, told) = parse("pass", "f/n", text);
        assert_eq!((main_parts(&record), fields(&record)), (parts, others.to_vec()), "{text}");
        assert_eq!((record.folder.join("/").as_str(), told.len()), ("f", 0), "{text}");
    }
}

#[test]
fn a_name_can_be_the_username() {
    assert_eq!(main_parts(&parse("pass", "salesforce.com/ops@a.example", "pw\n").0), ["", "ops@a.example", "pw", "", ""]);
    assert_eq!(main_parts(&parse("pass", "ops@a.example", "pw\nlogin: b").0), ["ops@a.example", "b", "pw", "", ""]);
    assert_eq!(main_parts(&parse("pass", "ops@a.example", "pw\nlogin:").0), ["ops@a.example", "", "pw", "", ""]);
    assert_eq!(main_parts(&parse("pass", "me @ home", "pw").0), ["me @ home", "", "pw", "", ""]);
}

#[test]
fn yaml_is_read_where_the_program_does() {
    let text = "pw\nurl: u\n---\nlogin: 'a'\nnumber: 1\n";
    let (record, told) = parse("gopass", "n", text);
    assert_eq!((main_parts(&record), fields(&record), told), (["n", "a", "pw", "u", ""], vec![("number", "1")], vec![]));
    let (record, _) = parse("pass", "n", text);
    assert_eq!(main_parts(&record), ["n", "", "pw", "u", "---\nlogin: 'a'\nnumber: 1"]);
    let (record, told) = parse("gopass", "n", "pw\n\nnote\n---\nlist:\n  - a\n");
    assert_eq!((record.notes.expose(), told.len()), ("note\n---\nlist:\n  - a", 1));
    let (_, told) = parse("gopass", "n", "gopass://other/entry\n");
    assert_eq!(told.len(), 1);
}

#[test]
fn what_the_name_cannot_hold_is_a_line() {
    let record = |title: &str, folder: &[&str]| Record {
        title: title.to_owned(),
        folder: folder.iter().map(|name| (*name).to_owned()).collect(),
        username: "a".to_owned(),
        ..Record::default()
    };
    for (title, folder, path, text) in [
        ("n", &["f"][..], "f/n", "\nlogin: a\n"),
        ("n", &["f"], "f/n (2)", "\ntitle: n\nlogin: a\n"),
        ("", &[], "untitled", "\ntitle:\nlogin: a\n"),
        ("a/b", &["c/d", "e"], "c_d/e/a_b", "\ntitle: a/b\nfolder: c\\/d/e\nlogin: a\n"),
        ("x\ny", &[], "x_y", "\ntitle (escaped): x\\ny\nlogin: a\n"),
    ] {
        let record = record(title, folder);
        let mut names: Vec<String> = path.split('/').map(str::to_owned).collect();
        let stem = names.pop().unwrap();
        assert_eq!(write(store("pass"), &record, Some((&names, &stem))), text);
        assert_eq!(parse("pass", path, text).0, record);
        let alone = write(store("pass"), &record, None);
        let mut again = Record::default();
        read(store("pass"), &alone, None, &Limits::default(), &mut again).unwrap();
        assert_eq!(again, record, "{alone}");
    }
}

#[test]
fn a_line_that_switches_is_written_so_that_it_does_not() {
    let record = Record { title: "n".into(), notes: "a\n---\n\\---\nb: c\n---".into(), ..Record::default() };
    let text = write(store("gopass"), &record, Some((&[], "n")));
    assert_eq!(text, "\n\na\n\\---\n\\\\---\nb: c\n\\---\n");
    assert_eq!(parse("gopass", "n", &text).0, record);
}

#[test]
fn many_lines_end_at_the_limit() {
    let limits = Limits { fields: 3, ..Limits::default() };
    let mut record = Record::default();
    assert!(read(store("pass"), "pw\na: 1\nb: 2\nc: 3\n\nd: 4", None, &limits, &mut record).is_ok());
    let error = read(store("pass"), "pw\na: 1\nb: 2\nc: 3\nd: 4", None, &limits, &mut record).unwrap_err();
    assert!(error.to_string().starts_with("more than 3 lines"), "{error}");
}
