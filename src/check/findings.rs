//! What a run found, counted and in part remembered.

use std::cmp::Reverse;
use std::rc::Rc;

use sfcred_formats::{Count, Moment, Record, Tally};

use super::compare::{Compare, Found, Secrets};
use super::digest::{ByDigest, Digest};
use super::ledger::{self, Ledger};
use super::rule::{Class, Comparison, Rule, Severity, Test};
use super::token::Shape;
use super::{Case, Finding, Level, Place, Policy, rules};

/// How much of what is found is remembered.
#[derive(Clone, Copy, Debug)]
pub struct Keep {
    /// How many findings of each rule; the others are counted.
    pub each: u64,
    /// How many statuses that are not told are remembered too: for outputs that show every record, and so that a fresh token that turns out
    /// to be superseded is told with its title and place.
    pub all: u64,
    /// How many records are looked at closely; of those behind only the status is judged.
    pub closely: u64,
}

/// Judges records one by one and gathers what is worth telling.
pub struct Findings {
    policy: Rc<Policy>,
    keep: Keep,
    digest: Digest,
    ledger: Ledger,
    compare: Compare,
    records: u64,
    /// How often each rule holds, in the order of [`rules::all`].
    counts: Vec<u64>,
    /// How many findings that are no status there are, mildest first.
    others: [u64; Severity::ALL.len()],
    kept: Vec<Finding>,
    /// Where the status of each user's newest token is among what is kept.
    newest: ByDigest<usize>,
    /// What is told once for a run: how bad it is, the rule, and the records.
    general: Tally<(Severity, usize)>,
}

impl Findings {
    /// Starts with nothing found.
    pub fn new(policy: Policy, keep: Keep) -> Self {
        Self {
            policy: Rc::new(policy),
            keep,
            digest: Digest::default(),
            ledger: Ledger::default(),
            compare: Compare::default(),
            records: 0,
            counts: vec![0; rules::all().len()],
            others: [0; Severity::ALL.len()],
            kept: Vec::new(),
            newest: ByDigest::default(),
            general: Tally::default(),
        }
    }

    /// Judges a record by itself and against those before it.
    pub fn enter(&mut self, record: &Record, place: Option<Place>) {
        let user = self.digest.user(&record.username);
        self.ledger.approach(user);
        let closely = self.records < self.keep.closely;
        let secrets = if closely { Secrets::of(record, &self.digest) } else { Secrets::default() };
        self.compare.approach(user, &secrets);
        let policy = Rc::clone(&self.policy);
        let mut case = Case::new(record, &policy);
        if case.has_token() {
            case.other_issue = self.ledger.enter(user, record);
        }
        let (at, rule) = status(&case);
        if let Some(older) = case.other_issue.filter(|_| rule.id != SUPERSEDED) {
            self.supersede(user, &case, older);
        }
        self.add_status(user, at, rule, &case, place);
        self.records += 1;
        if closely {
            self.look_closely(user, secrets, &case, place);
        }
    }

    /// Counts what the token is, and keeps it if it is to be told.
    fn add_status(&mut self, user: u64, at: usize, rule: &'static Rule, case: &Case<'_>, place: Option<Place>) {
        let severity = self.policy.severity(at, rule, case);
        let limit = if severity.is_some() { self.keep.each } else { self.keep.all };
        if self.counts[at] < limit {
            let finding = Finding::new(rule, severity, case, place);
            // An older token than the one that is known can be superseded no more.
            if rule.id != SUPERSEDED && finding.issued.is_some() {
                self.newest.insert(user, self.kept.len());
            }
            self.kept.push(finding);
        }
        self.counts[at] += 1;
    }

