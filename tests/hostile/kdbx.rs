//! KDBX databases whose header asks for too much or says too little, and those that are opened with the wrong key or were damaged.

use std::fs;

use super::tool::{Scratch, reference, run, sfcred, unlock};

const SIGNATURE: [u8; 8] = [0x03, 0xD9, 0xA2, 0x9A, 0x67, 0xFB, 0x4B, 0xB5];
const AES: [u8; 16] = [0x31, 0xC1, 0xF2, 0xE6, 0xBF, 0x71, 0x43, 0x50, 0xBE, 0x58, 0x05, 0x21, 0x6A, 0xFC, 0x5A, 0xFF];
const ARGON2ID: [u8; 16] = [0x9E, 0x29, 0x8B, 0x19, 0x56, 0xDB, 0x47, 0x73, 0xB2, 0x3D, 0xFC, 0x3E, 0xC6, 0xF0, 0xA1, 0xE6];

/// The number of a field and what stands in it.
type Field = (u8, Vec<u8>);

/// A header of KDBX 4 with its fields, and a little behind it.
fn four(fields: &[Field]) -> Vec<u8> {
    let mut out = [&SIGNATURE[..], &[0, 0, 4, 0]].concat();
    for (number, value) in fields {
        out.push(*number);
        out.extend_from_slice(&u32::try_from(value.len()).unwrap().to_le_bytes());
        out.extend_from_slice(value);
    }
    out.extend_from_slice(&[7; 200]);
    out
}

/// Argon2id with these costs.
fn argon2(memory: u64, passes: u64, lanes: u32) -> Vec<u8> {
    let mut out = vec![0, 1];
    let values: [(u8, &str, &[u8]); 6] = [
        (0x42, "$UUID", &ARGON2ID),
        (0x42, "S", &[5; 32]),
        (0x05, "M", &memory.to_le_bytes()),
        (0x05, "I", &passes.to_le_bytes()),
        (0x04, "P", &lanes.to_le_bytes()),
        (0x04, "V", &0x13_u32.to_le_bytes()),
    ];
    for (kind, key, value) in values {
        out.push(kind);
        for part in [key.as_bytes(), value] {
            out.extend_from_slice(&u32::try_from(part.len()).unwrap().to_le_bytes());
            out.extend_from_slice(part);
        }
    }
    out.push(0);
    out
}

/// The fields of an honest header, with another key derivation.
fn fields(kdf: Vec<u8>) -> Vec<Field> {
    vec![(2, AES.to_vec()), (3, vec![1, 0, 0, 0]), (4, vec![4; 32]), (7, vec![9; 16]), (11, kdf), (0, b"\r\n\r\n".to_vec())]
}

/// A header of KDBX 3.1 with so many rounds.
fn three(rounds: u64) -> Vec<u8> {
    let mut out = [&SIGNATURE[..], &[1, 0, 3, 0]].concat();
    let values: [(u8, &[u8]); 10] = [
        (2, &AES),
        (3, &[1, 0, 0, 0]),
        (4, &[4; 32]),
        (5, &[5; 32]),
        (6, &rounds.to_le_bytes()),
        (7, &[9; 16]),
        (8, &[8; 32]),
        (9, &[3; 32]),
        (10, &[2, 0, 0, 0]),
        (0, b"\r\n\r\n"),
    ];
    for (number, value) in values {
        out.push(number);
        out.extend_from_slice(&u16::try_from(value.len()).unwrap().to_le_bytes());
        out.extend_from_slice(value);
    }
    out.extend_from_slice(&[7; 160]);
    out
}

/// What is said of a database; it is never asked for its passphrase where its header is refused.
fn said(bytes: &[u8], options: &[&str]) -> (String, String) {
    let scratch = Scratch::new();
    scratch.write("in.kdbx", bytes);
    let mut command = sfcred(["convert", "in.kdbx", "--to", "csv", "-o", "out"]);
    let ended = run(command.args(options).current_dir(scratch.path("")));
    let line = ended.stderr.lines().next().unwrap_or_default().to_owned();
    ended.assert_error(line.strip_prefix("sfcred: error: ").unwrap());
    assert_eq!(scratch.names(), ["in.kdbx"]);
    let hint = ended.stderr.lines().nth(1).unwrap_or_default().to_owned();
    (line.replace("sfcred: error: in.kdbx: ", ""), hint.replace("sfcred: hint: ", ""))
}

