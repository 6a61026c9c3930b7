//! What the name of a key means.

/// The prefixes that say that a key is for Salesforce.
const VENDORS: [&[&str]; 8] =
    [&["tap", "salesforce"], &["target", "salesforce"], &["salesforce"], &["sforce"], &["sfdc"], &["sfdx"], &["sf"], &["force"]];

/// What a key holds of a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    /// The username; of two such keys in one group the one of lower rank counts.
    Username(u8),
    Password,
    /// The token; a name that also means tokens of OAuth is not sure.
    Token {
        sure: bool,
    },
    /// An address; the one of lower rank is the login URL.
    Url(u8),
    Sandbox,
    ClientId,
    ClientSecret,
    /// What only a login with OAuth has.
    OAuth,
}

/// A name taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    /// The prefix, if there is one.
    pub(super) vendor: Option<&'static str>,
    /// What is left of it and tells one login from another.
    pub(super) affix: String,
    pub(super) role: Role,
}

/// Words beside the key that make it something else: a token's URL, a proxy's password.
const OTHERS: &[&str] = &[
    "access",
    "bearer",
    "cache",
    "changed",
    "cli",
    "cookie",
    "count",
    "csrf",
    "database",
    "date",
    "db",
    "enabled",
    "encrypted",
    "encryption",
    "endpoint",
    "env",
    "expiration",
    "expires",
    "expiry",
    "field",
    "file",
    "filename",
    "format",
    "ftp",
    "hash",
    "header",
    "hint",
    "id",
    "issued",
    "jwt",
    "key",
    "keystore",
    "label",
    "length",
    "limit",
    "max",
    "min",
    "new",
    "oauth",
    "old",
    "path",
    "pattern",
    "placeholder",
    "policy",
    "prefix",
    "private",
    "prompt",
    "proxy",
    "redirect",
    "callback",
    "refresh",
    "regex",
    "reset",
    "secret",
    "session",
    "sftp",
    "size",
    "smtp",
    "store",
    "timeout",
    "truststore",
    "ttl",
    "type",
    "uri",
    "url",
    "var",
    "variable",
    "verification",
    "verify",
    "version",
    "webhook",
];

/// Words beside the key that say nothing.
const NEUTRAL: &[&str] = &["api", "auth", "authentication", "base", "basic", "camel", "component", "extra", "login", "my", "org"];

/// How many words a key has at most: `api security token`.
const LONGEST: usize = 3;

/// Takes the name of a key apart, if it means anything.
pub(super) fn name(key: &str) -> Option<Name> {
    let mut words = words(key);
    // Talend puts all of a login below `userPassword`.
    let below = (0..words.len()).find(|at| starts(&words[*at..], &["user", "password"]) && role(&words[at + 2..].concat()).is_some());
    if let Some(at) = below {
        words.drain(at..at + 2);
    }
    let exact = (0..words.len()).find_map(|at| {
        let vendor = VENDORS.iter().find(|vendor| starts(&words[at..], vendor))?;
        Some((at, at + vendor.len(), vendor[0]))
    });
    if let Some((begin, end, vendor)) = exact {
        // `PASSWORD_SALESFORCE` has its prefix behind.
        let (before, rest) = if end == words.len() { (&words[..0], &words[..begin]) } else { (&words[..begin], &words[end..]) };
        return meaning(Some(vendor), before, rest);
    }
    // `SFUSER` has no mark between.
    for (at, word) in words.iter().enumerate() {
        for vendor in ["salesforce", "sforce", "sfdc", "sfdx", "sf"] {
            let Some(rest) = word.strip_prefix(vendor).filter(|rest| !rest.is_empty()) else { continue };
            let rest: Vec<String> = std::iter::once(rest.to_owned()).chain(words[at + 1..].iter().cloned()).collect();
            let whole = (1..=rest.len().min(LONGEST)).any(|end| role(&rest[..end].concat()).is_some());
            if whole {
                return meaning(Some(vendor), &words[..at], &rest);
            }
        }
    }
    meaning(None, &[], &words)
}

/// Whether a key has a prefix that says it is for Salesforce.
pub fn is_prefixed(key: &str) -> bool {
    name(key).is_some_and(|name| name.vendor.is_some())
}

/// Whether a key means anything here, with or without a prefix.
pub(crate) fn is_known(key: &str) -> bool {
    name(key).is_some()
}

/// Whether a name of a section or of a parent says that what is in it is for Salesforce.
pub(super) fn is_salesforce(name: &str) -> bool {
    let words = words(name);
    words
        .iter()
        .any(|word| word.contains("salesforce") || ["sforce", "sfdc", "sfdx"].iter().any(|vendor| word.starts_with(vendor)) || word == "sf")
}

