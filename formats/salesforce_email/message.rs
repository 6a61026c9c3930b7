//! From one mail to the tokens in it.

use std::collections::BTreeSet;

use mailparse::{MailHeaderMap, ParsedMail};
use zeroize::Zeroizing;

use super::text;
use crate::{Error, Moment, Result, Secret, dates, salesforce};

/// How many lines above its token a username may stand.
const ABOVE: usize = 5;
/// How far above its token the header of a forwarded mail may begin.
const HEADER_ABOVE: usize = 40;
/// How deep parts may be nested.
const DEEPEST: usize = 8;

/// The subjects of Salesforce's mails, today's and the one until 2015.
const SUBJECTS: [&str; 2] = ["your new salesforce security token", "salesforce.com security token confirmation"];

/// A token that was mailed.
pub(super) struct Mailed {
    pub(super) username: String,
    pub(super) token: Secret,
    pub(super) issued: Option<Moment>,
}

/// The tokens in a mail, in their order; none where the mail is not from Salesforce.
///
/// # Errors
/// When the mail is damaged, or is in an encoding that is not known.
pub(super) fn tokens(mail: &[u8]) -> Result<Vec<Mailed>> {
    let damaged = || Error::new("a damaged mail").hint("save it again from the mail program");
    let mail = mailparse::parse_mail(mail).map_err(|_| damaged())?;
    let header = |name: &str| mail.headers.get_first_value(name).unwrap_or_default();
    // What was copied from a mail program has the name that people see.
    let sent = dates::header(&header("Date")).or_else(|| dates::written(&header("Sent"))).or_else(|| received(&mail));
    let Some(body) = body(&mail, 0).map_err(|_| damaged())?.map(Zeroizing::new) else { return Ok(Vec::new()) };
    Ok(among(&text::lines(&body), is_theirs(&header("Subject"), &header("From")), sent))
}

/// The tokens in text that was pasted without a header of its own; each may stand below the header of the mail that it came in.
pub(super) fn pasted(text: &[u8]) -> Vec<Mailed> {
    among(&text::lines(&Zeroizing::new(String::from_utf8_lossy(text).into_owned())), true, None)
}

/// Whether a text holds a token below the header of a mail from Salesforce.
pub(super) fn is_pasted(text: &[u8]) -> bool {
    !among(&text::lines(&Zeroizing::new(String::from_utf8_lossy(text).into_owned())), false, None).is_empty()
}

/// The tokens in these lines. Without `theirs`, those of them that stand below the header of a mail from Salesforce.
fn among(lines: &[String], theirs: bool, sent: Option<Moment>) -> Vec<Mailed> {
    let mut found = Vec::new();
    let mut known = BTreeSet::new();
    for (at, token) in token_lines(lines) {
        let inner = Inner::above(lines, at);
        let Some(username) = lines[at.saturating_sub(ABOVE)..at].iter().rev().find_map(|line| username(line)) else { continue };
        if !theirs && !inner.is_theirs {
            continue;
        }
        let issued = if inner.is_there { inner.date } else { sent };
        if known.insert(token) {
            found.push(Mailed { username: username.to_owned(), token: token.into(), issued });
        }
    }
    found
}

/// When the first server had the mail, which is the last of its `Received` headers.
fn received(mail: &ParsedMail<'_>) -> Option<Moment> {
    mail.headers.get_all_values("Received").last().and_then(|value| dates::header(value.rsplit(';').next()?))
}

