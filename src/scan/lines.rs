//! Credentials in code and other text: small rules, each with its examples.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use sfcred_formats::{Record, Secret};

use super::{Found, is_password};
use crate::check::{is_like_a_token, splits};

/// A way in which credentials stand in a text.
pub struct Rule {
    /// Its name: words.
    pub id: &'static str,
    /// What it finds, in one line.
    pub about: &'static str,
    /// What stands in a line, with the lines around it for who cannot tell from one.
    find: fn(&Captures<'_>, &Around<'_>) -> Option<Record>,
    pattern: &'static str,
    /// Whether it finds secrets that no record holds.
    pub is_session: bool,
    /// Texts in which it finds one credential.
    pub holds: &'static [&'static str],
    /// Texts in which it finds none.
    pub spares: &'static [&'static str],
}

/// A line and its neighbours.
struct Around<'t> {
    line: &'t str,
    neighbours: &'t [&'t str],
}

/// All rules, the surest first: a line is told once.
pub const RULES: [Rule; 6] = [
    Rule {
        id: "login-call",
        about: "a call that logs in, with the secrets in it",
        pattern: r#"(?i)\blogin\w*\s*\(\s*["'`](?<user>[^"'`\s@]+@[^"'`\s]+)["'`]\s*,\s*["'`](?<password>[^"'`\r\n]+)["'`](?:\s*[+.,]\s*["'`](?<token>[A-Za-z0-9]{15,40})["'`])?"#,
        find: |found, around| {
            let mut record = Record { username: found["user"].into(), password: found["password"].into(), ..Record::default() };
            record.token = found.name("token").filter(|token| is_like_a_token(token.as_str())).map(|token| token.as_str().into());
            let sure = record.token.is_some() || !splits(&found["password"]).is_empty();
            (is_password(&record.password) && (sure || around.is_ours())).then_some(record)
        },
        is_session: false,
        holds: &[
            r#"conn.login("ops@one.example", "Quartz-Lantern-42!Qx7LmT2vRk9ZpB4nWc6HdY1s", done)"#,
            "await conn.login('ops@one.example', 'Quartz-42!' + 'Qx7LmT2vRk9ZpB4nWc6HdY1s');",
            "// jsforce\nconn.login('ops@one.example', 'Quartz-Lantern-42!')",
        ],
        spares: &[
            r#"conn.login("ops@one.example", "${PASSWORD}")"#,
            "client.login('ops@one.example', 'Quartz-Lantern-42!')",
            "conn.login(username, password + token)",
        ],
    },
    Rule {
        id: "token",
        about: "a security token under a name that says so, or near to Salesforce",
        pattern: r#"(?i)(?<key>[a-z_][\w.\-]*(?: token)?)["'`]?\s*(?:=>|:=|[:=,>])\s*\\?["'`]?(?<token>[A-Za-z0-9]{24,25})(?:[^A-Za-z0-9]|$)"#,
        find: |found, around| {
            let key = fold(&found["key"]);
            let named = ["securitytoken", "sectoken", "securitykey"].iter().any(|name| key.ends_with(name));
            let fits = (named || is_token(&key) && (has_prefix(&key) || around.is_ours())) && !around.is_others(&key);
            let token = &found["token"];
            (fits && is_like_a_token(token)).then(|| around.with_user(Record { token: Some(token.into()), ..Record::default() }))
        },
        is_session: false,
        holds: &[
            "security_token = 'Qx7LmT2vRk9ZpB4nWc6HdY1s'",
            "Security Token: Qx7LmT2vRk9ZpB4nWc6HdY1s",
            r#"<sfdc:basic-connection username="ops@one.example" securityToken="Qx7LmT2vRk9ZpB4nWc6HdY1s"/>"#,
            "export SF_TOKEN=Qx7LmT2vRk9ZpB4nWc6HdY1s",
            "./mule -M-Dsfdc.token=Qx7LmT2vRk9ZpB4nWc6HdY1s",
            "<securityToken>Qx7LmT2vRk9ZpB4nWc6HdY1s</securityToken>",
            "url = https://login.salesforce.com\ntoken = Qx7LmT2vRk9ZpB4nWc6HdY1s",
            "User=ops@one.example;Password=Fake-1;SecurityToken=Qx7LmT2vRk9ZpB4nWc6HdY1s;",
        ],
        spares: &[
            "security_token = 'your_security_token_here'",
            "security_token = os.environ['SF_SECURITY_TOKEN']",
            "aws_security_token = 'Qx7LmT2vRk9ZpB4nWc6HdY1s'",
            "[obs]\nsecurity_token = Qx7LmT2vRk9ZpB4nWc6HdY1s",
            "token = 'Qx7LmT2vRk9ZpB4nWc6HdY1s'",
            "security_token = XXXXXXXXXXXXXXXXXXXXXXXX",
            "next_page_token: Qx7LmT2vRk9ZpB4nWc6HdY1s",
            "security_token = Qx7LmT2vRk9ZpB4nWc6HdY1sQx7LmT2vRk9ZpB4nWc6HdY1s",
        ],
    },
    Rule {
        id: "joined-password",
        about: "a password with a token at its end, under a name of Salesforce or near to it",
        pattern: r#"(?i)(?<key>[a-z_][\w.\-]*)["'`]?\s*(?:=>|:=|[:=>])\s*(?:["'`](?<quoted>[^"'`\r\n]{29,120})["'`]|(?<bare>[^\s"'`<>]{29,120}))"#,
        find: |found, around| {
            let key = fold(&found["key"]);
            let named = PASSWORDS.iter().any(|name| key.ends_with(name));
            let value = found.name("quoted").or(found.name("bare")).map_or("", |value| value.as_str());
            let joined = !splits(value).is_empty() && !value.contains("${") && !value.contains("://");
            let ours = has_prefix(&key) || around.is_ours();
            (named && joined && ours && !around.is_others(&key))
                .then(|| around.with_user(Record { password: value.into(), ..Record::default() }))
        },
        is_session: false,
        holds: &[
            "sf.password = Quartz-Lantern-42!Qx7LmT2vRk9ZpB4nWc6HdY1s",
            "-Dsfdc.password=Quartz-Lantern-42!Qx7LmT2vRk9ZpB4nWc6HdY1s",
            "# login.salesforce.com\nPASSWORD: 'Quartz-Lantern-42!Qx7LmT2vRk9ZpB4nWc6HdY1s'",
        ],
        spares: &[
            "db.password = Quartz-Lantern-42!Qx7LmT2vRk9ZpB4nWc6HdY1s",
            "sf.password = ${SF_PASSWORD_OF_THE_USER_IN_THE_VAULT}",
            "sf.password_file = /run/secrets/Qx7LmT2vRk9ZpB4nWc6HdY1s",
        ],
    },
    Rule {
        id: "password",
        about: "a password under a name of Salesforce",
        pattern: r#"(?i)(?<key>[a-z_][\w.\-]*)["'`]?\s*(?:=>|:=|[:=>])\s*(?:["'`](?<quoted>[^"'`\r\n]{5,120})["'`]|(?<bare>[^\s"'`<>]{5,120}))"#,
        find: |found, around| {
            let key = fold(&found["key"]);
            let named = PASSWORDS.iter().any(|name| key.ends_with(name)) && has_prefix(&key);
            let password = Secret::from(found.name("quoted").or(found.name("bare")).map_or("", |value| value.as_str()));
            // A word is the name of something; what people choose as a password is not.
            let word = password.expose().bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'.' | b'-'));
            // A constant that has its own name as its value says nothing.
            let named_only = fold(password.expose()) == key;
            let literal = is_literal(&password) && !named_only && (found.name("quoted").is_some() || !word);
            (named && literal).then(|| around.with_user(Record { password, ..Record::default() }))
        },
        is_session: false,
        holds: &[
            "SALESFORCE_PASSWORD='Quartz-Lantern-42!'",
            "sfdc.password = Quartz-Lantern-42!",
            r#""salesforcePassword": "Quartz-Lantern-42!","#,
        ],
        spares: &[
            "SALESFORCE_PASSWORD=your_password",
            "SALESFORCE_PASSWORD=${VAULT_PASSWORD_2}",
            "SF_PASSWORD: ${{ secrets.SF_PASSWORD_2 }}",
            "sfdc.password=![FakeFakeFake==]",
            "sf_password = os.environ['SF_PASSWORD_2']",
            "sf_password = get_secret(2)",
            "SF_PASSWORD: !vault |",
            "password = 'Quartz-Lantern-42!'",
            "SF_PASSWORD=op://vault/salesforce/password2",
            "SF_PASSWORD_POLICY='at least 8 characters'",
            "FORCE_CHANGE_PASSWORD = 'FORCE_CHANGE_PASSWORD'",
            "sfdc.password=78797a7b7c7d7e7ffffefdfcfbfaf9f889bbfae821571273f766c49c88142754",
        ],
    },
    Rule {
        id: "auth-url",
        about: "an auth URL of the Salesforce CLI, which holds a refresh token",
        pattern: r#"force://(?:[^:@\s"'<>]+:[^:@\s"'<>]*:)?(?<password>[^@\s"'<>:]{20,})@[A-Za-z0-9.\-]+"#,
        find: |found, _| {
            let password = Secret::from(&found["password"]);
            (is_password(&password) && !password.expose().contains(['$', '{', '%'])).then(|| Record { password, ..Record::default() })
        },
        is_session: true,
        holds: &["force://PlatformCLI::5Aep861FakeRefreshTokenFakeRefreshToken@one.my.salesforce.com"],
        spares: &[
            "force://PlatformCLI::<refreshToken>@one.my.salesforce.com",
            "force://PlatformCLI::${REFRESH_TOKEN_OF_CI_USER}@one.my.salesforce.com",
        ],
    },
    Rule {
        id: "session-id",
        about: "a session id or access token",
        pattern: r"\b(?<password>00D[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?![A-Za-z0-9._]{20,})",
        find: |found, _| Some(Record { password: found["password"].into(), ..Record::default() }),
        is_session: true,
        holds: &["Authorization: Bearer 00D000000000001!AQ.FakeFakeFakeFakeFakeFakeFake"],
        spares: &["orgId: 00D000000000001", "00D000000000001!<token>"],
    },
];

