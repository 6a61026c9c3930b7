//! From labelled lines to logins.

use std::iter::Peekable;
use std::str::Lines;

use super::line::{Line, is_reference};
use crate::Notice;
use crate::record::{Key, Record};

/// How many other lines may stand between those of one login.
const APART: usize = 5;

/// What a text holds.
pub(super) enum Found {
    /// A login.
    Login(Box<Record>),
    /// Something worth telling, of the record of this name.
    Notice(Notice, String),
}

/// The logins of a text, one after the other.
///
/// A label that the login has already begins another one, and so does a label that stands far below.
pub(super) struct Logins<'t> {
    lines: Peekable<Lines<'t>>,
    record: Record,
    apart: usize,
    told: Vec<Found>,
}

impl<'t> Logins<'t> {
    /// Those of this text.
    pub(super) fn of(text: &'t str) -> Self {
        Self { lines: text.lines().peekable(), record: Record::default(), apart: 0, told: Vec::new() }
    }

    /// Takes a line into the login, which does not have its key yet.
    fn take(&mut self, line: Line<'_>) {
        let Line { key, value, escaped } = line;
        let record = &mut self.record;
        if matches!(key, Key::Password | Key::Token) && is_reference(value) && !escaped {
            let what = "values that say where a secret is kept, not what it is".to_owned();
            self.told.push(Found::Notice(Notice::LeftBehind(what), record.name().to_owned()));
            return;
        }
        if escaped {
            let what = "values in quotes with a backslash";
            self.told.push(Found::Notice(Notice::KeptAsText(what), record.name().to_owned()));
        }
        match key {
            Key::Username => value.trim().clone_into(&mut record.username),
            Key::Password => record.password = value.into(),
            Key::Token => record.token = Some(value.trim().into()),
            Key::Issued => record.issued = value.trim().parse().ok(),
            _ => record.urls.push(value.trim().to_owned()),
        }
    }

    /// What was gathered, if it is a login.
    fn finish(&mut self) {
        let record = std::mem::take(&mut self.record);
        let secret = !record.password.is_empty() || record.token.is_some();
        if secret && !record.username.is_empty() {
            self.told.push(Found::Login(Box::new(record)));
        } else if secret {
            self.told.push(Found::Notice(Notice::NotALogin("secrets without a username beside them".to_owned()), String::new()));
        }
    }

    /// Goes on to the next line; `None` at the end of the text.
    fn step(&mut self) -> Option<()> {
        let text = self.lines.next()?;
        let Some(mut line) = Line::of(text) else {
            self.apart += 1;
            if self.apart > APART {
                self.finish();
            }
            return Some(());
        };
        if line.value.is_empty() && text.trim_end().ends_with([':', '\u{FF1A}']) {
            line.value = self.lines.next_if(|next| Line::of(next).is_none()).unwrap_or_default();
        }
        if !fits(line) {
            return Some(());
        }
        if self.record.has(line.key) {
            self.finish();
        }
        self.apart = 0;
        self.take(line);
        Some(())
    }
}

/// Whether the value is of the kind that the label says.
fn fits(line: Line<'_>) -> bool {
    let value = line.value.trim();
    let word = !value.is_empty() && !value.contains(char::is_whitespace);
    match line.key {
        Key::Username => word && value.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.')),
        Key::Password => !value.is_empty(),
        Key::Token => word,
        Key::Issued => value.parse::<crate::Moment>().is_ok(),
        _ => word && value.starts_with("http"),
    }
}

impl Iterator for Logins<'_> {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        while self.told.is_empty() {
            if self.step().is_none() {
                self.finish();
                break;
            }
        }
        (!self.told.is_empty()).then(|| self.told.remove(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logins(text: &str) -> Vec<(String, String, String)> {
        let told = |found| match found {
            Found::Login(record) => {
                let token = record.token.as_ref().map(|token| token.expose().to_owned()).unwrap_or_default();
                (record.username.clone(), record.password.expose().to_owned(), token)
            }
            Found::Notice(notice, _) => (format!("{notice:?}"), String::new(), String::new()),
        };
        Logins::of(text).map(told).collect()
    }

    fn login(username: &str, password: &str, token: &str) -> (String, String, String) {
        (username.into(), password.into(), token.into())
    }

    #[test]
    fn three_lines_are_a_login() {
        let text = "Hi,\n\nUsername: a@one.example\nPassword: Quartz-Lantern: 42! \nSecurity Token: Qx7LmT2vRk9ZpB4nWc6HdY1s\n\nBye";
        assert_eq!(logins(text), [login("a@one.example", "Quartz-Lantern: 42! ", "Qx7LmT2vRk9ZpB4nWc6HdY1s")]);
        let below = "Username:\na@one.example\nPassword:\nFake-1\n";
        assert_eq!(logins(below), [login("a@one.example", "Fake-1", "")]);
    }

    #[test]
    fn code_is_read_as_it_stands() {
        let joined = "username = a@one.example\npassword = mypasswordQx7LmT2vRk9ZpB4nWc6HdY1s\n";
        assert_eq!(logins(joined), [login("a@one.example", "mypasswordQx7LmT2vRk9ZpB4nWc6HdY1s", "")]);
        let code = "sf = Salesforce()\nusername = 'a@one.example'\npassword = os.environ['PW']\nsecurity_token = \"FakeT0ken\"\n";
        let found = logins(code);
        assert_eq!(found[1], login("a@one.example", "", "FakeT0ken"));
        assert!(found[0].0.contains("where a secret is kept"), "{}", found[0].0);
    }

    #[test]
    fn several_logins_are_kept_apart() {
        let two = "Username: a@one.example\nPassword: Fake-1\nUsername: b@two.example\nPassword: Fake-2\n";
        assert_eq!(logins(two), [login("a@one.example", "Fake-1", ""), login("b@two.example", "Fake-2", "")]);
        let far = format!("Username: a@one.example\n{}Password: Fake-2\n", "text\n".repeat(9));
        assert!(logins(&far)[0].0.contains("without a username"), "a password far below is not this user's");
        assert_eq!(logins("Username: bob\nPassword: Fake-1\nUser: see the wiki\n").len(), 1);
        assert_eq!(logins("a: b\n\nToken:\n"), []);
    }
}
