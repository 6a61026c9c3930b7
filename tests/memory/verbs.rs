//! The verbs that are run, and the three processes.

use std::fs::{self, File};
use std::hint::black_box;
use std::io::BufWriter;
use std::path::Path;
use std::process::{self, Command, ExitCode, Stdio};
use std::{env, mem};

use chrono::NaiveDate;

use super::needles::{self, FORMS, RECORDS};
use super::scan::{Found, scan};

/// A run: its arguments, and whether it succeeds.
type Run = (&'static [&'static str], bool);

const RUNS: [Run; 52] = [
    (&["convert", "in.csv", "--to", "bitwarden-json", "-o", "out.json"], true),
    (&["convert", "in.json", "--to", "csv", "-o", "out.csv"], true),
    (&["convert", "in.csv", "--to", "sfcred", "-R", "recipient.txt", "-o", "sealed.age"], true),
    (&["convert", "in.json", "--to", "sfcred", "-R", "recipient.txt", "-a", "-o", "armored.age"], true),
    (&["convert", "sealed.age", "-i", "key.txt", "--to", "csv", "-o", "opened.csv"], true),
    (&["convert", "armored.age", "-i", "key.txt", "--to", "lastpass-csv", "-o", "opened.lastpass"], true),
    (&["convert", "in.csv", "in.json", "--to", "sfcred", "-o", "merged.json"], true),
    (&["convert", "utf16.csv", "--to", "keepassxc-csv", "-o", "-"], true),
    (&["convert", "in.csv", "--to", "1password-1pux", "-o", "out.1pux"], true),
    (&["convert", "out.1pux", "--to", "cxf", "-o", "out.cxf"], true),
    (&["convert", "out.cxf", "--to", "keeper-json", "-o", "out.keeper"], true),
    (&["convert", "out.keeper", "--to", "enpass-json", "-o", "out.enpass"], true),
    (&["convert", "in.csv", "--to", "bitwarden-encrypted", "--to-passphrase-file", "pass.txt", "-o", "locked.json"], true),
    (&["convert", "locked.json", "--from-passphrase-file", "pass.txt", "--to", "csv", "-o", "unlocked.csv"], true),
    (&["convert", "locked.json", "--from-passphrase-file", "recipient.txt", "--to", "csv", "-o", "bad"], false),
    (&["convert", "in.csv", "--to", "protonpass-json", "-o", "proton.json"], true),
    (&["convert", "proton.json", "--to", "psono-json", "-o", "psono.json"], true),
    (&["convert", "in.csv", "--to", "passage", "-R", "recipient.txt", "-o", "sealed.store"], true),
    (&["convert", "sealed.store", "-i", "key.txt", "--to", "pass", "--plain", "-o", "plain.store"], true),
    (&["check", "plain.store", "--from", "gopass", "--fail-on", "never"], true),
    (&["convert", "in.json", "--to", "keepass-xml", "-o", "out.xml"], true),
    (&["convert", "out.xml", "--to", "csv", "-o", "xml.csv"], true),
    (&["convert", "in.csv", "--to", "kdbx", "--to-passphrase-file", "pass.txt", "--to-key-file", "key.txt", "-o", "out.kdbx"], true),
    (&["convert", "out.kdbx", "--from-passphrase-file", "pass.txt", "--from-key-file", "key.txt", "--to", "csv", "-o", "kdbx.csv"], true),
    (&["inspect", "out.kdbx", "--from-passphrase-file", "pass.txt"], false),
    (&["inspect", "bad.xml"], false),
    (&["convert", "in.csv", "--to", "data-loader", "--to-key-file", "loader.key", "-o", "process-conf.xml"], true),
    (&["convert", "process-conf.xml", "--to", "csv", "-o", "loader.csv"], true),
    (&["convert", "process-conf.xml", "--from-key-file", "key.txt", "--to", "csv", "-o", "bad"], false),
    (&["check", "in.csv", "--fail-on", "never"], true),
    (&["check", "sealed.age", "-i", "key.txt", "--json", "--fail-on", "never"], true),
    (&["inspect", "in.json"], true),
    (&["convert", "bad.csv", "--to", "bitwarden-json", "-o", "bad"], false),
    (&["convert", "bad.json", "--to", "csv", "-o", "bad"], false),
    (&["init", "--vault", "vault.age", "-i", "key.txt"], true),
    (&["import", "in.csv", "--vault", "vault.age", "-i", "key.txt"], true),
    (&["import", "in.json", "--vault", "vault.age", "-i", "key.txt"], true),
    (&["list", "--vault", "vault.age", "-i", "key.txt"], true),
    (
        &[
            "add",
            "nightly@one.example",
            "--token-file",
            "token-1.txt",
            "--used-by",
            "n=deploy.env",
            "--vault",
            "vault.age",
            "-i",
            "key.txt",
        ],
        true,
    ),
    (&["show", "nightly@one.example", "--reveal", "--vault", "vault.age", "-i", "key.txt"], true),
    (&["show", "nightly@one.example", "--field", "token", "--vault", "vault.age", "-i", "key.txt"], true),
    (&["rotate", "nightly", "--force", "--token-file", "token-2.txt", "--vault", "vault.age", "-i", "key.txt"], true),
    (&["rotate", "nightly", "--force", "--token-file", "token-2.txt", "--vault", "vault.age", "-i", "key.txt"], false),
    (&["rotate", "nightly", "--apply", "--yes", "--vault", "vault.age", "-i", "key.txt"], true),
    (&["edit", "nightly@one.example", "--vault", "vault.age", "-i", "key.txt"], true),
    (&["rotate", "nightly", "--password", "--token-file", "token-1.txt", "--apply", "-y", "--vault", "vault.age", "-i", "key.txt"], true),
    (&["rotate", "nightly", "--force", "--token-file", "token-3.txt", "--apply", "-n", "--vault", "vault.age", "-i", "key.txt"], true),
    (&["rotate", "nightly", "--force", "--token-file", "token-3.txt", "--apply", "-y", "--vault", "vault.age", "-i", "key.txt"], true),
    (&["backup", "--vault", "vault.age", "-i", "key.txt", "--to-dir", "copies", "--as-of", "2026-11-21"], true),
    (&["verify", "copies/sfcred-2026-11-21.age", "--vault", "vault.age", "-i", "key.txt"], true),
    (&["restore", "copies/sfcred-2026-11-21.age", "--vault", "vault.age", "-i", "key.txt"], true),
    (&["undo", "--vault", "vault.age", "-i", "key.txt"], true),
];

