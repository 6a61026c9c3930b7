//! Tables that other versions of a product write, and what is taken for a table of ours.

use sfcred_formats::{Field, Format, Kind, Record, find};

use crate::machine::{detected, read};

const NORDPASS: &str = "name,url,additional_urls,username,password,note,cardholdername,cardnumber,cvc,pin,expirydate,zipcode,folder,\
    full_name,phone_number,email,address1,address2,city,country,state,type,custom_fields";

/// The first records of a text that is known as `id`.
fn known(text: &str, id: &str) -> Vec<Record> {
    let format = detected(text.as_bytes()).unwrap_or_else(|error| panic!("{id}: {error}"));
    assert_eq!(format.spec.id, id, "{text}");
    read(format, text.as_bytes())
}

fn format(id: &str) -> &'static Format {
    find(id).unwrap()
}

fn login(record: &Record) -> [&str; 4] {
    [&record.title, &record.username, record.password.expose(), record.urls.first().map_or("", String::as_str)]
}

fn field(label: &'static str, value: &str, kind: Kind) -> Field {
    Field::new(label, value, kind)
}

#[test]
fn other_versions_are_known() {
    let old_nordpass = "name,url,username,password,note,cardholdername,cardnumber,cvc,expirydate,zipcode,folder,full_name,phone_number,email,\
        address1,address2,city,country,state";
    for (header, id) in [
        ("collections,type,name,notes,fields,reprompt,login_uri,login_username,login_password,login_totp", "bitwarden-csv"),
        ("folder,favorite,type,name,notes,fields,login_uri,login_username,login_password,login_totp", "bitwarden-csv"),
        ("Title,URL,Username,Password,OTPAuth", "apple-csv"),
        ("hostname,username,password,formSubmitURL,httpRealm", "chrome-csv"),
        (NORDPASS, "nordpass-csv"),
        (&NORDPASS.replace(",pin", ""), "nordpass-csv"),
        (old_nordpass, "nordpass-csv"),
        ("Name,Url,MatchUrl,Login,Pwd,Note,Folder,RfFieldsV2", "roboform-csv"),
        ("Name,Url,Login,Pwd,Note,Folder,Rf_fields", "roboform-csv"),
        ("Name,Url,Login,Pwd,Note,Folder", "roboform-csv"),
        (
            "\"Secret Name\",\"Description\",\"Secret URL\",\"SecretData\",\"Notes\",\"CustomData\",\"Tags\",\"Classification\",\"Favorite\",\"ChamberName\"",
            "zoho-csv",
        ),
        (
            "Password Name,Description,Password URL,SecretData,Notes,CustomData,Tags,Classification,Favorite,login_totp,Folder Name",
            "zoho-csv",
        ),
        ("Password Name,Password URL,Username,Password", "zoho-csv"),
        ("Secret Name,Secret URL,Notes", "zoho-csv"),
        ("Account,Login Name,Password,Web Site,Comments", "keepass1-csv"),
        ("\"Title\",\"Field\",\"Value\",\"Field\",\"Value\",.........,\"Note\"", "enpass-csv"),
    ] {
        assert!(known(header, id).is_empty(), "{header}");
    }
    let error = |text: &str| detected(text.as_bytes()).unwrap_err().to_string();
    for (text, what) in [
        ("title,note,category\r\nx,y,z\r\n", "this is the secure notes of a Dashlane export"),
        ("!type,!group_id,!group_name,title\n", "this is a CSV export of Buttercup, which is not known well enough to be read"),
        ("Entry Name,URL,User ID,Password\n", "this is a CSV export of Passpack, which is not known well enough to be read"),
        ("profilename,profilelanguage,title\n", "this is an export of LastPass's form fills, which hold no logins"),
    ] {
        assert_eq!(error(text), what);
    }
}

#[test]
fn collections_are_folders_of_bitwarden() {
    let text = "collections,type,name,notes,fields,reprompt,login_uri,login_username,login_password,login_totp\r\n\
        Team/Salesforce,login,A,,Security Token: FakeT0kenFakeT0kenFake24,0,https://login.salesforce.com,ops@a.example,Fake-1,\r\n";
    let records = known(text, "bitwarden-csv");
    assert_eq!(records[0].folder, ["Team", "Salesforce"]);
    assert_eq!(records[0].token, Some("FakeT0kenFakeT0kenFake24".into()));
}

