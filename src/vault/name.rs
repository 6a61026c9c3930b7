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
        let names: Vec<&str> = found.iter().filter_map(|at| self.records.get(*at)).map(Record::name).take(SHOWN).collect();
        let more = if found.len() > SHOWN { format!(" and {} more", found.len() - SHOWN) } else { String::new() };
        Error::new(format!("{} records fit that name: {}{more}", found.len(), names.join(", ")))
            .hint(format!("name one by its username, or add #1 to #{} to the name", found.len()))
    }
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
                record("Twin", "b@two.example"),
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
            ("twin", "2 records fit that name: b@two.example, b@two.example"),
            ("one", "2 records fit that name: ops@one.example, ops@one.example.uat"),
            ("", "no record of that name"),
            ("twin#3", "no record of that name"),
            ("twin#0", "no record of that name"),
            ("nobody", "no record of that name"),
        ] {
            assert_eq!(vault().find(name).unwrap_err().to_string(), message, "{name}");
        }
        assert_eq!(vault().find("twin").unwrap_err().hint_text(), Some("name one by its username, or add #1 to #2 to the name"));
    }
}
