//! Connection URIs of Airflow: `type://login:password@host/schema?security_token=…`.
//!
//! Source: `salesforce.md` of the facts, section 3.7; RFC 3986.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use zeroize::Zeroizing;

use super::{Encoding, Entries, Entry, Line};
use crate::{Secret, json_config};

/// What a URI leaves as it is. Source: RFC 3986, section 2.3.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The name of the extras as one JSON document.
const EXTRAS: &str = "__extra__";

/// The parts of a URI, each with its place in it.
pub(super) fn read(value: &str) -> Option<Entries> {
    let (scheme, rest) = value.split_once("://")?;
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (user, host) = rest.rsplit_once('@').unwrap_or(("", rest));
    let (login, password) = user.split_once(':').unwrap_or((user, ""));
    let host = host.split('/').next().unwrap_or_default();
    let mut parts = Entries::new();
    let named = [("conn_type", scheme), ("login", login), ("password", password), ("host", host)];
    let extras = query.split('&').filter_map(|pair| pair.split_once('=')).map(|(key, part)| (key, part, true));
    for (key, part, is_extra) in named.into_iter().map(|(key, part)| (key, part, false)).chain(extras) {
        // A blank among the extras can be a plus.
        let escaped = if is_extra { part.replace('+', " ") } else { part.to_owned() };
        let (decoded, flaw) = match percent_decode_str(&escaped).decode_utf8() {
            Ok(decoded) => (decoded.into_owned().into(), None),
            Err(_) => (Secret::default(), Some("the escapes are no UTF-8")),
        };
        if key == EXTRAS {
            let inner = json_config::entries(decoded.expose()).unwrap_or_default();
            parts.extend(inner.into_iter().map(|part| Entry { span: None, ..part }));
            continue;
        }
        // What is empty may stand nowhere.
        let span = (!part.is_empty()).then(|| {
            let begin = part.as_ptr().addr() - value.as_ptr().addr();
            begin..begin + part.len()
        });
        parts.push(Entry { path: vec![key.to_owned()], value: decoded, span, encoding: Encoding::Uri, flaw, ..Entry::default() });
    }
    Some(parts)
}

/// A URI with these keys: `salesforce://login:password@/?security_token=…`.
pub(super) fn write(lines: &[Line]) -> Secret {
    let mut uri = Secret::from("salesforce://");
    let value = |name: &str| lines.iter().find(|line| line.name == name).map(|line| escaped(line.value.expose()));
    uri.push(&value("login").unwrap_or_default());
    uri.push(":");
    uri.push(&value("password").unwrap_or_default());
    uri.push("@/");
    let extras = lines.iter().filter(|line| !matches!(line.name.as_str(), "login" | "password"));
    for (sign, line) in std::iter::once("?").chain(std::iter::repeat("&")).zip(extras) {
        uri.push(sign);
        uri.push(&line.name);
        uri.push("=");
        uri.push(&escaped(line.value.expose()));
    }
    uri
}

/// A value as it stands in a URI.
pub(super) fn escaped(value: &str) -> Zeroizing<String> {
    Zeroizing::new(utf8_percent_encode(value, UNRESERVED).to_string())
}
