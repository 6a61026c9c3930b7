//! Formats that encrypt by themselves: what other implementations encrypted, wrong passphrases, damage and costs.

use sfcred_formats::{Error, Format, Input, Limits, Lock, Record, Result, Secret, find};
use zeroize::Zeroizing;

use crate::machine::{TestLock, read, reference};

/// Made with an implementation of its own, and opened by Bitwarden 2026.9.0; there are no entries in it.
const PBKDF2: &str = r#"{ "encrypted": true, "passwordProtected": true, "salt": "AAECAwQFBgcICQoLDA0ODw==", "kdfType": 0, "kdfIterations": 5000, "kdfMemory": null, "kdfParallelism": null,
  "encKeyValidation_DO_NOT_EDIT": "2.EREREREREREREREREREREQ==|Zt/mOT3NSvW8tTSSyQQAWyfTkG5w5g/RraviSaJcFPNhzHUTssNa6nSn14ao9Vut|IsWGVPJ26fnFXSSbEeeiINgB86UohSm8U+iseun7PEk=",
  "data": "2.IiIiIiIiIiIiIiIiIiIiIg==|IsBdVxYOaSl1eNknq4/n7brvzqdDjEPIaDUVXhkscBZigv0P0HdOk7ZehAj9+SrP|wifZRWyM23H4ul8l3e3/1D3RZ4PCj3nUotWdva88soE=" }"#;
const ARGON2ID: &str = r#"{ "encrypted": true, "passwordProtected": true, "salt": "AAECAwQFBgcICQoLDA0ODw==", "kdfType": 1, "kdfIterations": 3, "kdfMemory": 64, "kdfParallelism": 4,
  "encKeyValidation_DO_NOT_EDIT": "2.EREREREREREREREREREREQ==|/AXin+lml7xTigiT1LlbCNTIFkxMbalD/RCVhvmQylwZtYr1W6qcIknzgwD1UTaQ|cDqfBF7cArh5ZvXV0kwrxV5Qh3bQbRBjDYVp6Uxy6tM=",
  "data": "2.IiIiIiIiIiIiIiIiIiIiIg==|tg11w5gvk4P5vcRQt+b2eL8Q2X6Puxm9Dmdk2pTs+ebYy9ZmY0XbBr1EMiGsLvRV|goeqyCrMXaG6wOKXszw20a03ZFahlLDGsbBQSnWTres=" }"#;
/// Made with Psono's own libraries, likewise empty.
const PSONO: &str = r#"{"nonce":"333333333333333333333333333333333333333333333333","text":"28cac3b4bd4ad2dbd2d6be4865e0df23b40697b570b695b768644ddc608ec469f1f3c48109f9a36bc2"}"#;
const PASSPHRASE: &str = "correct horse battery staple";

/// Gives one passphrase after the other, and counts how often it is asked.
struct Typed<'a> {
    passphrases: &'a [&'a str],
    asked: usize,
    pbkdf2: Option<u32>,
}

impl<'a> Typed<'a> {
    fn new(passphrases: &'a [&'a str]) -> Self {
        Self { passphrases, asked: 0, pbkdf2: None }
    }
}

impl Lock for Typed<'_> {
    fn passphrase(&mut self) -> Result<Secret> {
        self.asked += 1;
        Ok(self.passphrases[self.asked - 1].into())
    }

    fn again(&mut self) -> bool {
        self.asked < self.passphrases.len()
    }

    fn key_file(&mut self) -> Result<Option<Zeroizing<Vec<u8>>>> {
        Ok(None)
    }

    fn random(&mut self, bytes: &mut [u8]) -> Result<()> {
        TestLock::default().random(bytes)
    }

    fn pbkdf2(&self) -> Option<u32> {
        self.pbkdf2
    }
}

fn open(id: &str, document: &str, limits: &Limits, lock: &mut dyn Lock) -> Result<usize> {
    let mut count = 0;
    let mut notices = sfcred_formats::Tally::default();
    let take = |_: &mut Record, _| {
        count += 1;
        Ok::<(), Error>(())
    };
    let mut input = Input::open(Box::new(document.as_bytes()), limits)?;
    find(id).unwrap().read(&mut input, limits, lock, &mut (take, &mut notices))?;
    Ok(count)
}

fn bitwarden() -> &'static Format {
    find("bitwarden-encrypted").unwrap()
}

#[test]
fn what_others_encrypted_is_opened() {
    for (id, document) in [("bitwarden-encrypted", PBKDF2), ("bitwarden-encrypted", ARGON2ID), ("psono-json", PSONO)] {
        let mut lock = Typed::new(&[PASSPHRASE]);
        assert_eq!(open(id, document, &Limits::default(), &mut lock).unwrap(), 0, "{id}");
        assert_eq!(lock.asked, 1);
    }
}

