//! From one mail to the tokens in it.

use std::collections::BTreeSet;

use mailparse::{MailHeaderMap, ParsedMail};
use zeroize::Zeroizing;

use super::inner::Inner;
use super::sender::{SUBJECTS, is_theirs};
use super::text;
use crate::{Error, Moment, Result, Secret, dates, salesforce};

/// How many lines above its token a username may stand.
const ABOVE: usize = 5;
/// How deep parts may be nested.
const DEEPEST: usize = 8;

/// A token that was mailed.
pub(super) struct Mailed {
    pub(super) username: String,
    pub(super) token: Secret,
    pub(super) issued: Option<Moment>,
    /// Whether the mail is known to be from Salesforce; else somebody has to say so.
    pub(super) is_theirs: bool,
}

/// What is in a mail.
pub(super) struct Mail {
    /// The tokens, in their order.
    pub(super) tokens: Vec<Mailed>,
    /// Whether its subject says that there is one.
    pub(super) announces: bool,
}

/// Looks for the tokens in a mail.
///
/// # Errors
/// When the mail is damaged, or is in an encoding that is not known.
pub(super) fn tokens(mail: &[u8]) -> Result<Mail> {
    let damaged = || Error::new("a damaged mail").hint("save it again from the mail program");
    let mail = mailparse::parse_mail(mail).map_err(|_| damaged())?;
    let header = |name: &str| mail.headers.get_first_value(name).unwrap_or_default();
    let (subject, from) = (header("Subject"), header("From"));
    let announces = is_theirs(&subject, "");
    // What somebody else sent on has another date, which is not that of the token.
    let is_original = from.is_empty() || is_theirs("", &from) || SUBJECTS.contains(&subject.trim().to_lowercase().as_str());
    // What was copied from a mail program has the name that people see.
    let sent = || dates::header(&header("Date")).or_else(|| dates::written(&header("Sent"))).or_else(|| received(&mail));
    let sent = is_original.then(sent).flatten();
    let tokens = match body(&mail, 0).map_err(|_| damaged())?.map(Zeroizing::new) {
        Some(body) => among(&text::lines(&body), announces || is_theirs("", &from), sent),
        None => Vec::new(),
    };
    Ok(Mail { tokens, announces })
}

/// The tokens in text that was pasted without a header of its own; each may stand below the header of the mail that it came in.
pub(super) fn pasted(text: &[u8]) -> Mail {
    Mail { tokens: among(&text::lines(&Zeroizing::new(String::from_utf8_lossy(text).into_owned())), true, None), announces: false }
}

/// Whether a text holds a token below the header of a mail from Salesforce.
pub(super) fn is_pasted(text: &[u8]) -> bool {
    let tokens = among(&text::lines(&Zeroizing::new(String::from_utf8_lossy(text).into_owned())), false, None);
    tokens.iter().any(|mailed| mailed.is_theirs)
}

/// The tokens in these lines, which are `theirs` if the whole mail is, or where they stand below the header of one that is.
fn among(lines: &[String], theirs: bool, sent: Option<Moment>) -> Vec<Mailed> {
    let mut found = Vec::new();
    let mut known = BTreeSet::new();
    for TokenLine { at, token, sign } in token_lines(lines) {
        let above = &lines[at.saturating_sub(ABOVE)..at];
        let Some(username) = above.iter().rev().find_map(|line| username(line)) else { continue };
        let inner = Inner::above(lines, at);
        let is_theirs = theirs || inner.is_theirs;
        let is_below = || above.iter().rev().find(|line| !line.is_empty()).is_some_and(|line| self::username(line).is_some());
        let counts = match sign {
            Sign::Label => true,
            Sign::Shape | Sign::LetterLabel => is_theirs,
            Sign::Letters => is_theirs && is_below(),
        };
        let issued = if inner.is_there { inner.date } else { sent };
        if counts && known.insert(token) {
            found.push(Mailed { username: username.to_owned(), token: token.into(), issued, is_theirs });
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

/// What speaks for a value being a token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// A label that says so.
    Label,
    /// Its letters and digits.
    Shape,
    /// A label, although one of the digits is missing that nearly every token has.
    LetterLabel,
    /// Its letters alone.
    Letters,
}

/// A line with a value that may be a token.
struct TokenLine<'l> {
    at: usize,
    token: &'l str,
    sign: Sign,
}

/// The lines with a value that looks like a token; where some are labelled as one, only those.
fn token_lines(lines: &[String]) -> Vec<TokenLine<'_>> {
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some((label, value)) = line.rsplit_once(':') else { continue };
        let below = || lines[at + 1..].iter().find(|line| !line.is_empty()).map_or("", String::as_str);
        let token = if value.trim().is_empty() { below() } else { value.trim() };
        let labelled = is_token_label(label);
        let sign = match labelled {
            true if could_be_token(token) => Sign::Label,
            true if is_of_letters(token) => Sign::LetterLabel,
            false if salesforce::is_token_like(token) => Sign::Shape,
            false if is_of_letters(token) => Sign::Letters,
            _ => continue,
        };
        found.push(TokenLine { at, token, sign });
    }
    let is_labelled = |line: &TokenLine<'_>| matches!(line.sign, Sign::Label | Sign::LetterLabel);
    let labelled = found.iter().any(is_labelled);
    found.retain(|line| !labelled || is_labelled(line));
    found
}