#[test]
fn nordpass_keeps_fields_and_skips_what_is_no_login() {
    let fields = r#""[{""label"":""Security Token"",""type"":""hidden"",""value"":""FakeT0kenFakeT0kenFake24""},{""label"":""Seats"",""type"":""text"",""value"":""9""}]""#;
    let urls = r#""[""https://a.my.salesforce.com""]""#;
    let text = format!(
        "{NORDPASS}\nSalesforce,,,,,,,,,,,,,,,,,,,,,folder,\n\
         A,https://login.salesforce.com,{urls},ops@a.example,Fake-1,,,,,,,,Salesforce,,,mail@a.example,,,,,,password,{fields}\n\
         Card,,,,,,Fake Name,4111,1,,01/30,1,,,,,,,,,,credit_card,\n\
         B,https://login.salesforce.com,,ops@b.example,Fake-2,,,,,,,,,,,,,,,,,,not JSON\n"
    );
    let records = known(&text, "nordpass-csv");
    assert_eq!(records.len(), 2);
    assert_eq!(records[0].urls, ["https://login.salesforce.com", "https://a.my.salesforce.com"]);
    assert_eq!(records[0].token, Some("FakeT0kenFakeT0kenFake24".into()));
    assert_eq!(records[0].fields, [field("email", "mail@a.example", Kind::Text), field("Seats", "9", Kind::Text)]);
    assert_eq!(records[1].fields, [field("custom_fields", "not JSON", Kind::Text)]);
}

/// Whether the product keeps its fields or not, everything comes back, and once.
#[test]
fn fields_that_the_notes_repeat_come_back_once() {
    let nordpass = format("nordpass-csv");
    let reference = crate::reference();
    let (bytes, _) = crate::machine::write(nordpass, &reference[12..13]);
    let text = String::from_utf8(bytes).unwrap();
    let whole = read(nordpass, text.as_bytes());
    let start = text.find(",\"[{").unwrap();
    let without = read(nordpass, format!("{},\n", &text[..start]).as_bytes());
    assert_eq!(whole[0].token, reference[12].token);
    assert_eq!(without[0].token, reference[12].token);
    let labels = |record: &Record| record.fields.iter().map(|field| field.label.clone()).collect::<Vec<_>>();
    assert_eq!(labels(&whole[0]), labels(&reference[12]));
    assert_eq!(labels(&without[0]), labels(&reference[12]));
    // Changed in NordPass, the two differ, and both are kept.
    let changed = text.replace("Security Token: F1elds", "Security Token: 0ther");
    let found = read(nordpass, changed.as_bytes());
    assert_eq!(found[0].token, reference[12].token);
    assert!(found[0].fields.contains(&field("Security Token", "0therFakeT0kenAbCdEfGh90", Kind::Text)));
}

#[test]
fn roboform_writes_quotes_and_form_fields() {
    let text = "Name,Url,MatchUrl,Login,Pwd,Note,Folder,RfFieldsV2\n\
        A,https://login.salesforce.com,https://login.salesforce.com,ops@a.example,'@Fake,'-,/Work/Salesforce,\"User ID$,,,txt,ops@a.example\",\
        \"Password$,,,pwd,'@Fake\",\"Security Token$,,,pwd,FakeT0kenFakeT0kenFake24\",\"Owner$,,,txt,a,b\",\"TOTP KEY$,,,txt,FAKE\"\n\
        B,https://b.example,https://other.example,ops@b.example,''@Fake,(x,,\n\
        Safenote,,,,,only a note,,\n";
    let records = known(text, "roboform-csv");
    assert_eq!(records.len(), 2);
    assert_eq!(login(&records[0]), ["A", "ops@a.example", "@Fake", "https://login.salesforce.com"]);
    assert_eq!((records[0].notes.expose(), records[0].token.clone()), ("-", Some("FakeT0kenFakeT0kenFake24".into())));
    assert_eq!(records[0].folder, ["Work", "Salesforce"]);
    assert_eq!(records[0].fields, [field("Owner", "a,b", Kind::Text), field("TOTP", "FAKE", Kind::Hidden)]);
    assert_eq!(login(&records[1]), ["B", "ops@b.example", "'@Fake", "https://b.example"]);
    assert_eq!(records[1].fields, [field("MatchUrl", "https://other.example", Kind::Url)]);
    let old = "Name,Url,Login,Pwd,Note,Folder,Rf_fields\nA,https://a.example,ops@a.example,Fake-1,,/,Pin$:pwd:1:2,-no-name-:txt:x\n";
    let records = known(old, "roboform-csv");
    assert_eq!(records[0].fields, [field("Pin", "1:2", Kind::Hidden), field("", "x", Kind::Text)]);
}

