//! Whether the columns of a table make sense together.

use super::{Column, Join, Table, Unit};
use crate::record::Key;

/// Something wrong with a `format.toml`: the path of the key, and what it is.
#[derive(Debug)]
pub(crate) struct Flaw {
    pub path: Vec<String>,
    pub what: String,
}

impl Flaw {
    pub(crate) fn new(path: &[&str], what: &str) -> Self {
        Self { path: path.iter().map(|part| (*part).to_owned()).collect(), what: what.to_owned() }
    }
}

impl Table {
    /// Adds what is wrong to `flaws`; with code some columns may be filled by it.
    pub(crate) fn check(&self, has_code: bool, flaws: &mut Vec<Flaw>) {
        for (at, column) in self.columns.iter().enumerate() {
            let at = at.to_string();
            let mut flaw = |key: &str, what: &str| {
                flaws.push(Flaw::new(&["table", "columns", &at, key], &format!("{what}, column `{}`", column.name)));
            };
            column.check(&mut flaw);
            let same = |other: &&Column| {
                let key = other.key.is_some() && other.key == column.key;
                let label = other.label.is_some() && other.label == column.label;
                !other.retired && (key || label)
            };
            if !column.retired && self.columns.iter().filter(same).count() > 1 {
                flaw(if column.key.is_some() { "key" } else { "label" }, "two columns of one meaning");
            }
            if self.columns.iter().filter(|other| other.name == column.name).count() > 1 {
                flaw("name", "two columns of one name");
            }
        }
        let is_column = |name: &String| self.columns.iter().any(|column| column.name == *name);
        if !has_code && !self.columns.iter().any(|column| column.key == Some(Key::Username)) {
            flaws.push(Flaw::new(&["table", "columns"], "no column holds the username"));
        }
        if !self.any_of.iter().all(is_column) {
            flaws.push(Flaw::new(&["table", "any_of"], "no column of that name"));
        }
        for (at, skip) in self.skip.iter().enumerate() {
            let at = at.to_string();
            if !is_column(&skip.column) {
                flaws.push(Flaw::new(&["table", "skip", &at, "column"], "no column of that name"));
            }
            if skip.equals.is_none() && skip.unless.is_empty() {
                flaws.push(Flaw::new(&["table", "skip", &at, "equals"], "neither `equals` nor `unless` says which rows"));
            }
        }
    }
}

impl Column {
    fn check(&self, flaw: &mut dyn FnMut(&str, &str)) {
        if self.name.trim().is_empty() {
            flaw("name", "a column needs a name");
        }
        if self.key.is_some() && self.label.is_some() {
            flaw("label", "a column holds either a key or a label, not both");
        }
        let fits: &[Join] = match self.key {
            Some(Key::Urls) => &[Join::Semicolon, Join::Comma, Join::Row, Join::Json],
            Some(Key::Tags) => &[Join::Semicolon, Join::Comma],
            Some(Key::Folder) => &[Join::Slash, Join::Backslash, Join::DoubledBackslash, Join::EscapedSlash],
            Some(Key::Fields) => &[Join::Lines, Join::PlainLines, Join::ColonLines, Join::Json],
            _ => &[],
        };
        match self.join {
            None if !fits.is_empty() => flaw("join", "a column of this key needs `join`"),
            Some(join) if !fits.contains(&join) => flaw("join", "a column of this key is not joined so"),
            _ => {}
        }
        let time = matches!(self.key, Some(Key::Issued | Key::PasswordChanged | Key::Created | Key::Modified));
        if self.unit != Unit::Iso && !time {
            flaw("unit", "a column of this key holds no time");
        }
        if !self.root.is_empty() && self.key != Some(Key::Folder) {
            flaw("root", "a column of this key holds no folder");
        }
    }
}
