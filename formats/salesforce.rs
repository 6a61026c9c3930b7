//! What is known of Salesforce itself: its hosts.

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

/// Whether a value looks like a security token: 24 or 25 letters and digits, with a digit, a capital and a small letter, and ten different
/// ones at least. Source: `salesforce.md` of the facts, section 1.1.
pub fn is_token_like(value: &str) -> bool {
    let bytes = value.as_bytes();
    let has = |kind: fn(&u8) -> bool| bytes.iter().any(kind);
    matches!(bytes.len(), 24 | 25)
        && bytes.iter().all(u8::is_ascii_alphanumeric)
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && bytes.iter().collect::<std::collections::BTreeSet<_>>().len() >= 10
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
}
