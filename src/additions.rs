//! What other inputs say of a login: lists of users, which hold no secrets.

use std::collections::HashMap;

use sfcred_formats::Record;

/// What is added to records, by username.
#[derive(Default)]
pub struct Additions {
    by_username: HashMap<String, (Record, bool)>,
}

impl Additions {
    /// Takes what is known of a user. Of two rows for one user the later change of the password counts, and the first of each field.
    pub fn add(&mut self, user: &mut Record) {
        let user = std::mem::take(user);
        match self.by_username.get_mut(&user.username.to_lowercase()) {
            Some((known, _)) => complete(known, &user),
            None => {
                self.by_username.insert(user.username.to_lowercase(), (user, false));
            }
        }
    }

    /// Adds to a record what is known of its user.
    pub fn complete(&mut self, record: &mut Record) {
        if self.by_username.is_empty() {
            return;
        }
        if let Some((user, used)) = self.by_username.get_mut(&record.username.to_lowercase()) {
            complete(record, user);
            *used = true;
        }
    }

    /// How many users have no record.
    pub fn unused(&self) -> usize {
        self.by_username.values().filter(|(_, used)| !used).count()
    }
}

/// Adds what the record does not say itself: what its owner wrote there counts more. The last change of the password is what counts.
fn complete(record: &mut Record, user: &Record) {
    record.password_changed = match (record.password_changed, user.password_changed) {
        (Some(one), Some(other)) if other.is_after(one) => Some(other),
        (one, other) => one.or(other),
    };
    for field in &user.fields {
        if !record.fields.iter().any(|known| known.label.trim().eq_ignore_ascii_case(&field.label)) {
            record.fields.push(field.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use sfcred_formats::{Field, Kind};

    use super::*;

    fn user(name: &str, changed: &str, policy: &str) -> Record {
        let fields = if policy.is_empty() { Vec::new() } else { vec![Field::new("Token Policy", policy, Kind::Text)] };
        Record { username: name.to_owned(), password_changed: changed.parse().ok(), fields, ..Record::default() }
    }

    #[test]
    fn what_the_record_says_counts_more_but_for_a_later_change() {
        let mut additions = Additions::default();
        for mut known in [
            user("Ops@one.example", "2026-07-01", "mfa-api"),
            user("b@one.example", "", ""),
            user("ops@one.example", "2026-08-01", "needed"),
        ] {
            additions.add(&mut known);
        }
        assert_eq!(additions.unused(), 2);
        let completed = |additions: &mut Additions, mut record: Record| {
            additions.complete(&mut record);
            record
        };
        let name = "OPS@one.example";
        assert_eq!(completed(&mut additions, user(name, "", "")), user(name, "2026-08-01", "mfa-api"));
        assert_eq!(completed(&mut additions, user(name, "2026-09-01", "needed")), user(name, "2026-09-01", "needed"));
        assert_eq!(completed(&mut additions, user("c@one.example", "", "")), user("c@one.example", "", ""));
        assert_eq!(additions.unused(), 1);
    }
}