    /// The record is newer than one before it, whose token of `older` is void.
    fn supersede(&mut self, user: u64, newer: &Case<'_>, older: Moment) {
        let Some((at, rule)) = rules::find(SUPERSEDED) else { return };
        let record = Record { username: newer.record.username.clone(), issued: Some(older), ..Record::default() };
        let mut case = Case { shape: Shape::Normal, ..Case::new(&record, newer.policy) };
        case.age = Some((newer.policy.today - older.day()).num_days());
        let known = self.newest.get(&user).and_then(|at| self.kept.get_mut(*at));
        let known = known.filter(|finding| finding.issued.and_then(ledger::rounded) == Some(older));
        // What was not kept is judged by its date alone.
        let before = known.as_ref().map_or_else(|| status(&case).1, |finding| finding.rule);
        if before.class() == Some(Class::Void) {
            return;
        }
        case.other_issue = newer.record.issued;
        let severity = self.policy.severity(at, rule, &case);
        match known {
            Some(known) => {
                let Finding { record, title, place, rotate_by, used_by, .. } = known.clone();
                *known = Finding { record, title, place, rotate_by, used_by, ..Finding::new(rule, severity, &case, None) };
            }
            None if self.counts[at] < self.keep.each => self.kept.push(Finding::new(rule, severity, &case, None)),
            None => {}
        }
        if let Some((before, _)) = rules::find(before.id) {
            self.counts[before] = self.counts[before].saturating_sub(1);
        }
        self.counts[at] += 1;
    }

    /// Asks the rules that are no statuses.
    fn look_closely(&mut self, user: u64, secrets: Secrets, case: &Case<'_>, place: Option<Place>) {
        let policy = Rc::clone(&self.policy);
        for (at, rule) in rules::all().iter().enumerate().skip(rules::statuses().len()) {
            let holds = match rule.test {
                Test::Alone(holds) => holds(case),
                Test::Change(_) => true,
                Test::Status(..) | Test::Compared(_) => false,
            };
            if holds && let Some(severity) = policy.severity(at, rule, case) {
                self.add_other(at, rule, severity, case, place);
            }
        }
        let mut compare = std::mem::take(&mut self.compare);
        let record = case.record;
        compare.enter(user, secrets, case, place, &mut |found| match found {
            Found::Here(comparison, other) => self.add_compared(comparison, record, other, place),
            Found::Earlier(name, place) => {
                let earlier = Record { username: name.to_owned(), ..Record::default() };
                self.add_compared(Comparison::SharedToken, &earlier, record.name(), place);
            }
        });
        self.compare = compare;
    }

    fn add_compared(&mut self, comparison: Comparison, record: &Record, other: &str, place: Option<Place>) {
        let policy = Rc::clone(&self.policy);
        let case = Case { other, ..Case::new(record, &policy) };
        let is_it = |rule: &Rule| matches!(rule.test, Test::Compared(its) if its == comparison);
        let Some((at, rule)) = rules::all().iter().enumerate().find(|(_, rule)| is_it(rule)) else { return };
        if let Some(severity) = policy.severity(at, rule, &case) {
            self.add_other(at, rule, severity, &case, place);
        }
    }

    fn add_other(&mut self, at: usize, rule: &'static Rule, severity: Severity, case: &Case<'_>, place: Option<Place>) {
        if rule.once {
            self.general.add((severity, at), case.record.name());
        } else {
            self.others[severity as usize] += 1;
            if self.counts[at] < self.keep.each {
                self.kept.push(Finding::new(rule, Some(severity), case, place));
            }
        }
        self.counts[at] += 1;
    }

    /// How many records the rule of this name holds for.
    pub fn count(&self, id: &str) -> u64 {
        rules::find(id).and_then(|(at, _)| self.counts.get(at)).copied().unwrap_or(0)
    }

    /// Every rule with the number of records it holds for.
    pub fn counts(&self) -> impl Iterator<Item = (&'static Rule, u64)> {
        rules::all().iter().zip(self.counts.iter().copied())
    }

    /// How many records have a status of this class.
    pub fn class(&self, class: Class) -> u64 {
        self.counts().filter(|(rule, _)| rule.class() == Some(class)).map(|(_, count)| count).sum()
    }

    /// Whether a record has a status of this class that is not switched off.
    pub fn tells(&self, class: Class) -> bool {
        let mut counts = self.counts().enumerate();
        counts.any(|(at, (rule, count))| rule.class() == Some(class) && count > 0 && self.policy.level(at) != Level::Off)
    }

    /// Whether anything was found that is at least as bad.
    pub fn has(&self, severity: Severity) -> bool {
        let general = self.general.iter().any(|((its, _), _)| *its >= severity);
        general || self.kept.iter().any(|finding| finding.severity >= Some(severity))
    }