#[test]
fn absurd_costs_are_refused_by_name() {
    const MIB: u64 = 1 << 20;
    let absurd = "no program uses so much, so the file was changed; export it again";
    for (bytes, error, hint) in [
        (four(&fields(argon2(1 << 42, 1, 1))), "Argon2 memory asks for 4398046511104 bytes of memory, and the limit is 1073741824", absurd),
        (
            four(&fields(argon2(u64::MAX, 1, 1))),
            "Argon2 memory asks for 18446744073709551615 bytes of memory, and the limit is 1073741824",
            absurd,
        ),
        (
            four(&fields(argon2(4096 * MIB, 1, 1))),
            "Argon2 memory asks for 4294967296 bytes of memory, and the limit is 1073741824",
            "this is more than programs use; if you trust the file, --max-kdf-cost 4 opens it",
        ),
        (
            four(&fields(argon2(64 * MIB, u64::MAX, 1))),
            "Argon2 memory times passes asks for 18446744073709551615 bytes written in all, and the limit is 68719476736",
            absurd,
        ),
        (
            four(&fields(argon2(64 * MIB, 1025, 1))),
            "Argon2 memory times passes asks for 68786585600 bytes written in all, and the limit is 68719476736",
            "this is more than programs use; if you trust the file, --max-kdf-cost 2 opens it",
        ),
        (
            four(&fields(argon2(64 * MIB, 1, 65_536))),
            "Argon2 asks for 65536 lanes, and the limit is 64",
            "no program uses so many, so the file was changed; take another copy",
        ),
        (three(u64::MAX), "the AES key derivation asks for 18446744073709551615 rounds, and the limit is 100000000", absurd),
        (
            three(100_000_001),
            "the AES key derivation asks for 100000001 rounds, and the limit is 100000000",
            "this is more than programs use; if you trust the file, --max-kdf-cost 2 opens it",
        ),
    ] {
        assert_eq!(said(&bytes, &[]), (error.to_owned(), hint.to_owned()));
    }
    // The option does raise the limit: now the checksum is looked at, and no passphrase was asked for.
    let raised = said(&four(&fields(argon2(64 * MIB, 1025, 1))), &["--max-kdf-cost", "2"]).0;
    assert_eq!(raised, "no terminal to ask for the passphrase");
}

#[test]
fn fields_of_another_length_are_refused() {
    let honest = fields(argon2(1 << 20, 1, 1));
    let mut tried = 0;
    for at in 0..honest.len() - 1 {
        for length in [0, 1, 3, 5, 11, 13, 31, 33] {
            let mut changed = honest.clone();
            changed[at].1.resize(length, 1);
            let (error, _) = said(&four(&changed), &[]);
            assert!(error.starts_with("field ") || error == "damaged or cut", "field {} of {length} bytes: {error}", honest[at].0);
            tried += 1;
        }
    }
    assert_eq!(tried, 40);
    for (fields, error) in [
        ([&honest[..5], &[(13, vec![])]].concat(), "an unknown field 13 in the header"),
        ([&honest[..1], &honest].concat(), "two of field 2 in the header"),
        (honest[1..].to_vec(), "field 2 of the header is missing or not 16 bytes long"),
        ([&[(2, vec![1; 16])], &honest[1..]].concat(), "an unknown cipher"),
        ([&honest[..1], &[(3, vec![2, 0, 0, 0])], &honest[2..]].concat(), "an unknown compression"),
    ] {
        assert_eq!(said(&four(&fields), &[]).0, error);
    }
    let mut five = four(&honest);
    five[10] = 5;
    assert_eq!(said(&five, &[]).0, "KDBX version 5, and only 3 and 4 can be read");
}

#[test]
fn a_wrong_key_is_told_apart_from_damage() {
    let scratch = Scratch::new();
    let whole = scratch.path("whole.kdbx");
    let mut convert = sfcred(["convert", "--to", "kdbx", "--quiet", "-o"]);
    run(convert.arg(&whole).arg(reference()).args(unlock("to", "kdbx"))).assert_code(0, "writing");
    let bytes = fs::read(&whole).unwrap();
    let right = unlock("from", "kdbx");
    let right: Vec<&str> = right.iter().map(String::as_str).collect();
    let wrong = scratch.write("wrong.txt", "another-passphrase\n");
    let wrong = ["--from-passphrase-file", wrong.to_str().unwrap()];
    assert_eq!(said(&bytes, &wrong).0, "wrong passphrase");
    let key = scratch.write("key", [1; 32]);
    assert_eq!(said(&bytes, &[&right[..], &["--from-key-file", key.to_str().unwrap()]].concat()).0, "wrong passphrase or key file");
    // One bit anywhere is damage: of the header, its checksum, a block, the end.
    let mut tried = 0;
    for at in (8..bytes.len()).step_by(61).chain(bytes.len() - 40..bytes.len()) {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        let (error, _) = said(&changed, &right);
        assert!(!error.starts_with("wrong passphrase") || (200..400).contains(&at), "byte {at}: {error}");
        tried += 1;
    }
    assert!(tried > 80, "{tried}");
    assert_eq!(said(&bytes[..bytes.len() - 36], &right).0, "damaged or cut", "the end block counts");
    assert_eq!(said(&[&bytes[..], b"x"].concat(), &right).0, "something behind the end of the database");
}