#[test]
fn a_wrong_passphrase_is_asked_for_again() {
    for (id, document, error) in
        [("bitwarden-encrypted", PBKDF2, "wrong passphrase"), ("psono-json", PSONO, "wrong passphrase, or the file was changed")]
    {
        let mut lock = Typed::new(&["", "Correct horse battery staple", PASSPHRASE]);
        assert_eq!(open(id, document, &Limits::default(), &mut lock).unwrap(), 0, "{id}");
        assert_eq!(lock.asked, 3);
        let mut lock = Typed::new(&["one", "two"]);
        assert_eq!(open(id, document, &Limits::default(), &mut lock).unwrap_err().to_string(), error);
        assert_eq!(lock.asked, 2);
    }
}

#[test]
fn damage_is_told_apart_from_a_wrong_passphrase() {
    let damaged = |key: &str| format!("damaged: `{key}` is not what was encrypted");
    let validation = damaged("encKeyValidation_DO_NOT_EDIT");
    for (from, to, asked, error) in [
        ("IsBdVxYO", "IsBdVxYP", 1, damaged("data")),
        ("IiIiIiIi", "IiIiIiIj", 1, damaged("data")),
        ("8soE=", "8soA=", 1, damaged("data")),
        ("Zt/mOT3N", "Zt/mOT3O", 1, validation.clone()),
        ("EREREREREREREREREREREQ==", "EREREREREREREREREREREg==", 1, validation.clone()),
        // What cannot be an encrypted text is told before anybody is asked.
        ("8soE=", "8soE", 0, damaged("data")),
        ("IsBdVxYOaSl1", "IsBdVxYO", 0, damaged("data")),
        ("|IsBdVxYO", "IsBdVxYO", 0, damaged("data")),
        ("\"2.ERER", "\"0.ERER", 0, validation),
        // Another salt makes another key, as another passphrase does.
        ("AAECAwQF", "AAECAwQG", 1, "wrong passphrase".to_owned()),
        ("5000", "5001", 1, "wrong passphrase".to_owned()),
    ] {
        let document = PBKDF2.replacen(from, to, 1);
        assert_ne!(document, PBKDF2, "{from}");
        let mut lock = Typed::new(&[PASSPHRASE]);
        assert_eq!(open("bitwarden-encrypted", &document, &Limits::default(), &mut lock).unwrap_err().to_string(), error, "{from}");
        assert_eq!(lock.asked, asked, "{from}");
    }
}

#[test]
fn costs_are_refused_before_anybody_is_asked() {
    let limits = Limits { kdf_rounds: 4999, kdf_memory: 63 << 20, ..Limits::default() };
    for (document, error) in [
        (PBKDF2, "kdfIterations asks for 5000 rounds, and the limit is 4999"),
        (ARGON2ID, "kdfMemory asks for 67108864 bytes of memory, and the limit is 66060288"),
    ] {
        let mut lock = Typed::new(&[PASSPHRASE]);
        assert_eq!(open("bitwarden-encrypted", document, &limits, &mut lock).unwrap_err().to_string(), error);
        assert_eq!(lock.asked, 0);
        assert!(open("bitwarden-encrypted", document, &limits.kdf_times(2), &mut lock).is_ok());
    }
}

#[test]
fn pbkdf2_is_written_where_it_is_wanted() {
    let mut bytes = Vec::new();
    let mut lock = Typed { pbkdf2: Some(2000), ..Typed::new(&["fake-passphrase"]) };
    let mut writer = bitwarden().write(&mut bytes, &mut lock).unwrap();
    for record in &mut reference() {
        record.title = "title".to_owned();
        writer.record(record).unwrap();
    }
    writer.finish().unwrap();
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert!(text.contains("\"kdfType\":0,\"kdfIterations\":2000,"), "{text}");
    assert!(!text.contains("kdfMemory"), "{text}");
    let found = read(bitwarden(), &bytes);
    assert_eq!(found.len(), reference().len());
    assert_eq!(found[0].password, reference()[0].password);
}

/// Longer than what is encrypted at once, and of every length modulo the block.
#[test]
fn documents_of_any_length_come_back() {
    for length in [0, 1, 15, 16, 17, 24_000, 24_576, 24_577, 200_000] {
        let mut bytes = Vec::new();
        let mut lock = TestLock::default();
        let mut writer = bitwarden().write(&mut bytes, &mut lock).unwrap();
        let notes = "n".repeat(length);
        writer.record(&mut Record { username: "a@a.example".to_owned(), notes: notes.as_str().into(), ..Record::default() }).unwrap();
        writer.finish().unwrap();
        assert_eq!(read(bitwarden(), &bytes)[0].notes.expose(), notes, "{length}");
    }
}
