//! Sealing and opening as a whole.

use std::io::Write;
use std::time::{Duration, Instant};

use age::x25519::Identity;
use age::{Recipient, scrypt, secrecy::ExposeSecret};

use super::*;

const PLAIN: &[u8] = b"fictional content";

/// Keys that count how often they are asked.
#[derive(Default)]
struct Fake {
    files: Vec<Vec<u8>>,
    passphrases: Vec<&'static str>,
    asked: Vec<Option<String>>,
}

impl Keys for Fake {
    fn identity_files(&mut self) -> Result<Vec<(String, Zeroizing<Vec<u8>>)>> {
        Ok(self.files.iter().zip(1..).map(|(bytes, number)| (format!("key{number}"), Zeroizing::new(bytes.clone()))).collect())
    }

    fn passphrase(&mut self, identity: Option<&str>) -> Result<SecretString> {
        self.asked.push(identity.map(str::to_owned));
        Ok(self.passphrases.remove(0).into())
    }

    fn again(&mut self, _: Option<&str>) -> bool {
        !self.passphrases.is_empty()
    }
}

fn with_files<const N: usize>(files: [&[u8]; N]) -> Fake {
    Fake { files: files.map(<[u8]>::to_vec).into(), ..Fake::default() }
}

fn with_identity(identity: &Identity) -> Fake {
    with_files([identity.to_string().expose_secret().as_bytes()])
}

