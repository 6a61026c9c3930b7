//! The rules for lines: small ones, each with its examples.

use regex::Captures;
use sfcred_formats::salesforce::{is_token_like, splits};
use sfcred_formats::{Record, Secret};

use super::around::{Around, fold, has_prefix, is_literal, is_password_key, is_security_token, is_token};
use super::is_password;

/// A way in which credentials stand in a text.
pub struct Rule {
    /// Its name: words.
    pub id: &'static str,
    /// What it finds, in one line.
    pub about: &'static str,
    /// Words in small letters, of which a line must have one: a glance that spares most lines the pattern.
    pub(super) words: &'static [&'static str],
    /// What stands in a line, with the lines around it for who cannot tell from one.
    pub(super) find: fn(&Captures<'_>, &Around<'_>) -> Option<Record>,
    pub(super) pattern: &'static str,
    /// Whether it finds secrets that no record holds.
    pub is_session: bool,
    /// Texts in which it finds one credential.
    pub holds: &'static [&'static str],
    /// Texts in which it finds none.
    pub spares: &'static [&'static str],
}

/// All rules, the surest first: a line is told once.
pub const RULES: [Rule; 9] = [
    Rule {
        id: "login-call",
        about: "a call that logs in, with the secrets in it",
        words: &["login"],
        pattern: r#"(?i)\blogin\w*\s*\(\s*["'`](?<user>[^"'`\s@]+@[^"'`\s]+)["'`]\s*,\s*["'`](?<password>[^"'`\r\n]+)["'`](?:\s*[+.,]\s*["'`](?<token>[A-Za-z0-9]{15,40})["'`])?"#,
        find: |found, around| {
            let mut record = Record { username: found["user"].into(), password: found["password"].into(), ..Record::default() };
            record.token = found.name("token").filter(|token| is_token_like(token.as_str())).map(|token| token.as_str().into());
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
        id: "set-password",
        about: "a call that sets the password, near to Salesforce or with the token of a user that is set as well",
        words: &["password", "passwd"],
        pattern: r#"(?i)(?:set_?|with_?|\.)pass(?:word|wd)\s*\(\s*["'`](?<password>[^"'`\r\n]{5,120})["'`](?:\s*[+.]\s*["'`](?<token>[A-Za-z0-9]{24,25})["'`])?\s*\)"#,
        find: |found, around| {
            let mut record = Record { password: found["password"].into(), ..Record::default() };
            record.token = found.name("token").map(|token| token.as_str()).filter(|token| is_token_like(token)).map(Into::into);
            let record = around.with_user(record);
            let sure = record.token.is_some() && !record.username.is_empty();
            (is_literal(&record.password) && (sure || around.is_ours())).then_some(record)
        },
        is_session: false,
        holds: &[
            "config.setUsername(\"ops@one.example\");\nconfig.setPassword(\"Quartz-42!\" + \"Qx7LmT2vRk9ZpB4nWc6HdY1s\");",
            "import com.salesforce.ws;\nconfig.setPassword(\"Quartz-Lantern-42!\");",
            "ConnectorConfig.builder().url(\"https://login.salesforce.com\").password(\"Quartz-42!\").build();",
        ],
        spares: &[
            "config.setPassword(\"Quartz-Lantern-42!\");",
            "// Salesforce\nconfig.setPassword(password + token);",
            "// Salesforce\nconfig.setPassword(\"${sf.password}\");",
            "config.setPassword(\"Quartz-42!\" + \"XXXXXXXXXXXXXXXXXXXXXXXX\");",
        ],
    },
    Rule {
        id: "token",
        about: "a security token under a name that says so, or near to Salesforce",
        words: &["token", "tkn", "securitykey", "security_key", "security-key", "value", "default"],
        pattern: r#"(?i)(?<key>[a-z_][\w.\-]*(?: token)?)["'`*_]{0,3}\s*(?:=>|:=|[:=,>(])\s*[*_]{0,2}\s*\\?["'`]?(?<token>[A-Za-z0-9]{24,25})(?:[^A-Za-z0-9]|$)"#,
        find: |found, around| {
            let token = &found["token"];
            if !is_token_like(token) {
                return None;
            }
            let key = around.name_of(&found["key"]);
            // Forms of web pages have a `security_token` with a value as well.
            let sure = is_security_token(key) && (key == &found["key"] || has_prefix(key) || around.is_ours());
            let prefixed = has_prefix(key) && fold(key).contains("token");
            let fits = sure || prefixed || is_token(key) && (has_prefix(key) || around.is_ours());
            (fits && !around.is_others(key)).then(|| around.with_user(Record { token: Some(token.into()), ..Record::default() }))
        },
        is_session: false,
        holds: &[
            "security_token = 'Qx7LmT2vRk9ZpB4nWc6HdY1s'",
            "Security Token: Qx7LmT2vRk9ZpB4nWc6HdY1s",
            "- **Security Token:** `Qx7LmT2vRk9ZpB4nWc6HdY1s`",
            "__Security Token__: Qx7LmT2vRk9ZpB4nWc6HdY1s",
            r#"<sfdc:basic-connection username="ops@one.example" securityToken="Qx7LmT2vRk9ZpB4nWc6HdY1s"/>"#,
            "export SF_TOKEN=Qx7LmT2vRk9ZpB4nWc6HdY1s",
            "export SF_UAT_TOKEN=Qx7LmT2vRk9ZpB4nWc6HdY1s",
            "./mule -M-Dsfdc.token=Qx7LmT2vRk9ZpB4nWc6HdY1s",
            "<securityToken>Qx7LmT2vRk9ZpB4nWc6HdY1s</securityToken>",
            "url = https://login.salesforce.com\ntoken = Qx7LmT2vRk9ZpB4nWc6HdY1s",
            "User=ops@one.example;Password=Fake-1;SecurityToken=Qx7LmT2vRk9ZpB4nWc6HdY1s;",
            "config.setSecurityToken(\"Qx7LmT2vRk9ZpB4nWc6HdY1s\");",
            "variable \"salesforce_security_token\" {\n  type = string\n  default = \"Qx7LmT2vRk9ZpB4nWc6HdY1s\"\n}",
            "<add key=\"SFSecurityToken\" value=\"Qx7LmT2vRk9ZpB4nWc6HdY1s\"/>",
            "- name: SF_TOKEN\n  value: Qx7LmT2vRk9ZpB4nWc6HdY1s",
        ],
        spares: &[
            "security_token = 'your_security_token_here'",
            "security_token = os.environ['SF_SECURITY_TOKEN']",
            "aws_security_token = 'Qx7LmT2vRk9ZpB4nWc6HdY1s'",
            "[obs]\nsecurity_token = Qx7LmT2vRk9ZpB4nWc6HdY1s",
            "token = 'Qx7LmT2vRk9ZpB4nWc6HdY1s'",
            "jira.token = Qx7LmT2vRk9ZpB4nWc6HdY1s",
            "SFTP_TOKEN=Qx7LmT2vRk9ZpB4nWc6HdY1s",
            "SFMC_TOKEN=Qx7LmT2vRk9ZpB4nWc6HdY1s",
            "security_token = XXXXXXXXXXXXXXXXXXXXXXXX",
            "next_page_token: Qx7LmT2vRk9ZpB4nWc6HdY1s",
            "security_token = Qx7LmT2vRk9ZpB4nWc6HdY1sQx7LmT2vRk9ZpB4nWc6HdY1s",
            "<input name=\"security_token\" value=\"Qx7LmT2vRk9ZpB4nWc6HdY1s\">",
            "variable \"jira_token\" {\n  default = \"Qx7LmT2vRk9ZpB4nWc6HdY1s\"\n}",
            "variable \"build\" {\n  default = \"Qx7LmT2vRk9ZpB4nWc6HdY1s\"\n}",
        ],
    },
    Rule {
        id: "sentence",
        about: "a security token in a sentence that calls it so",
        words: &["token"],
        pattern: r#"(?i)(?:security token|sicherheitstoken)\b[^\r\n=<>{}]{0,100}?[\s"'`(:*](?<token>[A-Za-z0-9]{24,25})(?:[\s"'`>).,;!*]|$)"#,
        find: |found, around| {
            let token = &found["token"];
            let fits = is_token_like(token) && !around.is_others("");
            fits.then(|| around.with_address(Record { token: Some(token.into()), ..Record::default() }))
        },
        is_session: false,
        holds: &[
            "the new security token for ops@one.example is Qx7LmT2vRk9ZpB4nWc6HdY1s",
            "Security Token (as of March): Qx7LmT2vRk9ZpB4nWc6HdY1s.",
            "Das Sicherheitstoken lautet \"Qx7LmT2vRk9ZpB4nWc6HdY1s\"",
        ],
        spares: &[
            "the security token is case-sensitive",
            "the AWS security token is Qx7LmT2vRk9ZpB4nWc6HdY1s",
            "the security token is described at https://one.example/Qx7LmT2vRk9ZpB4nWc6HdY1s/help",
            "<label>Security token</label><input value='Qx7LmT2vRk9ZpB4nWc6HdY1s'>",
            "the security token is XXXXXXXXXXXXXXXXXXXXXXXX",
        ],
    },
    Rule {
        id: "joined-literals",
        about: "a password and a token that code joins, for a user nearby or near to Salesforce",
        words: &["pass", "pwd", "pw"],
        pattern: r#"(?i)(?<key>[a-z_][\w.\-]*)["'`]?\s*(?:=>|:=|[:=])\s*["'`](?<password>[^"'`\r\n]{1,120})["'`]\s*(?:\+|\.\.?|&|\|\|)\s*["'`](?<token>[A-Za-z0-9]{24,25})["'`]"#,
        find: |found, around| {
            let (key, token) = (&found["key"], &found["token"]);
            let record = Record { password: found["password"].into(), token: Some(token.into()), ..Record::default() };
            let fits = is_password_key(key) && is_token_like(token) && is_literal(&record.password) && !around.is_others(key);
            let record = fits.then(|| around.with_user(record))?;
            (!record.username.is_empty() || has_prefix(key) || around.is_ours()).then_some(record)
        },
        is_session: false,
        holds: &[
            "String username = \"ops@one.example\";\nString password = \"Quartz-42!\" + \"Qx7LmT2vRk9ZpB4nWc6HdY1s\";",
            "$sf_password = 'Quartz-42!' . 'Qx7LmT2vRk9ZpB4nWc6HdY1s';",
        ],
        spares: &[
            "String password = \"Quartz-42!\" + \"Qx7LmT2vRk9ZpB4nWc6HdY1s\";",
            "// Salesforce\nString password = \"Quartz-42!\" + token;",
            "// Salesforce\nString password = \"Quartz-42!\" + \"XXXXXXXXXXXXXXXXXXXXXXXX\";",
        ],
    },
    Rule {
        id: "joined-password",
        about: "a password with a token at its end, under a name of Salesforce or near to it",
        words: &["pass", "pwd", "pw", "value", "default"],
        pattern: r#"(?i)(?<key>[a-z_][\w.\-]*)["'`]?\s*(?:=>|:=|[:=>(])\s*(?:["'`](?<quoted>[^"'`\r\n]{29,120})["'`]|(?<bare>[^\s"'`<>]{29,120}))"#,
        find: |found, around| {
            let key = around.name_of(&found["key"]);
            let value = found.name("quoted").or(found.name("bare")).map_or("", |value| value.as_str());
            let joined = !splits(value).is_empty() && !value.contains("${") && !value.contains("://");
            let fits = is_password_key(key) && joined && (has_prefix(key) || around.is_ours()) && !around.is_others(key);
            fits.then(|| around.with_user(Record { password: value.into(), ..Record::default() }))
        },
        is_session: false,
        holds: &[
            "sf.password = Quartz-Lantern-42!Qx7LmT2vRk9ZpB4nWc6HdY1s",
            "-Dsfdc.password=Quartz-Lantern-42!Qx7LmT2vRk9ZpB4nWc6HdY1s",
            "# login.salesforce.com\nPASSWORD: 'Quartz-Lantern-42!Qx7LmT2vRk9ZpB4nWc6HdY1s'",
        ],
        spares: &[
            "db.password = Quartz-Lantern-42!Qx7LmT2vRk9ZpB4nWc6HdY1s",
            "sftp.password = Quartz-Lantern-42!Qx7LmT2vRk9ZpB4nWc6HdY1s",
            "sf.password = ${SF_PASSWORD_OF_THE_USER_IN_THE_VAULT}",
            "sf.password_file = /run/secrets/Qx7LmT2vRk9ZpB4nWc6HdY1s",
        ],
    },
    Rule {
        id: "password",
        about: "a password under a name of Salesforce",
        words: &["pass", "pwd", "pw", "value", "default"],
        pattern: r#"(?i)(?<key>[a-z_][\w.\-]*)["'`]?\s*(?:=>|:=|[:=>])\s*(?:["'`](?<quoted>[^"'`\r\n]{5,120})["'`]|(?<bare>[^\s"'`<>]{5,120}))"#,
        find: |found, around| {
            let key = around.name_of(&found["key"]);
            let password = Secret::from(found.name("quoted").or(found.name("bare")).map_or("", |value| value.as_str()));
            // A word is the name of something; what people choose as a password is not.
            let word = password.expose().bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'.' | b'-'));
            // A constant that has its own name as its value says nothing.
            let named_only = fold(password.expose()) == fold(key);
            let literal = is_literal(&password) && !named_only && (found.name("quoted").is_some() || !word);
            let fits = literal && is_password_key(key) && has_prefix(key) && !around.is_warehouse(key);
            fits.then(|| around.with_user(Record { password, ..Record::default() }))
        },
        is_session: false,
        holds: &[
            "SALESFORCE_PASSWORD='Quartz-Lantern-42!'",
            "sfdc.password = Quartz-Lantern-42!",
            r#""salesforcePassword": "Quartz-Lantern-42!","#,
            "variable \"sf_password\" {\n  default = \"Quartz-Lantern-42!\"\n}",
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
            "SFTP_PASSWORD=Quartz-Lantern-42!",
            "SFTP_PROD_PASSWORD=Quartz-Lantern-42!",
            "sftp.password=Quartz-Lantern-42!",
            "SFX_PASSWORD=Quartz-Lantern-42!",
            "SFO_PASSWORD=Quartz-Lantern-42!",
            "SFMC_PASSWORD=Quartz-Lantern-42!",
            "FORCED_PASSWORD=Quartz-Lantern-42!",
            "FORCEPOINT_PASSWORD=Quartz-Lantern-42!",
            "WORKFORCE_PASSWORD=Quartz-Lantern-42!",
            "SF_PASSWORD=Quartz-Lantern-42!\nSF_WAREHOUSE=LOADING",
        ],
    },
    Rule {
        id: "auth-url",
        about: "an auth URL of the Salesforce CLI, which holds a refresh token",
        words: &["force://"],
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
        words: &["00d"],
        pattern: r"\b(?<org>00D[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?)!(?<key>[A-Za-z0-9._]{20,})",
        find: |found, _| {
            let fits = !is_made_up(&found["key"]);
            fits.then(|| Record { password: format!("{}!{}", &found["org"], &found["key"]).into(), ..Record::default() })
        },
        is_session: true,
        holds: &["Authorization: Bearer 00D000000000001!AQ.Fak3S3ss10nFak3S3ss10nFak3S3ss10n"],
        spares: &[
            "orgId: 00D000000000001",
            "00D000000000001!<token>",
            "00Dxx0000001gPL!YOUR_ACCESS_TOKEN_HERE_PLEASE",
            "00Dxx0000001gPL!your.session.id.goes.here.please1",
            "00D000000000001!AQEAQxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "00D000000000001!AQEAQ1234........................",
            "00D000000000001!XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX",
        ],
    },
];

/// Whether the secret part of a session id stands for one: words for people, or one sign over and over. A real one is random, and long.
fn is_made_up(key: &str) -> bool {
    let folded = key.to_ascii_lowercase();
    let says = ["your", "token", "session", "here", "example", "placeholder", "redacted"].iter().any(|word| folded.contains(word));
    let runs = key.as_bytes().windows(5).any(|run| run.iter().all(|byte| *byte == run[0]));
    says || runs || !key.bytes().any(|byte| byte.is_ascii_digit())
}
