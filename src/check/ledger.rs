//! Which username had a token issued when.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};

use sfcred_formats::{Moment, Record};

/// Remembers every username and the newest issue of its token, to find the tokens that a newer one made void.
///
/// It is the one thing that grows with the number of records, so it is small and bounded: eight bytes a username, where a map of names would
/// take a hundred, and no more than [`USERNAMES`] of them. A username is a hash of 49 bits under a key of this run: the chance that two among
/// three thousand share one is 1 in 100 million, and among the most it holds 1 in 4,000.
pub struct Ledger {
    hasher: RandomState,
    /// Grouped by bucket, the upper 16 bits of the hash. An entry is the lower 33 above 31 bits of time.
    entries: Vec<u64>,
    /// Where each bucket starts among the entries, and behind them where the last one ends.
    starts: Vec<u32>,
    /// What has not been put into its bucket yet.
    recent: HashMap<u64, u32, BuildHasherDefault<AsItIs>>,
    /// A bit for each hash that may have been entered: most usernames are new, and this is small enough to stay near the processor.
    seen: Vec<u64>,
    /// How many records came with a username that found no room.
    forgotten: u64,
}

/// How many usernames are remembered, which takes 4 MiB.
pub const USERNAMES: usize = 1 << 19;

/// Takes a key for its own hash, which it is.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0 << 8 | u64::from(*byte);
        }
    }

    /// The map looks at the upper bits for one thing and at the lower ones for another; the key has 49.
    fn write_u64(&mut self, key: u64) {
        self.0 = key ^ key << 15;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

const BUCKETS: usize = 1 << 16;
/// Eight for each username that is remembered, in 512 KiB.
const SEEN_BITS: usize = 8 * USERNAMES;
const REST_BITS: u32 = 33;
const TIME_BITS: u32 = 31;
/// Times are seconds since 2000-01-01, which reach until 2068.
const EPOCH: i64 = 946_684_800;

impl Default for Ledger {
    fn default() -> Self {
        Self {
            hasher: RandomState::new(),
            entries: Vec::new(),
            starts: Vec::new(),
            recent: HashMap::default(),
            seen: vec![0; SEEN_BITS / 64],
            forgotten: 0,
        }
    }
}

impl Ledger {
    /// Enters the record, and returns when another token of the same username was issued, if that was certainly earlier or later.
    pub fn enter(&mut self, record: &Record) -> Option<Moment> {
        let issued = record.issued.filter(|_| record.token.is_some() && !record.username.is_empty())?;
        let time = pack(issued)?;
        let hash = self.hash(&record.username);
        let Some(other) = self.newest(hash, time) else {
            self.remember(hash, time);
            return None;
        };
        let other = unpack(other);
        (other.is_after(issued) || issued.is_after(other)).then_some(other)
    }

    /// The newest time so far of a hash that was entered before; from now on `time` if that is newer.
    fn newest(&mut self, hash: u64, time: u32) -> Option<u32> {
        if !self.is_seen(hash) {
            return None;
        }
        if let Some(recent) = self.recent.get_mut(&hash) {
            return Some(std::mem::replace(recent, time.max(*recent)));
        }
        let entry = self.find(hash)?;
        let other = time_of(*entry);
        *entry = join(hash, time.max(other));
        Some(other)
    }

    fn remember(&mut self, hash: u64, time: u32) {
        if self.entries.len() + self.recent.len() >= USERNAMES {
            self.forgotten += 1;
            return;
        }
        let (word, bit) = seen_bit(hash);
        self.seen[word] |= 1 << bit;
        self.recent.insert(hash, time);
        // Each sorting in moves all entries, so the more there are the rarer it is.
        if self.recent.len() >= 8192.max(self.entries.len() / 64) {
            self.sort_in();
        }
    }

    /// Whether the hash may have been entered; `false` is certain.
    fn is_seen(&self, hash: u64) -> bool {
        let (word, bit) = seen_bit(hash);
        self.seen[word] >> bit & 1 == 1
    }

    /// How many records could not be compared with those behind them.
    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// Usernames are one whatever their case.
    fn hash(&self, username: &str) -> u64 {
        let lower = username.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
        let hash = if lower { self.hasher.hash_one(username) } else { self.hasher.hash_one(username.to_lowercase().as_str()) };
        hash >> (64 - BUCKETS.trailing_zeros() - REST_BITS)
    }

    fn find(&mut self, hash: u64) -> Option<&mut u64> {
        let bucket = bucket(hash);
        let (start, end) = (*self.starts.get(bucket)? as usize, *self.starts.get(bucket + 1)? as usize);
        self.entries[start..end].iter_mut().find(|entry| **entry >> TIME_BITS == join(hash, 0) >> TIME_BITS)
    }

    /// Puts what is recent into the buckets: in place, from the end, so that no second copy of the entries is needed.
    fn sort_in(&mut self) {
        let mut recent: Vec<(u64, u32)> = self.recent.drain().collect();
        recent.sort_unstable();
        self.starts.resize(BUCKETS + 1, 0);
        let mut old_end = self.entries.len();
        let mut to = old_end + recent.len();
        self.entries.resize(to, 0);
        for at in (0..BUCKETS).rev() {
            self.starts[at + 1] = u32::try_from(to).unwrap_or(u32::MAX);
            while let Some((hash, time)) = recent.pop_if(|(hash, _)| bucket(*hash) == at) {
                to -= 1;
                self.entries[to] = join(hash, time);
            }
            let old_start = self.starts[at] as usize;
            to -= old_end - old_start;
            self.entries.copy_within(old_start..old_end, to);
            old_end = old_start;
        }
    }
}

/// The word of the bits and the bit in it that stand for a hash.
fn seen_bit(hash: u64) -> (usize, u64) {
    (usize::try_from(hash / 64).unwrap_or(0) % (SEEN_BITS / 64), hash % 64)
}

fn bucket(hash: u64) -> usize {
    usize::try_from(hash >> REST_BITS).unwrap_or(0)
}

fn join(hash: u64, time: u32) -> u64 {
    hash << TIME_BITS | u64::from(time)
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
        assert!(ledger.entries.len() > 50_000);
        for number in 0..60_000 {
            let found = ledger.enter(&record(&name(number), "2026-05-01T10:00:01Z"));
            assert_eq!(found, "2026-05-01T10:00:00Z".parse().ok(), "{number}");
        }
    }
}
