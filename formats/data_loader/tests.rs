//! Documents as administrators have them, with values that Data Loader itself has encrypted.

use super::cipher::Key;
use super::*;
use crate::record::{Field, Kind};
use crate::{Input, KeyFile, Notice, Record, Secret, all, detect, find};

const KEY_FILE: [u8; 16] = 0xf0f1_f2f3_f4f5_f6f7_f8f9_fafb_fcfd_feff_u128.to_be_bytes();
const WITH_TAIL: &str =
    "78797a7b7c7d7e7ffffefdfcfbfaf9f85796fc9f8a86b2e41c131759e404150d67ec41549e3843a4bbf608c93a8449f1af7ca8da32e37d2c04dc39fad5265e99";
const ALONE: &str = "78797a7b7c7d7e7ffffefdfcfbfaf9f889bbfae821571273f766c49c88142754";
const OLD: &str = "56a08f1dde67ff250dfb74cc8c9fc396";

/// Has the key file at one path, and perhaps another that the user named.
struct Files {
    at: &'static str,
    named: Option<Vec<u8>>,
    content: Vec<u8>,
}

fn files(at: &'static str) -> Files {
    Files { at, named: None, content: KEY_FILE.to_vec() }
}

impl Lock for Files {
    fn passphrase(&mut self) -> Result<Secret> {
        Err(Error::new("nobody asks for a passphrase"))
    }

    fn key_file(&mut self) -> Result<Option<Zeroizing<Vec<u8>>>> {
        Ok(self.named.clone().map(Zeroizing::new))
    }

    fn key_file_at(&mut self, path: &str) -> Result<Option<Zeroizing<Vec<u8>>>> {
        Ok((path == self.at).then(|| Zeroizing::new(self.content.clone())))
    }

    fn key_file_to_write(&mut self, length: usize) -> Result<Option<KeyFile>> {
        assert_eq!(length, KEY_FILE.len());
        Ok((!self.at.is_empty()).then(|| KeyFile { path: self.at.to_owned(), content: Zeroizing::new(self.content.clone()) }))
    }

    fn random(&mut self, bytes: &mut [u8]) -> Result<()> {
        bytes.fill(7);
        Ok(())
    }
}

#[derive(Default)]
struct Taken {
    records: Vec<Record>,
    notices: Vec<Notice>,
}

impl Sink for Taken {
    fn record(&mut self, record: &mut Record, _: Spot) -> Result<()> {
        self.records.push(record.clone());
        Ok(())
    }

    fn notice(&mut self, notice: Notice, _: &str) {
        self.notices.push(notice);
    }
}

fn read(document: &str, mut lock: Files) -> Result<Taken> {
    let mut taken = Taken::default();
    find("data-loader")?.read(&mut document.as_bytes(), &Limits::default(), &mut lock, &mut taken)?;
    Ok(taken)
}

/// A document of these beans, each an id and what is in its map.
fn document(beans: &[(&str, &str)]) -> String {
    let bean = |(id, map): &(&str, &str)| {
        format!(
            "<bean id=\"{id}\" class=\"com.salesforce.dataloader.process.ProcessRunner\"><description>d</description>\n\
             <property name=\"configOverrideMap\"><map>{map}</map></property></bean>\n"
        )
    };
    let beans = beans.iter().map(bean).collect::<Vec<_>>().concat();
    format!(
        "<?xml version=\"1.0\"?>\n<!DOCTYPE beans PUBLIC \"-//SPRING//DTD BEAN//EN\" \"http://www.springframework.org/dtd/spring-beans.dtd\">\n<beans>\n{beans}</beans>\n"
    )
}

fn entry(key: &str, value: &str) -> String {
    format!("<entry key=\"{key}\" value=\"{value}\"/>\n")
}

fn login(password: &str) -> String {
    [entry("sfdc.username", "ops@a.example"), entry("sfdc.password", password), entry("process.encryptionKeyFile", "a.key")].concat()
}