/// What keys of passwords end with.
const PASSWORDS: [&str; 5] = ["password", "passwd", "pass", "pwd", "pw"];

/// How many lines above and below tell who a secret belongs to.
const NEAR: usize = 6;

/// Finds the credentials in a text.
pub fn find(text: &str) -> Vec<Found> {
    static PATTERNS: LazyLock<Vec<Regex>> = LazyLock::new(|| RULES.iter().filter_map(|rule| Regex::new(rule.pattern).ok()).collect());
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| is_worth_it(line)) {
        let around = Around { line, neighbours: &lines[at.saturating_sub(NEAR)..(at + NEAR + 1).min(lines.len())] };
        let first = RULES.iter().zip(PATTERNS.iter()).find_map(|(rule, pattern)| {
            let record = pattern.captures_iter(line).find_map(|captures| (rule.find)(&captures, &around))?;
            Some(Found { line: Some(at as u64 + 1), spot: None, kind: rule.id, record })
        });
        found.extend(first);
    }
    // A password that belongs to a token was told with it.
    let told: Vec<Secret> = found.iter().filter(|one| one.kind != "password").map(|one| one.record.password.clone()).collect();
    found.retain(|one| one.kind != "password" || !told.contains(&one.record.password));
    found
}

/// The longest line that is looked at: minified code is not written by hand.
const LONGEST: usize = 4096;

