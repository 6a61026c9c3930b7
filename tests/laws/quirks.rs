//! What the products write that the samples do not show.

use sfcred::place::Loss;
use sfcred_formats::{Format, Key, Record, find, parse_instant};

use crate::declared::less;
use crate::machine::{self, by_username, read, reference, write};

fn detected(text: &str) -> &'static str {
    machine::detected(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}")).spec.id.as_str()
}

/// The record as a person would look at it: its username, its URLs, and its fields.
fn shown(record: &Record) -> (&str, Vec<&str>, Vec<(&str, &str)>) {
    let fields = record.fields.iter().map(|field| (field.label.as_ref(), field.value.expose()));
    (&record.username, record.urls.iter().map(String::as_str).collect(), fields.collect())
}

/// What was read comes back when it is written, less what is declared.
fn assert_survive(format: &Format, records: &[Record]) {
    let found = by_username(read(format, &write(format, records).0));
    assert_eq!(found.len(), records.len());
    for record in records {
        machine::assert_same(&format.spec.id, &found[&record.username], &less(record, &format.spec));
    }
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
fn long_documents_are_known_by_their_names() {
    let many = |begin: &str, one: &str, end: &str| [begin, &one.repeat(80_000 / one.len()), end].concat();
    for (id, text) in [
        ("json-config", many("{\"salesforce\": {\"username\": \"a\", \"password\": \"p\"}, \"others\": [", "\"some text\",\n", "\"\"]}")),
        ("yaml", many("salesforce:\n  username: a\n  password: p\nothers:\n", "  - \"some\n  text\"\n", "")),
        ("toml", many("[salesforce]\nusername = \"a\"\npassword = \"p\"\n[others]\nlist = [\n", "\"some text\",\n", "]\n")),
    ] {
        assert_eq!(machine::detected(text.as_bytes()).unwrap().spec.id, id);
        assert_eq!(read(find(id).unwrap(), text.as_bytes()).len(), 1, "{id}");
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

#[test]
fn an_organisation_has_collections() {
    let text = r#"{"encrypted":false,"collections":[{"id":"6f0c2a52-6f7f-4f57-9f37-0d1f3a2b4c5d","organizationId":"o","name":"Salesforce/EU","externalId":null}],
        "items":[{"type":1,"name":"A","organizationId":"o","collectionIds":["6f0c2a52-6f7f-4f57-9f37-0d1f3a2b4c5d"],"folderId":null,
        "login":{"username":"ops@a.example","password":"Fake-1"}}]}"#;
    assert_eq!(detected(text), "bitwarden-json");
    let items_first = r#"{"items":[{"type":1,"collectionIds":[null,"6f0c2a52-6f7f-4f57-9f37-0d1f3a2b4c5d"],"login":{"username":"ops@a.example"}}],
        "encrypted":false,"collections":[{"id":"6f0c2a52-6f7f-4f57-9f37-0d1f3a2b4c5d","name":"Salesforce/EU"}]}"#;
    for text in [text, items_first] {
        let records = read(find("bitwarden-json").unwrap(), text.as_bytes());
        assert_eq!(records[0].folder, ["Salesforce", "EU"]);
    }
}

#[test]
fn items_of_proton_pass_are_read_as_versions_write_them() {
    let proton = find("protonpass-json").unwrap();
    let text = r#"{"version":"1.31.0","userId":"u","vaults":{"first==":{"items":[
        {"folderId":"inner","data":{"type":"login","metadata":{"name":"A","note":""},"extraFields":[
            {"fieldName":"Code","type":"totp","data":{"totpUri":"otpauth://totp/fake"}},{"fieldName":"Day","type":"timestamp","data":{"timestamp":"2026-01-05"}}],
            "content":{"itemEmail":"mail@a.example","itemUsername":"ops","password":"Fake-1","urls":["https://a.example"],
            "autofillUrls":[{"url":"https://a.example","mode":0},{"url":"https://b.example","mode":1}],"totpUri":"otpauth://totp/own"}},"pinned":true},
        {"data":{"type":"login","metadata":{"name":"B"},"content":{"username":"old","password":"Fake-2"}}},
        {"data":{"type":"login","metadata":{"name":"C"},"content":{"itemEmail":"same@a.example","itemUsername":"same@a.example"}}},
        {"data":{"type":"login","metadata":{"name":"D"},"content":{}},"state":2},
        {"data":{"type":"wifi","metadata":{"name":"E"},"content":{"ssid":"fake","password":"Fake-5","sections":[]}}}],
        "folders":[{"folderId":"inner","parentFolderId":"outer","name":"Prod"},{"folderId":"outer","parentFolderId":"inner","name":"EU"}],
        "name":"Salesforce"},"empty==":{"name":"Other"}}}"#;
    assert_eq!(detected(text), "protonpass-json");
    let records = read(proton, text.as_bytes());
    let fields = vec![
        ("Email", "mail@a.example"),
        ("TOTP", "otpauth://totp/own"),
        ("Favorite", "1"),
        ("Code", "otpauth://totp/fake"),
        ("Day", "2026-01-05"),
    ];
    assert_eq!(shown(&records[0]), ("ops", vec!["https://a.example", "https://b.example"], fields));
    assert_eq!(records[0].folder, ["Salesforce", "EU", "Prod"]);
    assert_eq!(shown(&records[1]), ("old", vec![], vec![]));
    assert_eq!(records[1].folder, ["Salesforce"]);
    assert_eq!(shown(&records[2]), ("same@a.example", vec![], vec![]));
    assert_eq!(records.len(), 3);
    assert_survive(proton, &records);
}

