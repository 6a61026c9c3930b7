//! One line with a label: what the label means, and what stands behind it.

use super::value::Value;
use crate::record::Key;

/// A line of a login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line<'t> {
    /// What its label means.
    pub(super) label: Label,
    /// What the label belongs to, where a path of code or of a config file says so: `jira` of `jira.password`.
    pub(super) owner: &'t str,
    /// What stands behind the label.
    pub(super) value: Value<'t>,
    /// Whether nothing stands behind it, so that the value may be on the next line.
    pub(super) open: bool,
}

/// What a label means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Label {
    /// The key of the record.
    pub(super) key: Key,
    /// Whether other services use the word for their own.
    pub(super) common: bool,
    /// Whether it has a prefix of Salesforce.
    pub(super) ours: bool,
}

/// The labels without case, blanks, `-` and `_`: facts, sections 2.1, 2.2, 3.0 and 7.1.
const LABELS: [(Key, &[&str]); 5] = [
    (
        Key::Username,
        &["username", "benutzername", "ユーザ名", "nomd'utilisateur", "nombredeusuario", "nomedousuário", "nomeutente", "loginid"],
    ),
    (Key::Password, &["password", "passwort", "kennwort", "motdepasse", "contraseña", "senha", "パスワード"]),
    (
        Key::Token,
        &["securitytoken", "sectoken", "securitykey", "passwordtoken", "apisecuritytoken", "sicherheitstoken", "セキュリティトークン"],
    ),
    (Key::Issued, &["tokenissued", "tokenissuedat", "tokenissueddate", "tokendate"]),
    (Key::Url, &["loginurl", "instanceurl", "serverurl"]),
];

/// Words that mean the same beside those, and many other things elsewhere.
const COMMON: [(Key, &[&str]); 5] = [
    (Key::Username, &["user", "userid", "login"]),
    (Key::Password, &["passwd", "pass", "pwd", "pw"]),
    (Key::Token, &["token", "usertoken", "secrettoken", "tkn", "jeton"]),
    (Key::Issued, &["issued"]),
    (Key::Url, &["url"]),
];

/// What may stand before a label for Salesforce.
const PREFIXES: [&str; 6] = ["salesforce", "sforce", "sfdc", "sfdx", "sf", "force"];

/// What separates a label from its value.
const SEPARATORS: [char; 3] = [':', '=', '\u{FF1A}'];

impl<'t> Line<'t> {
    /// Takes a line apart at its first colon or equals sign; none where its label means nothing here.
    pub(super) fn of(line: &'t str) -> Option<Self> {
        let at = line.find(SEPARATORS)?;
        let (label, rest) = line.split_at(at);
        let label = without_number(label);
        let separator = rest.chars().next()?;
        let rest = emphasis(label).map_or(&rest[separator.len_utf8()..], |mark| without(&rest[separator.len_utf8()..], mark));
        let open = separator != '=' && rest.trim().is_empty();
        let found = |label, owner| Some(Self { label, owner, value: Value::of(rest), open });
        if let Some(label) = meaning(label) {
            return found(label, "");
        }
        if separator != '=' {
            return None;
        }
        // `const password =`, `$this->token =`, `jira.password=`
        let (owner, name) = label.rfind([' ', '.', '$', '>']).map(|at| label.split_at(at))?;
        let meaning = meaning(&name[1..])?;
        let path = name.starts_with(['.', '>']);
        let owner = owner.trim_end_matches(['-', '?', '!']).rsplit([' ', '$', '(', ',']).next().filter(|_| path).unwrap_or_default();
        found(meaning, owner)
    }

    /// A line that is a label and nothing else, whose value is on the next line.
    pub(super) fn alone(line: &str) -> Option<Self> {
        let name = line.trim_matches(|character: char| character.is_whitespace() || "#*_->".contains(character));
        let plain = name.len() <= 80 && name.chars().all(|character| character.is_alphabetic() || " -'".contains(character));
        let label = meaning(name).filter(|label| plain && !label.common)?;
        Some(Self { label, owner: "", value: Value::Text(""), open: true })
    }

