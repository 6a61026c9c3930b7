//! What is known of Salesforce itself: its hosts, the looks of its tokens, and what voids one.

use chrono::TimeDelta;

use crate::Moment;

/// Whether `url` leads to Salesforce: the login hosts, a My Domain, a sandbox, or one of the hosts of its user interface.
pub fn is_salesforce(url: &str) -> bool {
    let Some(host) = host(url) else { return false };
    ["salesforce.com", "salesforce.mil", "force.com", "my.site.com", "sfcrmapps.cn"].iter().any(|domain| {
        host.len() >= domain.len()
            && host[host.len() - domain.len()..].eq_ignore_ascii_case(domain)
            && (host.len() == domain.len() || host.as_bytes()[host.len() - domain.len() - 1] == b'.')
    })
}

/// The host of a URL, or of an address without a scheme.
pub fn host(url: &str) -> Option<&str> {
    // Byte by byte, because it is asked of every record.
    let bytes = url.as_bytes();
    let scheme = bytes.iter().position(|byte| *byte == b':').filter(|at| bytes[at + 1..].starts_with(b"//"));
    let (mut begin, mut port) = (scheme.map_or(0, |at| at + 3), None);
    let mut end = bytes.len();
    for (at, byte) in bytes.iter().enumerate().skip(begin) {
        match byte {
            b'/' | b'?' | b'#' => {
                end = at;
                break;
            }
            // What came before was a user, perhaps with a password.
            b'@' => (begin, port) = (at + 1, None),
            b':' if port.is_none() => port = Some(at),
            _ => {}
        }
    }
    let host = &url[begin..port.unwrap_or(end)];
    (host.is_ascii() && !host.is_empty()).then_some(host)
}

/// The origin of a URL: scheme, host and port.
pub fn origin(url: &str) -> &str {
    let begin = url.find("://").map_or(0, |at| at + 3);
    url[begin..].find(['/', '?', '#']).map_or(url, |at| &url[..begin + at])
}

/// The lengths of security tokens.
pub const TOKEN_LENGTHS: [usize; 2] = [24, 25];

/// Whether a value looks like a security token: 24 or 25 letters and digits, with a digit, a capital and a small letter, and ten different
/// ones at least. A random one lacks a digit once in seventy times, and a letter of either case hardly ever. Source: `salesforce.md` of the
/// facts, section 1.1.
pub fn is_token_like(value: &str) -> bool {
    if !TOKEN_LENGTHS.contains(&value.len()) || !is_mixed(value) {
        return false;
    }
    let mut seen = 0_u128;
    for byte in value.bytes() {
        seen |= 1 << (byte & 127);
    }
    seen.count_ones() >= 10
}

/// Whether there are digits, capital and small letters, and nothing else. It is asked of every record, so it looks up each byte.
pub fn is_mixed(text: &str) -> bool {
    text.bytes().fold(0, |seen, byte| seen | KINDS[usize::from(byte)]) == 7
}

/// A bit for what each byte is: a digit, a capital letter, a small one, anything else.
const KINDS: [u8; 256] = {
    let mut kinds = [8; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        kinds[byte as usize] = match byte {
            b'0'..=b'9' => 1,
            b'A'..=b'Z' => 2,
            b'a'..=b'z' => 4,
            _ => 8,
        };
        byte += 1;
    }
    kinds
};

/// The ways to split a password that may have a token at its end, by the length of the token. Source: `salesforce.md` of the facts, section 1.6.
pub fn splits(password: &str) -> Vec<usize> {
    let tail = password.bytes().rev().take_while(u8::is_ascii_alphanumeric).count();
    let fits = |length: &usize| {
        let rest = password.len().checked_sub(*length).filter(|rest| *rest >= SHORTEST_PASSWORD);
        *length <= tail && rest.and_then(|rest| password.get(rest..)).is_some_and(is_token_like)
    };
    TOKEN_LENGTHS.into_iter().filter(fits).collect()
}

/// The least that Salesforce's policies ask of a password.
const SHORTEST_PASSWORD: usize = 5;

/// A change of the password issues a token of its own within minutes, so one this close is not void.
const SAME_CHANGE: TimeDelta = TimeDelta::minutes(10);

/// Whether this change of the password certainly voids a token that was issued then. Source: `salesforce.md` of the facts, section 1.2.
pub fn voids(changed: Moment, issued: Moment) -> bool {
    match (changed, issued) {
        (Moment::Instant(changed), Moment::Instant(issued)) => changed > issued + SAME_CHANGE,
        _ => changed.is_after(issued),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_its_hosts() {
        for url in [
            "https://login.salesforce.com",
            "https://test.salesforce.com/",
            "https://acme.my.salesforce.com/home",
            "acme--uat.sandbox.my.salesforce.com",
            "https://ACME.Lightning.Force.com/x?y",
            "https://user@na1.salesforce.com:443/",
        ] {
            assert!(is_salesforce(url), "{url}");
        }
        for url in [
            "",
            "https://notsalesforce.com",
            "https://salesforce.com.evil.example",
            "https://example.com/salesforce.com",
            "https://ñ.force.com",
        ] {
            assert!(!is_salesforce(url), "{url}");
        }
    }

    #[test]
    fn origins() {
        assert_eq!(origin("https://a.example:8443/path?x#y"), "https://a.example:8443");
        assert_eq!(origin("https://a.example"), "https://a.example");
        assert_eq!(origin("a.example/path"), "a.example");
    }

    const T24: &str = "Qx7LmT2vRk9ZpB4nWc6HdY1s";
    const T25: &str = "h3VbN8cTq5XkZr2WmPj7LdYs9";

    /// The table of the facts, section 1.6, as far as it goes without a known token or password.
    #[test]
    fn splits_as_the_table_says() {
        let table = [
            (format!("Quartz-Lantern-42!{T24}"), vec![24]),
            (format!("Quartz-Lantern-42!{T25}"), vec![24, 25]),
            (format!("maple7Kettle{T24}"), vec![24, 25]),
            (format!("maple7Kettle{T25}"), vec![24, 25]),
            ("maple7Kettle".to_owned(), vec![]),
            (T24.to_owned(), vec![]),
            (format!("maple7Kettle{}", &T24[..20]), vec![24, 25]),
            ("correcthorsebatterystaplecorrect".to_owned(), vec![]),
            (format!("Quartz-Lantern-42!{}", "X".repeat(24)), vec![]),
            (format!("Abc-1!{T24}"), vec![24]),
        ];
        for (password, lengths) in table {
            assert_eq!(splits(&password), lengths, "{password}");
        }
    }
}