fn with_passphrases<const N: usize>(passphrases: [&'static str; N]) -> Fake {
    Fake { passphrases: passphrases.into(), ..Fake::default() }
}

fn open_all(bytes: &[u8], keys: &mut Fake) -> Result<Vec<u8>, String> {
    let mut plain = Vec::new();
    let opened = open(Box::new(bytes), keys, MAX_WORK_FACTOR).map_err(|error| {
        assert!(error.hint_text().is_some());
        error.to_string()
    });
    match opened?.read_to_end(&mut plain) {
        Ok(_) => Ok(plain),
        Err(error) => Err(Error::from(error).to_string()),
    }
}

fn seal_all(plain: &[u8], to: &To, armor: bool) -> Vec<u8> {
    let mut sealer = seal(Vec::new(), to, armor).unwrap();
    sealer.write_all(plain).unwrap();
    sealer.finish().unwrap()
}

fn to<const N: usize>(identities: [&Identity; N]) -> To {
    To::Recipients(identities.map(|identity| Box::new(identity.to_public()) as Box<dyn Recipient + Send>).into())
}

/// Sealed with little work, which `seal` never does.
fn cheap(plain: &[u8], passphrase: &str, work_factor: u8) -> Vec<u8> {
    let mut recipient = scrypt::Recipient::new(passphrase.into());
    recipient.set_work_factor(work_factor);
    age::encrypt(&recipient, plain).unwrap()
}

#[test]
fn every_recipient_opens() {
    let (first, second) = (Identity::generate(), Identity::generate());
    let long = vec![7; 3 << 16];
    for plain in [&b""[..], PLAIN, &long, &long[1..]] {
        for armor in [false, true] {
            let bytes = seal_all(plain, &to([&first, &second]), armor);
            assert!(is_sealed(&bytes));
            assert_eq!(open_all(&bytes, &mut with_identity(&first)).as_deref(), Ok(plain));
            assert_eq!(open_all(&bytes, &mut with_identity(&second)).as_deref(), Ok(plain));
        }
    }
}

#[test]
fn passphrase_has_work_factor_18() {
    let bytes = seal_all(PLAIN, &To::Passphrase("fake".into()), false);
    let header = String::from_utf8_lossy(&bytes);
    assert_eq!(header.lines().nth(1).and_then(|line| line.rsplit(' ').next()), Some("18"));
    assert_eq!(open_all(&bytes, &mut with_passphrases(["fake"])).as_deref(), Ok(PLAIN));
}

#[test]
fn asks_again_for_a_wrong_passphrase() {
    let bytes = cheap(PLAIN, "fake", 2);
    let mut keys = with_passphrases(["wrong", "fake", "unused"]);
    assert_eq!(open_all(&bytes, &mut keys).as_deref(), Ok(PLAIN));
    assert_eq!(keys.asked, [None, None]);
    assert_eq!(open_all(&bytes, &mut with_passphrases(["wrong"])), Err("wrong passphrase".to_owned()));
}

#[test]
fn refuses_work_before_doing_it() {
    // 2 GiB and some seconds; the passphrase is not even asked for.
    let text = String::from_utf8_lossy(&cheap(PLAIN, "fake", 2)).replace(" 2\n", " 21\n");
    let mut keys = Fake::default();
    let error = open_all(text.as_bytes(), &mut keys);
    assert_eq!(error, Err("its passphrase takes work factor 21, and the limit is 20".to_owned()));
    assert!(keys.asked.is_empty());
}

#[test]
fn tells_missing_from_wrong_identities() {
    let bytes = seal_all(PLAIN, &to([&Identity::generate()]), false);
    assert_eq!(open_all(&bytes, &mut Fake::default()), Err("sealed to recipients, and no identity was given".to_owned()));
    assert_eq!(open_all(&bytes, &mut with_identity(&Identity::generate())), Err("no identity matches".to_owned()));
    assert_eq!(open_all(&bytes, &mut with_files([b"#\nsecret"])), Err("key1, line 2: not an identity".to_owned()));
}

#[test]
fn unlocks_identity_files_only_when_needed() {
    let (plain, locked) = (Identity::generate(), Identity::generate());
    let file = cheap(locked.to_string().expose_secret().as_bytes(), "fake", 2);
    let mut keys = with_files([&file, plain.to_string().expose_secret().as_bytes()]);

    assert_eq!(open_all(&seal_all(PLAIN, &to([&plain]), false), &mut keys).as_deref(), Ok(PLAIN));
    assert!(keys.asked.is_empty());

    let bytes = seal_all(PLAIN, &to([&locked]), true);
    keys.passphrases = vec!["wrong", "fake"];
    assert_eq!(open_all(&bytes, &mut keys).as_deref(), Ok(PLAIN));
    assert_eq!(keys.asked, [Some("key1".to_owned()), Some("key1".to_owned())]);
    keys.passphrases = vec!["wrong"];
    assert_eq!(open_all(&bytes, &mut keys), Err("key1: wrong passphrase".to_owned()));

    let nested = cheap(&file, "fake", 2);
    keys = Fake { passphrases: vec!["fake"], ..with_files([&nested]) };
    assert_eq!(open_all(&bytes, &mut keys), Err("key1, line 1: not an identity".to_owned()));
    let to_recipient = seal_all(b"", &to([&plain]), false);
    assert_eq!(open_all(&bytes, &mut with_files([&to_recipient])), Err("key1: an identity file that is sealed to recipients".to_owned()));
}

#[test]
fn takes_white_space_before_armor_only() {
    let identity = Identity::generate();
    let mut keys = with_identity(&identity);
    let bytes = seal_all(PLAIN, &to([&identity]), true);
    for blank in ["\r\n \t".to_owned(), " ".repeat(1024)] {
        let bytes = [blank.as_bytes(), &bytes].concat();
        assert!(is_sealed(&bytes[..bytes.len().min(2048)]));
        assert_eq!(open_all(&bytes, &mut keys).as_deref(), Ok(PLAIN));
    }
    for bytes in [[" ".repeat(1025).as_bytes(), &bytes].concat(), [b" ", &seal_all(PLAIN, &to([&identity]), false)[..]].concat()] {
        assert!(!is_sealed(&bytes));
        assert_eq!(open_all(&bytes, &mut keys), Err("not sealed with age".to_owned()));
    }
}

#[test]
fn no_cut_and_no_flipped_bit_passes() {
    let identity = Identity::generate();
    let mut keys = with_identity(&identity);
    for armor in [false, true] {
        let bytes = seal_all(PLAIN, &to([&identity]), armor);
        // The last line end of the armor may be missing.
        for end in 0..bytes.len() - usize::from(armor) {
            assert!(open_all(&bytes[..end], &mut keys).is_err(), "cut at {end} of {}", bytes.len());
        }
        for bit in 0..bytes.len() * 8 {
            let mut bytes = bytes.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(open_all(&bytes, &mut keys).is_err(), "bit {bit}");
        }
        for more in [&b"x"[..], &vec![0; 70_000], &bytes] {
            assert_eq!(open_all(&[&bytes, more].concat(), &mut keys), damaged(), "{} bytes more", more.len());
        }
    }
}

#[test]
fn tells_damage_of_the_content() {
    let identity = Identity::generate();
    let mut keys = with_identity(&identity);
    let bytes = seal_all(&vec![7; 200_000], &to([&identity]), false);
    for end in [bytes.len() - 1, bytes.len() - 3457, 1 << 17, 1 << 16] {
        assert_eq!(open_all(&bytes[..end], &mut keys), damaged());
    }
    let mut opened = open(Box::new(&bytes[..bytes.len() - 1]), &mut keys, 20).unwrap();
    assert!(opened.read_to_end(&mut Vec::new()).is_err());
    assert!(opened.read(&mut [0; 9]).is_err(), "once failed, always failed");
}

fn damaged() -> Result<Vec<u8>, String> {
    Err("damaged or cut: it could not be authenticated to its end".to_owned())
}

#[test]
fn floods_are_refused_at_once() {
    let start = Instant::now();
    let header = "-> X25519 AAAA\nAAAA\n".repeat(100_000);
    let error = open_all(format!("age-encryption.org/v1\n{header}").as_bytes(), &mut Fake::default());
    assert_eq!(error, Err("the header has more than 64 recipients, the limit".to_owned()));
    let endless: &mut dyn Read = &mut std::io::repeat(b'A');
    let armor = Read::chain(&b"-----BEGIN AGE ENCRYPTED FILE-----\n"[..], endless);
    assert!(open(Box::new(armor), &mut Fake::default(), 20).is_err());
    assert!(start.elapsed() < Duration::from_secs(1));
}

#[test]
fn what_is_sealed_can_be_opened() {
    let identity = Identity::generate();
    let many = |count| To::Recipients((0..count).map(|_| Box::new(identity.to_public()) as Box<dyn Recipient + Send>).collect());
    assert_eq!(open_all(&seal_all(PLAIN, &many(63), false), &mut with_identity(&identity)).as_deref(), Ok(PLAIN));
    assert_eq!(seal(Vec::new(), &many(64), false).err().map(|error| error.to_string()).as_deref(), Some("more than 63 recipients"));
    assert_eq!(seal(Vec::new(), &many(0), false).err().map(|error| error.to_string()).as_deref(), Some("no recipient"));
}

#[test]
fn names_what_is_not_age_v1() {
    let mut keys = Fake::default();
    assert_eq!(open_all(b"", &mut keys), Err("not sealed with age".to_owned()));
    assert_eq!(open_all(b"age-encryption.org/v2\n", &mut keys), Err("sealed with another version of age than v1".to_owned()));
    assert!(is_sealed(b"age-encryption.org/v2\n"));
}

#[test]
fn errors_of_the_input_stay_what_they_are() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(Error::new("too large").into())
        }
    }
    let input = Read::chain(&b"age-encryption.org/v1\n-> a"[..], Broken);
    let error = open(Box::new(input), &mut Fake::default(), 20).err().map(|error| error.to_string());
    assert_eq!(error.as_deref(), Some("too large"));
}