/// A glance that spares most lines the rules: a secret is at least so long, without blanks.
fn is_worth_it(line: &str) -> bool {
    line.len() <= LONGEST && line.split([' ', '\t']).any(|word| word.len() >= 15)
}

/// A key without what people put between its words, nor the flag of Java that sets it: `-D`, behind `-M` for Mule.
fn fold(key: &str) -> String {
    let flagged = key.strip_prefix("M-D").or(key.strip_prefix('D')).filter(|key| key.starts_with("sf") || key.starts_with("salesforce"));
    let key = flagged.unwrap_or(key);
    key.chars().filter(|character| !matches!(character, '-' | '_' | '.' | ' ')).flat_map(char::to_lowercase).collect()
}

/// Whether a line names a vendor with security tokens of its own.
fn names_others(line: &str) -> bool {
    let mut words = line.split(|character: char| !character.is_ascii_alphanumeric());
    words.any(|word| {
        ["aws", "amz", "huawei", "obs", "alibaba", "aliyun", "oss", "sts", "rakuten"].iter().any(|name| word.eq_ignore_ascii_case(name))
    })
}

/// Whether a key means a token of whatever kind.
fn is_token(key: &str) -> bool {
    let own = ["salesforce", "sforce", "sfdc", "sfdx", "sf"].iter().find_map(|prefix| key.strip_prefix(prefix)).unwrap_or(key);
    matches!(own, "token" | "usertoken" | "tkn" | "secrettoken" | "passwordtoken" | "apisecuritytoken")
}

