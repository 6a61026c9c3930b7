//! What the products write that the samples do not show.

use sfcred::place::Loss;
use sfcred_formats::{Key, Record, find, parse_instant};

use crate::machine::{self, read, reference, write};

fn detected(text: &str) -> &'static str {
    machine::detected(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}")).spec.id.as_str()
}

/// The record as a person would look at it: its username, its URLs, and its fields.
fn shown(record: &Record) -> (&str, Vec<&str>, Vec<(&str, &str)>) {
    let fields = record.fields.iter().map(|field| (field.label.as_ref(), field.value.expose()));
    (&record.username, record.urls.iter().map(String::as_str).collect(), fields.collect())
}

#[test]
fn tables_of_the_same_words_are_told_apart() {
    for (header, id) in [
        ("Title,Username,URL,Password,Notes,Group", "passbolt-csv"),
        ("Title,Username,URL,Password,Notes,Group,TOTP", "passbolt-csv"),
        ("Group,Title,Username,Password,URL,Notes", "keepassxc-csv"),
        ("Group,Title,Username,Password,URL,Notes,TOTP", "keepassxc-csv"),
        ("Title,Url,Username,Password,OTPAuth,Favorite,Archived,Tags,Notes", "1password-csv"),
        ("Title,URL,Username,Password,Notes,OTPAuth", "apple-csv"),
        ("Title,Login,Password,URL,Notes,OTP", "safeincloud-csv"),
        ("username,title,password,note,url,category,otpSecret", "dashlane-csv"),
        ("username,username2,username3,title,password,note,url,category,otpUrl", "dashlane-csv"),
        ("type,name,url,autofillUrls,email,username,password,note,totp,createTime,modifyTime,vault", "protonpass-csv"),
        ("type,name,url,username,password,note,totp,createTime,modifyTime", "protonpass-csv"),
        ("name,url,username,password,note,totp", "protonpass-csv"),
        ("name,url,username,password,note", "chrome-csv"),
    ] {
        assert_eq!(detected(header), id, "{header}");
    }
}

#[test]
fn the_next_username_of_dashlane_stands_in() {
    let text = "username,username2,username3,title,password,note,url,category,otpUrl\r\n\
        ,second@a.example,third@a.example,A,Fake-1,,https://login.salesforce.com,,\r\n\
        ,,third@b.example,B,Fake-2,,https://login.salesforce.com,,\r\n\
        first@c.example,second@c.example,,C,Fake-3,,https://login.salesforce.com,,\r\n";
    let records = read(find("dashlane-csv").unwrap(), text.as_bytes());
    let urls = || vec!["https://login.salesforce.com"];
    assert_eq!(shown(&records[0]), ("second@a.example", urls(), vec![("Username 3", "third@a.example")]));
    assert_eq!(shown(&records[1]), ("third@b.example", urls(), vec![]));
    assert_eq!(shown(&records[2]), ("first@c.example", urls(), vec![("Username 2", "second@c.example")]));
}

#[test]
fn an_address_of_proton_pass_is_a_username() {
    let proton = find("protonpass-csv").unwrap();
    let header = "type,name,url,email,username,password,note,totp,createTime,modifyTime,vault\r\n";
    let rows = "login,A,\"https://a.example, b.example/x, y\",ops@a.example,,Fake-1,,,1759303800,,\r\n\
        login,B,https://b.example,mail@b.example,ops,Fake-2,,,,,\r\n\
        login,C,https://c.example,,ops,Fake-3,,,,,\r\n";
    let text = format!("{header}{rows}");
    let skipped = format!("{text}alias,D,,alias@d.example,,,,,,,\r\n");
    let records = read(proton, skipped.as_bytes());
    assert_eq!(records.len(), 3);
    assert_eq!(shown(&records[0]), ("ops@a.example", vec!["https://a.example", "b.example/x, y"], vec![]));
    assert_eq!(records[0].created.unwrap().to_rfc3339(), "2025-10-01T07:30:00+00:00");
    assert_eq!(shown(&records[1]), ("ops", vec!["https://b.example"], vec![("Email", "mail@b.example")]));
    assert_eq!(shown(&records[2]), ("ops", vec!["https://c.example"], vec![]));
    assert_eq!(String::from_utf8(write(proton, &records).0).unwrap(), text);
}

#[test]
fn a_dropped_fraction_of_a_second_is_told() {
    let proton = find("protonpass-csv").unwrap();
    let whole = parse_instant("2025-10-01T07:30:00Z");
    let record = Record { created: parse_instant("2025-10-01T07:30:00.750Z"), modified: whole, ..reference()[0].clone() };
    let (bytes, losses) = write(proton, &[record]);
    assert_eq!(read(proton, &bytes)[0].created, whole);
    assert_eq!(losses.count(&Loss::Fraction(Key::Created)), 1);
    assert_eq!(losses.count(&Loss::Fraction(Key::Modified)), 0);
}
