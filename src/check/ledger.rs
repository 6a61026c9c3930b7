//! Which username had a token issued when.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};

use sfcred_formats::{Moment, Record};

/// Remembers every username and the newest issue of its token, to find the tokens that a newer one made void.
///
/// It is the one thing that grows with the number of records, so it is small and bounded: eleven bytes a username, where a map of names
/// would take a hundred, and no more than [`USERNAMES`] of them. A username is a hash under a key of this run: the chance that two among
/// the most it holds share one is 1 in 6,000, and among three thousand next to nothing.
pub struct Ledger {
    hasher: RandomState,
    /// The first few, which are all there are in nearly every run.
    few: HashMap<u64, u32, BuildHasherDefault<AsItIs>>,
    /// Once there are more: each username stands at the slot that its hash points to, or behind it at the next free one. An entry is 33
    /// bits of the hash above 31 bits of time; 0 is a free slot.
    slots: Vec<u64>,
    used: usize,
    /// How many records came with a username that found no room.
    forgotten: u64,
}

/// How many usernames are remembered, which takes 4 MiB.
pub const USERNAMES: usize = 3 << 17;

/// A quarter of the slots stays free, so that a search ends soon.
const SLOTS: usize = USERNAMES / 3 * 4;
/// How many usernames are kept without slots.
const FEW: usize = 4096;
const TIME_BITS: u32 = 31;
/// Times are seconds since 2000-01-01, which reach until 2068.
const EPOCH: i64 = 946_684_800;

/// Takes a key for its own hash, which it is.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0 << 8 | u64::from(*byte);
        }
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl Default for Ledger {
    fn default() -> Self {
        Self { hasher: RandomState::new(), few: HashMap::default(), slots: Vec::new(), used: 0, forgotten: 0 }
    }
}

impl Ledger {
    /// Enters the record, and returns when another token of the same username was issued, if that was certainly earlier or later.
    pub fn enter(&mut self, record: &Record) -> Option<Moment> {
        let issued = record.issued.filter(|_| record.token.is_some() && !record.username.is_empty())?;
        let time = pack(issued)?;
        let hash = self.hash(&record.username);
        let other = if self.slots.is_empty() { self.enter_few(hash, time) } else { self.enter_slot(hash, time) };
        let other = unpack(other?);
        (other.is_after(issued) || issued.is_after(other)).then_some(other)
    }

    /// How many records could not be compared with those behind them.
    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// The newest time so far of a username that was entered before; from now on `time` if that is newer.
    fn enter_few(&mut self, hash: u64, time: u32) -> Option<u32> {
        if let Some(newest) = self.few.get_mut(&hash) {
            return Some(std::mem::replace(newest, time.max(*newest)));
        }
        self.few.insert(hash, time);
        if self.few.len() > FEW {
            self.slots = vec![0; SLOTS];
            for (hash, time) in std::mem::take(&mut self.few) {
                self.enter_slot(hash, time);
            }
        }
        None
    }

    /// As [`enter_few`](Self::enter_few).
    fn enter_slot(&mut self, hash: u64, time: u32) -> Option<u32> {
        let mut at = slot(hash);
        loop {
            let entry = &mut self.slots[at];
            if *entry == 0 {
                break;
            }
            if *entry >> TIME_BITS == join(hash, 0) >> TIME_BITS {
                let newest = time_of(*entry);
                *entry = join(hash, time.max(newest));
                return Some(newest);
            }
            at = if at + 1 == SLOTS { 0 } else { at + 1 };
        }
        if self.used < USERNAMES {
            self.slots[at] = join(hash, time);
            self.used += 1;
        } else {
            self.forgotten += 1;
        }
        None
    }

    /// Usernames are one whatever their case.
    fn hash(&self, username: &str) -> u64 {
        // Looks at all bytes, so that the compiler takes many at once.
        let other = username.bytes().fold(false, |found, byte| found | !byte.is_ascii() | byte.is_ascii_uppercase());
        if other { self.hasher.hash_one(username.to_lowercase().as_str()) } else { self.hasher.hash_one(username) }
    }
}

/// The slot that a hash points to, by its upper bits.
fn slot(hash: u64) -> usize {
    usize::try_from((u128::from(hash) * SLOTS as u128) >> 64).unwrap_or(0)
}

/// An entry, by the lower bits of the hash; never 0, because no hash is taken as 0.
fn join(hash: u64, time: u32) -> u64 {
    let rest = hash << TIME_BITS;
    (if rest == 0 { 1 << TIME_BITS } else { rest }) | u64::from(time)
}

fn time_of(entry: u64) -> u32 {
    u32::try_from(entry & ((1 << TIME_BITS) - 1)).unwrap_or(0)
}

/// Seconds since 2000, a day being its midnight; no token is older.
fn pack(moment: Moment) -> Option<u32> {
    let seconds = moment.epoch_millis().div_euclid(1000) - EPOCH;
    u32::try_from(seconds).ok().filter(|seconds| seconds >> TIME_BITS == 0)
}

/// An instant of exactly midnight counts as a day, which claims less.
fn unpack(seconds: u32) -> Moment {
    Moment::from_epoch_millis((i64::from(seconds) + EPOCH) * 1000).unwrap_or(Moment::Day(chrono::NaiveDate::MIN))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(username: &str, issued: &str) -> Record {
        Record { username: username.into(), token: Some("FakeT0ken".into()), issued: issued.parse().ok(), ..Record::default() }
    }

    #[test]
    fn finds_the_other_issue_whatever_the_order_and_case() {
        let mut ledger = Ledger::default();
        assert_eq!(ledger.enter(&record("a@one.example", "2026-05-01")), None);
        assert_eq!(ledger.enter(&record("A@One.example", "2026-08-01")), "2026-05-01".parse().ok());
        assert_eq!(ledger.enter(&record("a@one.example", "2026-06-01T10:00:00Z")), "2026-08-01".parse().ok());
        assert_eq!(ledger.enter(&record("a@one.example", "2026-08-01T10:00:00Z")), None, "the same day");
        assert_eq!(ledger.enter(&record("b@one.example", "2026-08-01")), None);
        assert_eq!(ledger.enter(&Record { issued: None, ..record("a@one.example", "") }), None);
        assert_eq!(ledger.enter(&record("", "2026-08-01")), None);
        assert_eq!(ledger.enter(&record("", "2026-09-01")), None, "nobody is not one user");
    }

    #[test]
    fn forgets_nobody_among_many() {
        let mut ledger = Ledger::default();
        let name = |number: u32| format!("user{number}@many.example");
        for number in 0..60_000 {
            assert_eq!(ledger.enter(&record(&name(number), "2026-05-01T10:00:00Z")), None, "{number}");
        }
        assert_eq!(ledger.used, 60_000);
        for number in 0..60_000 {
            let found = ledger.enter(&record(&name(number), "2026-05-01T10:00:01Z"));
            assert_eq!(found, "2026-05-01T10:00:00Z".parse().ok(), "{number}");
        }
    }
}