/// Whether the key itself says Salesforce.
fn has_prefix(key: &str) -> bool {
    ["salesforce", "sforce", "sfdc", "sfdx", "sf", "tapsalesforce", "force"].iter().any(|prefix| key.starts_with(prefix))
        || key.contains("salesforce")
}

impl Around<'_> {
    /// Whether Salesforce is named nearby.
    fn is_ours(&self) -> bool {
        self.neighbours.iter().any(|line| {
            let line = line.to_ascii_lowercase();
            ["salesforce", "sfdc", "jsforce", "force.com", "restforce"].iter().any(|name| line.contains(name))
        })
    }

    /// Whether a key in the line belongs to a vendor with security tokens of its own: it is named there, or nearby and Salesforce is not.
    fn is_others(&self, key: &str) -> bool {
        let nearby = || !has_prefix(key) && !self.is_ours() && self.neighbours.iter().any(|line| names_others(line));
        names_others(self.line) || nearby()
    }

    /// The record with the username and password that stand nearby.
    fn with_user(&self, mut record: Record) -> Record {
        static USER: LazyLock<Option<Regex>> = LazyLock::new(|| {
            Regex::new(
                r#"(?i)(?:user|login)[\w.\- ]*["'`]?\s*(?:=>|:=|[:=(>])\s*["'`]?(?<user>[^\s"'`<>@;,]+@[^\s"'`<>@;,]+\.[A-Za-z0-9]+)"#,
            )
            .ok()
        });
        static PASSWORD: LazyLock<Option<Regex>> = LazyLock::new(|| {
            Regex::new(r#"(?i)(?:password|passwd|pwd)["'`]?\s*(?:=>|:=|[:=])\s*(?:["'`](?<quoted>[^"'`\r\n]{5,120})["'`]|(?<bare>[^\s"'`<>;]{5,120}))"#)
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

    /// What is found in the line itself, else before it, nearest first, else behind.
    fn nearest<T>(&self, look: impl Fn(&str) -> Option<T>) -> Option<T> {
        let at = self.neighbours.iter().position(|line| std::ptr::eq(*line, self.line)).unwrap_or(0);
        let (before, behind) = self.neighbours.split_at(at);
        look(self.line).or_else(|| before.iter().rev().find_map(|line| look(line))).or_else(|| behind.iter().find_map(|line| look(line)))
    }
}

/// Whether a password stands there itself, and no reference to it, no expression of the code, and nothing encrypted.
fn is_literal(password: &Secret) -> bool {
    let text = password.expose();
    // Data Loader has encrypted values under the names of plain ones.
    if text.len() >= 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return false;
    }
    let references = ["os.", "ENV", "process.", "System.", "secrets.", "$", "{{", "!", "%(", "env:", "vault:", "op://", "arn:", "secret:"];
    is_password(password) && !references.iter().any(|start| text.starts_with(start)) && !text.contains("${") && !text.ends_with(')')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_finds_what_it_should_and_nothing_else() {
        for rule in &RULES {
            for text in rule.holds {
                let found = find(text);
                assert_eq!(found.len(), 1, "{}: {text}", rule.id);
                assert_eq!(found[0].kind, rule.id, "{text}");
            }
            for text in rule.spares {
                assert_eq!(find(text).len(), 0, "{}: {text}", rule.id);
            }
        }
    }

    #[test]
    fn the_user_stands_nearby() {
        let text = "sf = Salesforce(\n    username='ops@one.example',\n    password='Quartz-Lantern-42!',\n    security_token='Qx7LmT2vRk9ZpB4nWc6HdY1s',\n)";
        let found = find(text);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].line, found[0].record.username.as_str()), (Some(4), "ops@one.example"));
        assert_eq!(found[0].record.password.expose(), "Quartz-Lantern-42!");
    }

    #[test]
    fn every_pattern_is_sound() {
        for rule in &RULES {
            Regex::new(rule.pattern).unwrap();
        }
    }
}
