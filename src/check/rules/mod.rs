//! All rules, a file for each group.

mod age;
mod integrations;
mod password;
mod policy;
mod secrets;
mod shape;
mod urls;
mod users;
mod validity;

use std::sync::LazyLock;

use super::roadmap;
use super::rule::{Rule, Test};

pub(super) use age::{is_plainly_fresh, stale_on};
pub(super) use policy::{API_ONLY, is as token_policy};

/// All rules: the statuses first, worst first, so that the first that holds is the one; then the others, group by group.
pub fn all() -> &'static [Rule] {
    static ALL: LazyLock<Vec<Rule>> = LazyLock::new(|| {
        let statuses = [shape::STATUSES, validity::STATUSES, age::STATUSES];
        let others = [
            validity::RULES,
            age::RULES,
            password::RULES,
            shape::RULES,
            secrets::RULES,
            users::RULES,
            urls::RULES,
            integrations::RULES,
            policy::RULES,
        ];
        statuses.into_iter().chain(others).flatten().copied().chain(roadmap::rules()).collect()
    });
    &ALL
}

/// The statuses alone.
pub fn statuses() -> &'static [Rule] {
    static COUNT: LazyLock<usize> = LazyLock::new(|| all().iter().take_while(|rule| matches!(rule.test, Test::Status(..))).count());
    &all()[..*COUNT]
}

/// The rule of this name and its place in [`all`].
pub fn find(id: &str) -> Option<(usize, &'static Rule)> {
    all().iter().enumerate().find(|(_, rule)| rule.id == id)
}
