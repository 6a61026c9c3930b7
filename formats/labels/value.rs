//! What stands behind a label: the value itself, or something that only leads to it.

use std::borrow::Cow;

use crate::{Secret, salesforce};

/// What stands behind a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value<'t> {
    /// The value, as it stands.
    Text(&'t str),
    /// The value out of quotes in which a backslash stands, of which nobody knows what it means.
    Escaped(&'t str),
    /// The value in several parts, each in quotes, which code joins.
    Joined(Vec<Secret>),
    /// The name of a place where the value is kept: facts, section 3.0.
    Reference,
    /// Code that makes the value, or quotes of which nobody knows where they end.
    Unclear,
}

impl<'t> Value<'t> {
    /// Takes apart what stands behind a label.
    pub(super) fn of(text: &'t str) -> Self {
        let text = text.trim_start();
        match text.chars().next() {
            Some(quote @ ('"' | '\'' | '`')) => quoted(text, quote),
            _ if is_reference(text) => Self::Reference,
            _ if is_code(text) => Self::Unclear,
            _ => Self::Text(text),
        }
    }

    /// The value, where it stands there itself.
    pub(super) fn text(&self) -> Option<Cow<'t, str>> {
        match self {
            Self::Text(text) | Self::Escaped(text) => Some(Cow::Borrowed(text)),
            Self::Joined(parts) => Some(parts.iter().map(Secret::expose).collect::<String>().into()),
            Self::Reference | Self::Unclear => None,
        }
    }

    /// The password and the token that code joins, where the last of several parts is one.
    pub(super) fn password_and_token(&self) -> Option<(Secret, Secret)> {
        let Self::Joined(parts) = self else { return None };
        let (token, password) = parts.split_last()?;
        let password: String = password.iter().map(Secret::expose).collect();
        (salesforce::is_token_like(token.expose()) && !password.is_empty()).then(|| (password.into(), token.clone()))
    }
}

/// A value that begins with a quote.
fn quoted(text: &str, quote: char) -> Value<'_> {
    let mut parts: Vec<&str> = Vec::new();
    let mut rest = text;
    loop {
        // One that never ends may be a character of the value, or the file is damaged.
        let Some((inner, behind)) = literal(rest) else { return Value::Unclear };
        parts.push(inner);
        let behind = behind.trim_start();
        // The quotes of Markdown are no part of code, where brackets behind them would be.
        if is_end(behind) || quote == '`' && behind.starts_with('(') {
            break;
        }
        let next = ["+", "..", ".", "&", "||"].iter().find_map(|sign| behind.strip_prefix(sign)).map(str::trim_start);
        match next {
            Some(next) if next.starts_with(['"', '\'', '`']) => rest = next,
            _ => return Value::Unclear,
        }
    }
    match parts.as_slice() {
        [inner] if is_reference(inner) && !inner.contains('\\') => Value::Reference,
        [inner] if quote != '\'' && inner.find("${").is_some_and(|at| inner[at..].contains('}')) => Value::Reference,
        [inner] if inner.contains('\\') => Value::Escaped(inner),
        [inner] => Value::Text(inner),
        _ if parts.iter().any(|part| part.contains('\\')) => Value::Unclear,
        _ => Value::Joined(parts.into_iter().map(Secret::from).collect()),
    }
}

/// What stands in the quotes that the text begins with, and what stands behind them.
fn literal(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|quote| matches!(quote, '"' | '\'' | '`'))?;
    let mut escaped = false;
    let end = text[1..].char_indices().find_map(|(at, character)| {
        let ends = character == quote && !escaped;
        escaped = character == '\\' && !escaped;
        ends.then_some(at + 1)
    })?;
    Some((&text[1..end], &text[end + 1..]))
}

/// Whether only signs of the language stand behind a value in quotes, and perhaps a comment.
fn is_end(behind: &str) -> bool {
    let behind = behind.trim_start_matches([',', ';', ')', '}', ']', ' ', '\t']);
    behind.is_empty() || behind == "\\" || ["#", "//", "--", "/*"].iter().any(|sign| behind.starts_with(sign))
}

