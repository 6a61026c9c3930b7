//! Writes, reads and compares records.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use proptest::test_runner::{Config, RngSeed};
use sfcred::check::MAX_AGE;
use sfcred::place::{Losses, Placer, recognise};
use sfcred_formats::store::{Folder, NewFolder, PLAIN};
use sfcred_formats::{Cost, Error, Format, Input, KeyFile, Limits, Lock, Notice, Record, Result, Secret, Tally, all, detect, find};
use zeroize::Zeroizing;

/// The records of `formats/sfcred/sample.json`.
pub(crate) fn reference() -> Vec<Record> {
    static REFERENCE: OnceLock<Vec<Record>> = OnceLock::new();
    REFERENCE.get_or_init(|| read(find("sfcred").unwrap(), include_bytes!("../../formats/sfcred/sample.json"))).clone()
}

/// How properties are tested: with the same cases in every run, so that a tree which was green stays so.
///
/// `PROPTEST_CASES=100000 PROPTEST_RNG_SEED=7 cargo test --release --test laws any_record` looks longer, and elsewhere.
pub(crate) fn properties(cases: impl Fn(u32) -> u32) -> Config {
    let config = Config::default();
    let rng_seed = if config.rng_seed == RngSeed::Random { RngSeed::Fixed(2026) } else { config.rng_seed };
    Config { cases: cases(config.cases), rng_seed, failure_persistence: None, max_local_rejects: u32::MAX, ..config }
}

/// Writes records as a format, and says what was lost. A store is packed into one text, as [`Entries`] does it.
pub(crate) fn write(format: &Format, records: &[Record]) -> (Vec<u8>, Losses) {
    let (mut bytes, mut entries) = (Vec::new(), Entries::default());
    let mut placer = Placer::new(format, MAX_AGE);
    let mut lock = TestLock::default();
    let is_store = format.spec.store.is_some();
    let mut writer = if is_store { format.write_folder(&mut entries).unwrap() } else { format.write(&mut bytes, &mut lock).unwrap() };
    for record in records {
        let mut record = record.clone();
        placer.place(&mut record);
        writer.record(&mut record).unwrap();
    }
    writer.finish().unwrap();
    (if is_store { entries.pack() } else { bytes }, placer.finish())
}

/// What keys may cost here: a changed byte must not ask for minutes.
pub(crate) fn limits() -> Limits {
    Limits { kdf_memory: 8 << 20, kdf_rounds: 100_000, kdf_bytes: 64 << 20, ..Limits::default() }
}

/// The key file of the samples, for a format that takes nothing else, and what is in it.
pub(crate) const KEY_FILE: &str = "/home/ops/.dataloader/dataLoader.key";
pub(crate) const KEY: &[u8; 16] = b"fictional key 16";

/// Knows the passphrase of the samples, and gives the same randomness in every run.
#[derive(Default)]
pub(crate) struct TestLock(u8);

impl Lock for TestLock {
    fn passphrase(&mut self) -> Result<Secret> {
        Ok("fake-passphrase".into())
    }

    fn key_file(&mut self) -> Result<Option<Zeroizing<Vec<u8>>>> {
        Ok(None)
    }

    fn key_file_at(&mut self, path: &str) -> Result<Option<Zeroizing<Vec<u8>>>> {
        Ok((path == KEY_FILE).then(|| Zeroizing::new(KEY.to_vec())))
    }

    fn key_file_to_write(&mut self, _: usize) -> Result<Option<KeyFile>> {
        Ok(Some(KeyFile { path: KEY_FILE.to_owned(), content: Zeroizing::new(KEY.to_vec()) }))
    }

    fn random(&mut self, bytes: &mut [u8]) -> Result<()> {
        for byte in bytes {
            self.0 = self.0.wrapping_mul(37).wrapping_add(101);
            *byte = self.0;
        }
        Ok(())
    }

    fn cost(&self) -> Cost {
        Cost { memory: 1, passes: 1, lanes: 1 }
    }
}

/// Reads records of a format, understood.
pub(crate) fn read(format: &Format, bytes: &[u8]) -> Vec<Record> {
    try_read(format, bytes).unwrap_or_else(|error| panic!("{}: {error}", format.spec.id))
}

/// Reads bytes that may be damaged; only a panic would be wrong.
pub(crate) fn read_quietly(format: &Format, bytes: &[u8]) {
    let _ = try_read(format, bytes);
}

/// What is told of bytes of a format that can be read.
pub(crate) fn notices(format: &Format, bytes: &[u8]) -> Tally<Notice> {
    let (limits, mut notices) = (limits(), Tally::default());
    let mut input = Input::open(Box::new(bytes), &limits).unwrap();
    format.enter(&mut input).unwrap();
    let take = |_: &mut Record, _| Ok::<(), Error>(());
    format.read(&mut input, &limits, &mut TestLock::default(), &mut (take, &mut notices)).unwrap();
    notices
}

/// Reads records of a format, or says why not.
pub(crate) fn try_read(format: &Format, bytes: &[u8]) -> Result<Vec<Record>> {
    let limits = limits();
    let mut records = Vec::new();
    let mut notices = Tally::<Notice>::default();
    let take = |record: &mut Record, _| {
        recognise(&format.spec, record, &mut |_| {});
        records.push(record.clone());
        Ok::<(), Error>(())
    };
    let mut sink = (take, &mut notices);
    if format.spec.store.is_some() {
        format.read_folder(&mut Entries::unpack(bytes), &limits, &mut sink)?;
    } else {
        let mut input = Input::open(Box::new(bytes), &limits)?;
        format.enter(&mut input)?;
        format.read(&mut input, &limits, &mut TestLock::default(), &mut sink)?;
    }
    Ok(records)
}