/// The text of the mail: a plain part, else an HTML part as text. Parts of several mails, such as forwarded ones, are joined.
fn body(mail: &ParsedMail<'_>, depth: usize) -> Result<Option<String>, mailparse::MailParseError> {
    let kind = mail.ctype.mimetype.as_str();
    if depth > DEEPEST {
        return Ok(None);
    }
    if kind == "message/rfc822" {
        let raw = Zeroizing::new(mail.get_body_raw()?);
        let inner = mailparse::parse_mail(&raw)?;
        let header = |name: &str| inner.headers.get_first_value(name).unwrap_or_default();
        let text = body(&inner, depth + 1)?.unwrap_or_default();
        return Ok(Some(format!("\nFrom: {}\nDate: {}\nSubject: {}\n\n{text}\n", header("From"), header("Date"), header("Subject"))));
    }
    if mail.subparts.is_empty() {
        return Ok(match kind {
            "text/plain" => Some(mail.get_body()?),
            "text/html" => Some(text::of_html(&mail.get_body()?)),
            _ => None,
        });
    }
    let mut texts = Vec::new();
    for part in &mail.subparts {
        if let Some(text) = body(part, depth + 1)? {
            let plain = part.ctype.mimetype != "text/html";
            // Of the forms of one text the first is enough, and the plain one is better.
            if kind == "multipart/alternative" && !texts.is_empty() && !plain {
                continue;
            }
            texts.push(text);
        }
    }
    Ok((!texts.is_empty()).then(|| texts.join("\n")))
}

fn is_theirs(subject: &str, from: &str) -> bool {
    let subject = subject.to_lowercase();
    SUBJECTS.iter().any(|known| subject.contains(known))
        || from.rsplit('@').next().is_some_and(|host| salesforce::is_salesforce(host.trim().trim_end_matches('>').trim()))
            && from.contains('@')
}

/// The header of a forwarded mail above a token.
#[derive(Default)]
struct Inner {
    is_there: bool,
    is_theirs: bool,
    date: Option<Moment>,
}

impl Inner {
    /// Looks for the nearest one: lines with names that mail programs write, in the languages known here.
    fn above(lines: &[String], at: usize) -> Self {
        let mut inner = Self::default();
        for line in lines[at.saturating_sub(HEADER_ABOVE)..at].iter().rev() {
            let Some((name, value)) = line.split_once(':') else { continue };
            let value = value.trim();
            match name.trim().to_lowercase().as_str() {
                "date" | "sent" | "datum" | "gesendet" | "envoyé" | "fecha" | "enviado" | "data" | "inviato" | "送信日時" | "日付" if !inner.is_there => {
                    inner.is_there = true;
                    inner.date = dates::written(value);
                }
                "from" | "von" | "de" | "da" | "差出人" => inner.is_theirs |= is_theirs("", value),
                "subject" | "betreff" | "objet" | "asunto" | "assunto" | "oggetto" | "件名" => inner.is_theirs |= is_theirs(value, ""),
                _ => {}
            }
        }
        inner
    }
}

/// The lines with a value that looks like a token; where some are labelled as one, only those.
fn token_lines(lines: &[String]) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some((label, value)) = line.rsplit_once(':') else { continue };
        let below = || lines[at + 1..].iter().find(|line| !line.is_empty()).map_or("", String::as_str);
        let value = if value.trim().is_empty() { below() } else { value.trim() };
        let labelled = is_token_label(label);
        if salesforce::is_token_like(value) || (labelled && could_be_token(value)) {
            found.push((at, labelled, value));
        }
    }
    let labelled = found.iter().any(|(_, labelled, _)| *labelled);
    found.into_iter().filter(|(_, is, _)| *is || !labelled).map(|(at, _, value)| (at, value)).collect()
}

/// Whether a value can be a token where its label says so: some have been seen that are shorter or longer than those of today.
fn could_be_token(value: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| value.as_bytes().iter().any(kind);
    (20..=30).contains(&value.len())
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
}

/// Whether a label names a security token, in the languages known here.
fn is_token_label(label: &str) -> bool {
    let label = label.to_lowercase();
    ["token", "トークン", "jeton", "secur", "sicherheit"].iter().any(|word| label.contains(word))
}

