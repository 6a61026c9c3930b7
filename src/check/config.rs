//! `sfcred.toml`: the limits and the levels of the rules, as the user wants them.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer};
use sfcred_formats::{Error, Result};

use super::policy::{Level, Policy};
use super::rule::Severity;
use super::rules;

/// The file: every key is optional, and none but these is taken.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Config {
    #[serde(default)]
    limits: Limits,
    #[serde(default)]
    rules: BTreeMap<Name, Level>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
struct Limits {
    max_age: Option<Days>,
    due_within: Option<Days>,
    very_stale: Option<Days>,
    critical: Option<Days>,
    password_expires: Option<Days>,
    password_notice: Option<Days>,
    many_integrations: Option<u32>,
}

/// The keys of `[limits]`, what each is unless the user says otherwise, and what it does.
pub const LIMITS: [(&str, &str, &str); 7] = [
    ("max-age", "90", "the age in days at which a token is `stale`; `--max-age` counts more"),
    ("due-within", "15", "how many days before that it is `due`; `--due-within` counts more"),
    ("very-stale", "180", "the age at which it is `very-stale`, but never before it is stale"),
    ("critical", "365", "the age at which it is `critical`, but never before it is very stale"),
    (
        "password-expires",
        "none",
        "after how many days the organisation lets passwords expire; a record's field `Password Expires Days` counts more",
    ),
    ("password-notice", "14", "how many days before that `password-expires` tells it"),
    ("many-integrations", "5", "how many integrations of one user are `many-integrations`"),
];

/// Takes what the text of a `sfcred.toml` says into the policy.
///
/// # Errors
/// Names the line and the key that is not understood.
pub fn configure(policy: &mut Policy, text: &str) -> Result<()> {
    let config: Config = toml::from_str(text).map_err(|error| {
        let line = error.span().and_then(|span| text.get(..span.start)).map_or(1, |before| before.matches('\n').count() + 1);
        let what = error.message().trim().replace('\n', " ");
        Error::new(what).at(format!("line {line}")).hint("`sfcred check --rules` lists the rules; docs/rules.md has every key")
    })?;
    let Limits { max_age, due_within, very_stale, critical, password_expires, password_notice, many_integrations } = config.limits;
    let days = [
        (max_age, &mut policy.max_age),
        (due_within, &mut policy.due_within),
        (very_stale, &mut policy.very_stale),
        (critical, &mut policy.critical),
        (password_notice, &mut policy.password_notice),
    ];
    for (new, old) in days {
        *old = new.map_or(*old, |days| days.0);
    }
    policy.password_expires = password_expires.map(|days| days.0).or(policy.password_expires);
    policy.many_integrations = many_integrations.unwrap_or(policy.many_integrations);
    for (name, level) in config.rules {
        policy.set_level(name.0, level);
    }
    Ok(())
}

/// The place of a rule, by its name.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Name(usize);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        rules::find(&name).map(|(at, _)| Self(at)).ok_or_else(|| de::Error::custom(format!("no rule is called `{name}`")))
    }
}

impl<'de> Deserialize<'de> for Level {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let severity = Severity::ALL.into_iter().find(|severity| severity.name() == name);
        match severity {
            Some(severity) => Ok(Self::At(severity)),
            None if name == "off" => Ok(Self::Off),
            None => Err(de::Error::custom(format!("`{name}` is no level: off, info, notice, warning or error"))),
        }
    }
}

/// A number of days: `90`, `"90d"` or `"12w"`.
struct Days(u32);