    /// Whether several keys of a login stand in this line, each before a colon or equals sign.
    pub(super) fn is_crowded(line: &str) -> bool {
        let (mut first, mut label_end) = (None, 0);
        line.match_indices(SEPARATORS).any(|(at, _)| {
            let before = line[..at].trim_end_matches(['"', '\'', '*', ' ']);
            let begin = before.rfind(|character: char| !character.is_alphanumeric() && !"_-".contains(character));
            let (rest, word) = before.split_at(begin.map_or(0, |at| at + before[at..].chars().next().map_or(0, char::len_utf8)));
            // A value may begin with such a word: `Password: user:secret`.
            let begins = label_end > 0 && rest.trim_end().len() == label_end;
            let Some(label) = meaning(word).filter(|_| !begins) else { return false };
            label_end = at + line[at..].chars().next().map_or(0, char::len_utf8);
            *first.get_or_insert(label.key) != label.key
        })
    }
}

/// A label without the number of its item in a list.
fn without_number(label: &str) -> &str {
    let label = label.trim();
    let item = label.trim_start_matches(|character: char| character.is_ascii_digit());
    if item.len() < label.len() { item.strip_prefix(['.', ')']).map_or(label, str::trim_start) } else { label }
}

/// The mark of Markdown that a label begins with and does not end with, behind that of a list.
fn emphasis(label: &str) -> Option<&'static str> {
    let item = label.trim_start_matches(['>', '-', '+', ' ', '\t']);
    let item = item.strip_prefix("* ").map_or(item, str::trim_start);
    ["**", "__", "*", "_"].into_iter().find(|mark| item.starts_with(mark)).filter(|mark| !item.ends_with(mark))
}

/// The rest of a line without the mark that ends what the label has begun.
fn without<'t>(rest: &'t str, mark: &str) -> &'t str {
    rest.trim_start().strip_prefix(mark).or_else(|| rest.trim_end().strip_suffix(mark)).unwrap_or(rest)
}

/// What a label means.
fn meaning(label: &str) -> Option<Label> {
    // No label is longer, and a line of text can be very long.
    if label.len() > 80 {
        return None;
    }
    let label = label.split(['(', '（']).next()?;
    let folded: String = label.chars().filter(|character| character.is_alphanumeric() || *character == '\'').flat_map(char::to_lowercase).collect();
    let folded = folded.trim_matches('\'');
    let among = |lists: &[(Key, &[&str])], name: &str| lists.iter().find(|(_, labels)| labels.contains(&name)).map(|(key, _)| *key);
    let find = |name: &str, ours: bool| {
        let sure = among(&LABELS, name).map(|key| Label { key, common: false, ours });
        sure.or_else(|| among(&COMMON, name).map(|key| Label { key, common: true, ours }))
    };
    find(folded, false).or_else(|| PREFIXES.iter().find_map(|prefix| find(folded.strip_prefix(prefix)?, true)))
}

/// Whether the owner of a label says nothing of whose login it is.
pub(super) fn is_neutral(owner: &str) -> bool {
    const WORDS: [&str; 32] = [
        "account", "app", "args", "auth", "cfg", "client", "conf", "config", "conn", "connection", "cred", "credentials", "creds", "data",
        "dev", "env", "login", "my", "options", "opts", "params", "prod", "production", "properties", "props", "sandbox", "self", "settings",
        "staging", "test", "this", "user",
    ];
    owner.split(['.', '>']).all(|word| {
        let word = word.trim_matches(|character: char| !character.is_ascii_alphabetic()).to_ascii_lowercase();
        word.is_empty() || WORDS.contains(&word.as_str())
    })
}

