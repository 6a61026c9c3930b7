//! The mail that a token came in, where it stands inside another one: forwarded below a header, or quoted below the line of a reply.

use super::sender::is_theirs;
use crate::{Moment, dates};

/// How far above its token the header of an inner mail may begin.
const ABOVE: usize = 40;
/// Over how many lines a mail program breaks the line above what it quotes.
const BROKEN: usize = 3;

/// The names of header lines, in the languages known here.
const DATES: [&str; 23] = [
    "date", "sent", "datum", "gesendet", "envoyé", "envoyé le", "fecha", "enviado", "enviado el", "enviado em", "enviada em", "data", "inviato",
    "verzonden", "skickat", "sendt", "dato", "wysłano", "отправлено", "дата", "送信日時", "日付", "发送时间",
];
const SENDERS: [&str; 11] = ["from", "von", "de", "da", "van", "från", "fra", "od", "от", "差出人", "发件人"];
const SUBJECTS: [&str; 11] = ["subject", "betreff", "objet", "asunto", "assunto", "oggetto", "onderwerp", "ämne", "emne", "件名", "主题"];

/// What such a line says that names no address.
const WROTE: [&str; 10] = ["wrote", "schrieb", "écrit", "escribió", "escreveu", "scritto", "schreef", "skrev", "написал", "書きました"];

/// The inner mail above a token.
#[derive(Default)]
pub(super) struct Inner {
    /// Whether there is one.
    pub(super) is_there: bool,
    /// Whether it is from Salesforce.
    pub(super) is_theirs: bool,
    /// When it was sent, as far as that is certain.
    pub(super) date: Option<Moment>,
}

impl Inner {
    /// Looks for the nearest one above this line.
    pub(super) fn above(lines: &[String], at: usize) -> Self {
        let mut inner = Self::default();
        let from = at.saturating_sub(ABOVE);
        for end in (from..at).rev() {
            if !inner.is_there
                && let Some(text) = attribution(&lines[from..=end])
            {
                let theirs = text.split_whitespace().any(|word| word.contains('@') && is_theirs("", word.trim_end_matches([':', ','])));
                return Self { is_there: true, is_theirs: inner.is_theirs || theirs, date: dates::written(&text) };
            }
            let Some((name, value)) = lines[end].split_once(':') else { continue };
            let (name, value) = (name.trim().to_lowercase(), value.trim());
            match name.as_str() {
                name if DATES.contains(&name) && !inner.is_there => {
                    inner.is_there = true;
                    inner.date = dates::written(value);
                }
                name if SENDERS.contains(&name) => inner.is_theirs |= is_theirs("", value),
                name if SUBJECTS.contains(&name) => inner.is_theirs |= is_theirs(value, ""),
                _ => {}
            }
        }
        inner
    }
}

/// The line at the end of these, with those that it is broken over, where it is what a mail program writes above a quotation:
/// `On … at … NAME <ADDRESS> wrote:`. It ends with a colon, and has a number and an address or a verb.
fn attribution(lines: &[String]) -> Option<String> {
    if !lines.last()?.ends_with(':') {
        return None;
    }
    for count in 1..=BROKEN.min(lines.len()) {
        let parts = &lines[lines.len() - count..];
        if parts[0].is_empty() {
            break;
        }
        let text = parts.join(" ");
        let lower = text.to_lowercase();
        let names = text.contains('<') && text.contains('@') || WROTE.iter().any(|word| lower.contains(word));
        // An hour alone is no date.
        let dated = text.bytes().filter(u8::is_ascii_digit).count() > 4;
        if names && dated {
            return Some(text);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inner(above: &str) -> (bool, bool, String) {
        let lines: Vec<String> = above.lines().map(str::to_owned).collect();
        let inner = Inner::above(&lines, lines.len());
        (inner.is_there, inner.is_theirs, inner.date.map(|date| date.to_string()).unwrap_or_default())
    }

    #[test]
    fn the_line_above_a_quotation_has_the_date() {
        for line in [
            "On Mon, Oct 5, 2026 at 8:00 AM Salesforce <support@salesforce.com> wrote:",
            "On Mon, Oct 5, 2026 at 8:00 AM Salesforce <support@salesforce.com>\nwrote:",
            "Am Mo., 5. Okt. 2026 um 08:00 Uhr schrieb Salesforce <support@salesforce.com>:",
            "Le lun. 5 oct. 2026 à 08:00, Salesforce <support@salesforce.com> a écrit :",
            "El lun, 5 oct 2026 a las 8:00, Salesforce (<support@salesforce.com>) escribió:",
            "Em seg., 5 de out. de 2026 às 08:00, Salesforce <support@salesforce.com> escreveu:",
            "Il giorno lun 5 ott 2026 alle ore 08:00 Salesforce <support@salesforce.com> ha scritto:",
            "2026年10月5日(月) 8:00 Salesforce <support@salesforce.com>:",
        ] {
            assert_eq!(inner(&format!("Thanks!\n\n{line}\n\nUsername: a@one.example")), (true, true, "2026-10-05".to_owned()), "{line}");
        }
        for line in ["On 10/5/26, 8:00 AM, Salesforce wrote:", "On 5/10/2026 08:05, Salesforce wrote:"] {
            assert_eq!(inner(line), (true, false, String::new()), "{line}");
        }
        for line in ["Username:", "Here are the five of 2026:", "see https://a.example/2026", "Ticket 20261005 <a@one.example>"] {
            assert_eq!(inner(line), (false, false, String::new()), "{line}");
        }
    }

    #[test]
    fn headers_are_known_in_many_languages() {
        for lines in [
            "Von: Salesforce <support@salesforce.com>\nGesendet: Montag, 5. Oktober 2026 08:00",
            "De : Salesforce <support@salesforce.com>\nEnvoyé : lundi 5 octobre 2026 08:00",
            "De: Salesforce <support@salesforce.com>\nEnviado el: lunes, 5 de octubre de 2026 8:00",
            "Van: Salesforce <support@salesforce.com>\nVerzonden: maandag 5 oktober 2026 08:00",
            "From: Salesforce [mailto:support@salesforce.com]\nSent: Monday, October 5, 2026 8:00 AM",
        ] {
            assert_eq!(inner(lines), (true, true, "2026-10-05".to_owned()), "{lines}");
        }
    }
}
