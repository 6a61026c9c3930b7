//! Salesforce's dated changes: `roadmap.toml` as rules.

use std::sync::LazyLock;

use chrono::NaiveDate;
use serde::Deserialize;

use super::case::Case;
use super::remedy::{self, Remedy};
use super::rule::{Rule, Severity, Test};

/// A change that Salesforce announced; every key is explained in `roadmap.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The name of its rule.
    pub id: String,
    /// When the rule holds.
    pub about: String,
    /// The day, or the day to plan for where only a release is known.
    pub date: NaiveDate,
    /// The release, where Salesforce names no day.
    pub release: Option<String>,
    /// How the records log in that it is about.
    pub applies_to: Vec<String>,
    /// The field that says whether the user has what is asked for.
    pub permission: Option<String>,
    says: String,
    #[serde(deserialize_with = "remedy::by_id")]
    remedy: &'static Remedy,
    /// Where the facts come from.
    pub source: String,
    /// The day on which they were last looked up.
    pub checked: NaiveDate,
    holds: Vec<String>,
    spares: Vec<String>,
}

/// How a login is called of which nobody said how it is done.
const UNKNOWN: &str = "unknown";

impl Change {
    /// How bad it is for this record on this day: `None` where it is not about it, or far off.
    pub fn severity(&self, case: &Case<'_>) -> Option<Severity> {
        let method = if case.record.fields.is_empty() { None } else { case.field("auth method") }.unwrap_or(UNKNOWN);
        let permission = self.permission.as_ref().filter(|_| !case.record.fields.is_empty());
        let missing = match permission {
            Some(label) if case.says(label, &["true", "yes", "1"]) => return None,
            Some(label) => case.says(label, &["false", "no", "0"]),
            None => false,
        };
        let unknown = method == UNKNOWN;
        if !self.applies_to.iter().any(|affected| affected == method) || (unknown && !missing && !case.has_token()) {
            return None;
        }
        match (self.date - case.policy.today).num_days() {
            366.. => None,
            181..=365 => Some(Severity::Info),
            91..=180 => Some(Severity::Notice),
            31..=90 => Some(Severity::Warning),
            _ if unknown && !missing => Some(Severity::Warning),
            _ => Some(Severity::Error),
        }
    }

    /// The message on this day.
    pub fn message(&self, today: NaiveDate) -> String {
        self.says.replace("{when}", &self.when(today))
    }

    fn when(&self, today: NaiveDate) -> String {
        let days = (self.date - today).num_days();
        let plural = if days.abs() == 1 { "" } else { "s" };
        let distance = match days {
            0 => "today".to_owned(),
            1.. => format!("in {days} day{plural}"),
            _ => format!("{} day{plural} ago", -days),
        };
        match &self.release {
            Some(release) => format!("with {release}, about {} ({distance})", self.date),
            None => format!("on {} ({distance})", self.date),
        }
    }

    fn rule(&'static self) -> Rule {
        let leak = |runs: &'static [String]| -> &'static [&'static str] { runs.iter().map(String::as_str).collect::<Vec<_>>().leak() };
        Rule {
            id: &self.id,
            level: None,
            about: &self.about,
            test: Test::Change(self),
            says: |_| String::new(),
            remedy: Some(self.remedy),
            once: true,
            holds: leak(&self.holds),
            spares: leak(&self.spares),
        }
    }
}

/// All changes, in the order of their days.
///
/// # Panics
/// When `roadmap.toml` is wrong, which the tests rule out.
pub fn changes() -> &'static [Change] {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Roadmap {
        change: Vec<Change>,
    }
    static CHANGES: LazyLock<Vec<Change>> = LazyLock::new(|| match toml::from_str::<Roadmap>(include_str!("roadmap.toml")) {
        Ok(roadmap) => roadmap.change,
        Err(error) => unreachable!("roadmap.toml: {error}"),
    });
    &CHANGES
}

/// The changes as rules.
pub(super) fn rules() -> impl Iterator<Item = Rule> {
    changes().iter().map(Change::rule)
}

#[cfg(test)]
mod tests {
    use sfcred_formats::{Field, Kind, Record};

    use super::super::Policy;
    use super::*;

    fn severity(id: &str, method: &str, today: &str) -> Option<Severity> {
        let mut record = Record { token: Some("Qx7LmT2vRk9ZpB4nWc6HdY1s".into()), ..Record::default() };
        if !method.is_empty() {
            record.fields.push(Field::new("Auth Method", method, Kind::Text));
        }
        let policy = Policy::new(today.parse().unwrap());
        changes().iter().find(|change| change.id == id).unwrap().severity(&Case::new(&record, &policy))
    }

    #[test]
    fn rises_as_the_day_comes_near() {
        let days = [("2026-05-31", None), ("2026-06-01", Some(Severity::Info)), ("2026-12-03", Some(Severity::Notice))];
        for (today, expected) in days {
            assert_eq!(severity("soap-login-ends", "", today), expected, "{today}");
        }
        assert_eq!(severity("soap-login-ends", "", "2026-12-02"), Some(Severity::Info), "181 days");
        assert_eq!(severity("soap-login-ends", "", "2027-03-02"), Some(Severity::Notice), "91 days");
        assert_eq!(severity("soap-login-ends", "", "2027-03-03"), Some(Severity::Warning), "90 days");
        assert_eq!(severity("soap-login-ends", "soap-token", "2027-05-01"), Some(Severity::Warning), "31 days");
        assert_eq!(severity("soap-login-ends", "soap-token", "2027-05-02"), Some(Severity::Error), "30 days");
        assert_eq!(severity("soap-login-ends", "", "2027-05-02"), Some(Severity::Warning), "who knows whether it is affected");
        assert_eq!(severity("soap-login-ends", "oauth-jwt", "2030-01-01"), None);
        assert_eq!(severity("soap-login-ends", "soap-token", "2030-01-01"), Some(Severity::Error), "long past");
        assert_eq!(severity("oauth-password-ends", "", "2027-02-01"), None);
        assert_eq!(severity("oauth-password-ends", "oauth-password", "2026-11-21"), Some(Severity::Notice), "91 days");
    }

    #[test]
    fn names_the_day() {
        let change = &changes()[0];
        let today = |text: &str| change.when(text.parse().unwrap());
        assert_eq!(today("2026-11-21"), "with Winter '27, about 2026-12-01 (in 10 days)");
        assert_eq!(today("2026-12-01"), "with Winter '27, about 2026-12-01 (today)");
        assert_eq!(today("2026-12-02"), "with Winter '27, about 2026-12-01 (1 day ago)");
    }
}
