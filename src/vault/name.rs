//! Which record a name means.

use sfcred_formats::{Error, Record, Result};

use super::Vault;

impl Vault {
    /// Finds the one record that a name means: its username, its title, or a part of either that no other has.
    ///
    /// Letters count in any case. Where several records have one name, `NAME#2` means the second of them.
    pub fn find(&self, name: &str) -> Result<usize> {
        match self.fit(name).as_slice() {
            [] => self.numbered(name),
            [one] => Ok(*one),
            several => Err(self.several(several)),
        }
    }

    /// Whether a record has this username, in any case of its letters.
    pub fn has_username(&self, username: &str) -> bool {
        let username = username.to_lowercase();
        self.records.iter().any(|record| record.username.to_lowercase() == username)
    }

    /// The records that fit a name, by the strictest way that fits any.
    fn fit(&self, name: &str) -> Vec<usize> {
        let name = name.to_lowercase();
        let ways: [&dyn Fn(&Record) -> bool; 3] =
            [&|record| record.username.to_lowercase() == name, &|record| record.title.to_lowercase() == name, &|record| {
                record.username.to_lowercase().contains(&name) || record.title.to_lowercase().contains(&name)
            }];
        let fit = |way: &dyn Fn(&Record) -> bool| -> Vec<usize> {
            self.records.iter().enumerate().filter(|(_, record)| way(record)).map(|(at, _)| at).collect()
        };
        if name.is_empty() {
            return Vec::new();
        }
        ways.into_iter().map(fit).find(|found| !found.is_empty()).unwrap_or_default()
    }

    /// The record of a name that ends in `#2`.
    fn numbered(&self, name: &str) -> Result<usize> {
        let found = name.rsplit_once('#').and_then(|(name, number)| {
            let number: usize = number.parse().ok()?;
            self.fit(name).get(number.checked_sub(1)?).copied()
        });
        found.ok_or_else(|| Error::new("no record of that name").hint("`sfcred list` shows titles and usernames"))
    }

    fn several(&self, found: &[usize]) -> Error {
        const SHOWN: usize = 5;
        let records: Vec<&Record> = found.iter().filter_map(|at| self.records.get(*at)).collect();
        let are_twins = records.windows(2).all(|pair| pair[0].name().to_lowercase() == pair[1].name().to_lowercase());
        let shown = records.iter().enumerate().take(SHOWN);
        let names: Vec<String> =
            shown.map(|(at, record)| if are_twins { twin(at + 1, record) } else { record.name().to_owned() }).collect();
        let more = if found.len() > SHOWN { format!(" and {} more", found.len() - SHOWN) } else { String::new() };
        let by_username = if are_twins { "" } else { "name one by its username, or " };
        Error::new(format!("{} records fit that name: {}{more}", found.len(), names.join(", ")))
            .hint(format!("{by_username}add #1 to #{} to the name", found.len()))
    }

    /// The number of a record among those of its username, where there are several: what [`find`](Self::find) takes behind `#`.
    pub fn number(&self, record: &Record) -> Option<usize> {
        let name = record.username.to_lowercase();
        let mut twins = self.records.iter().filter(|other| other.username.to_lowercase() == name);
        let number = twins.by_ref().position(|other| std::ptr::eq(other, record))?;
        (!name.is_empty() && (number > 0 || twins.next().is_some())).then_some(number + 1)
    }
}

/// One of several records of one name, by what else they have.
fn twin(number: usize, record: &Record) -> String {
    let title = Some(record.title.clone()).filter(|title| !title.is_empty());
    let token = record.issued.map(|issued| format!("token of {}", issued.day()));
    let password = record.password_changed.map(|changed| format!("password of {}", changed.day()));
    let about: Vec<String> = [title, token, password].into_iter().flatten().collect();
    if about.is_empty() { format!("{}#{number}", record.name()) } else { format!("{}#{number} ({})", record.name(), about.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault() -> Vault {
        let record = |title: &str, username: &str| Record { title: title.into(), username: username.into(), ..Record::default() };
        Vault {
            records: vec![
                record("Ops", "ops@one.example"),
                record("Ops nightly", "ops@one.example.uat"),
                record("Twin", "b@two.example"),
                Record { issued: "2026-11-03".parse().ok(), ..record("Twin", "b@two.example") },
                record("Room #9", "c@two.example"),
            ],
            ..Vault::default()
        }
    }

    #[test]
    fn the_strictest_way_wins() {
        for (name, found) in [
            ("ops@one.example", 0),
            ("OPS@ONE.example", 0),
            ("ops", 0),
            ("nightly", 1),
            (".uat", 1),
            ("twin#1", 2),
            ("b@two.example#2", 3),
            ("room #9", 4),
        ] {
            assert_eq!(vault().find(name).unwrap(), found, "{name}");
        }
    }

    #[test]
    fn says_what_fits() {
        for (name, message) in [
            ("twin", "2 records fit that name: b@two.example#1 (Twin), b@two.example#2 (Twin, token of 2026-11-03)"),
            ("one", "2 records fit that name: ops@one.example, ops@one.example.uat"),
            ("", "no record of that name"),
            ("twin#3", "no record of that name"),
            ("twin#0", "no record of that name"),
            ("nobody", "no record of that name"),
        ] {
            assert_eq!(vault().find(name).unwrap_err().to_string(), message, "{name}");
        }
        assert_eq!(vault().find("twin").unwrap_err().hint_text(), Some("add #1 to #2 to the name"));
        assert_eq!(vault().find("one").unwrap_err().hint_text(), Some("name one by its username, or add #1 to #2 to the name"));
        let vault = vault();
        assert_eq!(vault.records.iter().map(|record| vault.number(record)).collect::<Vec<_>>(), [None, None, Some(1), Some(2), None]);
    }
}