/// The words of a name in lower case: they end at a mark, before a capital, and before digits.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let characters: Vec<char> = name.chars().collect();
    for (at, &character) in characters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| characters.get(at)).copied().unwrap_or(' ');
        let next = characters.get(at + 1).copied().unwrap_or(' ');
        let capital = character.is_uppercase() && (before.is_lowercase() || before.is_uppercase() && next.is_lowercase());
        let number = character.is_ascii_digit() && before.is_alphabetic();
        if (capital || number || !character.is_alphanumeric()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if character.is_alphanumeric() {
            word.extend(character.to_lowercase());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

fn starts(words: &[String], with: &[&str]) -> bool {
    words.len() >= with.len() && words.iter().zip(with).all(|(word, with)| word == with)
}

/// Finds the longest name of a key among the words.
fn meaning(vendor: Option<&'static str>, before: &[String], rest: &[String]) -> Option<Name> {
    let mut best: Option<(usize, usize, usize, Role)> = None;
    for begin in 0..rest.len() {
        for end in begin + 1..=rest.len().min(begin + LONGEST) {
            let joined = rest[begin..end].concat();
            if let Some(role) = role(&joined)
                && best.is_none_or(|(length, ..)| joined.len() > length)
            {
                best = Some((joined.len(), begin, end, role));
            }
        }
    }
    let (_, begin, end, role) = best?;
    let affix: Vec<&str> = before.iter().chain(&rest[..begin]).chain(&rest[end..]).map(String::as_str).collect();
    if affix.iter().any(|word| OTHERS.contains(word)) {
        return None;
    }
    let affix: Vec<&str> = affix.into_iter().filter(|word| !NEUTRAL.contains(word)).collect();
    Some(Name { vendor, affix: affix.join(" "), role })
}

/// What a name without marks means.
fn role(name: &str) -> Option<Role> {
    Some(match name {
        "username" | "soapusername" => Role::Username(0),
        "user" | "login" | "loginid" | "logonid" => Role::Username(1),
        "email" | "userid" | "account" => Role::Username(2),
        "password" | "passwd" | "pass" | "pwd" | "pw" | "soappassword" => Role::Password,
        "securitytoken" | "sectoken" | "securitykey" | "passwordtoken" | "apisecuritytoken" => Role::Token { sure: true },
        "token" | "usertoken" | "secrettoken" | "tkn" => Role::Token { sure: false },
        "loginurl" | "authendpoint" | "serverurl" | "environmenturl" | "authhost" => Role::Url(0),
        "url" | "endpoint" | "domain" | "host" | "hostname" | "servername" => Role::Url(1),
        "instanceurl" | "instance" | "baseurl" | "targeturl" => Role::Url(2),
        "sandbox" | "issandbox" | "enablesandbox" | "usesandbox" | "usetestsandbox" | "environment" => Role::Sandbox,
        "clientid" | "consumerkey" => Role::ClientId,
        "clientsecret" | "consumersecret" => Role::ClientSecret,
        "refreshtoken" | "privatekey" | "privatekeyfile" => Role::OAuth,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(key: &str) -> Option<(Option<&'static str>, String, Role)> {
        name(key).map(|name| (name.vendor, name.affix, name.role))
    }

    #[test]
    fn names_that_people_use() {
        let token = Role::Token { sure: true };
        let unsure = Role::Token { sure: false };
        for (key, vendor, affix, role) in [
            ("SALESFORCE_SECURITY_TOKEN", "salesforce", "", token),
            ("SALESFORCE_USER_NAME", "salesforce", "", Role::Username(0)),
            ("salesforce_security_token", "salesforce", "", token),
            ("PROD_SF_USERNAME", "sf", "prod", Role::Username(0)),
            ("DEFAULT_SF_TOKEN", "sf", "default", unsure),
            ("SF_MAIN_TOKEN", "sf", "main", unsure),
            ("SALESFORCE_USERNAME_1", "salesforce", "1", Role::Username(0)),
            ("SALESFORCE_USERNAME_ACCOUNT2", "salesforce", "account 2", Role::Username(0)),
            ("TAP_SALESFORCE_IS_SANDBOX", "tap", "", Role::Sandbox),
            ("TAP_SALESFORCE_AUTH_PASSWORD", "tap", "", Role::Password),
            ("SFTOKEN", "sf", "", unsure),
            ("SFUSER", "sf", "", Role::Username(1)),
            ("SFPASS", "sf", "", Role::Password),
            ("sfdcSecurityToken", "sfdc", "", token),
            ("SFDC_PW", "sfdc", "", Role::Password),
            ("salesforce.password.token", "salesforce", "", token),
            ("salesforce.security-token", "salesforce", "", token),
            ("salesforce.enable-sandbox", "salesforce", "", Role::Sandbox),
            ("camel.component.salesforce.user-name", "salesforce", "", Role::Username(0)),
            ("SF_CONSUMER_KEY", "sf", "", Role::ClientId),
            ("SFDC_LOGIN_URL", "sfdc", "", Role::Url(0)),
            ("tSalesforceConnection.userPassword.userId", "salesforce", "t connection", Role::Username(2)),
            ("SF_USER_PASSWORD_1", "sf", "user 1", Role::Password),
            ("TAP_SALESFORCE_REFRESH_TOKEN", "tap", "", Role::OAuth),
        ] {
            assert_eq!(taken(key), Some((Some(vendor), affix.to_owned(), role)), "{key}");
        }
        assert_eq!(taken("SANDBOX_SECURITY_TOKEN"), Some((None, "sandbox".to_owned(), token)));
        assert_eq!(taken("LogonID"), Some((None, String::new(), Role::Username(1))));
    }

    #[test]
    fn names_of_other_things() {
        for key in [
            "SALESFORCE_API_VERSION",
            "SALESFORCE_ACCESS_TOKEN",
            "SF_TOKEN_URL",
            "SALESFORCE_PASSWORD_FILE",
            "sfdc.proxyPassword",
            "sfdc.debugMessages",
            "FORCE_PASSWORD_RESET",
            "SF_PASSWORD_MIN_LENGTH",
            "SALESFORCE_CONNECTION_TYPE",
            "",
            "___",
            "ключ",
        ] {
            assert_eq!(taken(key), None, "{key}");
        }
    }

    #[test]
    fn sections() {
        for name in ["salesforce", "Salesforce", "my-salesforce-prod", "sfdc", "sf", "tap-salesforce", "sourcesSalesforce"] {
            assert!(is_salesforce(name), "{name}");
        }
        for name in ["force", "workforce", "safe", "snowflake", "transfer", "obs"] {
            assert!(!is_salesforce(name), "{name}");
        }
    }
}
