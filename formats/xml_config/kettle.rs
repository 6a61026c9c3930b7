//! The values of a step of Kettle. Its passwords are masked with a number that is in every copy of the program.

use zeroize::Zeroizing;

use crate::Secret;
use crate::keys::{Entry, expanded};

/// What stands before a masked password.
const MASKED: &str = "Encrypted ";
/// The number, as Kettle's class `Encr` has it: 933910847463829827159347601486730416058.
const MASK: [u8; 17] = [0x02, 0xbe, 0x98, 0xaf, 0xc8, 0x6a, 0xa7, 0xf2, 0xe4, 0xcb, 0x79, 0xce, 0x10, 0xbe, 0xf2, 0xcf, 0xba];

/// The entry of a value, unmasked.
pub(super) fn entry(key: &str, value: &str, line: u64) -> Entry {
    let mut entry = Entry { path: vec![key.to_owned()], line, ..Entry::default() };
    let variable = value.len() > 4 && value.starts_with("%%") && value.ends_with("%%");
    if variable || expanded(value) {
        entry.reference = Some("a variable");
    }
    match value.strip_prefix(MASKED).map(unmask) {
        Some(Some(plain)) => entry.value = plain,
        Some(None) => entry.flaw = Some("not what Kettle writes behind `Encrypted`"),
        None => entry.value = value.into(),
    }
    entry
}

/// The password behind hexadecimal digits: both are numbers, so that zeros before them are not written.
fn unmask(digits: &str) -> Option<Secret> {
    let digits = digits.trim();
    let mut bytes = Zeroizing::new(Vec::with_capacity(digits.len() / 2 + MASK.len()));
    for pair in digits.as_bytes().rchunks(2) {
        let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        bytes.push(pair.iter().try_fold(0_u8, |byte, half| Some(byte << 4 | digit(*half)?))?);
    }
    if bytes.is_empty() {
        return Some(Secret::default());
    }
    // The last byte stands first here.
    let length = bytes.len().max(MASK.len());
    bytes.resize(length, 0);
    for (byte, mask) in bytes.iter_mut().zip(MASK.iter().rev()) {
        *byte ^= mask;
    }
    while bytes.last() == Some(&0) {
        bytes.pop();
    }
    bytes.reverse();
    let text = std::str::from_utf8(&bytes).ok()?;
    text.chars().all(|character| !character.is_control()).then(|| text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unmasked(digits: &str) -> Option<String> {
        unmask(digits).map(|plain| plain.expose().to_owned())
    }

    #[test]
    fn passwords_are_unmasked() {
        // The first is what every manual shows.
        for (digits, plain) in [
            ("2be98afc86aa7f2e4cb79ce71da9fa6d4", "admin"),
            ("2BE98AFC86AA7F2E4CB79CE71DA9FA6D4", "admin"),
            ("2be98afc86aa7f2e4cb79ce10bef2cfba", ""),
            ("", ""),
        ] {
            assert_eq!(unmasked(digits).as_deref(), Some(plain), "{digits}");
        }
        for digits in ["x", "-2be98afc86aa7f2e4cb79ce71da9fa6d4", "00", "é", "2be98afc86aa7f2e4cb79ce71da9fa6bb"] {
            assert_eq!(unmasked(digits), None, "{digits}");
        }
    }

    #[test]
    fn longer_passwords_reach_over_the_mask() {
        let plain = "Quartz-Lantern-42!Qx7LmT2vRk9ZpB4nWc6HdY1s";
        let mut bytes = plain.as_bytes().to_vec();
        let from = bytes.len() - MASK.len();
        bytes[from..].iter_mut().zip(MASK).for_each(|(byte, mask)| *byte ^= mask);
        let digits = bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
        assert_eq!(unmasked(&digits).as_deref(), Some(plain));
    }
}