    /// How many records were too many to be compared with those behind them.
    pub fn forgotten(&self) -> u64 {
        self.ledger.forgotten().max(self.compare.forgotten())
    }

    /// How many records were too many to be looked at closely.
    pub fn passed_over(&self) -> u64 {
        self.records.saturating_sub(self.keep.closely)
    }

    /// What was remembered and is to be told: worst first, then by the order of the rules; among equals the oldest token first, then by name.
    pub fn worst_first(&self) -> Vec<&Finding> {
        let mut findings: Vec<&Finding> = self.kept.iter().filter(|finding| finding.severity.is_some()).collect();
        let rank = |finding: &Finding| rules::find(finding.rule.id).map(|(at, _)| at);
        findings
            .sort_by_cached_key(|finding| (Reverse(finding.severity), rank(finding), Reverse(finding.age_days), finding.record.clone()));
        findings
    }

    /// The status of every record, in the order of the files, as far as [`Keep`] says.
    pub fn each_status(&self) -> impl Iterator<Item = &Finding> {
        self.kept.iter().filter(|finding| finding.rule.class().is_some())
    }

    /// What holds for many records and is told once: how bad it is, the rule, and the records; worst first.
    pub fn general(&self) -> impl Iterator<Item = (Severity, &'static Rule, &Count)> {
        let mut all: Vec<_> = self.general.iter().collect();
        all.sort_by_key(|((severity, at), _)| (Reverse(*severity), *at));
        all.into_iter().map(|((severity, at), count)| (*severity, &rules::all()[*at], count))
    }

    /// What a rule says that is told once for a run.
    pub fn general_message(&self, rule: &Rule) -> String {
        let record = Record::default();
        rule.message(&Case::new(&record, &self.policy))
    }

    /// What records were judged by.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// All counts in one line: `3 fresh, 1 due, 2 stale; 1 warning besides`.
    pub fn summary(&self) -> String {
        let classes = Class::ALL.into_iter().map(|class| (self.class(class), class.name().to_owned()));
        let mut text = list(classes);
        if text.is_empty() {
            "no records".clone_into(&mut text);
        }
        let general = |severity| self.general.iter().filter(|((its, _), _)| *its == severity).count() as u64;
        let others = Severity::ALL.into_iter().rev().map(|severity| (self.others[severity as usize] + general(severity), severity));
        let others = list(
            others
                .filter(|(_, severity)| *severity > Severity::Info)
                .map(|(count, severity)| (count, if count == 1 { severity.to_string() } else { format!("{severity}s") })),
        );
        if !others.is_empty() {
            text = format!("{text}; besides {others}");
        }
        text
    }
}

/// The one status that another record decides.
const SUPERSEDED: &str = "superseded";

/// What the token is: the first status that holds. The last one always does.
fn status(case: &Case<'_>) -> (usize, &'static Rule) {
    let statuses = rules::statuses();
    if rules::is_plainly_fresh(case) {
        return (statuses.len() - 1, &statuses[statuses.len() - 1]);
    }
    let holds = |rule: &Rule| matches!(rule.test, Test::Status(_, holds) if holds(case));
    let at = statuses.iter().position(holds).unwrap_or(statuses.len() - 1);
    (at, &statuses[at])
}