#[test]
fn a_process_is_a_login_and_who_uses_it() {
    let map = login(WITH_TAIL) + &entry("sfdc.endpoint", "https://a.my.salesforce.com") + &entry("process.operation", "extract");
    let Taken { records, notices } = read(&document(&[("export", &map)]), files("a.key")).unwrap();
    let expected = Record {
        title: "export".to_owned(),
        username: "ops@a.example".to_owned(),
        password: "Tr0ub4dor&3AbCdEfGhIjKlMnOpQrStUvWx".into(),
        urls: vec!["https://a.my.salesforce.com".to_owned()],
        used_by: vec![Integration { name: "export".to_owned(), place: "process-conf.xml".to_owned(), ..Integration::default() }],
        ..Record::default()
    };
    assert_eq!((records, notices), (vec![expected], vec![]));
}

#[test]
fn one_login_of_several_processes_is_one_record() {
    let login = login(ALONE);
    let (other, insert) = (login.replace("ops@", "etl@"), login.clone() + &entry("sfdc.entity", "Account"));
    let document = document(&[("a", &login), ("b", &other), ("defaults", &entry("sfdc.entity", "Lead")), ("c", &insert)]);
    let Taken { records, .. } = read(&document, files("a.key")).unwrap();
    let names = |record: &Record| record.used_by.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
    assert_eq!(records.iter().map(names).collect::<Vec<_>>(), [vec!["a", "c"], vec![]]);
    assert_eq!(records.iter().map(|record| record.title.as_str()).collect::<Vec<_>>(), ["a", "b"]);
}

#[test]
fn every_way_to_write_an_entry_is_read() {
    let in_elements = format!(
        "<entry key=\"sfdc.username\"><value>ops@a.example</value></entry><entry><key><value>sfdc.password</value></key><value>\n {ALONE}\n</value></entry>\
         <entry key=\"process.encryptionKeyFile\"><value>a.key</value></entry>"
    );
    let props = login(ALONE).replace("<entry key=\"sfdc.username\" value=\"ops@a.example\"/>", "");
    let props = document(&[("a", &props)]).replace("<map>", "<map merge=\"true\">").replace("id=\"a\"", "id=\"a\" parent=\"base\"").replace(
        "</beans>",
        "<beans profile=\"x\"><bean id=\"base\"><property name=\"configOverrideMap\"><props><prop key=\"sfdc.username\">ops@a.example</prop>\
         <prop key=\"sfdc.password\">00</prop></props></property></bean></beans></beans>",
    );
    let named = document(&[("a", &login(ALONE))])
        .replace("<description>", "<property name=\"name\"><value>Night &amp; day</value></property><description>");
    for (document, title) in [(document(&[("a", &in_elements)]), "a"), (named, "Night & day")] {
        let Taken { records, .. } = read(&document, files("a.key")).unwrap();
        let found = (records[0].title.as_str(), records[0].username.as_str(), records[0].password.expose());
        assert_eq!(found, (title, "ops@a.example", "Tr0ub4dor&3"));
    }
    // The settings of a parent that stands behind; what it is itself cannot be decrypted.
    let error = read(&props, files("a.key")).err().unwrap();
    assert_eq!(error.to_string(), "line 9: `sfdc.password`: not encrypted by Data Loader");
    let taken = read(&props.replace("<prop key=\"sfdc.password\">00</prop>", ""), files("a.key")).unwrap();
    assert_eq!(taken.records[0].username, "ops@a.example");
    assert_eq!(taken.records[0].password.expose(), "Tr0ub4dor&3");
}