/// Whether a value says where the secret is kept instead of what it is.
fn is_reference(value: &str) -> bool {
    let value = value.trim();
    let within = |start: &str, end: &str| value.starts_with(start) && value.ends_with(end);
    let named = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'.'));
    let call = value.split_once(['(', '[']).is_some_and(|(name, arguments)| {
        let ends = value.ends_with([')', ']']);
        named(name) && (value.ends_with("()") || ends && (name.contains('.') || arguments.starts_with(['"', '\''])))
    });
    within("${", "}")
        || within("{{", "}}")
        || within("![", "]")
        || within("ENC(", ")")
        || (value.len() > 2 && within("%", "%") && value[1..value.len() - 1].bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'))
        || ["env:", "secret://", "!vault", "op://", "process.env."].iter().any(|start| value.starts_with(start))
        || call
}

/// Whether a value without quotes is an expression of code: parts that are added, the end of a statement, a quote with a letter before it.
fn is_code(value: &str) -> bool {
    let value = value.trim_end();
    let is_name = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_alphabetic() || matches!(first, '_' | '$'))
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.$()".contains(&byte))
    };
    let added = value.contains('+')
        && value.trim_end_matches([',', ';']).split('+').all(|part| {
            let part = part.trim();
            is_name(part) || literal(part).is_some_and(|(_, behind)| behind.is_empty())
        });
    let spaced = value.contains(" + ") || value.contains(['"', '\'']);
    let statement = value.strip_suffix(';').is_some_and(is_name);
    let prefixed = value.find(['"', '\'']).is_some_and(|at| {
        (1..=2).contains(&at)
            && value[..at].bytes().all(|byte| b"fFrRbBuU$@".contains(&byte))
            && literal(&value[at..]).is_some_and(|(_, end)| is_end(end))
    });
    added && spaced || statement || prefixed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_literals() {
        for (text, value) in [
            ("Fake-1", "Fake-1"),
            (" a, b; ", "a, b; "),
            ("'Fake #1'", "Fake #1"),
            ("\"Fake-1\";", "Fake-1"),
            ("`Fake-1`", "Fake-1"),
            ("`Fake-1` (old)", "Fake-1"),
            ("'Fake-1'), # old", "Fake-1"),
            ("\"Fake-1\" // old", "Fake-1"),
            ("it's", "it's"),
            ("'$VAR'", "$VAR"),
            ("a+b", "a+b"),
            ("Fake;1", "Fake;1"),
            ("Fake-1;", "Fake-1;"),
            ("", ""),
        ] {
            assert_eq!(Value::of(text), Value::Text(value), "{text}");
        }
        assert_eq!(Value::of("\"open"), Value::Unclear);
        assert_eq!(Value::of("a+ü1ü"), Value::Text("a+ü1ü"));
        assert_eq!(Value::of(r#""a\"b""#), Value::Escaped(r#"a\"b"#));
    }

    #[test]
    fn literals_that_code_joins() {
        for text in [r#""Fake-" + "1";"#, "'Fake-' . '1'", "\"Fake-\"+'1'"] {
            assert_eq!(Value::of(text).text().as_deref(), Some("Fake-1"), "{text}");
            assert_eq!(Value::of(text).password_and_token(), None, "{text}");
        }
        let joined = Value::of(r#""Fake-1" + "Qx7LmT2vRk9ZpB4nWc6HdY1s";"#);
        assert_eq!(joined.password_and_token(), Some(("Fake-1".into(), "Qx7LmT2vRk9ZpB4nWc6HdY1s".into())));
    }

    #[test]
    fn code_is_no_value() {
        for text in [
            "\"p\" + token;",
            "\"p\" + getToken()",
            "password + token",
            "password + token;",
            "pw+'x'",
            "passwordParam;",
            "this.password;",
            "f\"{pw}{token}\"",
            "\"a\" (old)",
            "\"a\" and \"b\"",
            "'it's'",
            "\"a\" \"b\"",
            r#""a\n" + "b""#,
        ] {
            assert_eq!(Value::of(text), Value::Unclear, "{text}");
        }
    }

    #[test]
    fn references_are_no_secrets() {
        for value in [
            "${SF_PASSWORD}",
            "{{ password }}",
            "![abc=]",
            "ENC(x)",
            "%SF_PASSWORD%",
            "env:X",
            "!vault |",
            "os.environ[\"X\"]",
            "getpass()",
            "input(\"Password: \")",
            "\"${SF_PASSWORD}x\"",
            "'{{ password }}'",
        ] {
            assert_eq!(Value::of(value), Value::Reference, "{value}");
        }
        for value in ["%", "Fake(1)", "maple7Kettle", "a${b}", "%a%", "[x]"] {
            assert_eq!(Value::of(value), Value::Text(value), "{value}");
        }
    }
}