#[test]
fn zoho_has_several_layouts() {
    let old = "\"Secret Name\",\"Description\",\"Secret URL\",\"SecretData\",\"Notes\",\"CustomData\",\"Tags\",\"Classification\",\"Favorite\",\"ChamberName\"\n\
        A,prod,https://login.salesforce.com,\"SecretType:Web Account\r\nUser Name:ops@a.example\r\nPassword:Fa:ke\r\n\",,\
        \"Security Token:FakeT0kenFakeT0kenFake24\nOwner: x\n\",\"one,two\",E,1,Team,\n\
        B,,https://b.example,\"SecretType:Windows\nUser Name:ops@b.example\nPassword:Fake-2\nDomain:harbor\n\",,,,P,0,\n";
    let records = known(old, "zoho-csv");
    assert_eq!(login(&records[0]), ["A", "ops@a.example", "Fa:ke", "https://login.salesforce.com"]);
    assert_eq!(records[0].token, Some("FakeT0kenFakeT0kenFake24".into()));
    assert_eq!((&records[0].tags, &records[0].folder), (&vec!["one".to_owned(), "two".to_owned()], &vec!["Team".to_owned()]));
    let expected = [
        field("Description", "prod", Kind::Text),
        field("Owner", " x", Kind::Text),
        field("Classification", "E", Kind::Text),
        field("Favorite", "1", Kind::Boolean),
    ];
    assert_eq!(records[0].fields, expected);
    assert_eq!(login(&records[1]), ["B", "ops@b.example", "Fake-2", "https://b.example"]);
    assert_eq!(records[1].fields, [field("SecretType", "Windows", Kind::Text), field("Domain", "harbor", Kind::Text)]);
    for text in [
        "Secret Name,Secret URL,Notes\nA,https://login.salesforce.com,,ops@a.example,Fake-1\n",
        "Password Name,Password URL,Username,Password\nA,https://login.salesforce.com,ops@a.example,Fake-1\n",
    ] {
        assert_eq!(login(&known(text, "zoho-csv")[0]), ["A", "ops@a.example", "Fake-1", "https://login.salesforce.com"]);
    }
}

/// Zoho splits lines at the first colon, so a second line with one would become a field of its own.
#[test]
fn zoho_takes_no_password_of_several_lines() {
    use sfcred::place::Loss;
    use sfcred_formats::Key;
    let record = Record { password: "one\ntwo: three".into(), ..crate::reference()[0].clone() };
    let (_, losses) = crate::machine::write(format("zoho-csv"), &[record]);
    assert_eq!(losses.count(&Loss::Lines(Key::Password)), 1);
    assert!(losses.iter().any(|(loss, _)| loss.stops()));
}

#[test]
fn keeper_is_asked_for_and_read_with_or_without_a_header() {
    let row = "\"Work\\Sales\\\\force\",\"A\",\"ops@a.example\",\"Fake-1\",\"https://login.salesforce.com\",\"\",\"Shared#edit\",\
        \"$secret:Security Token\",\"FakeT0kenFakeT0kenFake24\",\"$record_uid\",\"x1\",\"$pinCode\",\"1\",\"TFC:Keeper\",\"otpauth://totp/x\",\"Owner\"\n";
    let header = "Folder,Title,Login,Password,Website Address,Notes,Shared Folder,CustomField1Name,CustomField1Value\n";
    let error = detected(row.replace("\"Owner\"", "\"Owner\",\"x\"").as_bytes()).unwrap_err();
    assert_eq!(error.to_string(), "row 1: no known header; it may be keeper-csv, which has none");
    assert_eq!(error.hint_text(), Some("name it: --from keeper-csv"));
    for text in [row.to_owned(), format!("{header}{row}")] {
        let records = read(format("keeper-csv"), text.as_bytes());
        assert_eq!(records.len(), 1);
        assert_eq!(login(&records[0]), ["A", "ops@a.example", "Fake-1", "https://login.salesforce.com"]);
        assert_eq!(records[0].token, Some("FakeT0kenFakeT0kenFake24".into()));
        assert_eq!(records[0].folder, ["Work", "Sales\\force"]);
        let expected = [
            field("Shared Folder", "Shared#edit", Kind::Text),
            field("pinCode", "1", Kind::Hidden),
            field("TOTP", "otpauth://totp/x", Kind::Hidden),
            field("Field 5", "Owner", Kind::Text),
        ];
        assert_eq!(records[0].fields, expected);
    }
    assert_eq!(known(&format!("{header}{row}"), "keeper-csv").len(), 1);
    // As Keeper Commander writes it, with six cells.
    assert_eq!(read(format("keeper-csv"), b"Work,A,ops@a.example,Fake-1,https://a.example,\r\n").len(), 1);
    // Passwords without names are not guessed at.
    assert!(detected(b"https://a.example,ops@a.example,Fake-1\n").is_err());
}

#[test]
fn enpass_has_rows_of_any_length() {
    let header = "\"Title\",\"Field\",\"Value\",\"Field\",\"Value\",.........,\"Note\"\n";
    let text = format!(
        "{header}\"A\",\"Username\",\"\",\"E-mail\",\"ops@a.example\",\"Password\",\"Fake-1\",\"Website\",\"https://login.salesforce.com\",\
         \"*Security Token\",\"FakeT0kenFakeT0kenFake24\",\"*PIN\",\"1\",\"Website\",\"https://two.example\",\"\"\n\"Note\",\"only a note\"\n"
    );
    let records = known(&text, "enpass-csv");
    assert_eq!(login(&records[0]), ["A", "ops@a.example", "Fake-1", "https://login.salesforce.com"]);
    assert_eq!(records[0].token, Some("FakeT0kenFakeT0kenFake24".into()));
    assert_eq!(records[0].fields, [field("PIN", "1", Kind::Hidden), field("Website", "https://two.example", Kind::Text)]);
    assert_eq!((login(&records[1]), records[1].notes.expose()), (["Note", "", "", ""], "only a note"));
}
