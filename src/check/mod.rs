//! The rules on age and validity: which tokens are fresh, due, stale or void, and what to do about it.
//!
//! Today is an argument. A rule never sees a clock, and a finding holds the numbers it rests on.

mod findings;
mod ledger;

use std::fmt;

use chrono::{Days, NaiveDate, TimeDelta};
use serde::Serialize;
use sfcred_formats::{Moment, Record};

pub use findings::Findings;
pub use ledger::{Ledger, USERNAMES};

/// What is asked of tokens.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// The day on which to judge, in UTC.
    pub today: NaiveDate,
    /// The age in days at which a token is stale.
    pub max_age: u32,
    /// How many days before that it is due.
    pub due_within: u32,
}

/// The age at which a token is stale unless the user says otherwise: the interval that Salesforce admins are commonly advised to keep.
pub const MAX_AGE: u32 = 90;

/// How many days before [`MAX_AGE`] a token is due.
pub const DUE_WITHIN: u32 = 15;

/// A change of the password issues a token of its own within minutes, so one this close is not void.
const SAME_CHANGE: TimeDelta = TimeDelta::minutes(10);

/// What a token is found to be, mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// Young enough.
    Fresh,
    /// There is no token.
    Missing,
    /// Soon too old.
    Due,
    /// Nobody knows when it was issued.
    Undated,
    /// It is said to be issued after today.
    Future,
    /// Too old.
    Stale,
    /// Void: a newer token for the same username exists.
    Superseded,
    /// Void: the password was changed after it was issued.
    VoidPasswordChanged,
}

impl Rule {
    /// All rules, mildest first.
    pub const ALL: [Self; 8] =
        [Self::Fresh, Self::Missing, Self::Due, Self::Undated, Self::Future, Self::Stale, Self::Superseded, Self::VoidPasswordChanged];

    /// The name as users see it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Missing => "missing",
            Self::Due => "due",
            Self::Undated => "undated",
            Self::Future => "future",
            Self::Stale => "stale",
            Self::Superseded => "superseded",
            Self::VoidPasswordChanged => "void-password-changed",
        }
    }

    /// Whether the token certainly works no longer.
    pub const fn is_void(self) -> bool {
        matches!(self, Self::Superseded | Self::VoidPasswordChanged)
    }

    /// What to do.
    pub const fn remedy(self) -> Option<&'static str> {
        match self {
            Self::Fresh => None,
            Self::Missing => Some("add the token if an integration logs in from outside the trusted network; else nothing is to be done"),
            Self::Due | Self::Stale => Some(
                "log in as this user, Settings > Quick Find \"Reset\" > Reset My Security Token, then give the mailed token to every integration",
            ),
            Self::Undated => {
                Some("find the mail \"Your new Salesforce security token\" and set its date as Token Issued, or reset the token")
            }
            Self::Future => Some("correct Token Issued, or the clock of this computer"),
            Self::Superseded => Some("keep the newest token, delete this one, and check that every integration has the newest"),
            Self::VoidPasswordChanged => {
                Some("find the token mail that followed the change of the password; if there is none, reset the token")
            }
        }
    }
}

/// What was found about one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which rule it is.
    pub rule: Rule,
    /// The username of the record, or its title.
    pub record: String,
    /// The title, if it has another.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// The age of the token in days; negative if it is said to be issued in the future.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age_days: Option<i64>,
    /// The age at which it is stale.
    pub limit_days: u32,
    /// When the token was issued.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_text")]
    pub issued: Option<Moment>,
    /// The later event that the finding rests on: the change of the password, or the issue of a newer token.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_text")]
    pub later: Option<Moment>,
    /// The day on which the token becomes stale.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stale_on: Option<NaiveDate>,
}

#[expect(clippy::ref_option, reason = "serde hands it over like this")]
fn as_text<S: serde::Serializer>(moment: &Option<Moment>, serializer: S) -> Result<S::Ok, S::Error> {
    moment.map(|moment| moment.to_string()).serialize(serializer)
}

/// The message without the name of the record, so that it can stand behind it.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let age = self.age_days.unwrap_or(0);
        let days = if age == 1 { "day" } else { "days" };
        let issued = self.issued.map(|moment| moment.to_string()).unwrap_or_default();
        let later = self.later.map(|moment| moment.to_string()).unwrap_or_default();
        match self.rule {
            Rule::Fresh => write!(f, "token is {age} {days} old"),
            Rule::Missing => f.write_str("no token"),
            Rule::Due => match self.stale_on {
                Some(day) => write!(f, "token is {age} {days} old; it is stale on {day} (limit {})", self.limit_days),
                None => write!(f, "token is {age} {days} old (limit {})", self.limit_days),
            },
            Rule::Undated => f.write_str("token without an issue date, so its age cannot be judged"),
            Rule::Future => write!(f, "token is said to be issued on {issued}, which is in the future"),
            Rule::Stale => write!(f, "token is {age} {days} old (limit {})", self.limit_days),
            Rule::Superseded => write!(f, "token of {issued} is void: a newer one was issued on {later}"),
            Rule::VoidPasswordChanged => write!(f, "token of {issued} is void: the password was changed on {later}"),
        }
    }
}

