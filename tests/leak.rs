//! No secret of the reference is said anywhere but in the output that is meant to hold it.

#[path = "tool/mod.rs"]
mod tool;

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::Path;

use serde_json::Value;
use sfcred::place::{Place, place_of};
use sfcred_formats::{Input, Key, Limits, all, detect};
use tool::{Ended, Scratch, identity, reference, run, sfcred, unlock};

/// Shorter pieces stand in honest sentences too.
const SHORTEST: usize = 8;

/// The formats that are both read and written.
fn formats() -> impl Iterator<Item = &'static str> {
    let both = sfcred_formats::all().iter().filter(|format| format.spec.read.is_some() && format.spec.write.is_some());
    both.map(|format| format.spec.id.as_str())
}

/// The secrets of the reference, each line of a longer one on its own, as they are and as JSON, pages, calendars and annotations write them.
fn secrets() -> BTreeSet<String> {
    let document: Value = serde_json::from_slice(&fs::read(reference()).unwrap()).unwrap();
    let mut secrets = BTreeSet::new();
    let mut add = |value: &Value| {
        for line in value.as_str().unwrap_or_default().lines().map(str::trim).filter(|line| line.chars().count() >= SHORTEST) {
            secrets.insert(line.to_owned());
            secrets.insert(serde_json::to_string(line).unwrap().trim_matches('"').to_owned());
            let html = line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;");
            secrets.insert(html);
            secrets.insert(line.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,"));
            secrets.insert(line.replace('%', "%25"));
            secrets.insert(line.replace('"', "\"\""));
        }
    };
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    for record in list(&document["records"]) {
        for key in ["password", "token", "notes"] {
            add(&record[key]);
        }
        for field in list(&record["fields"]).iter().filter(|field| field["kind"] == "hidden") {
            add(&field["value"]);
        }
    }
    secrets
}

/// Looks through everything that a run said.
struct Watch {
    secrets: BTreeSet<String>,
    runs: usize,
    failed: usize,
    said: usize,
}

impl Watch {
    fn new() -> Self {
        let secrets = secrets();
        assert!(secrets.len() >= 40, "only {} secrets", secrets.len());
        Self { secrets, runs: 0, failed: 0, said: 0 }
    }

    fn run(&mut self, scratch: &Scratch, args: &[&str]) -> Ended {
        self.run_with(scratch, args, &[])
    }

    fn run_with(&mut self, scratch: &Scratch, args: &[&str], more: &[String]) -> Ended {
        let ended = run(sfcred(args).args(more).current_dir(scratch.path("")));
        // The lines of a calendar are folded.
        let said = format!("{}\n{}", ended.stderr, String::from_utf8(ended.stdout.clone()).unwrap()).replace("\r\n ", "");
        let slipped: Vec<_> = self.secrets.iter().filter(|secret| said.contains(*secret)).collect();
        assert_eq!(slipped, [""; 0], "{args:?} said {said}");
        self.runs += 1;
        self.failed += usize::from(ended.status.code() == Some(1));
        self.said += said.len();
        ended
    }
}

/// What is in a file, or in all files of a folder.
fn content(path: &Path) -> String {
    if path.is_dir() {
        return fs::read_dir(path).unwrap().map(|entry| content(&entry.unwrap().path())).collect();
    }
    // An archive is packed, so it is looked at as whoever reads it sees it.
    let bytes = fs::read(path).unwrap();
    let mut input = Input::open(Box::new(bytes.as_slice()), &Limits::default()).unwrap();
    if let Ok(found) = detect(all(), &mut input) {
        found.format.enter(&mut input).unwrap();
    }
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// How many of the secrets stand in a file or store.
fn held(path: &Path, secrets: &BTreeSet<String>) -> usize {
    let text = content(path);
    secrets.iter().filter(|secret| text.contains(*secret)).count()
}

#[test]
fn no_verb_says_a_secret() {
    let scratch = Scratch::new();
    fs::copy(reference(), scratch.path("in.json")).unwrap();
    let mut watch = Watch::new();
    let on = ["--as-of", "2026-11-21"];
    for to in formats() {
        let out = format!("{to}.out");
        let is_store = sfcred_formats::find(to).unwrap().spec.store.is_some();
        let plain: &[&str] = if is_store { &["--plain"] } else { &[] };
        let [unlock_to, unlock_from] = ["to", "from"].map(|way| unlock(way, to));
        watch
            .run_with(&scratch, &[&["convert", "in.json", "--to", to, "--lossy", "-o", &out], plain].concat(), &unlock_to)
            .assert_code(0, to);
        if unlock_to.is_empty() {
            assert!(held(&scratch.path(&out), &watch.secrets) > 20, "{to} does not hold the secrets");
        } else {
            assert_eq!(held(&scratch.path(&out), &watch.secrets), 0, "{to} shows secrets");
            watch.run_with(&scratch, &["convert", &out, "--to", "sfcred", "-o", "opened"], &unlock_from).assert_code(0, to);
            assert!(held(&scratch.path("opened"), &watch.secrets) > 20, "{to} does not hold the secrets");
            fs::remove_file(scratch.path("opened")).unwrap();
            // Without the passphrase there is nobody to ask; a key file is found where the document says.
            let code = i32::from(sfcred_formats::find(to).unwrap().spec.takes_passphrase());
            watch.run(&scratch, &["check", &out, "--fail-on", "never"]).assert_code(code, to);
        }
        for args in
            [&["--strict", "-o", "strict"][..], &["--dry-run", "--json"], &["-o", &out], &["--lossy", "--json", "--force", "-o", &out]]
        {
            let command = ["convert", "in.json", "--to", to];
            watch.run_with(&scratch, &[&command[..], args, plain, &on].concat(), &unlock_to);
        }
        watch.run(&scratch, &["formats", to]).assert_code(0, to);
        // What was written is read again, and as every other format as well.
        for args in
            [&["check", &out][..], &["check", &out, "--json"], &["inspect", &out], &["inspect", "--json", &out], &["check", &out, "--all"]]
        {
            let ended = watch.run_with(&scratch, &[args, &["--from", to], &on].concat(), &unlock_from);
            assert!(ended.status.code() != Some(1), "{args:?}: {}", ended.stderr);
        }
        for from in formats() {
            watch.run_with(&scratch, &["check", &out, "--from", from], &unlock("from", from));
        }
    }
    watch.run(&scratch, &["formats"]).assert_code(0, "formats");
    println!(
        "{} runs, {} of them failed; {} bytes were said, and none of {} secrets",
        watch.runs,
        watch.failed,
        watch.said,
        watch.secrets.len()
    );
    assert!(watch.runs >= 150 && watch.failed >= 40 && watch.said > 50_000);
}

#[test]
fn no_report_says_a_secret() {
    let scratch = Scratch::new();
    let mut watch = Watch::new();
    for input in formats() {
        let file = format!("{input}.out");
        let [mut lock, unlock] = ["to", "from"].map(|way| unlock(way, input));
        if sfcred_formats::find(input).unwrap().spec.store.is_some() {
            lock.push("--plain".to_owned());
        }
        let records = reference();
        let convert = ["convert", records.to_str().unwrap(), "--to", input, "--lossy", "-o", &file];
        watch.run_with(&scratch, &convert, &lock).assert_code(0, input);
        for format in ["table", "json", "csv", "ics", "html", "github"] {
            let check = ["check", &file, "--from", input, "--format", format, "--as-of", "2026-11-21", "--fail-on", "never"];
            let ended = watch.run_with(&scratch, &check, &unlock);
            ended.assert_code(0, format);
            let printed = String::from_utf8(ended.stdout).unwrap().replace("\r\n ", "");
            // Without a date there is nothing to be reminded of.
            let undated = format == "ics" && place_of(sfcred_formats::find(input).unwrap(), Key::Issued) == Place::Lost;
            let says = printed.contains("@harbor-widgets.example");
            assert!(says || undated, "{input} as {format} says nothing: {printed}");
        }
    }
    assert!(watch.runs >= 100 && watch.said > 1_000_000, "{} runs said {} bytes", watch.runs, watch.said);
}

#[test]
fn merging_and_sealing_say_none() {
    let scratch = Scratch::new();
    fs::copy(reference(), scratch.path("in.json")).unwrap();
    // The same logins with other secrets, so that there is something to decide.
    let other =
        fs::read_to_string(reference()).unwrap().replace("\"password\":\"", "\"password\":\"other ").replace("\"2026-1", "\"2025-1");
    scratch.write("other.json", other);
    let mut watch = Watch::new();
    let (key, recipient) = identity();
    let key = key.to_str().unwrap().to_owned();
    let secret_key = fs::read_to_string(&key).unwrap().lines().find(|line| line.starts_with("AGE-SECRET")).unwrap().to_owned();
    watch.secrets.insert(secret_key);
    watch.run(&scratch, &["convert", "in.json", "other.json", "--to", "sfcred", "-o", "merged"]).assert_code(0, "merged");
    watch.run(&scratch, &["check", "in.json", "other.json", "--fail-on", "never"]).assert_code(0, "both");
    for (sealed, armor) in [("sealed", false), ("armored", true)] {
        let seal = ["convert", "in.json", "--to", "sfcred", "-r", &recipient, "-o", sealed];
        watch.run(&scratch, &[&seal[..], if armor { &["-a"] } else { &[] }].concat()).assert_code(0, sealed);
        watch.run(&scratch, &["check", sealed, "-i", &key, "--fail-on", "never"]).assert_code(0, sealed);
        watch.run(&scratch, &["inspect", sealed, "-i", &key, "--json"]).assert_code(0, sealed);
        watch.run(&scratch, &["convert", sealed, "-i", "in.json", "--to", "csv", "-o", "out"]).assert_code(1, "no key");
        watch.run(&scratch, &["convert", sealed, "-i", &key, "--to", "csv", "-o", "merged"]).assert_code(1, "exists");
        let bytes = fs::read(scratch.path(sealed)).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("harbor-widgets"));
    }
}

#[test]
fn rotating_in_files_says_none() {
    let mut watch = Watch::new();
    let (key, _) = identity();
    let new = "N3wFakeT0kenAbCdEfGhIjK55";
    watch.secrets.insert(new.to_owned());
    let (mut written, mut left) = (0, Vec::new());
    for format in formats().filter(|format| sfcred_formats::find(format).unwrap().spec.store.is_none()) {
        let scratch = Scratch::new();
        let vault = ["--vault", "vault.age", "-i", key.to_str().unwrap()];
        scratch.write("token.txt", new);
        let records = fs::read_to_string(reference()).unwrap().replace("jobs/process-conf.xml", "place");
        scratch.write("in.json", records);
        let convert = ["convert", "in.json", "--to", format, "--lossy", "-o", "place"];
        watch.run_with(&scratch, &convert, &unlock("to", format)).assert_code(0, format);
        watch.run(&scratch, &[&["init"], &vault[..]].concat()).assert_code(0, format);
        watch.run(&scratch, &[&["import", "in.json", "--quiet"], &vault[..]].concat());
        let rotate = ["rotate", "ops@harbor-widgets.example", "--token-file", "token.txt", "--as-of", "2026-11-21", "--apply", "--yes"];
        watch.run(&scratch, &[&rotate, &vault[..]].concat());
        if fs::read(scratch.path("place")).unwrap().windows(new.len()).any(|part| part == new.as_bytes()) {
            written += 1;
        } else {
            left.push(format);
        }
    }
    println!("{written} formats got a new token, {left:?} did not");
    assert!(written >= 25, "{written}");
}