fn list(counts: impl Iterator<Item = (u64, String)>) -> String {
    counts.filter(|(count, _)| *count > 0).map(|(count, name)| format!("{count} {name}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newer_token_counts_whatever_the_order() {
        let record = |issued: &str| Record {
            username: "ops@one.example".into(),
            password: "Fake-1".into(),
            token: Some("FakeT0kenFakeT0kenFake24".into()),
            issued: issued.parse().ok(),
            ..Record::default()
        };
        for order in [["2026-01-01", "2026-11-01"], ["2026-11-01", "2026-01-01"], ["2026-10-30", "2026-11-01"]] {
            let keep = Keep { each: 9, all: 0, closely: 0 };
            let mut findings = Findings::new(Policy::new("2026-11-21".parse().unwrap()), keep);
            for issued in order {
                findings.enter(&record(issued), None);
            }
            assert_eq!(findings.summary(), "1 fresh, 1 void");
            let worst = findings.worst_first();
            assert_eq!(worst.len(), 1);
            assert_eq!(worst[0].later, "2026-11-01".parse().ok());
        }
    }

    fn run(policy: Policy, closely: u64, records: &[(&str, &str)]) -> Findings {
        let mut findings = Findings::new(policy, Keep { each: 9, all: 0, closely });
        for (username, token) in records {
            let record = Record { username: (*username).into(), token: Some((*token).into()), ..Record::default() };
            findings.enter(&record, None);
        }
        findings
    }

    const TOKENS: [&str; 2] = ["Qx7LmT2vRk9ZpB4nWc6HdY1s", "h3VbN8cTq5XkZr2WmPj7LdYs9"];

    /// The glance that spares most records the list of statuses says what the list says.
    #[test]
    fn a_glance_is_as_good_as_a_look() {
        let policy = Policy::new("2026-11-21".parse().unwrap());
        let mut glances = 0;
        let days = ["", "2026-11-22", "2026-11-21", "2026-11-20", "2026-09-08", "2026-09-07", "2026-08-23", "2025-01-01"];
        for (token, issued) in
            ["", TOKENS[0], "your_token", "Qx7LmT2vRk9ZpB4nWc"].into_iter().flat_map(|token| days.map(|day| (token, day)))
        {
            for (changed, other) in days.into_iter().flat_map(|changed| days.map(|other| (changed, other))) {
                let record = Record {
                    token: (!token.is_empty()).then(|| token.into()),
                    issued: issued.parse().ok(),
                    password_changed: changed.parse().ok(),
                    ..Record::default()
                };
                let case = Case { other_issue: other.parse().ok(), ..Case::new(&record, &policy) };
                let holds = |rule: &&Rule| matches!(rule.test, Test::Status(_, holds) if holds(&case));
                let first = rules::statuses().iter().find(holds).unwrap();
                assert_eq!(status(&case).1, first, "{issued} {changed} {other}");
                glances += u32::from(rules::is_plainly_fresh(&case));
            }
        }
        assert!(glances > 0);
    }

    #[test]
    fn a_shared_token_is_told_of_every_user() {
        let policy = Policy::new("2026-11-21".parse().unwrap());
        let users =
            [("a@one.example", TOKENS[0]), ("b@one.example", TOKENS[0]), ("c@one.example", TOKENS[0]), ("d@one.example", TOKENS[1])];
        let findings = run(policy, u64::MAX, &users);
        let told: Vec<_> = findings.worst_first().into_iter().filter(|finding| finding.rule.id == "shared-token").collect();
        let of = |at: usize| (told[at].record.as_str(), told[at].message.split(';').next().unwrap());
        assert_eq!(of(0), ("a@one.example", "the same token as b@one.example"));
        assert_eq!(of(1), ("b@one.example", "the same token as a@one.example"));
        assert_eq!(of(2), ("c@one.example", "the same token as a@one.example"));
        assert_eq!(told.len(), 3);
    }

    #[test]
    fn only_so_many_are_looked_at_closely() {
        let policy = Policy::new("2026-11-21".parse().unwrap());
        let findings = run(policy, 2, &[("a@one.example", TOKENS[0]), ("b@one.example", TOKENS[1]), ("c@one.example", "your_token")]);
        assert_eq!((findings.count("token-alone"), findings.count("placeholder"), findings.passed_over()), (2, 1, 1));
    }

    #[test]
    fn levels_are_the_users() {
        let mut policy = Policy::new("2026-11-21".parse().unwrap());
        for (id, level) in [("undated", Level::Off), ("token-alone", Level::At(Severity::Error)), ("soap-login-ends", Level::Off)] {
            policy.set_level(rules::find(id).unwrap().0, level);
        }
        let findings = run(policy, u64::MAX, &[("a@one.example", TOKENS[0])]);
        let told: Vec<_> = findings.worst_first().into_iter().map(|finding| (finding.rule.id, finding.severity)).collect();
        assert_eq!(told, [("token-alone", Some(Severity::Error))]);
        assert_eq!((findings.count("undated"), findings.count("soap-login-ends")), (1, 0));
        assert!(!findings.tells(Class::Undated) && findings.class(Class::Undated) == 1);
        assert!(findings.has(Severity::Error));
    }
}
