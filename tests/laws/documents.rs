//! What the products write into their documents that the samples do not show.

use sfcred_formats::{Field, Kind, Moment, Notice, Record, Tally, find};

use crate::machine::{detected, notices, read, reference, try_read, write};

/// The records, after the document was taken for this format by its content.
fn records(id: &str, text: &str) -> Vec<Record> {
    assert_eq!(detected(text.as_bytes()).unwrap_or_else(|error| panic!("{id}: {error}")).spec.id, id);
    read(find(id).unwrap(), text.as_bytes())
}

fn told(id: &str, text: &str) -> Vec<String> {
    let notices: Tally<Notice> = notices(find(id).unwrap(), text.as_bytes());
    let shown = notices.iter().map(|(notice, count)| match notice {
        Notice::NotALogin(what) => format!("{} skipped: {what}", count.count),
        Notice::LeftBehind(what) => format!("{} left: {what}", count.count),
        other => format!("{other:?}"),
    });
    shown.collect()
}

fn day(text: &str) -> Moment {
    text.parse().unwrap()
}

/// Label, value and kind of every field.
fn fields(record: &Record) -> Vec<(&str, &str, Kind)> {
    record.fields.iter().map(|field| (field.label.as_ref(), field.value.expose(), field.kind)).collect()
}

fn token(record: &Record) -> &str {
    record.token.as_ref().map_or("", |token| token.expose())
}

const PUX: &str = r#"{"accounts":[{"attrs":{"name":"Mine"},"vaults":[
{"attrs":{"name":"Private","type":"P"},"items":[
 {"item":{"categoryUuid":"001","createdAt":1759304400,"updatedAt":1767614460,"state":"active","favIndex":1,
  "details":{"loginFields":[{"value":{"email_address":"ops@a.example","provider":"x"},"name":"email","fieldType":"E","designation":"username"},
   {"value":"Fake-1","name":"pw","fieldType":"P","designation":"password"},{"value":"Fake-2","name":"pin","fieldType":"P","designation":""}],
   "passwordHistory":[{"value":"Fake-0","time":1}],"sections":[{"title":"Salesforce","name":"s","fields":[
    {"title":"Token Issued","id":"a","value":{"date":1767614460}},{"title":"Unset","id":"b","value":{"date":null}},
    {"title":"Card","id":"c","value":{"monthYear":202704}},{"title":"Code","id":"d","value":{"totp":"FAKEFAKE"}},
    {"title":"Mail","id":"e","value":{"email":{"email_address":"b@a.example","provider":null}}},
    {"title":"See","id":"f","value":{"reference":"abc"}},{"title":"Later","id":"g","value":{"later":{"x":[1]}}},
    {"title":"Login page","id":"h","value":{"url":"https://a.example"}}]}]},
  "overview":{"title":"A","url":"https://login.salesforce.com","urls":[{"label":"website","url":"https://login.salesforce.com"},
   {"label":"Docs","url":"https://b.example"}],"tags":["x/y"]}}},
 {"file":{"attrs":{},"path":"p"}},
 {"categoryUuid":"001","state":"archived"},{"categoryUuid":"001","trashed":true},{"categoryUuid":"003"},{"categoryUuid":"999"}]},
{"items":[
 {"categoryUuid":"112","details":{"loginFields":[],"notesPlain":"n","sections":[{"title":"","name":"","fields":[
   {"title":"Benutzername","id":"username","value":{"string":"api@a.example"}},{"title":"Anmeldedaten","id":"credential","value":{"concealed":"T0kenFakeT0kenFakeT0ken1"}},
   {"title":"Typ","id":"type","value":{"menu":"bearer"}},{"title":"Dateiname","id":"filename","value":{"string":""}},
   {"title":"Ab","id":"validFrom","value":{"date":1767614460}},{"title":"Bis","id":"expires","value":{"date":1775390460}},
   {"title":"Host","id":"hostname","value":{"string":"a.my.salesforce.com"}}]}]},"overview":{"title":"API"}}],
 "attrs":{"name":"Ops/EU","type":"U","desc":"of the team"}}]},
{"attrs":{},"vaults":[{"attrs":{"name":"","type":"P"},"items":[{"categoryUuid":"001","details":{"password":"Fake-9"},"overview":{"title":"B","url":"https://old.example"}}]}]}]}"#;

