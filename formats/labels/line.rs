//! One line with a label: what the label means, and what value stands behind it.

use crate::record::Key;

/// A line of a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line<'t> {
    /// What its label means.
    pub(super) key: Key,
    /// What stands behind the label; empty where it may be on the next line.
    pub(super) value: &'t str,
    /// Whether the value stood in quotes and has a backslash, of which nobody knows what it means.
    pub(super) escaped: bool,
}

/// The labels without case, blanks, `-`, `_` and what stands before them for Salesforce: facts, sections 2.1, 2.2 and 3.0.
const LABELS: [(Key, &[&str]); 5] = [
    (
        Key::Username,
        &[
            "username",
            "user",
            "userid",
            "login",
            "loginid",
            "ユーザ名",
            "benutzername",
            "nomd'utilisateur",
            "nombredeusuario",
            "nomedousuário",
            "nomeutente",
        ],
    ),
    (Key::Password, &["password", "passwd", "pass", "pwd", "pw", "passwort", "kennwort", "motdepasse", "contraseña", "senha", "パスワード"]),
    (
        Key::Token,
        &["securitytoken", "token", "usertoken", "sectoken", "securitykey", "apisecuritytoken", "sicherheitstoken", "jeton", "セキュリティトークン"],
    ),
    (Key::Issued, &["tokenissued", "tokendate"]),
    (Key::Url, &["url", "loginurl", "instanceurl", "serverurl"]),
];

/// What may stand before a label for Salesforce.
const PREFIXES: [&str; 6] = ["salesforce", "sforce", "sfdc", "sfdx", "sf", "force"];

impl<'t> Line<'t> {
    /// Takes a line apart at its first colon or equals sign; none where its label means nothing here.
    pub(super) fn of(line: &'t str) -> Option<Self> {
        let at = line.find([':', '=', '\u{FF1A}'])?;
        let (label, rest) = line.split_at(at);
        let label = label.trim();
        let separator = rest.chars().next()?;
        let rest = &rest[separator.len_utf8()..];
        let key = key_of(label).or_else(|| key_of(label.rsplit([' ', '.', '$', '>']).next().filter(|_| separator == '=')?))?;
        let (value, escaped) = unquote(rest.trim_start());
        Some(Self { key, value, escaped })
    }
}

/// What a label means.
fn key_of(label: &str) -> Option<Key> {
    // No label is longer, and a line of text can be very long.
    if label.len() > 80 {
        return None;
    }
    let label = label.split(['(', '（']).next()?;
    let folded: String = label.chars().filter(|character| character.is_alphanumeric() || *character == '\'').flat_map(char::to_lowercase).collect();
    let folded = folded.trim_matches('\'');
    let find = |name: &str| LABELS.iter().find(|(_, labels)| labels.contains(&name)).map(|(key, _)| *key);
    find(folded).or_else(|| PREFIXES.iter().find_map(|prefix| find(folded.strip_prefix(prefix)?)))
}

/// The value without its quotes, which may have a sign of the language behind them, and whether it has a backslash in them.
fn unquote(value: &str) -> (&str, bool) {
    let inner = value.chars().next().filter(|quote| matches!(quote, '"' | '\'' | '`')).and_then(|quote| {
        let (inner, behind) = value[1..].rsplit_once(quote)?;
        behind.chars().all(|character| matches!(character, ',' | ';' | ')' | ' ' | '\t')).then_some(inner)
    });
    inner.map_or((value, false), |inner| (inner, inner.contains('\\')))
}

/// Whether a value says where the secret is kept instead of what it is: facts, section 3.0.
pub(super) fn is_reference(value: &str) -> bool {
    let value = value.trim();
    let within = |start: &str, end: &str| value.starts_with(start) && value.ends_with(end);
    let named = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'.'));
    let call = value
        .split_once(['(', '['])
        .is_some_and(|(name, _)| named(name) && (value.ends_with("()") || (name.contains('.') && value.ends_with([')', ']']))));
    within("${", "}")
        || within("{{", "}}")
        || within("![", "]")
        || within("ENC(", ")")
        || (value.len() > 2 && within("%", "%") && value[1..value.len() - 1].bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'))
        || ["env:", "secret://", "!vault", "op://", "process.env."].iter().any(|start| value.starts_with(start))
        || call
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Option<(Key, &str)> {
        Line::of(text).map(|line| (line.key, line.value))
    }

    #[test]
    fn labels_are_known_in_many_spellings() {
        for (text, key, value) in [
            ("Username: a@one.example", Key::Username, "a@one.example"),
            ("- **User name**: a@one.example", Key::Username, "a@one.example"),
            ("ユーザ名： a@one.example", Key::Username, "a@one.example"),
            ("password = mypassword", Key::Password, "mypassword"),
            ("PASSWORD=a=b:c", Key::Password, "a=b:c"),
            ("SF_PASSWORD = 'Fake #1'", Key::Password, "Fake #1"),
            ("  const password = \"Fake-1\";", Key::Password, "Fake-1"),
            ("\"security_token\": \"FakeT0ken\",", Key::Token, "FakeT0ken"),
            ("Security token (case-sensitive): FakeT0ken", Key::Token, "FakeT0ken"),
            ("セキュリティトークン (大文字と小文字を区別): FakeT0ken", Key::Token, "FakeT0ken"),
            ("self.token = 'FakeT0ken'", Key::Token, "FakeT0ken"),
            ("Nom d'utilisateur: a@one.example", Key::Username, "a@one.example"),
            ("Password: \"open", Key::Password, "\"open"),
            ("Password:", Key::Password, ""),
        ] {
            assert_eq!(line(text), Some((key, value)), "{text}");
        }
        for text in ["", "no label", "the password: x", "Passwords: x", "=x", "tokens: 4", &"x".repeat(99), "username"] {
            assert_eq!(line(text), None, "{text}");
        }
    }

    #[test]
    fn references_are_no_secrets() {
        for value in ["${SF_PASSWORD}", "{{ password }}", "![abc=]", "ENC(x)", "%SF_PASSWORD%", "env:X", "!vault |", "os.environ[\"X\"]", "getpass()"] {
            assert!(is_reference(value), "{value}");
        }
        for value in ["", "%", "Fake(1)", "maple7Kettle", "a${b}", "%a%", "[x]"] {
            assert!(!is_reference(value), "{value}");
        }
    }
}
