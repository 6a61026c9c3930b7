//! Password and token in one value, as clients send them: facts, section 1.6.

use std::collections::HashMap;

use sfcred_formats::salesforce::{is_token_like, splits};
use sfcred_formats::{Record, Secret};

use super::Finding;

/// How joined values are split.
#[derive(Clone, Copy, Debug)]
pub struct Split {
    /// How long tokens are, if the user knows it.
    pub length: Option<usize>,
    /// Asks the user how long the token of a record is; `None` leaves the value as it is.
    pub ask: fn(&Question<'_>) -> Option<usize>,
}

/// A value that can be split in two ways.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The name of the record.
    pub name: &'a str,
    /// How long the token can be, the likelier length first.
    pub tokens: [usize; 2],
    /// How many characters are left for the password, for each of these.
    pub left: [usize; 2],
}

/// What is known of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It holds no token.
    NoToken,
    /// It is a token, and leaves nothing for a password.
    OnlyToken,
    /// The token, or the password before it, is known from elsewhere; the length of the token.
    Certain(usize),
    /// There is one way to split it: the length of the token.
    Probable(usize),
    /// There are two: the lengths of the token, the likelier one first.
    Ambiguous([usize; 2]),
    /// The password is known, and what is behind it is no token: its characters.
    OtherRest(usize),
}

/// The shortest text that can be a token; what people put in its place may be shorter.
pub(crate) const SHORTEST_TOKEN: usize = 15;

/// The shortest password that Salesforce takes unless an organisation says otherwise.
const USUAL_PASSWORD: usize = 8;

/// Finds the token at the end of `joined`; `tokens` and `passwords` are what other records of the user say, `length` what the user knows.
pub fn split(joined: &str, tokens: &[&str], passwords: &[&str], length: Option<usize>) -> Outcome {
    let ends_with = |token: &&&str| token.len() >= SHORTEST_TOKEN && joined.len() > token.len() && joined.ends_with(**token);
    if let Some(token) = tokens.iter().find(ends_with) {
        return Outcome::Certain(token.len());
    }
    let behind = |password: &&str| joined.strip_prefix(*password).filter(|rest| rest.len() < joined.len());
    let rests: Vec<&str> = passwords.iter().filter_map(behind).collect();
    if let Some(token) = rests.iter().find(|rest| is_token_like(rest)) {
        return Outcome::Certain(token.len());
    }
    if let Some(rest) = rests.first() {
        return if rest.is_empty() { Outcome::NoToken } else { Outcome::OtherRest(rest.chars().count()) };
    }
    match (&splits(joined)[..], length) {
        ([], _) if is_token_like(joined) => Outcome::OnlyToken,
        (lengths, Some(length)) if lengths.contains(&length) => Outcome::Probable(length),
        ([length], None) => Outcome::Probable(*length),
        ([one, other], None) => Outcome::Ambiguous(ranked(joined, [*one, *other])),
        _ => Outcome::NoToken,
    }
}

/// The likelier length first: that which leaves a usual password, and of two such that which leaves one with a special character at its end.
fn ranked(joined: &str, [one, other]: [usize; 2]) -> [usize; 2] {
    let left = |length: usize| &joined[..joined.len() - length];
    let is_usual = |length| {
        let left = left(length);
        let has = |test: fn(&u8) -> bool| left.as_bytes().iter().any(test);
        left.chars().count() >= USUAL_PASSWORD && has(u8::is_ascii_alphabetic) && has(u8::is_ascii_digit)
    };
    let is_special = |length| !left(length).ends_with(|character: char| character.is_ascii_alphanumeric());
    let (longer, shorter) = (one.max(other), one.min(other));
    match (is_usual(shorter), is_usual(longer)) {
        (false, true) => [longer, shorter],
        (true, true) if is_special(longer) => [longer, shorter],
        _ => [shorter, longer],
    }
}

/// What the other records say of one user.
#[derive(Default)]
struct User {
    tokens: Vec<Secret>,
    passwords: Vec<Secret>,
}

impl Split {
    /// Splits the values of these records, each in the light of the others.
    pub fn all(&self, records: &mut [&mut Record], tell: &mut dyn FnMut(Finding, &Record)) {
        let mut users: HashMap<String, User> = HashMap::new();
        for record in records.iter().filter(|record| !record.username.is_empty()) {
            let user = users.entry(record.username.to_lowercase()).or_default();
            user.tokens.extend(record.token.clone());
            user.passwords.push(record.password.clone());
        }
        let nobody = User::default();
        for record in records {
            self.one(record, users.get(&record.username.to_lowercase()).unwrap_or(&nobody), tell);
        }
    }

