//! Key files that a document names: where they are looked for, and what is none.

use std::fs;
use std::process::{Command, Stdio};

use super::tool::{Ended, Scratch, reference, run, sfcred};

/// A value that Data Loader has encrypted, and the key file that opens it.
const SEALED: &str = "78797a7b7c7d7e7ffffefdfcfbfaf9f889bbfae821571273f766c49c88142754";
const KEY_FILE: [u8; 16] = 0xf0f1_f2f3_f4f5_f6f7_f8f9_fafb_fcfd_feff_u128.to_be_bytes();

/// Reads properties that name this key file, from a folder beside theirs.
fn read(scratch: &Scratch, key_file: &str) -> Ended {
    let key_file = if key_file.is_empty() { String::new() } else { format!("process.encryptionKeyFile={key_file}\n") };
    let config = format!("sfdc.endpoint=https://a.example\nsfdc.username=ops@a.example\nsfdc.password={SEALED}\n{key_file}");
    fs::write(scratch.path("conf/config.properties"), config).unwrap();
    let args = ["convert", "../conf/config.properties", "--to", "chrome-csv", "--quiet"];
    run(sfcred(args).current_dir(scratch.path("here")).env("HOME", scratch.path("home")))
}

fn folders() -> Scratch {
    let scratch = Scratch::new();
    for folder in ["conf", "here", "home/.dataloader"] {
        fs::create_dir_all(scratch.path(folder)).unwrap();
    }
    scratch
}

#[test]
fn a_key_is_looked_for_where_the_document_says() {
    for (place, named) in [
        ("conf/loader.key", "loader.key"),
        ("here/loader.key", "loader.key"),
        ("home/loader.key", "~/loader.key"),
        ("home/.dataloader/dataLoader.key", ""),
        ("home/.dataloader/dataloader.key", ""),
    ] {
        let scratch = folders();
        fs::write(scratch.path(place), KEY_FILE).unwrap();
        let ended = read(&scratch, named);
        ended.assert_code(0, place);
        assert!(String::from_utf8(ended.stdout).unwrap().contains("Tr0ub4dor&3"), "{place}");
        // With another one in its place nothing is opened, and the two beside it are not tried.
        fs::write(scratch.path(place), [7; 16]).unwrap();
        let ended = read(&scratch, named);
        ended.assert_code(1, place);
        assert!(ended.stderr.contains("does not open it"), "{}", ended.stderr);
    }
}

#[test]
fn what_is_no_key_file_is_neither_waited_for_nor_shown() {
    let scratch = folders();
    assert!(Command::new("mkfifo").arg(scratch.path("conf/pipe")).status().unwrap().success());
    read(&scratch, "pipe").assert_error("../conf/pipe: is not a regular file, and so no key file");
    fs::write(scratch.path("conf/long"), vec![b'x'; 70_000]).unwrap();
    read(&scratch, "long").assert_error("../conf/long: longer than 65536 bytes, the limit for a key file");
    fs::write(scratch.path("conf/short"), "S3cr3t").unwrap();
    let ended = read(&scratch, "short");
    ended.assert_error("../conf/config.properties, line 3: `short` holds no key of Data Loader, which has 16 bytes");
    assert!(!ended.stderr.contains("S3cr3t"));
}

#[test]
#[cfg(target_os = "linux")]
fn a_new_key_goes_with_an_output_that_fails() {
    let scratch = folders();
    let convert = || sfcred(["convert", "--to", "data-loader", "--to-key-file", "new.key", "--lossy", "--quiet"]);
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let status = convert().arg(reference()).current_dir(scratch.path("here")).stdout(full).stderr(Stdio::null()).status().unwrap();
    assert_eq!(status.code(), Some(1));
    assert!(!scratch.path("here/new.key").exists());
    // The same with nothing in its way.
    run(convert().arg(reference()).current_dir(scratch.path("here"))).assert_code(0, "new.key");
    assert_eq!(fs::metadata(scratch.path("here/new.key")).unwrap().len(), 16);
}
