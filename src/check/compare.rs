//! Records against those before them.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use sfcred_formats::{Record, Secret};

use super::case::Case;
use super::finding::Place;
use super::ledger::USERNAMES;
use super::rule::Comparison;

/// Remembers users and tokens as hashes under a key of this run, and no secret. It is bounded as the ledger is.
#[derive(Default)]
pub(super) struct Compare {
    hasher: RandomState,
    tokens: HashMap<u64, Holder>,
    users: HashMap<u64, User>,
    /// The names of those that hold tokens, one behind the other.
    names: String,
    forgotten: u64,
}

/// The first user of a token.
struct Holder {
    user: u64,
    name: (usize, usize),
    place: Option<Place>,
    told: bool,
}

/// What is known of a user.
#[derive(Default)]
struct User {
    password: Option<u64>,
    token: Option<u64>,
    integrations: u32,
    /// Whether the number of integrations was told.
    told: bool,
}

/// What a comparison found.
pub(super) enum Found<'a> {
    /// It holds for the record that was entered; the other one has this name.
    Here(Comparison, &'a str),
    /// One token for several users: this earlier record is the other one.
    Earlier(&'a str, Option<Place>),
}

impl Compare {
    /// Compares the record with those before it, and remembers it for those behind.
    pub(super) fn enter(&mut self, case: &Case<'_>, place: Option<Place>, tell: &mut dyn FnMut(Found<'_>)) {
        let record = case.record;
        if record.username.is_empty() {
            return;
        }
        let user = self.user(&record.username);
        let token = record.token.as_ref().filter(|_| case.has_token()).map(|token| self.secret(token));
        if let Some(token) = token {
            self.shared(token, user, record, place, tell);
        }
        let password = (!record.password.is_empty()).then(|| self.secret(&record.password));
        let full = self.users.len() >= USERNAMES;
        let known = match self.users.entry(user) {
            std::collections::hash_map::Entry::Vacant(_) if full => {
                self.forgotten += 1;
                return;
            }
            entry => entry.or_default(),
        };
        let differ = |old: Option<u64>, new: Option<u64>| old.zip(new).is_some_and(|(old, new)| old != new);
        // Where the dates decide, the older token is superseded, and that says it.
        if case.other_issue.is_none() && (differ(known.password, password) || differ(known.token, token)) {
            tell(Found::Here(Comparison::TwoSecrets, &record.username));
        }
        known.password = password.or(known.password);
        known.token = token.or(known.token);
        known.integrations = known.integrations.saturating_add(u32::try_from(record.used_by.len()).unwrap_or(u32::MAX));
        if known.integrations >= case.policy.many_integrations && !known.told {
            known.told = true;
            tell(Found::Here(Comparison::ManyIntegrations, &record.username));
        }
    }

    fn shared(&mut self, token: u64, user: u64, record: &Record, place: Option<Place>, tell: &mut dyn FnMut(Found<'_>)) {
        if let Some(first) = self.tokens.get_mut(&token) {
            if first.user != user {
                let name = &self.names[first.name.0..first.name.1];
                tell(Found::Here(Comparison::SharedToken, name));
                if !std::mem::replace(&mut first.told, true) {
                    tell(Found::Earlier(name, first.place));
                }
            }
        } else if self.tokens.len() < USERNAMES {
            let start = self.names.len();
            self.names.push_str(&record.username);
            self.tokens.insert(token, Holder { user, name: (start, self.names.len()), place, told: false });
        }
    }

    /// How many records found no room.
    pub(super) fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// Usernames are one whatever their case.
    fn user(&self, username: &str) -> u64 {
        let lower = username.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
        if lower { self.hasher.hash_one(username) } else { self.hasher.hash_one(username.to_lowercase().as_str()) }
    }

    fn secret(&self, secret: &Secret) -> u64 {
        self.hasher.hash_one(secret.expose().trim())
    }
}
