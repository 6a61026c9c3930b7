//! What the value of a key means.

/// What a value points to, where it is not the value itself but names the place where it is kept.
pub(crate) fn reference(value: &str) -> Option<&'static str> {
    let value = value.trim();
    let wrapped = |begin: &str, end: &str| value.len() > begin.len() + end.len() && value.starts_with(begin) && value.ends_with(end);
    let name = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.()-".contains(&byte));
    if wrapped("${secure::", "}") || wrapped("![", "]") {
        return Some("a secure property of Mule");
    }
    if wrapped("{{", "}}") || wrapped("<%", "%>") {
        return Some("a template");
    }
    if wrapped("${", "}") || wrapped("$(", ")") {
        return Some("a variable");
    }
    if wrapped("%", "%") && name(&value[1..value.len() - 1]) && !value[1..value.len() - 1].contains('%') {
        return Some("a variable");
    }
    if wrapped("ENC(", ")") || wrapped("ENC[", "]") {
        return Some("an encrypted value");
    }
    if value.starts_with("!vault") || value.starts_with("$ANSIBLE_VAULT") {
        return Some("a vault of Ansible");
    }
    let schemes = ["env:", "secret://", "secrets://", "op://", "vault://", "vault:", "arn:aws:secretsmanager:", "@Microsoft.KeyVault("];
    schemes.iter().any(|scheme| value.starts_with(scheme) && value.len() > scheme.len()).then_some("a secret kept elsewhere")
}

/// Whether a value is a variable of the shell: `$NAME`, or holds `${NAME}` between other text. Only where it would be expanded.
pub(crate) fn expanded(value: &str) -> bool {
    let named = value.strip_prefix('$').is_some_and(|name| {
        name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    });
    named || value.find("${").is_some_and(|at| value[at..].contains('}')) || value.find("$(").is_some_and(|at| value[at..].contains(')'))
}

/// The URL of a value that may be a host, a domain such as `login` or `acme.my`, or a URL already.
pub(super) fn url(value: &str) -> Option<String> {
    if value.trim().is_empty() {
        return None;
    }
    if value.contains("://") {
        return Some(value.to_owned());
    }
    let value = value.trim().trim_end_matches('/');
    let is_host = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
    if crate::salesforce::is_salesforce(value) {
        return Some(format!("https://{value}"));
    }
    let is_domain = is_host && (!value.contains('.') || value.strip_suffix(".my").is_some() || value.contains(".my."));
    Some(if is_domain { format!("https://{value}.salesforce.com") } else { value.to_owned() })
}

/// The short form of a URL that `*_DOMAIN` takes: `login`, `test`, `acme.my`.
pub(super) fn domain(url: &str) -> Option<&str> {
    let domain = url.strip_prefix("https://")?.strip_suffix(".salesforce.com")?;
    (self::url(domain).as_deref() == Some(url)).then_some(domain)
}

/// The host of a URL that is no more than that.
pub(super) fn bare_host(url: &str) -> Option<&str> {
    let host = url.strip_prefix("https://")?;
    (self::url(host).as_deref() == Some(url)).then_some(host)
}

/// Whether a flag or the name of an environment says that it is a sandbox.
pub(super) fn is_sandbox(value: &str) -> Option<bool> {
    match value.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" | "sandbox" | "test" => Some(true),
        "false" | "no" | "off" | "0" | "production" | "prod" => Some(false),
        _ => None,
    }
}

/// Whether a value under a name that also means tokens of OAuth can be a security token.
pub(super) fn could_be_token(value: &str) -> bool {
    (15..=40).contains(&value.len())
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && !value.bytes().all(|byte| byte.is_ascii_digit())
}

/// What a value is, in words, that stands under such a name and cannot be a security token.
pub(super) fn other_than_token(value: &str) -> &'static str {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    match value.len() {
        6 if digits == 6 => "one-time codes",
        _ if digits == 0 => "placeholders of tokens",
        ..15 => "values too short for a token",
        _ => "tokens of OAuth",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        for value in [
            "${SF_PASSWORD}",
            "$(pass show sf)",
            "{{ vault_password }}",
            "%SF_PASSWORD%",
            "![abc==]",
            "${secure::sfdc.password}",
            "env:SF_TOKEN",
            "secret://sf/token",
            "!vault |",
            "ENC(abc)",
            "op://vault/item/field",
        ] {
            assert!(reference(value).is_some(), "{value}");
        }
        for value in ["", "%", "%%", "100%ab%", "env", "a${b", "{REF:P@I:x}", "Quartz-Lantern-42!", "$money", "secret"] {
            assert!(reference(value).is_none(), "{value}");
        }
        assert!(expanded("$SF_PASSWORD") && expanded("${A}${B}") && expanded("a$(b)"));
        assert!(!expanded("pa$$word") && !expanded("$1") && !expanded("a$b") && !expanded(""));
    }

    #[test]
    fn urls() {
        for (value, expected) in [
            ("login", "https://login.salesforce.com"),
            ("test", "https://test.salesforce.com"),
            ("acme.my", "https://acme.my.salesforce.com"),
            ("acme--uat.sandbox.my", "https://acme--uat.sandbox.my.salesforce.com"),
            ("login.salesforce.com", "https://login.salesforce.com"),
            ("https://login.salesforce.com/x", "https://login.salesforce.com/x"),
            ("localhost:8080", "localhost:8080"),
        ] {
            assert_eq!(url(value).unwrap(), expected);
        }
        assert_eq!(url(" "), None);
        assert_eq!(domain("https://acme.my.salesforce.com"), Some("acme.my"));
        for other in
            ["https://login.salesforce.com/", "http://login.salesforce.com", "https://a b.salesforce.com", "https://na1.x.salesforce.com"]
        {
            assert_eq!(domain(other), None, "{other}");
        }
    }
}