/// Writes the files that the runs read.
pub fn write_inputs() {
    let mut bytes = Vec::new();
    needles::table(&mut bytes).unwrap();
    fs::write("in.csv", &bytes).unwrap();
    let text = String::from_utf8(bytes.clone()).unwrap();
    let utf16: Vec<u8> = [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    fs::write("utf16.csv", utf16).unwrap();
    bytes.extend_from_slice(b"a row,too short\n");
    fs::write("bad.csv", bytes).unwrap();
    let mut out = BufWriter::new(File::create("in.json").unwrap());
    needles::document(&mut out).unwrap();
    out.into_inner().unwrap();
    let bytes = fs::read("in.json").unwrap();
    let mut start = b"<KeePassFile><Root><Group><Entry><String><Key>Notes</Key><Value>".to_vec();
    start.extend_from_slice(&fs::read("in.csv").unwrap());
    fs::write("bad.xml", start).unwrap();
    fs::write("pass.txt", "fake-passphrase\n").unwrap();
    fs::write("bad.json", &bytes[..bytes.len() - 40]).unwrap();
    let key = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keys/x25519.txt")).unwrap();
    let recipient = key.lines().find_map(|line| line.strip_prefix("# public key: ")).unwrap();
    // The passphrase ends as the secrets do.
    let mut passphrase = b"pass".to_vec();
    passphrase.extend(FORMS[0].bytes());
    fs::write("pass.txt", passphrase).unwrap();
    fs::write("recipient.txt", recipient).unwrap();
    for number in 1..=3 {
        let mut token = format!("token{number}").into_bytes();
        token.extend(FORMS[0].bytes());
        fs::write(format!("token-{number}.txt"), &token).unwrap();
        if number == 1 {
            // The plain form has no single quote.
            let lines = [&b"SF_USERNAME=nightly@one.example\nSF_PASSWORD='"[..], &token, b"'\nSF_SECURITY_TOKEN='", &token, b"'\n"];
            fs::write("deploy.env", lines.concat()).unwrap();
            fs::write("other.env", lines.concat()).unwrap();
        }
    }
    fs::write("key.txt", key).unwrap();
}

/// Runs the verbs one after the other, and looks through the memory after each.
pub fn run_all() {
    let clean = |what: &str| {
        let Found { hits, places, bytes, heap_and_stack } = scan();
        assert!(bytes > 4 << 20 && heap_and_stack, "only {bytes} bytes were looked at");
        let names = FORMS.map(|form| form.name);
        assert!(hits == [0; FORMS.len()], "{what} left {hits:?} of {names:?} in {places:#?}");
    };
    clean("the start");
    let today = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
    for (args, succeeds) in RUNS {
        let code = sfcred::cli::run(["sfcred"].iter().chain(args).map(Into::into), today);
        let wanted = if succeeds { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        assert_eq!(code, wanted, "{args:?}");
        clean(&args.join(" "));
    }
    // The test can fail: what is kept is found, in every form.
    for (at, form) in FORMS.into_iter().enumerate() {
        let kept: Vec<u8> = form.bytes().collect();
        // The optimiser would leave out bytes that nobody reads.
        mem::forget(black_box(kept));
        assert!(scan().hits[at] > 0, "a secret that was kept was not found: {}", form.name);
    }
}

/// Starts the other processes, and makes sure that the secrets went where they belong.
pub fn test() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("memory-{}", process::id()));
    fs::create_dir_all(&folder).unwrap();
    for part in ["write", "run"] {
        let log = File::create(folder.join("log")).unwrap();
        let mut command = Command::new(env::current_exe().unwrap());
        // The editor gives the integration another file.
        command.env_remove("VISUAL").env("EDITOR", "sed -i s/deploy.env/other.env/");
        command.env("SFCRED_MEMORY_TEST", part).current_dir(&folder).stdout(Stdio::null()).stderr(log);
        let status = command.status().unwrap();
        assert!(status.success(), "{part}: {}", fs::read_to_string(folder.join("log")).unwrap());
    }
    // LastPass gets the tokens inside the notes, where they look different.
    for (file, form, each) in [
        ("out.json", 1, 3),
        ("out.xml", 0, 3),
        ("xml.csv", 2, 3),
        ("kdbx.csv", 2, 3),
        ("out.csv", 2, 3),
        ("opened.csv", 2, 3),
        ("unlocked.csv", 2, 3),
        ("psono.json", 1, 3),
        ("merged.json", 1, 3),
        ("opened.lastpass", 2, 2),
        ("out.enpass", 1, 3),
        ("loader.csv", 2, 2),
    ] {
        let bytes = fs::read(folder.join(file)).unwrap();
        let count = (0..bytes.len()).filter(|at| FORMS[form].begins(&bytes[*at..])).count();
        assert!(count >= each * RECORDS, "{file} holds {count} secrets only");
    }
    for (file, number) in [("deploy.env", b"'token2"), ("other.env", b"'token3")] {
        let bytes = fs::read(folder.join(file)).unwrap();
        assert!(bytes.windows(number.len()).any(|part| part == number), "{file} has not got its token");
    }
    assert!(!folder.join("bad").exists());
    fs::remove_dir_all(&folder).unwrap();
    println!("{} runs left no secret of {RECORDS} records in memory", RUNS.len());
}