/// Judges one record by itself. Void comes before age: a token that works no longer is not young.
pub fn judge(record: &Record, policy: &Policy) -> Finding {
    let mut finding = Finding {
        rule: Rule::Missing,
        record: record.name().to_owned(),
        title: if record.username.is_empty() { String::new() } else { record.title.clone() },
        age_days: None,
        limit_days: policy.max_age,
        issued: record.issued,
        later: None,
        stale_on: None,
    };
    finding.rule = verdict(record, policy);
    if let Some(issued) = record.issued.filter(|_| record.token.is_some()) {
        finding.age_days = Some(age(issued, policy));
        finding.stale_on = issued.day().checked_add_days(Days::new(policy.max_age.into()));
    }
    if finding.rule == Rule::VoidPasswordChanged {
        finding.later = record.password_changed;
    }
    finding
}

/// What the record is, without the words.
pub fn verdict(record: &Record, policy: &Policy) -> Rule {
    if record.token.is_none() {
        return Rule::Missing;
    }
    let Some(issued) = record.issued else { return Rule::Undated };
    if record.password_changed.is_some_and(|changed| voids(changed, issued)) {
        return Rule::VoidPasswordChanged;
    }
    match age(issued, policy) {
        ..0 => Rule::Future,
        age if age >= i64::from(policy.max_age) => Rule::Stale,
        age if age + i64::from(policy.due_within) >= i64::from(policy.max_age) => Rule::Due,
        _ => Rule::Fresh,
    }
}

/// The age in whole days between two days of UTC.
fn age(issued: Moment, policy: &Policy) -> i64 {
    (policy.today - issued.day()).num_days()
}

fn voids(changed: Moment, issued: Moment) -> bool {
    match (changed, issued) {
        (Moment::Instant(changed), Moment::Instant(issued)) => changed > issued + SAME_CHANGE,
        _ => changed.is_after(issued),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(token: bool, issued: &str, changed: &str) -> Rule {
        let record = Record {
            token: token.then(|| "FakeT0ken".into()),
            issued: issued.parse().ok(),
            password_changed: changed.parse().ok(),
            ..Record::default()
        };
        let policy = Policy { today: "2026-11-21".parse().unwrap(), max_age: MAX_AGE, due_within: DUE_WITHIN };
        let finding = judge(&record, &policy);
        assert_eq!(finding.rule, verdict(&record, &policy));
        finding.rule
    }

    #[test]
    fn the_days_are_exact() {
        assert_eq!(rule(true, "2026-09-08", ""), Rule::Fresh, "74 days");
        assert_eq!(rule(true, "2026-09-07", ""), Rule::Due, "75 days");
        assert_eq!(rule(true, "2026-08-24", ""), Rule::Due, "89 days");
        assert_eq!(rule(true, "2026-08-23", ""), Rule::Stale, "90 days");
        assert_eq!(rule(true, "2026-08-23T23:59:59Z", ""), Rule::Stale, "an instant counts by its day");
        assert_eq!(rule(true, "2026-11-21", ""), Rule::Fresh);
        assert_eq!(rule(true, "2026-11-22", ""), Rule::Future);
    }

    #[test]
    fn a_later_password_voids() {
        assert_eq!(rule(true, "2026-11-01", "2026-11-02"), Rule::VoidPasswordChanged);
        assert_eq!(rule(true, "2026-11-01", "2026-11-01"), Rule::Fresh);
        assert_eq!(rule(true, "2026-11-01T10:00:00Z", "2026-11-01"), Rule::Fresh, "the order within a day is unknown");
        assert_eq!(rule(true, "2026-11-01T10:00:00Z", "2026-11-01T10:10:00Z"), Rule::Fresh, "the mail of that change");
        assert_eq!(rule(true, "2026-11-01T10:00:00Z", "2026-11-01T10:10:01Z"), Rule::VoidPasswordChanged);
    }

    #[test]
    fn what_cannot_be_judged_is_told() {
        assert_eq!(rule(true, "", "2026-11-01"), Rule::Undated);
        assert_eq!(rule(false, "2020-01-01", ""), Rule::Missing);
    }
}
