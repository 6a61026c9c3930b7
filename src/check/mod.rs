//! The rules: which tokens are fresh, due, stale or void, what else is wrong with a record, and what to do about it.
//!
//! A rule is a value in a list ([`rules::all`]), with its level, its message, its remedy and its examples beside it. [`Findings`] asks the rules
//! about one record after the other. Exactly one *status* holds for each; the other rules may hold as well.
//!
//! Today is an argument. A rule never sees a clock, and a finding holds the numbers it rests on and never a secret.

#[cfg(test)]
mod boundaries;
mod case;
mod compare;
mod config;
mod digest;
mod finding;
mod findings;
mod ledger;
mod org;
mod policy;
pub mod remedy;
pub mod roadmap;
mod rule;
pub mod rules;
mod token;

pub use case::Case;
pub use config::{LIMITS, configure, parse_days};
pub use finding::{Finding, Place};
pub use findings::{Findings, Keep};
pub use ledger::USERNAMES;
pub use policy::{DUE_WITHIN, Level, MAX_AGE, Policy};
pub use remedy::Remedy;
pub use rule::{Class, Comparison, EXAMPLES_AS_OF, Rule, Severity, Test};
pub use token::{Shape, shape};

/// What is wrong with a token and its date by themselves: each rule that holds, and what it says.
pub fn faults<'a>(record: &'a sfcred_formats::Record, policy: &'a Policy) -> impl Iterator<Item = (&'static Rule, String)> + use<'a> {
    let case = Case::new(record, policy);
    let rules = ["malformed", "placeholder", "other-secret", "odd-length", "future"].into_iter().filter_map(rules::find);
    rules.filter_map(move |(_, rule)| match rule.test {
        Test::Status(_, holds) | Test::Alone(holds) if holds(&case) => Some((rule, (rule.says)(&case))),
        _ => None,
    })
}
