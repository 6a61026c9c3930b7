//! Which username had a token issued when.

use sfcred_formats::{Moment, Record};

use super::digest::ByDigest;

/// Remembers every username and the newest issue of its token, to find the tokens that a newer one made void.
///
/// It is the one thing that grows with the number of records, so it is small and bounded: eleven bytes a username, where a map of names
/// would take a hundred, and no more than [`USERNAMES`] of them. A username is its [digest](super::digest::Digest): the chance that two
/// among the most it holds share one is 1 in 6,000, and among three thousand next to nothing.
#[derive(Default)]
pub struct Ledger {
    /// The first few, which are all there are in nearly every run.
    few: ByDigest<u32>,
    /// Once there are more: each username stands at the slot that its hash points to, or behind it at the next free one. An entry is 33
    /// bits of the hash above 31 bits of time; 0 is a free slot.
    slots: Vec<u64>,
    used: usize,
    /// How many records came with a username that found no room.
    forgotten: u64,
}

/// How many usernames are remembered, which takes 2 MiB.
pub const USERNAMES: usize = 3 << 16;

/// A quarter of the slots stays free, so that a search ends soon.
const SLOTS: usize = USERNAMES / 3 * 4;
/// How many usernames are kept without slots.
const FEW: usize = 4096;
const TIME_BITS: u32 = 31;
/// Times are seconds since 2000-01-01, which reach until 2068.
const EPOCH: i64 = 946_684_800;

impl Ledger {
    /// Fetches what [`enter`](Self::enter) will look at, which memory can do while the record is looked at.
    pub fn approach(&self, hash: u64) {
        std::hint::black_box(self.slots.get(slot(hash)).copied());
    }

    /// Enters the record of a user, and returns when another token of the same one was issued, if that was certainly earlier or later.
    pub fn enter(&mut self, hash: u64, record: &Record) -> Option<Moment> {
        let issued = record.issued.filter(|_| record.token.is_some() && !record.username.is_empty())?;
        let time = pack(issued)?;
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

/// A time as it comes back.
pub(super) fn rounded(moment: Moment) -> Option<Moment> {
    pack(moment).map(unpack)
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
    use super::super::digest::Digest;
    use super::*;

    fn record(username: &str, issued: &str) -> Record {
        Record { username: username.into(), token: Some("FakeT0ken".into()), issued: issued.parse().ok(), ..Record::default() }
    }

    fn enter((ledger, digest): &mut (Ledger, Digest), record: &Record) -> Option<Moment> {
        ledger.enter(digest.user(&record.username), record)
    }

    #[test]
    fn finds_the_other_issue_whatever_the_order_and_case() {
        let mut users = (Ledger::default(), Digest::default());
        assert_eq!(enter(&mut users, &record("a@one.example", "2026-05-01")), None);
        assert_eq!(enter(&mut users, &record("A@One.example", "2026-08-01")), "2026-05-01".parse().ok());
        assert_eq!(enter(&mut users, &record("a@one.example", "2026-06-01T10:00:00Z")), "2026-08-01".parse().ok());
        assert_eq!(enter(&mut users, &record("a@one.example", "2026-08-01T10:00:00Z")), None, "the same day");
        assert_eq!(enter(&mut users, &record("b@one.example", "2026-08-01")), None);
        assert_eq!(enter(&mut users, &Record { issued: None, ..record("a@one.example", "") }), None);
        assert_eq!(enter(&mut users, &record("", "2026-08-01")), None);
        assert_eq!(enter(&mut users, &record("", "2026-09-01")), None, "nobody is not one user");
    }

    #[test]
    fn forgets_nobody_among_many() {
        let mut users = (Ledger::default(), Digest::default());
        let name = |number: u32| format!("user{number}@many.example");
        for number in 0..60_000 {
            assert_eq!(enter(&mut users, &record(&name(number), "2026-05-01T10:00:00Z")), None, "{number}");
        }
        assert_eq!(users.0.used, 60_000);
        for number in 0..60_000 {
            let found = enter(&mut users, &record(&name(number), "2026-05-01T10:00:01Z"));
            assert_eq!(found, "2026-05-01T10:00:00Z".parse().ok(), "{number}");
        }
    }
}
