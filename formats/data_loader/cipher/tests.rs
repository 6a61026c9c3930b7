//! Values that Data Loader itself has encrypted or accepted.

use super::*;

const KEY_FILE: [u8; 16] = 0xf0f1_f2f3_f4f5_f6f7_f8f9_fafb_fcfd_feff_u128.to_be_bytes();
const IV: [u8; 16] = 0x7879_7a7b_7c7d_7e7f_8081_8283_8485_8687_u128.to_be_bytes();

/// What the class of version 67 takes for these plain texts.
const NEW: [(&str, &str); 3] = [
    ("Tr0ub4dor&3", "78797a7b7c7d7e7ffffefdfcfbfaf9f889bbfae821571273f766c49c88142754"),
    (
        "Tr0ub4dor&3AbCdEfGhIjKlMnOpQrStUvWx",
        "78797a7b7c7d7e7ffffefdfcfbfaf9f85796fc9f8a86b2e41c131759e404150d67ec41549e3843a4bbf608c93a8449f1af7ca8da32e37d2c04dc39fad5265e99",
    ),
    ("p", "78797a7b7c7d7e7ffffefdfcfbfaf9f87df8c7ff1962de43cb22d723f49854db"),
];
/// What versions before 42.1 made of the first of them, with the built-in key.
const OLD: &str = "56a08f1dde67ff250dfb74cc8c9fc396";

fn open(key: &Key, text: &str) -> Option<String> {
    key.decrypt(&decode(text.as_bytes())?).map(|plain| plain.value.expose().to_owned())
}

#[test]
fn values_of_the_present_version() {
    let key = Key::of(&KEY_FILE).unwrap();
    for (plain, text) in NEW {
        assert_eq!(open(&key, text).as_deref(), Some(plain));
        assert_eq!(open(&key, &text.to_uppercase()).as_deref(), Some(plain));
        assert_eq!(open(&key, &format!("{text}0")).as_deref(), Some(plain), "an odd last digit counts for nothing");
        assert_eq!(key.encrypt(&plain.into(), IV).as_deref(), Some(text));
    }
    // What stands behind the first 16 bytes of a key file counts for nothing.
    let longer = Key::of(&[&KEY_FILE[..], b"\nmore"].concat()).unwrap();
    assert_eq!(open(&longer, NEW[0].1).as_deref(), Some(NEW[0].0));
}

#[test]
fn values_of_old_versions() {
    assert_eq!(open(&Key::built_in(), OLD).as_deref(), Some(NEW[0].0));
    assert_eq!(decode(OLD.as_bytes()).unwrap()[..], 0x56df_f01d_a167_8025_0d84_74b3_f3e0_bce9_u128.to_be_bytes());
    assert_eq!(decode(BUILT_IN).unwrap()[..], 0x51a2_dc0b_9d26_233d_u64.to_be_bytes());
    // The same key in a file, which is 16 bytes long as well.
    for file in ["51dda30be226233d", "51DDA30BE226233D\r\nmore", " 51dda30be226233d \n"] {
        assert_eq!(open(&Key::of(file.as_bytes()).unwrap(), OLD).as_deref(), Some(NEW[0].0), "{file:?}");
    }
}

#[test]
fn a_wrong_key_opens_nothing() {
    let wrong = Key::of(&[7; 16]).unwrap();
    for (_, text) in NEW {
        assert_eq!(open(&wrong, text), None);
        assert_eq!(open(&Key::built_in(), text), None);
    }
    assert_eq!(open(&Key::of(&KEY_FILE).unwrap(), OLD), None);
    assert!(Key::of(b"").is_none() && Key::of(&[7; 15]).is_none() && Key::of(b"51dda30be22623\n").is_none());
}

#[test]
fn every_byte_is_written_its_own_way() {
    let all: Vec<u8> = (0..=255).collect();
    assert_eq!(decode(encode(&all).as_bytes()).unwrap()[..], all);
    assert_eq!(encode(&[0x00, 0x7F, 0x80, 0xFF]), "007fff80");
    for text in ["0g", "é", "0 0", "000é"] {
        assert!(decode(text.as_bytes()).is_none(), "{text}");
    }
}

#[test]
fn any_text_comes_back() {
    let key = Key::of(&KEY_FILE).unwrap();
    for length in 0..70 {
        let text = format!("{}{}", "x".repeat(length), "пароль 🔒\r\n\t");
        assert_eq!(open(&key, &key.encrypt(&text.as_str().into(), IV).unwrap()).unwrap(), text);
    }
    assert_eq!(open(&key, &key.encrypt(&"".into(), IV).unwrap()).unwrap(), "");
}

#[test]
fn only_text_counts() {
    let read = |bytes: &[u8]| plain(bytes).map(|plain| (plain.value.expose().to_owned(), plain.windows));
    assert_eq!(read("Grün€".as_bytes()), Some(("Grün€".to_owned(), false)));
    assert_eq!(read(b"Gr\xFCn-\x80"), Some(("Grün-€".to_owned(), true)));
    for bytes in [&b"a\0b"[..], b"a\x01", b"Gr\xFCn\x02", b"abc\x81", b"abcd\xD7\x95\xA8", b"a\xFC\xFC"] {
        assert_eq!(read(bytes), None, "{bytes:?}");
    }
}