#[test]
fn the_endpoint_is_the_one_that_data_loader_takes() {
    let (live, test) = ("https://login.salesforce.com", "https://test.salesforce.com");
    for (keys, urls) in [
        (&[][..], &[live][..]),
        (&[("sfdc.oauth.environment", "Sandbox")], &[test]),
        (&[("sfdc.endpoint", "https\\://x.example/")], &["https://x.example/"]),
        (&[("sfdc.endpoint.Production", "https://p.example"), ("sfdc.endpoint.Sandbox", "https://s.example")], &["https://p.example"]),
        (&[("sfdc.endpoint", test), ("sfdc.endpoint.Sandbox", "https://s.example")], &[test, "https://s.example"]),
        (&[("sfdc.endpoint.Sandbox", "https://s.example"), ("sfdc.oauth.environment", "Sandbox")], &["https://s.example"]),
        (&[("sfdc.endpoint", "${endpoint}")], &[]),
    ] {
        let lines: String = keys.iter().map(|(key, value)| format!("{key}={value}\n")).collect::<Vec<_>>().concat();
        let Taken { records, .. } = read(&format!("#Loader\nsfdc.username=ops@a.example\n{lines}"), files("")).unwrap();
        assert_eq!(records[0].urls, urls, "{keys:?}");
        assert_eq!(records[0].used_by, []);
    }
}

#[test]
fn keys_are_found_in_their_order() {
    let properties = |password: &str, path: &str| {
        let path = if path.is_empty() { String::new() } else { format!("process.encryptionKeyFile={path}\n") };
        format!("sfdc.username=ops@a.example\nsfdc.password={password}\n{path}")
    };
    let named = |content: &[u8]| Files { named: Some(content.to_vec()), ..files("C:\\a.key") };
    let old = Files { content: b"51dda30be226233d\n".to_vec(), ..files("C:\\a.key") };
    for (document, lock) in [
        (properties(ALONE, "C\\:\\\\a.key"), files("C:\\a.key")),
        (properties(ALONE, "C\\:\\\\other.key"), named(&KEY_FILE)),
        (properties(OLD, "C\\:\\\\a.key"), old),
        (properties(OLD, "C\\:\\\\a.key"), named(b"51dda30be226233d")),
        (properties(ALONE, ""), files("~/.dataloader/dataLoader.key")),
        (properties(ALONE, ""), files("~/.dataloader/dataloader.key")),
        // Old values need no key file, even where a newer version has made one.
        (properties(OLD, ""), files("")),
        (properties(OLD, ""), files("~/.dataloader/dataLoader.key")),
    ] {
        let Taken { records, .. } = read(&document, lock).unwrap();
        assert_eq!(records[0].password.expose(), "Tr0ub4dor&3", "{document}");
    }
    for (document, lock, error) in [
        (properties(ALONE, "a.key"), files(""), "line 2: `sfdc.password`: its key file `a.key` is not there"),
        (properties(ALONE, ""), files(""), "line 2: `sfdc.password`: no key to open it, for the document names no key file"),
        (properties(ALONE, "C\\:\\\\a.key"), named(&[7; 16]), "line 2: `sfdc.password`: the key file does not open it"),
        (
            properties(ALONE, "b.key"),
            Files { content: vec![7; 16], ..files("b.key") },
            "line 2: `sfdc.password`: the key file `b.key` does not open it",
        ),
        (
            properties(ALONE, ""),
            Files { content: vec![7; 16], ..files("~/.dataloader/dataLoader.key") },
            "line 2: `sfdc.password`: Data Loader's own key file in the home folder does not open it",
        ),
        (properties(ALONE, "b.key"), Files { content: vec![7; 15], ..files("b.key") }, "line 2: `b.key` holds no key of Data Loader, which has 16 bytes"),
        (properties(ALONE, "b.key"), named(b""), "line 2: the key file holds no key of Data Loader, which has 16 bytes"),
        (properties("Fake-Password-1", "a.key"), files("a.key"), "line 2: `sfdc.password`: not encrypted by Data Loader"),
        (properties("abcdef", "a.key"), files("a.key"), "line 2: `sfdc.password`: not encrypted by Data Loader"),
        (properties(ALONE, "a.key") + "sfdc.password=00\n", files("a.key"), "line 4: `sfdc.password` stands here once more, first in line 2"),
        ("sfdc.entity=Account\n".to_owned(), files(""), "no login among its settings"),
        (document(&[("a", &entry("sfdc.entity", "Account"))]), files(""), "no login among its settings"),
        (document(&[("a", &(login(ALONE) + &login(ALONE)))]), files(""), "line 8: `sfdc.username` stands here once more, first in line 5"),
    ] {
        let failed = read(&document, lock).err().unwrap();
        assert_eq!(failed.to_string(), error, "{document}");
        assert!(failed.hint_text().is_some());
    }
}

