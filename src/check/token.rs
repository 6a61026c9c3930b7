//! What a security token looks like, and what people put in its place.

use sfcred_formats::salesforce::{TOKEN_LENGTHS, is_mixed};

/// What stands in the place of the token. Nobody can verify a token offline; this is about its looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Nothing.
    Absent,
    /// 24 or 25 letters and digits.
    Normal,
    /// 15 to 40 letters and digits, but not 24 or 25.
    OddLength,
    /// Of another length.
    WrongLength,
    /// Something that is neither letter nor digit is in it.
    WrongCharacter,
    /// A text that waits for a token.
    Placeholder,
    /// Another kind of secret: which.
    OtherSecret(&'static str),
}

impl Shape {
    /// Whether it can be a token.
    pub const fn is_token(self) -> bool {
        matches!(self, Self::Normal | Self::OddLength)
    }
}

/// Says what a token looks like, without regard to blanks at its ends.
pub fn shape(token: &str) -> Shape {
    // What nearly every record has, and what no placeholder is.
    if TOKEN_LENGTHS.contains(&token.len()) && is_mixed(token) {
        return Shape::Normal;
    }
    let token = token.trim();
    if let Some(kind) = other_secret(token) {
        return Shape::OtherSecret(kind);
    }
    if is_placeholder(token) {
        return Shape::Placeholder;
    }
    if !token.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Shape::WrongCharacter;
    }
    match token.len() {
        24 | 25 => Shape::Normal,
        15..=40 => Shape::OddLength,
        _ => Shape::WrongLength,
    }
}

/// The text without white space at its ends, at a glance where there is none.
pub(super) fn trimmed(text: &str) -> &str {
    let is_plain = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_graphic);
    let bytes = text.as_bytes();
    if is_plain(bytes.first()) && is_plain(bytes.last()) { text } else { text.trim() }
}

/// Secrets of Salesforce that end up in the token's place.
fn other_secret(text: &str) -> Option<&'static str> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let hex = || text.bytes().all(|byte| byte.is_ascii_hexdigit());
    Some(match text.len() {
        _ if text.starts_with("00D") && text.contains('!') && text.len() > 30 => "a session id or access token",
        _ if text.starts_with("3MVG9") && text.len() > 40 => "the consumer key of a connected app",
        _ if text.starts_with("5Aep861") => "an OAuth refresh token",
        _ if text.starts_with("force://") => "an sfdx auth URL",
        _ if text.starts_with("-----BEGIN") => "a private key",
        _ if text.starts_with("[REDACTED]") => "what the Salesforce CLI prints in place of a secret",
        6 if digits => "a one-time code",
        15..=20 if digits => "the consumer secret of a connected app",
        64 if hex() => "the consumer secret of a connected app",
        _ => return None,
    })
}

/// Texts that wait for a token.
fn is_placeholder(text: &str) -> bool {
    let wrapped = [("<", ">"), ("${", "}"), ("{{", "}}"), ("[", "]"), ("%", "%")];
    if wrapped.iter().any(|(begin, end)| text.len() > begin.len() + end.len() && text.starts_with(begin) && text.ends_with(end)) {
        return true;
    }
    let first = text.bytes().next();
    if text.len() >= 3 && text.bytes().all(|byte| Some(byte) == first) {
        return true;
    }
    let word: String = text.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect();
    let words = ["token", "securitytoken", "changeme", "todo", "tbd", "none", "null", "na", "placeholder", "secret"];
    words.contains(&word.as_str())
        || ["yourtoken", "yoursecuritytoken", "yoursalesforce", "mytoken", "mysecuritytoken"].iter().any(|start| word.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    const T24: &str = "Qx7LmT2vRk9ZpB4nWc6HdY1s";
    const T25: &str = "h3VbN8cTq5XkZr2WmPj7LdYs9";

    #[test]
    fn shapes() {
        assert_eq!(shape(T24), Shape::Normal);
        assert_eq!(shape(T25), Shape::Normal);
        assert_eq!(shape(&format!(" {T25}\n")), Shape::Normal, "white space is another rule's");
        assert_eq!(shape("abcdefghijklmnopqrstuvwx"), Shape::Normal, "unlikely, not impossible");
        assert_eq!(shape(&T24[..15]), Shape::OddLength);
        assert_eq!(shape(&T24[..14]), Shape::WrongLength);
        assert_eq!(shape(&format!("{T24}{}", &T24[..16])), Shape::OddLength);
        assert_eq!(shape(&format!("{T24}{}", &T24[..17])), Shape::WrongLength);
        assert_eq!(shape("Qx7LmT2vRk9Z B4nWc6HdY1s"), Shape::WrongCharacter);
        assert_eq!(shape("1234!"), Shape::WrongCharacter);
    }

    #[test]
    fn what_is_no_token() {
        for text in [
            "XXXXXXXXXXXXXXXXXXXXXXXX",
            "your_token",
            "YOUR-SECURITY-TOKEN",
            "yourSecurityTokenGoesHere",
            "<token>",
            "${SF_TOKEN}",
            "{{ token }}",
            "***",
            "TODO",
        ] {
            assert_eq!(shape(text), Shape::Placeholder, "{text}");
        }
        for text in [
            "123456",
            "1234567890123456",
            "force://abc",
            "[REDACTED] use another command",
            "5Aep861fake",
            "00D000000000001!AQ.FakeFakeFakeFakeFakeFake",
        ] {
            assert!(matches!(shape(text), Shape::OtherSecret(_)), "{text}");
        }
    }
}