/// The username in a line, behind its label.
fn username(line: &str) -> Option<&str> {
    let value = line.rsplit_once(':').map_or(line, |(_, value)| value).trim();
    let (name, host) = value.split_once('@')?;
    let sound = !name.is_empty() && host.contains('.') && !host.starts_with('.') && !host.ends_with('.');
    (sound && !host.contains('@') && !value.contains(char::is_whitespace) && !value.contains(['<', '>', '/'])).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(mail: &str) -> Vec<(String, String, String)> {
        let told = |mailed: Mailed| {
            (mailed.username, mailed.token.expose().to_owned(), mailed.issued.map(|issued| issued.to_string()).unwrap_or_default())
        };
        tokens(mail.as_bytes()).unwrap().into_iter().map(told).collect()
    }

    fn one(username: &str, token: &str, issued: &str) -> Vec<(String, String, String)> {
        vec![(username.into(), token.into(), issued.into())]
    }

    const HEAD: &str = "Date: Tue, 18 Aug 2026 09:12:44 +0000\nFrom: Salesforce <support@salesforce.com>\n";
    const LINES: &str = "Username: ops@harbor-widgets.example\nSecurity token (case-sensitive): Qx7LmT2vRk9ZpB4nWc6HdY1s\n";

    #[test]
    fn the_value_may_stand_below_its_label() {
        let mail = format!("{HEAD}Subject: x\n\nUsername:\nops@harbor-widgets.example\n\nSecurity token:\n\nQx7LmT2vRk9ZpB4nWc6HdY1s\n");
        assert_eq!(found(&mail), one("ops@harbor-widgets.example", "Qx7LmT2vRk9ZpB4nWc6HdY1s", "2026-08-18T09:12:44Z"));
    }

    #[test]
    fn a_mail_of_others_is_left_alone() {
        assert_eq!(found(&format!("Date: Tue, 18 Aug 2026 09:12:44 +0000\nFrom: eve@salesforce.com.evil.example\nSubject: hello\n\n{LINES}")), []);
        assert_eq!(found(&format!("{HEAD}Subject: Verify your identity in Salesforce\n\nVerification Code: 48213\n")), []);
        let subject = format!("Date: Tue, 18 Aug 2026 09:12:44 +0000\nSubject: Fwd: Your new Salesforce security token\n\n{LINES}");
        assert_eq!(found(&subject).len(), 1);
    }

    #[test]
    fn other_mails_of_salesforce_hold_no_token() {
        for (subject, text) in [
            ("Verify your identity in Salesforce", "Username: ops@harbor-widgets.example\nVerification Code: 482131"),
            ("Your password was changed", "Username: ops@harbor-widgets.example\nTime: 2026-08-18 09:12"),
            ("Welcome to Salesforce: Verify your account", "Username: ops@harbor-widgets.example\nhttps://login.salesforce.com/?c=Qx7LmT2vRk9ZpB4nWc6HdY1s"),
            ("Salesforce Security notification", "User: ops@harbor-widgets.example\nwas frozen"),
            ("Sandbox: copy completed", "Organization: 00D000000000001EAA\nops@harbor-widgets.example.uat"),
        ] {
            assert_eq!(found(&format!("{HEAD}Subject: {subject}\n\n{text}\n")), [], "{subject}");
        }
    }

    #[test]
    fn a_date_is_the_header_s_else_the_first_server_s() {
        let mail = |head: &str| format!("From: support@salesforce.com\n{head}\n\n{LINES}");
        let received = "Received: from a by b; Tue, 18 Aug 2026 09:14:00 +0000\nReceived: from c by a; Tue, 18 Aug 2026 09:13:00 +0000";
        for (head, issued) in [
            (received, "2026-08-18T09:13:00Z"),
            ("Sent: Tuesday, August 18, 2026 9:12 AM", "2026-08-18"),
            ("Date: soon", ""),
            ("Subject: =?UTF-8?Q?Your_new_Salesforce_security_token?=", ""),
        ] {
            assert_eq!(found(&mail(head)), one("ops@harbor-widgets.example", "Qx7LmT2vRk9ZpB4nWc6HdY1s", issued), "{head}");
        }
    }

    #[test]
    fn what_was_pasted_has_the_dates_that_stand_in_it() {
        let block = |day: &str, token: &str| {
            format!("From: Salesforce <support@salesforce.com>\nSent: {day}\nSubject: Your new Salesforce security token\n\nUsername: a@one.example\nSecurity token (case-sensitive): {token}\n\n")
        };
        let two = ["Hello,\n\n", &block("5 October 2026 08:00", "Kd8RwZ3tGm6YpX1vBn5CqLj2"), &block("2 November 2026", "h3VbN8cTq5XkZr2WmPj7LdYs9")].concat();
        assert!(is_pasted(two.as_bytes()));
        let days: Vec<_> = pasted(two.as_bytes()).iter().map(|mailed| mailed.issued.unwrap().to_string()).collect();
        assert_eq!(days, ["2026-10-05", "2026-11-02"]);
        assert!(!is_pasted(LINES.as_bytes()));
        assert_eq!(pasted(LINES.as_bytes()).iter().map(|mailed| mailed.issued).collect::<Vec<_>>(), [None]);
    }

    #[test]
    fn a_label_makes_an_odd_length_a_token() {
        let mail = |label: &str| format!("{HEAD}Subject: x\n\nUsername: a@one.example\n{label}: Kd8RwZ3tGm6YpX1vBn5Cq\n");
        assert_eq!(found(&mail("Security Token")).len(), 1);
        assert_eq!(found(&mail("Ticket")), []);
    }

    #[test]
    fn an_attached_mail_has_its_own_date() {
        let mail = format!(
            "Date: Sat, 21 Nov 2026 08:00:00 +0000\nSubject: see below\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n\
             here\n--b\nContent-Type: message/rfc822\n\n{HEAD}Subject: Your new Salesforce security token\n\n{LINES}\n--b--\n"
        );
        assert_eq!(found(&mail), one("ops@harbor-widgets.example", "Qx7LmT2vRk9ZpB4nWc6HdY1s", "2026-08-18T09:12:44Z"));
    }

    #[test]
    fn a_thread_has_a_date_for_each_token() {
        let mail = "Date: Sat, 21 Nov 2026 08:00:00 +0000\nSubject: Fwd: tokens\n\n> From: Salesforce <support@salesforce.com>\n> Sent: 5 October 2026 08:00\n> \
                    Subject: Your new Salesforce security token\n>\n> Username: a@one.example\n> Security token: Kd8RwZ3tGm6YpX1vBn5CqLj2\n\n\
                    From: Salesforce <support@salesforce.com>\nDate: Mon, Nov 2, 2026 at 9:03 PM\n\nUsername: b@two.example\nSecurity token: \
                    h3VbN8cTq5XkZr2WmPj7LdYs9\n";
        let found = found(mail);
        assert_eq!(found.iter().map(|(user, _, day)| (user.as_str(), day.as_str())).collect::<Vec<_>>(), [
            ("a@one.example", "2026-10-05"),
            ("b@two.example", "2026-11-02")
        ]);
    }

    #[test]
    fn damage_is_no_panic() {
        let mail = format!("{HEAD}Content-Type: multipart/alternative; boundary=\"b1\"\nContent-Transfer-Encoding: base64\n\n--b1\n\n=\n--b1--\n{LINES}");
        for end in 0..mail.len() {
            let _ = tokens(&mail.as_bytes()[..end]);
        }
        let same = "Content-Type: multipart/mixed; boundary=b\n\n--b\n".repeat(5000);
        assert_eq!(found(&same), []);
        let nested = |depth| format!("Content-Type: multipart/mixed; boundary=b{depth}\n\n--b{depth}\n");
        let deep: Vec<String> = (0..5000).map(nested).collect();
        let deep = deep.concat();
        assert!(tokens(deep.as_bytes()).is_err());
    }
}
