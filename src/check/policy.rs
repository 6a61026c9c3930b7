//! What records are judged by.

use chrono::NaiveDate;

use super::case::Case;
use super::rule::{Rule, Severity, Test};
use super::rules;

/// The day, the limits and the levels of the rules.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The day on which to judge, in UTC.
    pub today: NaiveDate,
    /// The age in days at which a token is stale.
    pub max_age: u32,
    /// How many days before that it is due.
    pub due_within: u32,
    /// The age in days at which it is very stale.
    pub very_stale: u32,
    /// The age in days at which its age is critical.
    pub critical: u32,
    /// After how many days the organisation lets passwords expire, where a record does not say it.
    pub password_expires: Option<u32>,
    /// How many days before that it is told.
    pub password_notice: u32,
    /// How many integrations of one user are many.
    pub many_integrations: u32,
    /// The file that the user's settings come from.
    pub source: Option<String>,
    /// What the user says of each rule, in the order of [`rules::all`].
    levels: Vec<Level>,
}

/// What the user says of a rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Level {
    /// Nothing, so that it keeps its own level.
    #[default]
    Own,
    /// That it is not told.
    Off,
    /// How bad it is.
    At(Severity),
}

/// The age at which a token is stale unless the user says otherwise: the interval that Salesforce admins are commonly advised to keep.
pub const MAX_AGE: u32 = 90;

/// How many days before [`MAX_AGE`] a token is due.
pub const DUE_WITHIN: u32 = 15;

impl Policy {
    /// The policy of who has none.
    pub fn new(today: NaiveDate) -> Self {
        Self {
            today,
            max_age: MAX_AGE,
            due_within: DUE_WITHIN,
            very_stale: 180,
            critical: 365,
            password_expires: None,
            password_notice: 14,
            many_integrations: 5,
            source: None,
            levels: vec![Level::Own; rules::all().len()],
        }
    }

    /// What the user says of the rule at this place of [`rules::all`].
    pub fn level(&self, at: usize) -> Level {
        self.levels.get(at).copied().unwrap_or_default()
    }

    /// How bad the rule at this place is in this case; `None` where it is not told.
    pub fn severity(&self, at: usize, rule: &Rule, case: &Case<'_>) -> Option<Severity> {
        match (self.level(at), rule.test) {
            (Level::Off, _) => None,
            (Level::At(severity), Test::Change(change)) => change.severity(case).map(|_| severity),
            (Level::Own, Test::Change(change)) => change.severity(case),
            (Level::At(severity), _) => Some(severity),
            (Level::Own, _) => rule.level,
        }
    }

    /// Gives the rule at this place another level.
    pub fn set_level(&mut self, at: usize, level: Level) {
        if let Some(old) = self.levels.get_mut(at) {
            *old = level;
        }
    }

    /// The age at which a token is very stale: never before it is stale.
    pub fn very_stale(&self) -> u32 {
        self.very_stale.max(self.max_age)
    }

    /// The age at which its age is critical: never before it is very stale.
    pub fn critical(&self) -> u32 {
        self.critical.max(self.very_stale())
    }
}
