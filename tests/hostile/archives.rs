//! Archives, which can say two things at once and be far larger than they look.

use std::io::Write;

use flate2::{Compression, Crc, write::DeflateEncoder};

use super::SECRET;
use super::tool::{Scratch, run, sfcred};

/// Packs members, whatever their names are.
fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in members {
        let mut crc = Crc::new();
        crc.update(content);
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(content).unwrap();
        let packed = encoder.finish().unwrap();
        // Version, flags, method 8, time and date; then what every entry says of its content.
        let mut entry = vec![20, 0, 0, 0, 8, 0, 0, 0, 0x21, 0];
        for number in [crc.sum() as usize, packed.len(), content.len()] {
            entry.extend(u32::try_from(number).unwrap().to_le_bytes());
        }
        entry.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        entry.extend([0; 2]);
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&entry);
        directory.extend([0; 10]);
        directory.extend(u32::try_from(bytes.len()).unwrap().to_le_bytes());
        directory.extend(name.as_bytes());
        bytes.extend(b"PK\x03\x04");
        bytes.extend(entry);
        bytes.extend(name.as_bytes());
        bytes.extend(packed);
    }
    let count = u16::try_from(members.len()).unwrap().to_le_bytes();
    let sizes = [directory.len(), bytes.len()].map(|size| u32::try_from(size).unwrap().to_le_bytes());
    bytes.extend(directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend([count, count].concat());
    bytes.extend(sizes.concat());
    bytes.extend([0; 2]);
    bytes
}

const EXPORT: &str = r#"{"accounts":[{"attrs":{},"vaults":[{"attrs":{"name":"V","type":"P"},"items":[
{"categoryUuid":"001","details":{"loginFields":[{"value":"ops@harbor-widgets.example","designation":"username"},
{"value":"S3cr3t","designation":"password"}]},"overview":{"title":"Ops","url":"https://login.salesforce.com"}}]}]}]}"#;

/// Makes sure that every verb refuses the archive in these words.
fn refuse(bytes: &[u8], error: &str) {
    let scratch = Scratch::new();
    scratch.write("a.1pux", bytes);
    for verb in [&["convert", "--to", "chrome-csv", "-o", "out"][..], &["check"], &["inspect"]] {
        for from in [&[][..], &["--from", "1password-1pux"]] {
            let ended = run(sfcred(verb).args(from).arg("a.1pux").current_dir(scratch.path("")));
            ended.assert_error(error);
            assert!(!ended.stderr.contains(SECRET));
        }
    }
    assert_eq!(scratch.names(), ["a.1pux"]);
}

#[test]
fn a_sound_one_is_read() {
    let scratch = Scratch::new();
    let keeper = r#"{"records":[{"title":"Ops","login":"ops@harbor-widgets.example","password":"S3cr3t","login_url":"https://login.salesforce.com"}]}"#;
    for (name, members) in [
        ("a.1pux", [("export.attributes", &b"{}"[..]), ("export.data", EXPORT.as_bytes()), ("files/x__photo.png", b"png")]),
        ("b.zip", [("files/", &b""[..]), ("export.json", keeper.as_bytes()), ("files/AbC", b"png")]),
    ] {
        scratch.write(name, zip(&members));
        let ended = run(sfcred(["convert", name, "--to", "chrome-csv", "-o", "-"]).current_dir(scratch.path("")));
        ended.assert_code(0, name);
        assert!(String::from_utf8(ended.stdout).unwrap().contains(",ops@harbor-widgets.example,S3cr3t,"), "{name}");
        assert!(ended.stderr.contains("other files of the archive"), "{name}: {}", ended.stderr);
    }
}

#[test]
fn a_bomb() {
    let bomb = zip(&[("export.data", &[b"{\"accounts\":[".to_vec(), vec![b' '; 64 << 20]].concat())]);
    let most = 200 * u32::from_le_bytes(bomb[18..22].try_into().unwrap());
    assert!(most < 32 << 20);
    refuse(&bomb, &format!("a.1pux, member export.data: the member unpacks to more than {most} bytes, the limit"));
}

#[test]
fn two_members_of_one_name() {
    let other = EXPORT.replace("S3cr3t", "0th3r");
    let bytes = zip(&[("export.data", EXPORT.as_bytes()), ("export.data", other.as_bytes())]);
    refuse(&bytes, "a.1pux, member export.data: two members of one name");
}

#[test]
fn names_that_lead_out() {
    for name in ["../export.data", "/export.data", "files/../../x"] {
        let bytes = zip(&[("export.data", EXPORT.as_bytes()), (name, b"x")]);
        refuse(&bytes, &format!("a.1pux, member {name}: a name that leads out of the archive"));
    }
}

#[test]
fn a_cut_or_changed_one() {
    let bytes = zip(&[("export.attributes", b"{}"), ("export.data", EXPORT.as_bytes())]);
    for end in [4, 40, bytes.len() / 2, bytes.len() - 30, bytes.len() - 1] {
        refuse(&bytes[..end], "a.1pux: the archive is damaged");
    }
    let at = bytes.windows(11).position(|name| name == b"export.data").unwrap() + 60;
    let mut changed = bytes.clone();
    changed[at] ^= 0x10;
    refuse(&changed, "a.1pux, member export.data: the archive is damaged");
}

#[test]
fn one_in_another() {
    let inner = zip(&[("export.data", EXPORT.as_bytes())]);
    refuse(&zip(&[("export.data", &inner)]), "a.1pux: an archive inside an archive");
}
