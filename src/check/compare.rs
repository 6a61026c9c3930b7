//! Records against those before them.

use std::collections::hash_map::Entry;
use std::num::NonZeroU32;

use sfcred_formats::{Record, Secret};

use super::case::Case;
use super::digest::{ByDigest, Digest};
use super::finding::Place;
use super::ledger::USERNAMES;
use super::rule::Comparison;

/// Remembers users and tokens as digests, and no secret. It is bounded as the ledger is.
#[derive(Default)]
pub(super) struct Compare {
    /// Where the first user of each token is among `holders`.
    tokens: ByDigest<u32>,
    holders: Vec<Holder>,
    /// Where each of them stands. A run that does not say it keeps none, which is a third of the memory.
    places: Vec<Place>,
    users: ByDigest<User>,
    /// The names of those that hold tokens, one behind the other.
    names: String,
    forgotten: u64,
}

/// The first user of a token.
struct Holder {
    user: u64,
    /// Where the name begins and ends.
    name: (u32, u32),
    told: bool,
}

/// What is known of a user; of a digest half is enough to see that two differ.
#[derive(Default)]
struct User {
    password: Option<NonZeroU32>,
    token: Option<NonZeroU32>,
    integrations: u32,
    /// Whether the number of integrations was told.
    told: bool,
}

/// What is compared of a record.
#[derive(Clone, Copy, Default)]
pub(super) struct Secrets {
    password: Option<u64>,
    token: Option<u64>,
}

impl Secrets {
    pub(super) fn of(record: &Record, digest: &Digest) -> Self {
        let number = |secret: &Secret| (!secret.is_empty()).then(|| digest.secret(secret.expose()));
        Self { password: number(&record.password), token: record.token.as_ref().and_then(number) }
    }
}

/// What a comparison found.
pub(super) enum Found<'a> {
    /// It holds for the record that was entered; the other one has this name.
    Here(Comparison, &'a str),
    /// One token for several users: this earlier record is the other one.
    Earlier(&'a str, Option<Place>),
}

impl Compare {
    /// Fetches what [`enter`](Self::enter) will look at, as [`Ledger::approach`](super::ledger::Ledger::approach).
    pub(super) fn approach(&self, user: u64, secrets: &Secrets) {
        let holder = secrets.token.and_then(|token| self.tokens.get(&token));
        std::hint::black_box((self.users.contains_key(&user), holder.copied()));
    }

    /// Compares the record of a user with those before it, and remembers it for those behind.
    pub(super) fn enter(&mut self, user: u64, secrets: Secrets, case: &Case<'_>, place: Option<Place>, tell: &mut dyn FnMut(Found<'_>)) {
        let record = case.record;
        if record.username.is_empty() {
            return;
        }
        let Secrets { password, token } = secrets;
        let token = token.filter(|_| case.has_token());
        if let Some(token) = token {
            self.shared(token, user, record, place, tell);
        }
        let full = self.users.len() >= USERNAMES;
        let known = match self.users.entry(user) {
            Entry::Vacant(_) if full => {
                self.forgotten += 1;
                return;
            }
            entry => entry.or_default(),
        };
        let [password, token] = [password, token].map(|secret| secret.and_then(half));
        let differ = |old: Option<_>, new: Option<_>| old.zip(new).is_some_and(|(old, new)| old != new);
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
        let known = self.tokens.get(&token).map(|at| *at as usize);
        if let Some((at, first)) = known.and_then(|at| Some((at, self.holders.get_mut(at)?))) {
            if first.user != user {
                let name = &self.names[first.name.0 as usize..first.name.1 as usize];
                tell(Found::Here(Comparison::SharedToken, name));
                if !std::mem::replace(&mut first.told, true) {
                    tell(Found::Earlier(name, self.places.get(at).copied()));
                }
            }
        } else if self.holders.len() < USERNAMES
            && let (Ok(at), Some(name)) = (u32::try_from(self.holders.len()), self.name(&record.username))
        {
            self.tokens.insert(token, at);
            self.holders.push(Holder { user, name, told: false });
            self.places.extend(place);
        }
    }

    /// Keeps a name; `None` where there are 4 GiB of them already.
    fn name(&mut self, username: &str) -> Option<(u32, u32)> {
        let begin = u32::try_from(self.names.len()).ok()?;
        let end = u32::try_from(self.names.len() + username.len()).ok()?;
        self.names.push_str(username);
        Some((begin, end))
    }

    /// How many records found no room.
    pub(super) fn forgotten(&self) -> u64 {
        self.forgotten
    }
}

fn half(digest: u64) -> Option<NonZeroU32> {
    NonZeroU32::new((digest >> 32) as u32 | 1)
}
