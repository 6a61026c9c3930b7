//! What a rule is.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::case::Case;
use super::remedy::Remedy;
use super::roadmap::Change;

/// A small, named thing that can be said of a record, with everything that belongs to it.
///
/// There are two kinds, and the type of its test keeps them apart: exactly one *status* holds for every record, and any number of other rules.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Its name: words, as users type them.
    pub id: &'static str,
    /// How bad it is unless the user says otherwise; `None` where there is nothing to tell.
    pub level: Option<Severity>,
    /// When it holds, in one line.
    pub about: &'static str,
    /// How it is found.
    pub test: Test,
    /// What is told of a record for which it holds, from the numbers that it rests on; never a secret.
    pub says: fn(&Case<'_>) -> String,
    /// What to do.
    pub remedy: Option<&'static Remedy>,
    /// Whether it is told once for a run, with the number of records, because it holds for nearly all of them.
    pub once: bool,
    /// Runs for which it holds. A run is a list of records in the native format, judged on [`EXAMPLES_AS_OF`].
    pub holds: &'static [&'static str],
    /// Runs for which it does not.
    pub spares: &'static [&'static str],
}

/// The day on which the examples of the rules are judged.
pub const EXAMPLES_AS_OF: &str = "2026-11-21";

/// How a rule is found.
#[derive(Clone, Copy, Debug)]
pub enum Test {
    /// What the token is: of all these the first that holds, so that every record has exactly one.
    Status(Class, fn(&Case<'_>) -> bool),
    /// Something more about a record, seen by looking at it alone.
    Alone(fn(&Case<'_>) -> bool),
    /// Something more about a record, seen by comparing it with those before it.
    Compared(Comparison),
    /// A dated change that Salesforce announced; its level rises as the day comes near.
    Change(&'static Change),
}

/// What records are compared for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// One token, several users.
    SharedToken,
    /// One user, several secrets.
    TwoSecrets,
    /// One user, many integrations.
    ManyIntegrations,
}

/// What statuses amount to, for those who count: mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
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
    /// What stands in its place is no token.
    Invalid,
    /// It certainly works no longer.
    Void,
}

impl Class {
    /// All classes, mildest first.
    pub const ALL: [Self; 8] = [Self::Fresh, Self::Missing, Self::Due, Self::Undated, Self::Future, Self::Stale, Self::Invalid, Self::Void];

    /// The name as users see it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Missing => "missing",
            Self::Due => "due",
            Self::Undated => "undated",
            Self::Future => "future",
            Self::Stale => "stale",
            Self::Invalid => "invalid",
            Self::Void => "void",
        }
    }
}

/// How bad a finding is, mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Worth a look.
    Notice,
    /// Something will break or is too old.
    Warning,
    /// Something is broken.
    Error,
}

impl Severity {
    /// All of them, mildest first.
    pub const ALL: [Self; 4] = [Self::Info, Self::Notice, Self::Warning, Self::Error];

    /// The name as users see it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Rule {
    /// What is told of this record.
    pub fn message(&self, case: &Case<'_>) -> String {
        match self.test {
            Test::Change(change) => change.message(case.policy.today),
            _ => (self.says)(case),
        }
    }

    /// What kind of status it is, if it is one.
    pub const fn class(&self) -> Option<Class> {
        match self.test {
            Test::Status(class, _) => Some(class),
            _ => None,
        }
    }
}

/// Two rules are the same if they have one name.
impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Rule {}