#[test]
fn what_is_worth_telling_is_told() {
    let key = Key::of(&KEY_FILE).unwrap();
    let seal = |plain: &str| key.encrypt(&plain.into(), [7; 16]).unwrap();
    let told = |password: &str, more: &str| {
        let properties = format!("sfdc.username=ops@a.example\nsfdc.password={password}\nprocess.encryptionKeyFile=keys/my.key\n{more}");
        let taken = read(&properties, files("keys/my.key")).unwrap();
        (taken.records.into_iter().next().unwrap(), taken.notices)
    };
    let left = |what: &str| Notice::LeftBehind(what.to_owned());
    let token = "Fake-1!Qx7LmT2vRk9ZpB4nWc6HdY1s";
    for (password, more, plain, notices) in [
        (seal("Quartz-Lantern-42!"), "", "Quartz-Lantern-42!", vec![]),
        (seal(token), "", token, vec![]),
        (seal("my.key"), "", "my.key", vec![Notice::KeyPath]),
        (seal("/home/ops/Other.KEY"), "", "/home/ops/Other.KEY", vec![Notice::KeyPath]),
        // As OpenSSL encrypts what old Windows would have handed it.
        ("78797a7b7c7d7e7ffffefdfcfbfaf9f8ce05b052da458b9cdde1113166ef59cd".to_owned(), "", "Grün-1", vec![Notice::Encoding("windows-1252")]),
        ("${password}".to_owned(), "", "", vec![Notice::KeptElsewhere("a variable")]),
        (seal("x"), "sfdc.proxyPassword=00\n", "x", vec![left("the password of a proxy")]),
        (seal("x"), "sfdc.oauth.accesstoken=00\nsfdc.oauth.refreshtoken=00\n", "x", vec![left("tokens of OAuth")]),
        (seal("x"), "sfdc.oauth.Sandbox.clientsecret=00\nsfdc.oauth.Production.bulk.clientid=Loader/\n", "x", vec![left("further consumer secrets")]),
    ] {
        let (record, found) = told(&password, more);
        assert_eq!((record.password.expose(), found), (plain, notices), "{more}");
        assert_eq!(record.fields, []);
    }
    let more = format!("sfdc.oauth.Production.eca.clientid=fake-key\nsfdc.oauth.Production.clientsecret={}\n", seal("fake-secret"));
    let fields = [Field::new("Consumer Key", "fake-key", Kind::Text), Field::new("Consumer Secret", "fake-secret", Kind::Hidden)];
    assert_eq!(told("", &more).0.fields, fields);
    let named = told("", "sfdc.oauth.Production.clientid=${id}\nsfdc.oauth.Production.clientsecret=${secret}\n");
    assert_eq!((named.0.fields, named.1), (vec![], vec![Notice::KeptElsewhere("a variable")]));
    let nobody = read(&format!("sfdc.password={}\n", seal("x")), files("~/.dataloader/dataLoader.key")).unwrap();
    assert_eq!((nobody.records[0].password.expose(), nobody.notices), ("x", vec![Notice::NoUsername]));
}

