//! Dates as mails and reports have them: exact in a header, as programs write them for people elsewhere.

use chrono::{DateTime, NaiveDate, Utc};

use crate::Moment;

/// The date of a header, as RFC 5322 has it; a comment at its end is left out.
pub(crate) fn header(text: &str) -> Option<Moment> {
    let text = text.split('(').next()?.trim();
    DateTime::parse_from_rfc2822(text).ok().map(|date| Moment::Instant(date.with_timezone(&Utc)))
}

/// A date that a program wrote for people, as in a forwarded mail or a report: then only its day is certain.
///
/// Days that are all digits are left unknown where day and month cannot be told apart.
pub(crate) fn written(text: &str) -> Option<Moment> {
    if let Some(exact) = header(text) {
        return Some(exact);
    }
    // What languages put between the parts says nothing.
    let words: Vec<&str> = text
        .split(|character: char| !character.is_alphanumeric() || matches!(character, '年' | '月' | '日'))
        .filter(|word| !word.is_empty() && !["de", "of"].contains(word))
        .collect();
    let year = |word: &str| word.parse::<i32>().ok().filter(|year| (1999..2100).contains(year));
    let day = |word: &str| {
        word.trim_end_matches(|suffix: char| suffix.is_ascii_alphabetic()).parse::<u32>().ok().filter(|day| (1..=31).contains(day))
    };
    // A month in words beside its day, the year behind them. Names of weekdays and of people begin as months do, but stand elsewhere.
    let named = words.windows(3).find_map(|three| match [day(three[0]).zip(month(three[1])), day(three[1]).zip(month(three[0]))] {
        [Some((day, month)), _] | [None, Some((day, month))] => NaiveDate::from_ymd_opt(year(three[2])?, month, day),
        _ => None,
    });
    if let Some(day) = named {
        return Some(Moment::Day(day));
    }
    // The first three numbers with a year among them.
    let numbers = |three: &[&str]| -> Option<[u32; 3]> { Some([three[0].parse().ok()?, three[1].parse().ok()?, three[2].parse().ok()?]) };
    let (year, month, day) = match words.windows(3).filter_map(numbers).find(|three| three[0] > 1999 || three[2] > 1999)? {
        [year, month, day] if year > 1999 => (year, month, day),
        [day, month, year] if day > 12 => (year, month, day),
        [month, day, year] if day > 12 => (year, month, day),
        [day, month, year] if day == month => (year, month, day),
        _ => return None,
    };
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day).map(Moment::Day)
}

/// The number of a month in the languages that mail programs are often set to.
fn month(word: &str) -> Option<u32> {
    let word = word.to_lowercase();
    let months: [&[&str]; 12] = [
        &["jan", "janv", "ene", "gen"],
        &["feb", "févr", "fév", "fev"],
        &["mar", "mär", "mrz", "mars"],
        &["apr", "avr", "abr"],
        &["may", "mai", "mag", "maio", "mayo"],
        &["jun", "juin", "giu"],
        &["jul", "juil", "lug"],
        &["aug", "août", "aoû", "ago"],
        &["sep", "set"],
        &["oct", "okt", "ott", "out"],
        &["nov"],
        &["dec", "dez", "déc", "dic"],
    ];
    if !word.chars().all(char::is_alphabetic) || word.chars().count() < 3 {
        return None;
    }
    months.iter().position(|names| names.iter().any(|name| word.starts_with(name))).and_then(|at| u32::try_from(at + 1).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_exact() {
        for (text, date) in [
            ("Tue, 18 Aug 2026 09:12:44 +0000 (GMT)", "2026-08-18T09:12:44Z"),
            ("Mon, 02 Nov 2026 21:03:10 -0800", "2026-11-03T05:03:10Z"),
            ("7 Mar 2014 16:40:01 +0000", "2014-03-07T16:40:01Z"),
        ] {
            assert_eq!(header(text).map(|moment| moment.to_string()).as_deref(), Some(date), "{text}");
        }
        assert_eq!(header("yesterday"), None);
    }

    #[test]
    fn written_days_are_days() {
        for text in [
            "5 October 2026 08:00",
            "Monday, October 5, 2026 8:00 AM",
            "Mon, Oct 5, 2026 at 8:00 AM",
            "Montag, 5. Oktober 2026 08:00",
            "lundi 5 octobre 2026 à 08:00",
            "2026-10-05 08:00",
            "2026年10月5日 8:00",
            "October 5th, 2026",
            "5 de octubre de 2026",
            "On Mon, Oct 5, 2026 at 8:00 AM Mark <a@one.example> wrote:",
            "Julia, 5 October 2026",
        ] {
            assert_eq!(written(text).map(|moment| moment.to_string()).as_deref(), Some("2026-10-05"), "{text}");
        }
        assert_eq!(written("Mon, 05 Oct 2026 08:00:00 +0200").map(|moment| moment.to_string()).as_deref(), Some("2026-10-05T06:00:00Z"));
        assert_eq!(written("18/8/2026, 09:12").map(|moment| moment.to_string()).as_deref(), Some("2026-08-18"));
        assert_eq!(written("On 18/08/2026 09:12, Marc wrote:").map(|moment| moment.to_string()).as_deref(), Some("2026-08-18"));
        for text in ["mardi 6 octobre 2026", "mar. 6 oct. 2026", "martes, 6 de octubre de 2026", "martedì 6 ottobre 2026"] {
            assert_eq!(written(text).map(|moment| moment.to_string()).as_deref(), Some("2026-10-06"), "{text}, a Tuesday");
        }
        assert_eq!(written("5/10/2026 08:05"), None, "may or october");
        assert_eq!(written("10/5/26 08:00"), None);
        assert_eq!(written(""), None);
    }
}