/// A folder in memory, whose entries are sealed with nothing.
#[derive(Default)]
pub(crate) struct Entries {
    paths: Vec<Vec<String>>,
    texts: Vec<Vec<u8>>,
}

impl Entries {
    pub(crate) fn add(&mut self, path: Vec<String>, text: &[u8]) {
        self.paths.push(path);
        self.texts.push(text.to_vec());
    }

    /// All in one, sorted by path: path and text of each entry, each with a NUL behind it, which no text holds.
    pub(crate) fn pack(&self) -> Vec<u8> {
        let sorted: BTreeMap<String, &Vec<u8>> = self.paths.iter().map(|path| path.join("/")).zip(&self.texts).collect();
        assert_eq!(sorted.len(), self.paths.len(), "two entries of one name");
        sorted.iter().flat_map(|(path, text)| [path.as_bytes(), b"\0", text, b"\0"].concat()).collect()
    }

    /// The way back, whatever was damaged.
    pub(crate) fn unpack(bytes: &[u8]) -> Self {
        let mut entries = Self::default();
        for pair in bytes.strip_suffix(b"\0").unwrap_or(bytes).split(|byte| *byte == 0).collect::<Vec<_>>().chunks(2) {
            let path = String::from_utf8_lossy(pair[0]).split('/').map(str::to_owned).collect();
            entries.add(path, pair.get(1).copied().unwrap_or_default());
        }
        entries
    }

    /// The names as a store has them that seals its entries.
    pub(crate) fn sealed(&self, suffix: &str, more: &[&str]) -> Vec<Vec<String>> {
        let mut paths: Vec<Vec<String>> = self.paths.clone();
        for name in paths.iter_mut().filter_map(|path| path.last_mut()) {
            *name = name.replace(PLAIN, suffix);
        }
        paths.extend(more.iter().map(|name| vec![(*name).to_owned()]));
        paths
    }
}

impl Folder for Entries {
    fn files(&self) -> &[Vec<String>] {
        &self.paths
    }

    fn read(&mut self, path: &[String]) -> Result<Zeroizing<Vec<u8>>> {
        let at = self.paths.iter().position(|other| other == path).unwrap();
        Ok(Zeroizing::new(self.texts[at].clone()))
    }
}

impl NewFolder for Entries {
    fn suffix(&self) -> &str {
        PLAIN
    }

    fn write(&mut self, path: &[String], text: &[u8]) -> Result<()> {
        self.add(path.to_vec(), text);
        Ok(())
    }
}

/// Records by their username, because some products sort.
pub(crate) fn by_username(records: impl IntoIterator<Item = Record>) -> BTreeMap<String, Record> {
    records.into_iter().map(|record| (record.username.clone(), record)).collect()
}

/// Whether two records are the same. Fields that a product has a column for come back in the order of the columns.
pub(crate) fn same(a: &Record, b: &Record) -> bool {
    let sorted = |record: &Record| {
        let mut record = record.clone();
        let own = |label: &str| all().iter().any(|format| format.spec.holds.labels.iter().any(|own| own.label == label));
        record.fields.sort_by_key(|field| own(&field.label).then(|| field.label.to_string()));
        record
    };
    sorted(a) == sorted(b)
}

/// Fails with the key that differs. The values are fictional, so they may be shown.
pub(crate) fn assert_same(id: &str, found: &Record, expected: &Record) {
    if same(found, expected) {
        return;
    }
    let show = |record: &Record| String::from_utf8(write(find("sfcred").unwrap(), std::slice::from_ref(record)).0).unwrap();
    panic!("{id}:\nfound    {}\nexpected {}", show(found), show(expected));
}

/// The lines around the first difference.
pub(crate) fn first_difference(found: &[u8], expected: &[u8]) -> String {
    let at = found.iter().zip(expected).position(|(a, b)| a != b).unwrap_or(found.len().min(expected.len()));
    let around = |bytes: &[u8]| String::from_utf8_lossy(&bytes[at.saturating_sub(60)..bytes.len().min(at + 60)]).into_owned();
    format!("at byte {at}\nfound    {:?}\nexpected {:?}", around(found), around(expected))
}

/// The format that the bytes are taken for; those of a store are a folder's.
pub(crate) fn detected(bytes: &[u8]) -> Result<&'static Format> {
    detect(all(), &mut Input::open(Box::new(bytes), &limits())?).map(|found| found.format)
}

/// Makes sure that the bytes are taken for this format or a twin. One without a header must be asked for by its name.
pub(crate) fn assert_recognised(format: &Format, bytes: &[u8], what: &str) {
    let id = &format.spec.id;
    let found = detected(bytes);
    if format.spec.table.as_ref().is_some_and(|table| table.headerless) {
        let error = found.unwrap_err().to_string();
        assert_eq!(error, format!("row 1: no known header; it may be {id}, which has none"), "{what}");
        return;
    }
    let found = &found.unwrap_or_else(|error| panic!("{id} {what}: {error}")).spec;
    assert!(found.id == *id || found.twins.contains(id), "{id} {what} is taken for {}", found.id);
}
