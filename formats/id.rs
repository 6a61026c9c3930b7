//! Identifiers for documents whose entries must have one.
//!
//! They follow from the words they are made of, so that the same records make the same file, byte for byte.

/// 128 bits that are the same for the same words (FNV-1a, without any claim to secrecy).
pub(crate) fn of(words: &[&str]) -> u128 {
    let mut id: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    for word in words {
        // No UTF-8 holds 0xFF, so that words cannot run into each other.
        for byte in word.bytes().chain([0xFF]) {
            id = (id ^ u128::from(byte)).wrapping_mul(0x0100_0000_0000_0000_0000_013B);
        }
    }
    id
}

/// As 32 hexadecimal digits, which are base64url as well.
pub(crate) fn hex(id: u128) -> String {
    format!("{id:032x}")
}

/// As a UUID of version 8, which is the one for identifiers of one's own making.
pub(crate) fn uuid(id: u128) -> String {
    let mut text = String::with_capacity(36);
    for (at, digit) in hex(id).chars().enumerate() {
        if matches!(at, 8 | 12 | 16 | 20) {
            text.push('-');
        }
        text.push(match at {
            12 => '8',
            16 => ['8', '9', 'a', 'b'][digit.to_digit(16).unwrap_or(0) as usize % 4],
            _ => digit,
        });
    }
    text
}

/// As 26 lower-case characters of base32.
pub(crate) fn base32(id: u128) -> String {
    let mut text = String::with_capacity(26);
    for at in (0..26).rev() {
        let bits = u8::try_from((id >> (5 * at)) & 31).unwrap_or(0);
        text.push(char::from(if bits < 26 { b'a' + bits } else { b'2' + bits - 26 }));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follow_from_their_words() {
        assert_eq!(hex(of(&[])), "6c62272e07bb014262b821756295c58d");
        assert_eq!(of(&["a", "b"]), of(&["a", "b"]));
        assert_ne!(of(&["a", "b"]), of(&["ab"]));
        assert_ne!(of(&["a"]), of(&["a", ""]));
    }

    #[test]
    fn have_the_shape_that_products_expect() {
        assert_eq!(uuid(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef), "01234567-89ab-8def-8123-456789abcdef");
        assert_eq!(base32(0), "a".repeat(26));
        assert_eq!(base32(u128::MAX), format!("h{}", "7".repeat(25)));
    }
}
