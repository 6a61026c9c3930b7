//! A line and what stands near it: whose secret it is, and for which service.

use std::sync::LazyLock;

use regex::Regex;
use sfcred_formats::{Record, Secret, keys};

use super::is_password;

/// How many lines above and below tell who a secret belongs to.
const NEAR: usize = 6;

/// How many lines above a value its name may stand.
const NAMED: usize = 4;

/// A line and its neighbours.
pub(super) struct Around<'t> {
    pub(super) line: &'t str,
    neighbours: &'t [&'t str],
    /// Where the line is among its neighbours.
    at: usize,
}

/// What keys of passwords end with.
const PASSWORDS: [&str; 5] = ["password", "passwd", "pass", "pwd", "pw"];

/// A key without what people put between its words.
pub(super) fn fold(key: &str) -> String {
    key.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether a key means a password.
pub(super) fn is_password_key(key: &str) -> bool {
    let key = fold(key);
    PASSWORDS.iter().any(|name| key.ends_with(name))
}

/// Whether the key itself says Salesforce. The prefixes are those of config files.
pub(super) fn has_prefix(key: &str) -> bool {
    keys::is_prefixed(without_flag(key))
}

/// A key without the flag of Java that sets it: `-D`, behind `-M` for Mule.
fn without_flag(key: &str) -> &str {
    key.strip_prefix("M-D").or(key.strip_prefix('D')).filter(|key| key.starts_with("sf") || key.starts_with("salesforce")).unwrap_or(key)
}

/// Whether a key means a security token, whoever's it is.
pub(super) fn is_security_token(key: &str) -> bool {
    let key = fold(key);
    ["securitytoken", "sectoken", "securitykey"].iter().any(|name| key.ends_with(name))
}

/// Whether a key means a token of whatever kind.
pub(super) fn is_token(key: &str) -> bool {
    let key = fold(without_flag(key));
    let own = ["salesforce", "sforce", "sfdc", "sfdx", "sf"].iter().find_map(|prefix| key.strip_prefix(prefix)).unwrap_or(&key);
    matches!(own, "token" | "usertoken" | "tkn" | "secrettoken" | "passwordtoken" | "apisecuritytoken")
}

/// Whether a line names a vendor with security tokens of its own.
fn names_others(line: &str) -> bool {
    const OTHERS: [&str; 9] = ["aws", "amz", "huawei", "obs", "alibaba", "aliyun", "oss", "sts", "rakuten"];
    let mut words = line.split(|character: char| !character.is_ascii_alphanumeric());
    words.any(|word| OTHERS.iter().any(|name| word.eq_ignore_ascii_case(name)))
}

impl<'t> Around<'t> {
    /// The line at this place of a text.
    pub(super) fn of(lines: &'t [&'t str], at: usize) -> Self {
        let from = at.saturating_sub(NEAR);
        Self { line: lines[at], neighbours: &lines[from..(at + NEAR + 1).min(lines.len())], at: at - from }
    }

    /// Whether Salesforce is named nearby.
    pub(super) fn is_ours(&self) -> bool {
        self.names(&["salesforce", "sfdc", "jsforce", "force.com", "restforce"])
    }

    fn names(&self, names: &[&str]) -> bool {
        self.neighbours.iter().any(|line| {
            let line = line.to_ascii_lowercase();
            names.iter().any(|name| line.contains(name))
        })
    }

    /// Whether a key in the line belongs to a vendor with security tokens of its own: it is named there, or nearby and Salesforce is not.
    pub(super) fn is_others(&self, key: &str) -> bool {
        let nearby = || !has_prefix(key) && !self.is_ours() && self.neighbours.iter().any(|line| names_others(line));
        names_others(self.line) || nearby() || self.is_warehouse(key)
    }

    /// Whether the key is one of Snowflake, which has the prefix `SF_` as well.
    pub(super) fn is_warehouse(&self, key: &str) -> bool {
        let short = fold(without_flag(key));
        short.starts_with("sf") && !short.starts_with("sfd") && !self.is_ours() && self.names(&["warehouse", "snowflake"])
    }

    /// The name of what has this value, where a key such as `value` leaves it to another one in the line or above: in Terraform, in lists of
    /// variables, in the settings of .NET.
    pub(super) fn name_of<'k>(&self, key: &'k str) -> &'k str
    where
        't: 'k,
    {
        static NAME: LazyLock<Option<Regex>> =
            LazyLock::new(|| Regex::new(r#"(?i)\b(?:variable\s+["']|(?:name|key)["']?\s*[:=]\s*["']?)(?<name>[a-z_][\w.\-]*)"#).ok());
        if !matches!(fold(key).as_str(), "value" | "default" | "defaultvalue") {
            return key;
        }
        let above = &self.neighbours[self.at.saturating_sub(NAMED)..=self.at];
        let name = |line: &'t str| NAME.as_ref()?.captures(line)?.name("name").map(|name| name.as_str());
        above.iter().rev().find_map(|line| name(line)).unwrap_or(key)
    }

    /// The record with the username and password that stand nearby.
    pub(super) fn with_user(&self, mut record: Record) -> Record {
        static USER: LazyLock<Option<Regex>> = LazyLock::new(|| {
            Regex::new(
                r#"(?i)(?:user|login)[\w.\- ]*["'`*]{0,3}(?:[, ]\s*["']?value["']?)?\s*(?:=>|:=|[:=(>]|,\s*["'`])\s*[*_]{0,2}\s*["'`]?(?<user>[^\s"'`<>@;,*]+@[^\s"'`<>@;,]+\.[A-Za-z0-9]+)"#,
            )
            .ok()
        });
        static PASSWORD: LazyLock<Option<Regex>> = LazyLock::new(|| {
            Regex::new(
                r#"(?i)(?:password|passwd|pwd|pass)["'`*]{0,3}(?:[, ]\s*["']?value["']?)?\s*(?:(?:=>|:=|[:=(,])\s*[*_]{0,2}\s*["'`](?<quoted>[^"'`\r\n]{5,120})["'`]|(?:=>|:=|[:=])\s*(?:\*\*|__)?\s*(?<bare>[^\s"'`<>;]{5,120}))"#,
            )
            .ok()
        });
        record.username = self.nearest(|line| USER.as_ref()?.captures(line).map(|found| found["user"].to_owned())).unwrap_or_default();
        if record.password.is_empty() {
            let password = self.nearest(|line| {
                let found = PASSWORD.as_ref()?.captures(line)?;
                found.name("quoted").or(found.name("bare")).map(|value| Secret::from(value.as_str()))
            });
            record.password = password.filter(is_literal).unwrap_or_default();
        }
        record
    }

    /// As [`with_user`](Self::with_user), for a sentence: the username may stand in it without a label.
    pub(super) fn with_address(&self, record: Record) -> Record {
        static ADDRESS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"[^\s"'`<>@;:,()]+@[^\s"'`<>@;:,()]+\.[A-Za-z0-9]+"#).ok());
        let mut record = self.with_user(record);
        if record.username.is_empty() {
            let address = ADDRESS.as_ref().and_then(|address| address.find(self.line));
            record.username = address.map(|address| address.as_str().to_owned()).unwrap_or_default();
        }
        record
    }

    /// What is found in the line itself, else before it, nearest first, else behind.
    fn nearest<T>(&self, look: impl Fn(&str) -> Option<T>) -> Option<T> {
        let (before, behind) = self.neighbours.split_at(self.at);
        look(self.line).or_else(|| before.iter().rev().find_map(|line| look(line))).or_else(|| behind.iter().find_map(|line| look(line)))
    }
}

/// Whether a password stands there itself, and no reference to it, no expression of the code, and nothing encrypted.
pub(super) fn is_literal(password: &Secret) -> bool {
    let text = password.expose();
    // Data Loader has encrypted values under the names of plain ones.
    if text.len() >= 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return false;
    }
    let references = ["os.", "ENV", "process.", "System.", "secrets.", "$", "{{", "!", "%(", "env:", "vault:", "op://", "arn:", "secret:"];
    is_password(password) && !references.iter().any(|start| text.starts_with(start)) && !text.contains("${") && !text.ends_with(')')
}