#[test]
fn only_files_of_data_loader_are_recognised() {
    let id = |text: &str| {
        let mut input = Input::open(Box::new(text.as_bytes()), &Limits::default()).unwrap();
        detect(all(), &mut input).map(|found| found.format.spec.id.clone()).map_err(|error| error.to_string())
    };
    let properties = format!("#Loader Config\nsfdc.username=ops@a.example\nsfdc.password={ALONE}\n");
    for text in [
        document(&[("a", &login(ALONE))]),
        "<!-- c --><beans xmlns=\"http://www.springframework.org/schema/beans\"><bean class=\"com.salesforce.dataloader.process.ProcessRunner\"/></beans>".to_owned(),
        format!("{properties}process.encryptionKeyFile=a.key\n"),
        format!("{properties}sfdc.endpoint=https\\://login.salesforce.com\n"),
        "sfdc.endpoint.Sandbox=https\\://test.salesforce.com\nsfdc.username=ops@a.example\nsfdc.password=\n".to_owned(),
    ] {
        assert_eq!(id(&text).as_deref(), Ok("data-loader"), "{text}");
    }
    for text in [
        "sfdc.username=ops@a.example\nsfdc.password=Fake-Password-1\nsfdc.securityToken=x\n".to_owned(),
        // Other programs call their URL so, and have the password in plain text.
        "sfdc.username=ops@a.example\nsfdc.password=Fake-Password-1\nsfdc.endpoint=https\\://login.salesforce.com\n".to_owned(),
        properties,
    ] {
        assert_eq!(id(&text).as_deref(), Ok("properties"), "{text}");
    }
    let spring = "<beans><bean id=\"a\" class=\"org.example.Service\"/></beans>";
    assert_eq!(id(spring), Err("an XML document with the root <beans>, which is of no known format".to_owned()));
}