    fn one(&self, record: &mut Record, user: &User, tell: &mut dyn FnMut(Finding, &Record)) {
        let joined = record.password.expose();
        // Beside a token of its own only what is certain is taken off, and the token stays.
        let (tokens, beside): (Vec<&str>, bool) = match &record.token {
            Some(own) if joined.ends_with(own.expose()) => (vec![own.expose()], false),
            own => (user.tokens.iter().map(Secret::expose).collect(), own.is_some()),
        };
        let passwords: Vec<&str> = user.passwords.iter().map(Secret::expose).filter(|password| *password != joined).collect();
        let length = match split(joined, &tokens, &passwords, self.length) {
            Outcome::NoToken => return,
            Outcome::Certain(length) => length,
            _ if beside => return,
            Outcome::OnlyToken => return tell(Finding::OnlyToken, record),
            Outcome::OtherRest(length) => return tell(Finding::OtherRest(length), record),
            Outcome::Probable(length) => length,
            Outcome::Ambiguous(tokens) => {
                let left = tokens.map(|length| joined[..joined.len() - length].chars().count());
                let answer = (self.ask)(&Question { name: record.name(), tokens, left });
                match answer.filter(|length| tokens.contains(length)) {
                    Some(length) => length,
                    None => return tell(Finding::Ambiguous, record),
                }
            }
        };
        let (password, token) = joined.split_at(joined.len() - length);
        let (password, token) = (Secret::from(password), Secret::from(token));
        let is_short = password.expose().chars().count() < USUAL_PASSWORD;
        record.password = password;
        record.token.get_or_insert(token);
        tell(if is_short { Finding::SplitShort } else { Finding::Split }, record);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T24: &str = "Qx7LmT2vRk9ZpB4nWc6HdY1s";
    const T25: &str = "h3VbN8cTq5XkZr2WmPj7LdYs9";

    /// The table of the facts, section 1.6, row by row.
    #[test]
    fn splits_as_the_table_says() {
        for (password, tail, tokens, passwords, length, outcome) in [
            ("Quartz-Lantern-42!", T24, &[][..], &[][..], None, Outcome::Probable(24)),
            ("Quartz-Lantern-42!", T25, &[], &[], None, Outcome::Ambiguous([25, 24])),
            ("maple7Kettle", T24, &[], &[], None, Outcome::Ambiguous([24, 25])),
            ("maple7Kettle", T25, &[], &[], None, Outcome::Ambiguous([24, 25])),
            ("maple7Kettle", T24, &[T24], &[], None, Outcome::Certain(24)),
            ("maple7Kettle", T25, &[], &["maple7Kettle"], None, Outcome::Certain(25)),
            ("maple7Kettle", T24, &[], &[], Some(24), Outcome::Probable(24)),
            ("maple7Kettle", "", &[], &[], None, Outcome::NoToken),
            ("", T24, &[], &[], None, Outcome::OnlyToken),
            ("maple7Kettle", &T24[..20], &[], &[], None, Outcome::Ambiguous([24, 25])),
            ("correcthorsebatterystaplecorrect", "", &[], &[], None, Outcome::NoToken),
            ("Quartz-Lantern-42!", "XXXXXXXXXXXXXXXXXXXXXXXX", &[], &[], None, Outcome::NoToken),
            ("Abc-1!", T24, &[], &[], None, Outcome::Probable(24)),
            ("maple7Kettle", "", &[], &["maple7"], None, Outcome::OtherRest(6)),
            ("maple7Kettle", "badtoken12", &[], &["maple7Kettle"], None, Outcome::OtherRest(10)),
            ("maple7Kettle", "", &[], &["maple7Kettle"], None, Outcome::NoToken),
            ("Quartz-Lantern-42!", T24, &[], &[], Some(25), Outcome::NoToken),
        ] {
            assert_eq!(split(&format!("{password}{tail}"), tokens, passwords, length), outcome, "{password}");
        }
    }

    fn record(username: &str, password: &str, token: &str) -> Record {
        let token = (!token.is_empty()).then(|| token.into());
        Record { username: username.into(), password: password.into(), token, ..Record::default() }
    }

    fn run(ask: fn(&Question<'_>) -> Option<usize>, records: &mut [Record]) -> Vec<Finding> {
        let mut told = Vec::new();
        let mut records: Vec<&mut Record> = records.iter_mut().collect();
        Split { length: None, ask }.all(&mut records, &mut |finding, _| told.push(finding));
        told
    }

    #[test]
    fn another_record_makes_it_certain() {
        let joined = format!("maple7Kettle{T25}");
        for other in [record("A@one.example", "", T25), record("a@one.example", "maple7Kettle", "")] {
            let mut records = [record("a@one.example", &joined, ""), other];
            assert_eq!(run(|_| panic!("nothing to ask"), &mut records), [Finding::Split]);
            assert_eq!((records[0].password.expose(), records[0].token.as_ref().map(Secret::expose)), ("maple7Kettle", Some(T25)));
        }
        let mut doubled = [record("a@one.example", &joined, T25)];
        assert_eq!(run(|_| None, &mut doubled), [Finding::Split]);
        assert_eq!(doubled[0].password.expose(), "maple7Kettle");
    }

    #[test]
    fn what_is_ambiguous_is_asked() {
        let joined = format!("Quartz-Lantern-42!{T25}");
        let mut records = [record("a@one.example", &joined, "")];
        assert_eq!(run(|_| None, &mut records), [Finding::Ambiguous]);
        assert_eq!(records[0].password.expose(), joined);
        let ask = |question: &Question<'_>| {
            assert_eq!((question.name, question.tokens, question.left), ("a@one.example", [25, 24], [18, 19]));
            Some(25)
        };
        assert_eq!(run(ask, &mut records), [Finding::Split]);
        assert_eq!(records[0].password.expose(), "Quartz-Lantern-42!");
    }

    #[test]
    fn a_record_with_another_token_stays() {
        let joined = format!("Quartz-Lantern-42!{T24}");
        let mut records = [record("a@one.example", &joined, T25)];
        assert_eq!(run(|_| panic!("nothing to ask"), &mut records), []);
        assert_eq!(records[0].password.expose(), joined);
        // Unless another record says that it is one.
        let mut records = [record("a@one.example", &joined, T25), record("a@one.example", "", T24)];
        assert_eq!(run(|_| panic!("nothing to ask"), &mut records), [Finding::Split]);
        assert_eq!((records[0].password.expose(), records[0].token.as_ref().map(Secret::expose)), ("Quartz-Lantern-42!", Some(T25)));
        assert_eq!(run(|_| None, &mut [record("a@one.example", T24, "")]), [Finding::OnlyToken]);
        assert_eq!(run(|_| None, &mut [record("a@one.example", &format!("Abc-1!{T24}"), "")]), [Finding::SplitShort]);
    }
}