impl<'de> Deserialize<'de> for Days {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Either;
        impl Visitor<'_> for Either {
            type Value = Days;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of days, such as 90 or \"12w\"")
            }

            fn visit_i64<E: de::Error>(self, days: i64) -> std::result::Result<Days, E> {
                let days = u32::try_from(days).ok().filter(|days| *days <= LONGEST);
                days.map(Days).ok_or_else(|| E::custom(format!("not a number of days from 0 to {LONGEST}")))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> std::result::Result<Days, E> {
                parse_days(text).map(Days).ok_or_else(|| E::custom(format!("`{text}` is not an age such as 90d or 12w")))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// The most days that a limit can have: a hundred years.
const LONGEST: u32 = 36_500;

/// Reads an age such as `90d`, `12w` or `90`.
pub fn parse_days(text: &str) -> Option<u32> {
    let (number, unit) = text.split_at(text.trim_end_matches(|unit: char| unit.is_ascii_alphabetic()).len());
    let days = match unit {
        "" | "d" => 1,
        "w" => 7,
        _ => return None,
    };
    number.parse::<u32>().ok()?.checked_mul(days).filter(|days| *days <= LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Policy> {
        let mut policy = Policy::new("2026-11-21".parse().unwrap());
        configure(&mut policy, text).map(|()| policy)
    }

    #[test]
    fn takes_every_key() {
        let policy = read(
            "[limits]\nmax-age = 60\ndue-within = \"1w\"\nvery-stale = \"120d\"\ncritical = 200\npassword-expires = 90\n\
             password-notice = 7\nmany-integrations = 3\n\n[rules]\nstale = \"error\"\nmissing = \"off\"\n",
        )
        .unwrap();
        assert_eq!((policy.max_age, policy.due_within, policy.very_stale, policy.critical), (60, 7, 120, 200));
        assert_eq!((policy.password_expires, policy.password_notice, policy.many_integrations), (Some(90), 7, 3));
        let level = |id| policy.level(rules::find(id).unwrap().0);
        assert_eq!([level("stale"), level("missing"), level("due")], [Level::At(Severity::Error), Level::Off, Level::Own]);
        assert_eq!(read("").unwrap().max_age, super::super::MAX_AGE);
    }

    #[test]
    fn every_limit_is_listed() {
        let error = read("[limits]\nnothing = 1\n").unwrap_err().to_string();
        let listed = LIMITS.map(|(key, ..)| format!("`{key}`")).join(", ");
        assert!(error.ends_with(&format!("expected one of {listed}")), "{error}");
        let policy = Policy::new("2026-11-21".parse().unwrap());
        let numbers =
            [policy.max_age, policy.due_within, policy.very_stale, policy.critical, policy.password_notice, policy.many_integrations];
        let said: Vec<u32> = LIMITS.iter().filter_map(|(_, default, _)| default.parse().ok()).collect();
        assert_eq!(said, numbers);
    }

    #[test]
    fn names_what_it_does_not_know() {
        let table = [
            ("[limits]\nmax-age = 60\nmax_age = 70\n", "line 3: unknown field `max_age`"),
            ("[limit]\n", "line 1: unknown field `limit`"),
            ("[rules]\n\nstal = \"off\"\n", "line 3: no rule is called `stal`"),
            ("[rules]\nstale = \"loud\"\n", "line 2: `loud` is no level: off, info, notice, warning or error"),
            ("[rules]\nstale = true\n", "line 2: invalid type: boolean `true`, expected a string"),
            ("[limits]\ncritical = -1\n", "line 2: not a number of days from 0 to 36500"),
            ("[limits]\ncritical = \"1y\"\n", "line 2: `1y` is not an age such as 90d or 12w"),
            ("[limits]\ncritical = 1.5\n", "line 2: invalid type: floating point `1.5`, expected a number of days"),
            ("[rules\n", "line 1: "),
        ];
        for (text, expected) in table {
            let error = read(text).unwrap_err();
            assert!(error.to_string().starts_with(expected), "{text}: {error}");
            assert!(error.hint_text().is_some());
        }
    }

    #[test]
    fn ages() {
        assert_eq!(["90", "90d", "12w", "0d"].map(parse_days), [Some(90), Some(90), Some(84), Some(0)]);
        assert_eq!(["", "d", "1y", "-1d", "36501d", "999999999w", "1 d"].map(parse_days), [None; 7]);
    }
}
