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
    let words: Vec<&str> = text
        .split(|character: char| !character.is_alphanumeric() || matches!(character, '年' | '月' | '日'))
        .filter(|word| !word.is_empty())
        .collect();
    let number = |word: &str| word.trim_end_matches(|suffix: char| suffix.is_ascii_alphabetic()).parse::<u32>().ok();
    // A month in words, beside it the day, behind it the year.
    if let Some((at, month)) = words.iter().enumerate().find_map(|(at, word)| Some((at, month(word)?))) {
        let year = words[at + 1..].iter().take(3).find_map(|word| word.parse::<i32>().ok().filter(|year| (1999..2100).contains(year)))?;
        let before = at.checked_sub(1).and_then(|at| number(words[at])).filter(|day| (1..=31).contains(day));
        let day = before.or_else(|| number(words.get(at + 1)?))?;
        return NaiveDate::from_ymd_opt(year, month, day).map(Moment::Day);
    }
    let numbers: Vec<u32> = words.iter().take(3).filter_map(|word| word.parse().ok()).collect();
    let (year, month, day) = match numbers.as_slice() {
        [year, month, day] if *year > 1999 => (*year, *month, *day),
        [day, month, year] if *day > 12 && *year > 1999 => (*year, *month, *day),
        [month, day, year] if *day > 12 && *year > 1999 => (*year, *month, *day),
        [day, month, year] if day == month && *year > 1999 => (*year, *month, *day),
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
        ] {
            assert_eq!(written(text).map(|moment| moment.to_string()).as_deref(), Some("2026-10-05"), "{text}");
        }
        assert_eq!(written("Mon, 05 Oct 2026 08:00:00 +0200").map(|moment| moment.to_string()).as_deref(), Some("2026-10-05T06:00:00Z"));
        assert_eq!(written("18/8/2026, 09:12").map(|moment| moment.to_string()).as_deref(), Some("2026-08-18"));
        assert_eq!(written("5/10/2026 08:00"), None, "may or october");
        assert_eq!(written(""), None);
    }
}
