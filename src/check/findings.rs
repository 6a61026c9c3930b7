//! What a run found, counted and in part remembered.

use sfcred_formats::Record;

use super::{Finding, Ledger, Policy, Rule, judge, verdict};

/// Judges records one by one and gathers what is worth telling.
pub struct Findings {
    policy: Policy,
    ledger: Ledger,
    counts: [u64; Rule::ALL.len()],
    kept: Vec<Finding>,
    keep: u64,
}

impl Findings {
    /// Starts with nothing found; of each rule at most `keep` findings are remembered, the others are counted.
    pub fn new(policy: Policy, keep: u64) -> Self {
        Self { policy, ledger: Ledger::default(), counts: [0; Rule::ALL.len()], kept: Vec::new(), keep }
    }

    /// Judges a record by itself and against those before it.
    pub fn enter(&mut self, record: &Record) {
        let mut rule = verdict(record, &self.policy);
        let other = self.ledger.enter(record);
        let superseded = matches!((other, record.issued), (Some(other), Some(issued)) if other.is_after(issued));
        if superseded && rule != Rule::VoidPasswordChanged {
            rule = Rule::Superseded;
        }
        if rule != Rule::Fresh && self.counts[rule as usize] < self.keep {
            let finding = judge(record, &self.policy);
            let later = if rule == Rule::Superseded { other } else { finding.later };
            self.kept.push(Finding { rule, later, ..finding });
        }
        self.counts[rule as usize] += 1;
        if let Some(older) = other.filter(|_| !superseded) {
            self.supersede(record, older);
        }
    }

    /// The record is newer than one before it, whose token of `older` is void.
    fn supersede(&mut self, newer: &Record, older: sfcred_formats::Moment) {
        let is_it = |finding: &&mut Finding| finding.issued == Some(older) && finding.record.eq_ignore_ascii_case(newer.name());
        let known = self.kept.iter_mut().find(is_it);
        let before = known.as_ref().map_or(Rule::Fresh, |finding| finding.rule);
        if before == Rule::VoidPasswordChanged {
            return;
        }
        match known {
            Some(finding) => {
                finding.rule = Rule::Superseded;
                finding.later = newer.issued;
            }
            None if self.counts[Rule::Superseded as usize] < self.keep => {
                let older =
                    Record { username: newer.name().to_owned(), token: newer.token.clone(), issued: Some(older), ..Record::default() };
                self.kept.push(Finding { rule: Rule::Superseded, later: newer.issued, ..judge(&older, &self.policy) });
            }
            None => {}
        }
        self.counts[before as usize] = self.counts[before as usize].saturating_sub(1);
        self.counts[Rule::Superseded as usize] += 1;
    }

    /// How many records a rule was found for.
    pub fn count(&self, rule: Rule) -> u64 {
        self.counts[rule as usize]
    }

    /// How many records were too many to be compared with those behind them.
    pub fn forgotten(&self) -> u64 {
        self.ledger.forgotten()
    }

    /// What was remembered, worst first; among equals the oldest token first, then by name.
    pub fn worst_first(&self) -> Vec<&Finding> {
        let mut findings: Vec<&Finding> = self.kept.iter().collect();
        findings.sort_by(|a, b| (b.rule, b.age_days).cmp(&(a.rule, a.age_days)).then_with(|| a.record.cmp(&b.record)));
        findings
    }

    /// What tokens were judged by.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// All counts in one line: `3 fresh, 1 due, 2 stale`.
    pub fn summary(&self) -> String {
        let counted = Rule::ALL.into_iter().filter(|rule| self.count(*rule) > 0);
        let parts: Vec<String> = counted.map(|rule| format!("{} {}", self.count(rule), rule.name())).collect();
        if parts.is_empty() { "no records".to_owned() } else { parts.join(", ") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newer_token_counts_whatever_the_order() {
        let record = |issued: &str| Record {
            username: "ops@one.example".into(),
            token: Some("FakeT0ken".into()),
            issued: issued.parse().ok(),
            ..Record::default()
        };
        let policy = Policy { today: "2026-11-21".parse().unwrap(), max_age: 90, due_within: 15 };
        for order in [["2026-01-01", "2026-11-01"], ["2026-11-01", "2026-01-01"], ["2026-10-30", "2026-11-01"]] {
            let mut findings = Findings::new(policy, 9);
            for issued in order {
                findings.enter(&record(issued));
            }
            assert_eq!(findings.summary(), "1 fresh, 1 superseded");
            let worst = findings.worst_first();
            assert_eq!(worst.len(), 1);
            assert_eq!(worst[0].later, "2026-11-01".parse().ok());
        }
    }
}
