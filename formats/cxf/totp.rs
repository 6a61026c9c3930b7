//! One-time passwords: the key URI that most programs keep, and the credential of this format.

use std::fmt::Write;

use crate::loose::Loose;
use crate::sheet::Sheet;
use crate::{Result, Secret};

/// The credential, without the quirks that a URI can have.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Totp {
    secret: Secret,
    username: String,
    issuer: String,
    algorithm: String,
    digits: u32,
    period: u32,
}

const URI: &str = "otpauth://totp/";
const DIGITS: u32 = 6;
const PERIOD: u32 = 30;
const ALGORITHM: &str = "sha1";

/// The credential as a key URI.
pub(super) fn uri(credential: &Loose) -> Secret {
    let text = |key: &str| credential.get(key).and_then(Loose::text).unwrap_or_default().to_owned();
    let number = |key: &str, default| credential.get(key).and_then(Loose::number).and_then(|number| u32::try_from(number).ok()).unwrap_or(default);
    let algorithm = Some(text("algorithm").to_lowercase()).filter(|name| !name.is_empty());
    Totp {
        secret: text("secret").into(),
        username: text("username"),
        issuer: text("issuer"),
        algorithm: algorithm.unwrap_or_else(|| ALGORITHM.to_owned()),
        digits: number("digits", DIGITS),
        period: number("period", PERIOD),
    }
    .to_uri()
}

impl Totp {
    /// Takes a URI apart, if it comes back as it was.
    pub(super) fn parse(uri: &str) -> Option<Self> {
        let (label, query) = uri.strip_prefix(URI)?.split_once('?')?;
        let mut totp = Self { algorithm: ALGORITHM.to_owned(), digits: DIGITS, period: PERIOD, ..Self::default() };
        for pair in query.split('&') {
            let (key, value) = pair.split_once('=')?;
            match key {
                "secret" => totp.secret = value.into(),
                "issuer" => totp.issuer = decoded(value)?,
                "algorithm" => totp.algorithm = value.to_lowercase(),
                "digits" => totp.digits = value.parse().ok()?,
                "period" => totp.period = value.parse().ok()?,
                _ => return None,
            }
        }
        let label = decoded(label)?;
        totp.username = match label.split_once(':') {
            Some((issuer, username)) if issuer == totp.issuer => username.to_owned(),
            _ => label,
        };
        (totp.to_uri().expose() == uri).then_some(totp)
    }

    fn to_uri(&self) -> Secret {
        let mut uri = String::from(URI);
        if !self.issuer.is_empty() {
            encode(&mut uri, &self.issuer);
            uri.push(':');
        }
        encode(&mut uri, &self.username);
        uri.push_str("?secret=");
        uri.push_str(self.secret.expose());
        if !self.issuer.is_empty() {
            uri.push_str("&issuer=");
            encode(&mut uri, &self.issuer);
        }
        if self.algorithm != ALGORITHM {
            let _ = write!(uri, "&algorithm={}", self.algorithm.to_uppercase());
        }
        if self.digits != DIGITS {
            let _ = write!(uri, "&digits={}", self.digits);
        }
        if self.period != PERIOD {
            let _ = write!(uri, "&period={}", self.period);
        }
        uri.into()
    }

    /// Writes the credential.
    pub(super) fn write(&self, sheet: &mut Sheet) -> Result<()> {
        sheet.text("{\"type\":\"totp\",\"secret\":", self.secret.expose())?;
        sheet.number(",\"period\":", self.period);
        sheet.number(",\"digits\":", self.digits);
        if !self.username.is_empty() {
            sheet.text(",\"username\":", &self.username)?;
        }
        sheet.text(",\"algorithm\":", &self.algorithm)?;
        if !self.issuer.is_empty() {
            sheet.text(",\"issuer\":", &self.issuer)?;
        }
        sheet.raw("}");
        Ok(())
    }
}

fn encode(out: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let hex = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&hex).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_comes_back_or_is_left_alone() {
        for uri in [
            "otpauth://totp/Fake?secret=FAKEFAKEFAKEFAKE",
            "otpauth://totp/Salesforce:ops@harbor-widgets.example?secret=FAKE&issuer=Salesforce&algorithm=SHA256&digits=8&period=60",
            "otpauth://totp/a%3Ab%20c?secret=FAKE",
        ] {
            let totp = Totp::parse(uri).unwrap_or_else(|| panic!("{uri}"));
            let mut sheet = Sheet::default();
            totp.write(&mut sheet).unwrap();
            let mut json = Vec::new();
            sheet.pour(&mut json).unwrap();
            assert_eq!(self::uri(&serde_json::from_slice(&json).unwrap()).expose(), uri);
        }
        for uri in ["FAKE FAKE", "otpauth://hotp/x?secret=F", "otpauth://totp/x?secret=F&digits=6", "otpauth://totp/x?secret=F&image=y", "otpauth://totp/%zz?secret=F"] {
            assert_eq!(Totp::parse(uri), None, "{uri}");
        }
    }
}