#[cfg(feature = "ssh")]
#[test]
fn ssh_keys_open() {
    let read = |name: &str| std::fs::read(format!("{}/tests/keys/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    for (name, passphrases, asked) in [("ssh_ed25519", vec![], 0), ("ssh_ed25519_locked", vec!["wrong", "fake-passphrase"], 2)] {
        let to = To::Recipients(recipients_file(&read(&format!("{name}.pub"))).unwrap());
        let mut keys = Fake { passphrases, ..with_files([&read(name)]) };
        assert_eq!(open_all(&seal_all(PLAIN, &to, false), &mut keys).as_deref(), Ok(PLAIN));
        assert_eq!(keys.asked.len(), asked);
    }
    let error = open_all(&seal_all(PLAIN, &to([&Identity::generate()]), false), &mut with_files([&read("ssh_ed25519")]));
    assert_eq!(error, Err("no identity matches".to_owned()));
    let cut = &read("ssh_ed25519")[..100];
    let error = open_all(&seal_all(PLAIN, &to([&Identity::generate()]), false), &mut with_files([cut]));
    assert_eq!(error, Err("key1: not an ssh key that can open files".to_owned()));
    assert_eq!(recipient("ssh-rsa AAAA").err().map(|error| error.to_string()).as_deref(), Some("not a recipient"));
}

#[cfg(feature = "plugin")]
#[test]
fn missing_plugins_are_named() {
    let bytes = seal_all(PLAIN, &to([&Identity::generate()]), false);
    let identity = age::plugin::Identity::default_for_plugin("sfcred-none").unwrap().to_string();
    let error = open_all(&bytes, &mut with_files([identity.as_bytes()]));
    assert_eq!(error, Err("key1, line 1: the plugin age-plugin-sfcred-none is not installed".to_owned()));
    assert_eq!(recipient("age1yubikey1qqqq").err().map(|error| error.to_string()).as_deref(), Some("not a recipient"));
}