/// Whether a value looks like a token without a digit, as one of seventy is: capital and small letters in a mix that no words have.
fn is_of_letters(value: &str) -> bool {
    let count = |kind: fn(&u8) -> bool| value.bytes().filter(kind).count();
    let (capital, small) = (count(u8::is_ascii_uppercase), count(u8::is_ascii_lowercase));
    matches!(value.len(), 24 | 25)
        && capital + small == value.len()
        && capital.min(small) >= FEWEST
        && value.bytes().collect::<BTreeSet<_>>().len() >= 10
}

/// How many letters of each case a random token has at least, but for one of some thousands.
const FEWEST: usize = 4;

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
        tokens(mail.as_bytes()).unwrap().tokens.into_iter().filter(|mailed| mailed.is_theirs).map(told).collect()
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
        let days: Vec<_> = pasted(two.as_bytes()).tokens.iter().map(|mailed| mailed.issued.unwrap().to_string()).collect();
        assert_eq!(days, ["2026-10-05", "2026-11-02"]);
        assert!(!is_pasted(LINES.as_bytes()));
        assert_eq!(pasted(LINES.as_bytes()).tokens.iter().map(|mailed| mailed.issued).collect::<Vec<_>>(), [None]);
    }

    #[test]
    fn a_label_makes_an_odd_length_a_token() {
        let mail = |label: &str| format!("{HEAD}Subject: x\n\nUsername: a@one.example\n{label}: Kd8RwZ3tGm6YpX1vBn5Cq\n");
        assert_eq!(found(&mail("Security Token")).len(), 1);
        assert_eq!(found(&mail("Ticket")), []);
    }

    #[test]
    fn a_token_may_have_no_digit() {
        let mail = |label: &str, token: &str| found(&format!("{HEAD}Subject: x\n\nUsername: a@one.example\n{label}: {token}\n")).len();
        assert_eq!(mail("Security token (case-sensitive)", "abcdefGHIJKLmnopQRSTuvWX"), 1);
        assert_eq!(mail("Tokennøgle", "abcdefGHIJKLmnopQRSTuvWX"), 1);
        assert_eq!(mail("Värde", "abcdefGHIJKLmnopQRSTuvWXy"), 1, "right below its user");
        assert_eq!(mail("\nText\nVärde", "abcdefGHIJKLmnopQRSTuvWX"), 0);
        for word in ["DonaudampfschifffahrtsGes", "abcdefghijklmnopqrstuvwx", "AbAbAbAbAbAbAbAbAbAbAbAb", "abcdefGHIJKLmnop QRSTuvWX"] {
            assert_eq!(mail("Security token", word), 0, "{word}");
        }
        let other = "From: bob@one.example\nSubject: x\n\nUsername: a@one.example\nSecurity token: abcdefGHIJKLmnopQRSTuvWX\n";
        assert!(tokens(other.as_bytes()).unwrap().tokens.is_empty());
    }

    #[test]
    fn what_others_sent_on_has_another_date() {
        let mail = |subject: &str, above: &str| {
            let head = format!("Date: Sat, 21 Nov 2026 08:00:00 +0000\nFrom: Bob <bob@one.example>\nSubject: {subject}");
            found(&format!("{head}\n\n{above}\n\n{LINES}"))
        };
        for (subject, above, issued) in [
            ("Re: Your new Salesforce security token", "On Mon, Oct 5, 2026 at 8:00 AM Salesforce <support@salesforce.com> wrote:", "2026-10-05"),
            ("Re: a question", "On Mon, Oct 5, 2026 at 8:00 AM Salesforce <support@salesforce.com> wrote:", "2026-10-05"),
            ("Fwd: Your new Salesforce security token", "here you are", ""),
            ("SV: Your new Salesforce security token", "Från: Salesforce <support@salesforce.com>\nMottaget: 5 oktober 2026 08:00", ""),
            ("Your new Salesforce security token", "", "2026-11-21T08:00:00Z"),
        ] {
            assert_eq!(mail(subject, above), one("ops@harbor-widgets.example", "Qx7LmT2vRk9ZpB4nWc6HdY1s", issued), "{subject} {above}");
        }
    }

    #[test]
    fn a_subject_may_announce_what_is_not_there() {
        let mail = |text: &str| tokens(format!("{HEAD}Subject: Fwd: Your new Salesforce security token\n\n{text}").as_bytes()).unwrap();
        for text in ["", "Username: a@one.example\nSecurity tok", "Username: a@one.example\nSecurity token: Qx7LmT2vRk9ZpB4nW\n"] {
            let mail = mail(text);
            assert!(mail.tokens.is_empty() && mail.announces, "{text}");
        }
        let other = tokens(format!("Subject: hello\nFrom: bob@one.example\n\n{LINES}").as_bytes()).unwrap();
        assert!(!other.announces && other.tokens.iter().all(|mailed| !mailed.is_theirs) && other.tokens.len() == 1);
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
