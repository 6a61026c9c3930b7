//! Tables inside of a text: of Markdown, of a terminal, or pasted from a spreadsheet.

use sfcred_formats::salesforce::is_token_like;
use sfcred_formats::{Record, Secret};

use super::around::{Around, fold, is_password_key, is_token};
use super::{Found, is_password};

/// What is found in them is called so.
pub(super) const KIND: &str = "table";

/// What stands between cells.
const SEPARATORS: [char; 3] = ['|', '\t', ';'];

/// The columns of a login.
struct Columns {
    separator: char,
    count: usize,
    token: usize,
    username: Option<usize>,
    password: Option<usize>,
}

/// Finds the rows with a token under a header that says so.
pub(super) fn find(lines: &[&str]) -> Vec<Found> {
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| line.contains("oken") || line.contains("OKEN")) {
        let Some(columns) = SEPARATORS
            .iter()
            .filter(|separator| line.contains(**separator))
            .find_map(|separator| Columns::of(line, *separator, || Around::of(lines, at).is_ours()))
        else {
            continue;
        };
        let rows = lines.iter().enumerate().skip(at + 1).take_while(|(_, row)| row.contains(columns.separator));
        found.extend(rows.filter_map(|(at, row)| {
            let record = columns.record(row)?;
            Some(Found { line: Some(at as u64 + 1), spot: None, kind: KIND, record })
        }));
    }
    found
}

impl Columns {
    /// The columns that a header names, if one of them is for security tokens; one of tokens counts near Salesforce.
    fn of(header: &str, separator: char, is_ours: impl Fn() -> bool) -> Option<Self> {
        // Jira has two signs between the cells of a header.
        let header = header.replace("||", "|");
        let names: Vec<String> = cells(&header, separator).map(fold).collect();
        let is_sure = |name: &String| name.ends_with("securitytoken") || name == "sicherheitstoken";
        Some(Self {
            separator,
            count: names.len(),
            token: names.iter().position(|name| is_sure(name) || is_token(name) && is_ours())?,
            username: names.iter().position(|name| ["username", "user", "login", "benutzername"].iter().any(|word| name.ends_with(word))),
            password: names.iter().position(|name| is_password_key(name)),
        })
    }

    /// The login of a row, if it has a token.
    fn record(&self, row: &str) -> Option<Record> {
        let cells: Vec<&str> = cells(row, self.separator).collect();
        let token = cells.get(self.token).filter(|cell| is_token_like(cell))?;
        let cell = |column: Option<usize>| column.and_then(|column| cells.get(column)).copied();
        let mut record = Record { token: Some((*token).into()), ..Record::default() };
        let username = cell(self.username).or_else(|| cells.iter().copied().find(|cell| cell.contains('@') && !cell.contains(' ')));
        username.unwrap_or_default().clone_into(&mut record.username);
        let password = Secret::from(cell(self.password).unwrap_or_default());
        // A separator inside of a cell would cut a password.
        if cells.len() == self.count && is_password(&password) {
            record.password = password;
        }
        Some(record)
    }
}

/// The cells of a row, without the marks around them.
fn cells(row: &str, separator: char) -> impl Iterator<Item = &str> {
    row.split(separator).map(|cell| {
        let cell = cell.trim();
        cell.strip_prefix('`').and_then(|cell| cell.strip_suffix('`')).unwrap_or(cell).trim_matches('"')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Line, username and password of what is found.
    fn found(text: &str) -> Vec<(u64, String, String)> {
        let lines: Vec<&str> = text.lines().collect();
        let told = |one: Found| (one.line.unwrap_or_default(), one.record.username, one.record.password.expose().to_owned());
        find(&lines).into_iter().map(told).collect()
    }

    #[test]
    fn a_column_of_tokens_is_one_login_a_row() {
        let prod = ("ops@one.example", "Fake-1");
        for (text, rows) in [
            (
                "| Org | Username | Password | Security Token |\n|---|---|---|---|\n| prod | ops@one.example | `Fake-1` | `Qx7LmT2vRk9ZpB4nWc6HdY1s` |",
                vec![(3, prod.0, prod.1)],
            ),
            ("||Login||Security Token||\n|ops@one.example|Qx7LmT2vRk9ZpB4nWc6HdY1s|", vec![(2, prod.0, "")]),
            ("User\tPassword\tSecurity Token\nops@one.example\tFake-1\tQx7LmT2vRk9ZpB4nWc6HdY1s", vec![(2, prod.0, prod.1)]),
            ("Org;Mail;Security token\nprod;ops@one.example;Qx7LmT2vRk9ZpB4nWc6HdY1s", vec![(2, prod.0, "")]),
            ("Our Salesforce orgs\n\n| Org | Token |\n|---|---|\n| prod | Qx7LmT2vRk9ZpB4nWc6HdY1s |", vec![(5, "", "")]),
        ] {
            let rows: Vec<_> =
                rows.into_iter().map(|(line, user, password): (u64, &str, &str)| (line, user.into(), password.into())).collect();
            assert_eq!(found(text), rows, "{text}");
        }
    }

    #[test]
    fn other_tables_hold_none() {
        for text in [
            "| Org | Token |\n|---|---|\n| prod | Qx7LmT2vRk9ZpB4nWc6HdY1s |",
            "| Org | Security Token |\n|---|---|\n| prod | in the vault |\n| test | XXXXXXXXXXXXXXXXXXXXXXXX |",
            "| Security Token |\n\n| Qx7LmT2vRk9ZpB4nWc6HdY1s |",
            "let token = a | b;\nlet x = Qx7LmT2vRk9ZpB4nWc6HdY1s | b;",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }
}