#[test]
fn old_and_odd_items_of_1password() {
    let found = records("1password-1pux", PUX);
    assert_eq!(found.len(), 3);
    let a = &found[0];
    assert_eq!((a.username.as_str(), a.password.expose(), a.issued), ("ops@a.example", "Fake-1", Some(day("2026-01-05"))));
    assert_eq!((a.urls.len(), a.tags.as_slice(), a.folder.len()), (2, ["x/y".to_owned()].as_slice(), 0));
    assert_eq!(
        fields(a),
        [
            ("pin", "Fake-2", Kind::Hidden),
            ("Card", "2027-04", Kind::Text),
            ("TOTP", "FAKEFAKE", Kind::Hidden),
            ("Mail", "b@a.example", Kind::Text),
            ("Later", r#"{"x":[1]}"#, Kind::Hidden),
            ("Login page", "https://a.example", Kind::Url),
            ("Favorite", "1", Kind::Boolean),
        ]
    );
    let api = &found[1];
    assert_eq!((api.username.as_str(), token(api), api.issued), ("api@a.example", "T0kenFakeT0kenFakeT0ken1", Some(day("2026-01-05"))));
    assert_eq!((api.rotate_by.unwrap().to_string().as_str(), api.urls[0].as_str()), ("2026-04-05", "a.my.salesforce.com"));
    assert_eq!((api.folder.join("|"), fields(api)), ("Ops|EU".to_owned(), vec![("Typ", "bearer", Kind::Text)]));
    assert_eq!((found[2].password.expose(), found[2].urls[0].as_str()), ("Fake-9", "https://old.example"));
    assert_eq!(
        told("1password-1pux", PUX),
        [
            "1 skipped: archived entries",
            "1 skipped: attachments",
            "1 skipped: deleted entries",
            "1 skipped: entries of other kinds",
            "1 skipped: secure notes",
            "1 left: descriptions of vaults",
            "1 left: former passwords",
            "1 left: labels of URLs",
            "1 left: links to other entries",
            "1 left: titles of sections",
        ]
    );
}

/// Only a Salesforce login may take what is called a credential for a security token.
#[test]
fn an_api_credential_of_another_service_has_no_token() {
    let other = PUX.replace("a.my.salesforce.com", "api.other.example");
    let api = &records("1password-1pux", &other)[1];
    assert_eq!((token(api), api.issued, api.rotate_by), ("", None, None));
    assert_eq!(fields(api)[0], ("API Token", "T0kenFakeT0kenFakeT0ken1", Kind::Hidden));
}

const CXF: &str = r#"{"id":"YQ","username":"u","email":"e","collections":[
 {"items":[{"item":"aQ"}],"id":"Yw","title":"Ops","subCollections":[{"id":"ZA","title":"EU","items":[{"item":"ag"},{"item":"aQ"}]}]}],
"items":[
 {"id":"aQ","creationAt":-11644473600,"modifiedAt":1.5,"title":"","favorite":true,"scope":{"urls":["login.salesforce.com"],"androidApps":[{}]},
  "credentials":[
   {"type":"basic-auth","username":{"fieldType":"string","value":"ops@a.example"},"password":{"fieldType":"string","value":"Fake-1"}},
   {"type":"basic-auth","username":{"fieldType":"string","value":"second"},"password":{"fieldType":"concealed-string","value":"Fake-2"}},
   {"type":"custom-fields","id":null,"label":"More","fields":[{"id":"","fieldType":"date","value":"soon","label":"Day"},
    {"fieldType":"later","value":"x","label":null},{"fieldType":"boolean","value":"true","label":"On"}]},
   {"type":"custom-fields","fields":[{"fieldType":"concealed-string","value":"T0kenFakeT0kenFakeT0ken1","label":"Security Token"}]},
   {"type":"note","content":{"fieldType":"string","value":"first"}},{"type":"note","content":"second"},
   {"type":"totp","secret":"FAKE","period":60,"digits":6,"algorithm":"sha256","issuer":"S F","username":"u"},
   {"type":"passkey","credentialId":"x"},{"type":"ssh-key","keyType":"ssh-ed25519","privateKey":"FakeKey"}]},
 {"id":"ag","title":"Key","credentials":[{"type":"api-key","key":{"fieldType":"concealed-string","value":"T0kenFakeT0kenFakeT0ken2"},
   "username":{"fieldType":"string","value":"api@a.example"},"url":{"fieldType":"string","value":"https://a.my.salesforce.com"},
   "validFrom":{"fieldType":"date","value":"2026-01-05"},"expiryDate":{"fieldType":"date","value":"2026-04-05"}}]},
 {"id":"aw","title":"Note","credentials":[{"type":"note","content":{"fieldType":"string","value":"n"}}]},
 {"id":"bA","title":"Nothing","credentials":[]}]}"#;