/// Whether the owner of a label is Salesforce.
pub(super) fn is_ours(owner: &str) -> bool {
    owner.split(['.', '>']).any(|word| {
        let word = word.to_ascii_lowercase();
        word.contains("salesforce") || PREFIXES.contains(&word.as_str()) && word != "force"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Option<(Key, String)> {
        Line::of(text).map(|line| (line.label.key, line.value.text().unwrap_or_default().into_owned()))
    }

    #[test]
    fn labels_are_known_in_many_spellings() {
        for (text, key, value) in [
            ("Username: a@one.example", Key::Username, "a@one.example"),
            ("- **User name**: a@one.example", Key::Username, "a@one.example"),
            ("**Username:** a@one.example", Key::Username, "a@one.example"),
            ("* **Username:** `a@one.example`", Key::Username, "a@one.example"),
            ("1. __Password:__ Fake-1", Key::Password, "Fake-1"),
            ("**Password: Fake-1**", Key::Password, "Fake-1"),
            ("* Password: Fake-1*", Key::Password, "Fake-1*"),
            ("Password: **", Key::Password, "**"),
            ("ユーザ名： a@one.example", Key::Username, "a@one.example"),
            ("password = mypassword", Key::Password, "mypassword"),
            ("PASSWORD=a=b:c", Key::Password, "a=b:c"),
            ("SF_PASSWORD = 'Fake #1'", Key::Password, "Fake #1"),
            ("  const password = \"Fake-1\";", Key::Password, "Fake-1"),
            ("\"security_token\": \"FakeT0ken\",", Key::Token, "FakeT0ken"),
            ("Security token (case-sensitive): FakeT0ken", Key::Token, "FakeT0ken"),
            ("セキュリティトークン (大文字と小文字を区別): FakeT0ken", Key::Token, "FakeT0ken"),
            ("self.token = 'FakeT0ken'", Key::Token, "FakeT0ken"),
            ("$this->token = 'FakeT0ken';", Key::Token, "FakeT0ken"),
            ("Nom d'utilisateur: a@one.example", Key::Username, "a@one.example"),
            ("Issued: 2026-03-04", Key::Issued, "2026-03-04"),
            ("Password: \"open", Key::Password, ""),
            ("Password:", Key::Password, ""),
        ] {
            assert_eq!(line(text), Some((key, value.to_owned())), "{text}");
        }
        for text in ["", "no label", "the password: x", "Passwords: x", "=x", "tokens: 4", "SFTP_PASSWORD=x", "jira.password: x", &"x".repeat(99)] {
            assert_eq!(line(text), None, "{text}");
        }
    }

    #[test]
    fn owners() {
        for (text, owner) in [
            ("jira.username=x", "jira"),
            ("spring.datasource.password=x", "spring.datasource"),
            ("self.password = x", "self"),
            ("$this->password = x", "this"),
            ("const password = x", ""),
            ("String jira.password = x", "jira"),
            ("$password = x", ""),
            ("Password: x", ""),
        ] {
            assert_eq!(Line::of(text).map(|line| line.owner), Some(owner), "{text}");
        }
        assert!(is_neutral("") && is_neutral("self") && is_neutral("app.config") && is_neutral("prod2") && !is_neutral("jira"));
        assert!(is_ours("salesforce") && is_ours("config.sf") && !is_ours("sftp") && !is_ours("jira"));
    }

    #[test]
    fn labels_alone() {
        for text in ["Username", "### User name", "- **Security Token**", "Benutzername"] {
            assert!(Line::alone(text).is_some(), "{text}");
        }
        for text in ["pass", "token", "username,", "return password", "Password.", "login", "Username: x", ""] {
            assert_eq!(Line::alone(text), None, "{text}");
        }
    }

    #[test]
    fn crowded_lines() {
        for text in [
            "Username: a@one.example, Password: Fake-1",
            "Username: a@one.example Password: Fake-1 Security Token: x",
            "Salesforce(username='a@one.example', password='Fake-1')",
            "user=a@one.example;password=Fake-1",
        ] {
            assert!(Line::is_crowded(text), "{text}");
        }
        for text in ["Password: user:secret", "PASSWORD=a=b:c", "Username: a@one.example", "password = password", "url: https://one.example"] {
            assert!(!Line::is_crowded(text), "{text}");
        }
    }
}