#[test]
fn items_of_psono_are_read_as_it_writes_them() {
    let psono = find("psono-json").unwrap();
    let text = r#"{"folders":[{"items":[{"type":"application_password","name":"A","application_password_title":"A","application_password_username":"ops",
        "application_password_password":"Fake-1","application_password_notes":"n"}],"folders":[{"name":"Inner","items":[
        {"type":"website_password","name":"B","description":"the second","urlfilter":"b.example","website_password_title":"B","website_password_url":"https://b.example",
        "website_password_username":"ops@b.example","website_password_password":"Fake-2","website_password_auto_submit":true,
        "website_password_url_filter":"b.example, c.example","website_password_totp_code":"FAKE","website_password_totp_digits":6,"website_password_new":[1],
        "custom_fields":[{"name":"PIN","type":"password","value":"Fake-3"}],"tags":["x"," "]}]}],"name":"Outer"}],
        "items":[{"type":"note","name":"N"},{"type":"bookmark","name":"M"}]}"#;
    assert_eq!(detected(text), "psono-json");
    let records = read(psono, text.as_bytes());
    assert_eq!(shown(&records[0]), ("ops", vec![], vec![]));
    assert_eq!((&records[0].folder[..], records[0].notes.expose()), (&["Outer".to_owned()][..], "n"));
    let fields = vec![
        ("Description", "the second"),
        ("URL Filter", "b.example, c.example"),
        ("Auto Submit", "1"),
        ("PIN", "Fake-3"),
        ("TOTP code", "FAKE"),
        ("TOTP digits", "6"),
    ];
    assert_eq!(shown(&records[1]), ("ops@b.example", vec!["https://b.example"], fields));
    assert_eq!(records[1].folder, ["Outer", "Inner"]);
    assert_eq!(records[1].tags, ["x"]);
    assert_eq!(records.len(), 2);
    assert_survive(psono, &records);
    let deep = format!("{{\"folders\":[{}{}]}}", "{\"folders\":[".repeat(100_000), "]}".repeat(100_000));
    assert_eq!(machine::try_read(psono, deep.as_bytes()).unwrap_err().to_string(), "more than 64 folders inside one another");
}