#[test]
fn an_account_alone_and_what_exporters_make_of_cxf() {
    let found = records("cxf", CXF);
    assert_eq!(found.len(), 2);
    let a = &found[0];
    assert_eq!((a.username.as_str(), a.password.expose(), token(a)), ("ops@a.example", "Fake-1", "T0kenFakeT0kenFakeT0ken1"));
    assert_eq!((a.created, a.modified, a.notes.expose(), a.folder.join("|").as_str()), (None, None, "first", "Ops"));
    assert_eq!(
        fields(a),
        [
            ("Username", "second", Kind::Text),
            ("Password", "Fake-2", Kind::Hidden),
            ("Day", "soon", Kind::Text),
            ("", "x", Kind::Text),
            ("On", "true", Kind::Boolean),
            ("Note", "second", Kind::Text),
            ("TOTP", "otpauth://totp/S%20F:u?secret=FAKE&issuer=S%20F&algorithm=SHA256&period=60", Kind::Hidden),
            ("ssh-key", r#"{"type":"ssh-key","keyType":"ssh-ed25519","privateKey":"FakeKey"}"#, Kind::Hidden),
            ("Favorite", "1", Kind::Boolean),
        ]
    );
    let api = &found[1];
    assert_eq!((api.username.as_str(), token(api), api.issued), ("api@a.example", "T0kenFakeT0kenFakeT0ken2", Some(day("2026-01-05"))));
    assert_eq!((api.rotate_by.unwrap().to_string().as_str(), api.folder.join("|").as_str()), ("2026-04-05", "Ops|EU"));
    assert_eq!(
        told("cxf", CXF),
        [
            "1 skipped: entries of other kinds",
            "1 skipped: secure notes",
            "1 left: Android apps",
            "1 left: further collections",
            "1 left: passkeys",
            "1 left: titles of sections",
        ]
    );
    // What is not understood goes back as it came, and one-time passwords go back to their own place.
    let again = String::from_utf8(write(find("cxf").unwrap(), &found).0).unwrap();
    assert!(again.contains(r#",{"type":"ssh-key","keyType":"ssh-ed25519","privateKey":"FakeKey"}]"#), "{again}");
    assert!(
        again.contains(r#"{"type":"totp","secret":"FAKE","period":60,"digits":6,"username":"u","algorithm":"sha256","issuer":"S F"}"#),
        "{again}"
    );
}

#[test]
fn the_header_of_cxf_can_stand_behind() {
    let whole = format!(r#"{{"accounts":[{CXF},{CXF}],"timestamp":-1,"exporterRpId":"x.example","version":{{"major":1,"minor":0}}}}"#);
    assert_eq!(records("cxf", &whole).len(), 4);
    let error = try_read(find("cxf").unwrap(), whole.replace("\"major\":1", "\"major\":2").as_bytes()).unwrap_err();
    assert_eq!(error.to_string(), "version 2 of the format, and only 1 is known here");
    let deep =
        format!(r#"{{"exporterRpId":"x","collections":{}{}}}"#, r#"[{"subCollections":"#.repeat(60), "[]".to_owned() + &"}]".repeat(60));
    let error = try_read(find("cxf").unwrap(), deep.as_bytes()).unwrap_err();
    assert_eq!(error.to_string(), "more than 50 folders inside of one another, the limit");
}

#[test]
fn fields_of_keeper_have_types_numbers_and_lists() {
    let text = r#"[{"title":"A","$type":"serverCredentials","login":"ops@a.example","password":"Fake-1","last_modified":1767604500,"custom_fields":{
        "$secret:Security Token:1":"T0kenFakeT0kenFakeT0ken1","$date:Token Issued":1767571200000,"$date:Noon":1767614400000,"$date:Evening":1767567600000,
        "$expirationDate":1775390400000,"$expirationDate:Licence":1775390400000,"$url":["https://a.example","https://b.example"],"$url:Docs":"https://c.example",
        "$text:Contact":["first","second"],"$oneTimeCode::1":"otpauth://totp/x?secret=FAKE","$host":{"hostName":"h","port":"22"},"$checkbox:On":true,
        "$pinCode":"1234","Plain":"x","$text:a: b":"y"},
        "folders":[{"shared_folder":"Team","folder":"A\\\\B\\C","can_edit":true},{"folder":"D"}]},
        {"title":"N","$type":"encryptedNotes","notes":"n"},{"title":"G"}]"#;
    let found = records("keeper-json", text);
    assert_eq!(found.len(), 2);
    let a = &found[0];
    assert_eq!(
        (token(a), a.issued, a.rotate_by.unwrap().to_string().as_str()),
        ("T0kenFakeT0kenFakeT0ken1", Some(day("2026-01-05")), "2026-04-05")
    );
    assert_eq!((a.urls.join(" "), a.folder.join("|")), ("https://a.example https://b.example".to_owned(), "Team|A\\B|C".to_owned()));
    assert_eq!(
        fields(a),
        [
            ("Noon", "2026-01-05", Kind::Date),
            ("Evening", "2026-01-04T23:00:00Z", Kind::Text),
            ("Licence", "2026-04-05", Kind::Date),
            ("Docs", "https://c.example", Kind::Url),
            ("Contact", "first", Kind::Text),
            ("Contact", "second", Kind::Text),
            ("TOTP", "otpauth://totp/x?secret=FAKE", Kind::Hidden),
            ("host", r#"{"hostName":"h","port":"22"}"#, Kind::Text),
            ("On", "true", Kind::Boolean),
            ("pinCode", "1234", Kind::Hidden),
            ("Plain", "x", Kind::Text),
            ("a: b", "y", Kind::Text),
        ]
    );
    assert_eq!(
        told("keeper-json", text),
        [
            "1 skipped: secure notes",
            "1 left: further folders",
            "1 left: permissions of shared folders",
            "1 left: types of records other than login",
        ]
    );
}

#[test]
fn keeper_keeps_the_order_of_fields_of_one_label() {
    let keeper = find("keeper-json").unwrap();
    let field = |label: &str, value: &str| Field::new(label.to_owned(), value, Kind::Text);
    let fields =
        vec![field("a", "1"), field("b", "2"), field("a", "3"), field("a", "4"), field("Room:5", "5"), field("", "6"), field("c", "7\n")];
    let record = Record { fields: fields.clone(), ..reference()[8].clone() };
    let (bytes, losses) = write(keeper, &[record]);
    assert_eq!((read(keeper, &bytes)[0].fields.as_slice(), losses.is_empty()), (fields.as_slice(), true));
}

#[test]
fn folders_fields_and_addresses_of_enpass() {
    let text = r#"{"folders":[{"uuid":"f1","title":"team","parent_uuid":""},{"uuid":"f2","title":"ops","parent_uuid":"f1"},{"uuid":"f3","title":"c","parent_uuid":"f3"}],
      "items":[{"uuid":"i","category":"login","template_type":"login.default","title":"A","folders":["f2","f1"],"createdAt":1759303800,"favorite":1,
       "fields":[{"type":"username","label":"Username","uid":10,"value":""},{"type":"email","label":"E-mail","uid":12,"value":"ops@a.example"},
        {"type":"password","label":"Password","uid":11,"sensitive":1,"value":"Fake-1","history":[{"value":"Fake-0"}]},
        {"type":"text","label":"Security question","uid":14,"value":""},{"type":"text","label":"Mine","uid":101,"value":""},
        {"type":"section","label":"More","uid":102,"value":""},{"type":"text","label":"Gone","uid":103,"deleted":1,"value":"x"},
        {"type":".Android#","label":"Autofill","uid":104,"value":"app"},{"type":"password","label":"Old","uid":105,"value":"Fake-2"},
        {"type":"text","label":"Security Token","uid":106,"sensitive":1,"value":"T0kenFakeT0kenFakeT0ken1"},
        {"type":"url","label":"Login page","uid":107,"value":"https://login.salesforce.com"},{"type":"totp","label":"Code","uid":108,"value":"FAKE"}]},
       {"uuid":"j","category":"computer","fields":[{"type":"username","label":"User","value":"root"},{"type":"email","label":"Mail","value":"m@a.example"}]},
       {"uuid":"k","category":"note","note":"n"},{"uuid":"l","category":"finance","fields":[]},{"uuid":"m","category":"login","trashed":1},{"uuid":"n","category":"login","archived":1}]}"#;
    let found = records("enpass-json", text);
    assert_eq!(found.len(), 2);
    let a = &found[0];
    assert_eq!((a.username.as_str(), a.password.expose(), token(a)), ("ops@a.example", "Fake-1", "T0kenFakeT0kenFakeT0ken1"));
    assert_eq!((a.tags.join(" "), a.urls.len()), ("team/ops team".to_owned(), 1));
    assert_eq!(
        fields(a),
        [("Mine", "", Kind::Text), ("Old", "Fake-2", Kind::Hidden), ("TOTP", "FAKE", Kind::Hidden), ("Favorite", "1", Kind::Boolean)]
    );
    assert_eq!((found[1].username.as_str(), fields(&found[1])), ("root", vec![("Mail", "m@a.example", Kind::Text)]));
    assert_eq!(
        told("enpass-json", text),
        [
            "1 skipped: archived entries",
            "1 skipped: deleted entries",
            "1 skipped: entries of other kinds",
            "1 skipped: secure notes",
            "1 left: former values of fields",
            "1 left: headings",
            "1 left: labels of URLs",
        ]
    );
}

/// A circle of folders ends, and folders behind the items are found.
#[test]
fn folders_of_enpass_in_a_circle() {
    let text = r#"{"items":[{"auto_submit":1,"category":"login","title":"A","folders":["f3"],"fields":[{"type":"username","value":"u"}]}],
      "folders":[{"uuid":"f3","title":"c","parent_uuid":"f3"}]}"#;
    assert_eq!(records("enpass-json", text)[0].tags, [vec!["c"; 32].join("/")]);
}
