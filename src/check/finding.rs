//! What was found about one record.

use chrono::NaiveDate;
use sfcred_formats::{Integration, Moment, Spot};

use super::case::Case;
use super::org::{Org, of_username};
use super::remedy::{self, Remedy};
use super::rule::{Rule, Severity};
use super::rules;

/// A rule that holds for a record, with the numbers it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which rule it is.
    pub rule: &'static Rule,
    /// How bad it is; `None` where it is not told, as with a fresh token.
    pub severity: Option<Severity>,
    /// The username of the record, or its title.
    pub record: String,
    /// The title, if it has another.
    pub title: String,
    /// Where the record stands, if that is known.
    pub place: Option<Place>,
    /// What is wrong, without the name of the record, so that it can stand behind it.
    pub message: String,
    /// What to do, for this very record.
    pub remedy: Option<&'static Remedy>,
    /// How the token of this record is replaced when the time comes.
    pub reset: &'static Remedy,
    /// The age of the token in days; negative if it is said to be issued in the future.
    pub age_days: Option<i64>,
    /// The age at which it is stale.
    pub limit_days: u32,
    /// When the token was issued.
    pub issued: Option<Moment>,
    /// The later event that a void token rests on: the change of the password, or the issue of a newer token.
    pub later: Option<Moment>,
    /// The day on which the token becomes stale.
    pub stale_on: Option<NaiveDate>,
    /// The day by which the record says that it is to be replaced.
    pub rotate_by: Option<NaiveDate>,
    /// The integrations that hold the token.
    pub used_by: Vec<Integration>,
}

/// Where a record stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Which of the inputs of the run.
    pub input: usize,
    /// Where in it.
    pub spot: Spot,
}

impl Finding {
    /// Puts into words that `rule` holds in this case.
    pub(super) fn new(rule: &'static Rule, severity: Option<Severity>, case: &Case<'_>, place: Option<Place>) -> Self {
        let record = case.record;
        Self {
            rule,
            severity,
            record: record.name().to_owned(),
            title: if record.username.is_empty() { String::new() } else { record.title.clone() },
            place,
            message: rule.message(case),
            remedy: remedy(rule, case),
            reset: reset(case),
            age_days: case.age,
            limit_days: case.policy.max_age,
            issued: case.issued(),
            later: match rule.id {
                "void-password-changed" => record.password_changed,
                "superseded" => case.other_issue,
                _ => None,
            },
            stale_on: rules::stale_on(case),
            rotate_by: record.rotate_by,
            used_by: record.used_by.clone(),
        }
    }
}

/// What to do in this case.
fn remedy(rule: &Rule, case: &Case<'_>) -> Option<&'static Remedy> {
    rule.remedy.map(|general| if *general == remedy::RESET { reset(case) } else { general })
}

/// How this user gets another token, or does without one: not everyone can simply reset.
fn reset(case: &Case<'_>) -> &'static Remedy {
    let policy = |words| rules::token_policy(case, words);
    if policy(rules::API_ONLY) {
        &remedy::API_ONLY
    } else if policy(&["mfa-api"]) {
        &remedy::ONE_TIME_CODE
    } else if policy(&["login-ip-ranges"]) {
        &remedy::NO_TOKEN
    } else if policy(&["sso-delegated"]) {
        &remedy::SINGLE_SIGN_ON
    } else if is_sandbox(case) {
        &remedy::RESET_SANDBOX
    } else {
        &remedy::RESET
    }
}

/// Whether the record belongs to a sandbox; what its URL says counts more than its username.
fn is_sandbox(case: &Case<'_>) -> bool {
    match case.login().1 {
        Some(org @ (Org::Production | Org::Sandbox | Org::Trial)) => org == Org::Sandbox,
        _ => of_username(&case.record.username) == Some(Org::Sandbox),
    }
}