#[test]
fn what_is_written_is_read_again() {
    let mut out = Vec::new();
    let mut lock = files("/keys/a & \"b\".key");
    let format = find("data-loader").unwrap();
    let record = |title: &str, username: &str, password: &str| Record {
        title: title.to_owned(),
        username: username.to_owned(),
        password: password.into(),
        urls: vec!["https://test.salesforce.com/?a=1&b=<\"'>".to_owned()],
        ..Record::default()
    };
    let secret = Field::new("Consumer Secret", "fake-secret", Kind::Hidden);
    let records = [
        Record { fields: vec![Field::new("Consumer Key", "fake & key", Kind::Text), secret], ..record("One", "a@a.example", "x") },
        record("One", "b@a.example", "=y\t\n"),
        record("ключ", "ключ@a.example", ""),
        record("1\n2", "", "p"),
    ];
    let mut writer = format.write(&mut out, &mut lock).unwrap();
    for record in &records {
        writer.record(&mut record.clone()).unwrap();
    }
    writer.finish().unwrap();
    let text = String::from_utf8(out).unwrap();
    let ids: Vec<&str> = text.split("<bean id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(ids, ["One", "One-2", "a-example", "login-1-2"]);
    assert!(text.contains("key=\"sfdc.oauth.Sandbox.eca.clientid\" value=\"fake &amp; key\""), "{text}");
    assert_eq!(read(&text, lock).unwrap().records, records);
    let error = format.write(&mut Vec::new(), &mut files("")).err().unwrap();
    assert_eq!(error.to_string(), "no key file to encrypt the passwords with");
    let error = format.write(&mut Vec::new(), &mut Files { content: vec![7; 15], ..files("/a.key") }).err().unwrap();
    assert_eq!(error.to_string(), "/a.key: shorter than a key of Data Loader, which has 16 bytes");
}

const NEW: &str = "N3wFakeT0kenAbCdEfGhIjK55";

fn change() -> Change {
    Change {
        username: "OPS@harbor-widgets.example".into(),
        token: Some(NEW.into()),
        passwords: vec!["Tr0ub4dor&3".into()],
        tokens: vec!["AbCdEfGhIjKlMnOpQrStUvWx".into()],
        ..Change::default()
    }
}

fn amended(text: &str, change: &Change) -> Result<(String, Amended)> {
    let amended = amend::amend(&beans(text.as_bytes(), &Limits::default(), &mut Taken::default())?, text.as_bytes(), change, &mut files("k"))?;
    Ok((String::from_utf8(amended.bytes.to_vec()).unwrap(), amended))
}

#[test]
fn a_new_token_is_encrypted_with_the_same_key() {
    let bean = |id: &str, value: &str| {
        format!(
            "<bean id=\"{id}\">\r\n<property name=\"configOverrideMap\"><map><entry key=\"sfdc.username\" value=\"ops@harbor-widgets.example\"/>\n\
             <entry key=\"sfdc.password\" value=\"{value}\"/><entry key=\"process.encryptionKeyFile\" value=\"k\"/></map></property></bean>\n"
        )
    };
    let other = ALONE.replace("88142754", "88142755");
    let text = format!("<!DOCTYPE beans SYSTEM \"x\">\n<beans>{}{}{}</beans>", bean("a", WITH_TAIL), bean("b", WITH_TAIL), bean("c", ALONE));
    let (after, report) = amended(&text, &change()).unwrap();
    assert_eq!(report.edits.iter().map(|edit| (edit.line, edit.known)).collect::<Vec<_>>(), [(4, true), (7, true), (10, false)]);
    let key = Key::of(&KEY_FILE).unwrap();
    let values: Vec<&str> = after.split("sfdc.password\" value=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(values.len(), 3);
    for value in &values {
        let opened = key.decrypt(&cipher::decode(value.as_bytes()).unwrap()).unwrap();
        assert_eq!(opened.value.expose(), format!("Tr0ub4dor&3{NEW}"));
    }
    // All other bytes are as they were.
    let without = |text: &str, values: &[&str]| values.iter().fold(text.to_owned(), |text, value| text.replace(value, "*"));
    assert_eq!(without(&after, &values), without(&text, &[WITH_TAIL, ALONE]));
    let (_, again) = amended(&after, &change()).unwrap();
    assert_eq!(again.edits, []);
    let refused = |text: &str, change: &Change| amended(text, change).unwrap_err().to_string();
    let unknown = Change { passwords: vec!["Fake-1".into()], tokens: Vec::new(), ..change() };
    assert!(refused(&text, &unknown).ends_with("it seems to hold password and token, but the password is none that is known"));
    assert!(refused(&text.replace(WITH_TAIL, ALONE), &unknown).ends_with("the password in it is none that is known"));
    assert!(refused(&text.replace("<beans>", "<beans><!-- -->"), &Change { username: "x@y.example".into(), ..change() }).starts_with("no login of"));
    assert!(refused(&format!("<beans>{}</beans>", bean("a", &other)), &change()).contains("does not open it"));
}

#[test]
fn what_old_versions_encrypted_is_left_to_them() {
    let text = format!("sfdc.username=ops@harbor-widgets.example\nsfdc.password={OLD}\nsfdc.endpoint=https\\://login.salesforce.com\n");
    let error = amended(&text, &change()).unwrap_err();
    assert_eq!(error.to_string(), "line 2: encrypted as versions of Data Loader before 42.1 do it, which is not written");
}

/// A document of this path, with settings beside it.
struct Beside {
    files: Files,
    document: &'static str,
    settings: String,
}

impl Lock for Beside {
    fn passphrase(&mut self) -> Result<Secret> {
        self.files.passphrase()
    }

    fn key_file(&mut self) -> Result<Option<Zeroizing<Vec<u8>>>> {
        self.files.key_file()
    }

    fn key_file_at(&mut self, path: &str) -> Result<Option<Zeroizing<Vec<u8>>>> {
        self.files.key_file_at(path)
    }

    fn random(&mut self, bytes: &mut [u8]) -> Result<()> {
        self.files.random(bytes)
    }

    fn document(&self) -> Option<&str> {
        Some(self.document)
    }

    fn beside(&mut self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>> {
        Ok((name == "config.properties").then(|| Zeroizing::new(self.settings.clone().into_bytes())))
    }
}

/// What is read with these settings beside the document.
fn with_settings(document: &'static str, text: &str, settings: &str) -> Result<Vec<Record>> {
    let mut lock = Beside { files: files("a.key"), document, settings: settings.to_owned() };
    let mut taken = Taken::default();
    find("data-loader")?.read(&mut text.as_bytes(), &Limits::default(), &mut lock, &mut taken)?;
    Ok(taken.records)
}

#[test]
fn processes_take_what_they_do_not_say_from_the_settings_beside() {
    let works = entry("sfdc.entity", "Account");
    let half = entry("sfdc.password", ALONE) + &works;
    let whole = login(ALONE).replace("ops@", "etl@") + &works;
    let text = document(&[("half", &half), ("whole", &whole), ("none", &works)]);
    let settings = "sfdc.username=ops@a.example\nsfdc.endpoint=https\\://test.salesforce.com\nprocess.encryptionKeyFile=a.key\n";
    let shown = |records: Vec<Record>| {
        let shown = |record: Record| {
            let used_by: Vec<String> = record.used_by.iter().map(|one| format!("{} {}", one.name, one.place)).collect();
            format!("{} {} {} {}", record.username, record.password.expose(), record.urls.concat(), used_by.join(" "))
        };
        records.into_iter().map(shown).collect::<Vec<_>>()
    };
    assert_eq!(shown(with_settings("conf/process-conf.xml", &text, settings).unwrap()), [
        "ops@a.example Tr0ub4dor&3 https://test.salesforce.com half conf/process-conf.xml",
        "etl@a.example Tr0ub4dor&3 https://test.salesforce.com whole conf/process-conf.xml",
    ]);
    // With a password there, all that do not say otherwise have that login.
    let with_password = format!("{settings}sfdc.password={WITH_TAIL}\n");
    let records = shown(with_settings("process-conf.xml", &text, &with_password).unwrap());
    assert_eq!(records[2], "ops@a.example Tr0ub4dor&3AbCdEfGhIjKlMnOpQrStUvWx https://test.salesforce.com none process-conf.xml");
    // Data Loader knows its document by one name.
    assert!(with_settings("conf/other-process-conf.xml", &text, settings).is_err());
}

#[test]
fn what_is_wrong_in_the_settings_beside_is_told_there() {
    let text = document(&[("a", &(entry("sfdc.username", "ops@a.example") + &entry("process.encryptionKeyFile", "a.key")))]);
    for (settings, error) in [
        ("x=1\nsfdc.password=plain\n", "conf/config.properties, line 2: `sfdc.password`: not encrypted by Data Loader"),
        ("sfdc.username=a\nsfdc.username=b\n", "conf/config.properties, line 2: `sfdc.username` stands here once more, first in line 1"),
    ] {
        assert_eq!(with_settings("conf/process-conf.xml", &text, settings).unwrap_err().to_string(), error);
    }
}

#[test]
fn a_password_of_another_file_is_left_to_it() {
    let text = document(&[("a", &entry("sfdc.username", "ops@a.example"))]);
    let change = Change { username: "ops@a.example".to_owned(), ..Change::default() };
    let settings = format!("sfdc.password={ALONE}\nprocess.encryptionKeyFile=a.key\n");
    let mut lock = Beside { files: files("a.key"), document: "conf/process-conf.xml", settings };
    let error = find("data-loader").unwrap().amend(text.as_bytes(), &change, &Limits::default(), &mut lock).unwrap_err();
    assert_eq!(error.to_string(), "conf/config.properties, line 1: `sfdc.password`: it stands in another file");
}
