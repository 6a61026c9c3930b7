//! Files of formats that encrypt by themselves: damaged, or with the wrong passphrase.

use std::fs;
use std::path::Path;

use super::tool::{Scratch, reference, run, sfcred, unlock};

/// A secret of the reference, which must never come out of a damaged file.
const SECRET: &str = "Quartz-Lantern-42!";

/// Makes sure that no output comes of these bytes, and returns the error line.
fn refuse(scratch: &Scratch, bytes: &[u8], unlock: &[String]) -> String {
    let input = scratch.write("damaged.json", bytes);
    let ended = run(sfcred(["convert", "damaged.json", "--to", "csv", "-o", "out"]).args(unlock).current_dir(scratch.path("")));
    let line = ended.stderr.lines().next().unwrap_or_default().to_owned();
    ended.assert_error(line.strip_prefix("sfcred: error: ").unwrap());
    assert!(!ended.stderr.contains(SECRET), "{line}");
    assert_eq!(scratch.names(), ["damaged.json"], "{line}");
    fs::remove_file(input).unwrap();
    line.strip_prefix("sfcred: error: damaged.json").unwrap().to_owned()
}

#[test]
fn an_encrypted_bitwarden_export() {
    let scratch = Scratch::new();
    let path = scratch.path("whole.json");
    let mut convert = sfcred(["convert", "--to", "bitwarden-encrypted", "--quiet", "-o"]);
    run(convert.arg(&path).arg(reference()).args(unlock("to", "bitwarden-encrypted"))).assert_code(0, "encrypting");
    let whole = fs::read_to_string(&path).unwrap();
    fs::remove_file(path).unwrap();
    assert!(!whole.contains("harbor-widgets"));
    let right = unlock("from", "bitwarden-encrypted");
    let data = whole.find("\"data\":\"2.").unwrap() + 10;
    let other = |at: usize| {
        let mut bytes = whole.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        bytes
    };
    // The initialisation vector, the first and the last block, and the MAC.
    for at in [data, data + 30, whole.len() - 60, whole.len() - 20] {
        assert_eq!(refuse(&scratch, &other(at), &right), ": damaged: `data` is not what was encrypted", "{at}");
    }
    let validation = whole.find("\":\"2.").unwrap() + 40;
    assert_eq!(refuse(&scratch, &other(validation), &right), ": damaged: `encKeyValidation_DO_NOT_EDIT` is not what was encrypted");
    let wrong = scratch_passphrase("fake-Passphrase\n");
    assert_eq!(refuse(&scratch, whole.as_bytes(), &wrong), ": wrong passphrase");
    let salt = whole.find("\"salt\":\"").unwrap() + 9;
    assert_eq!(refuse(&scratch, &other(salt), &right), ": wrong passphrase");
    // More of the ciphertext than there was, and less.
    let mac = whole.rfind('|').unwrap();
    let longer = format!("{}{}", &whole[..mac], &whole[mac - 64..]);
    assert_eq!(refuse(&scratch, longer.as_bytes(), &right), ": damaged: `data` is not what was encrypted");
    let shorter = format!("{}{}", &whole[..data + 25 + 64], &whole[mac..]);
    assert_eq!(refuse(&scratch, shorter.as_bytes(), &right), ": damaged: `data` is not what was encrypted");
}

#[test]
fn an_encrypted_psono_export() {
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts/files");
    let whole = fs::read_to_string(files.join("psono-encrypted.json")).unwrap();
    let right = ["--from-passphrase-file".to_owned(), files.join("passphrase.txt").to_str().unwrap().to_owned()];
    let scratch = Scratch::new();
    let error = ": wrong passphrase, or the file was changed";
    assert_eq!(refuse(&scratch, whole.as_bytes(), &scratch_passphrase("wrong")), error);
    let text = whole.find("\"text\":\"").unwrap() + 8;
    for at in [10, text, text + 100, whole.len() - 5] {
        let mut bytes = whole.clone().into_bytes();
        bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
        assert_eq!(refuse(&scratch, &bytes, &right), error, "{at}");
    }
}

/// The option with another passphrase than the right one.
fn scratch_passphrase(passphrase: &str) -> [String; 2] {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("wrong-{}.txt", passphrase.len()));
    fs::write(&path, passphrase).unwrap();
    ["--from-passphrase-file".to_owned(), path.to_str().unwrap().to_owned()]
}
