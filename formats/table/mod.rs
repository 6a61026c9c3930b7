//! The engine behind every `[table]`: what the columns are, and what can be told from a header.

use std::cmp::Reverse;

use serde::Deserialize;

use crate::format::{Holds, Own};
use crate::record::{Key, Kind};
use crate::{Error, Result};

mod read;
mod strict;
mod write;

pub(crate) use read::read;
pub(crate) use write::Rows;

/// The `[table]` of a `format.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Which cells are quoted.
    #[serde(default)]
    pub quote: Quote,
    /// What ends a row.
    #[serde(default)]
    pub row_end: RowEnd,
    /// Whether rows may be longer or shorter than the header.
    #[serde(default)]
    pub ragged: bool,
    /// Whether any column not listed becomes a field, so that one of `any_of` is enough to know the table.
    #[serde(default)]
    pub any_of: Vec<String>,
    /// Whether to tell of cells that look escaped for HTML.
    #[serde(default)]
    pub warn_of_entities: bool,
    /// Rows that are no logins.
    #[serde(default)]
    pub skip: Vec<Skip>,
    /// The columns in the order in which they are written.
    pub columns: Vec<Column>,
}

/// Which cells are quoted when a table is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Quote {
    /// Cells that could not be read back otherwise, and those with a blank at an end, which importers trim.
    #[default]
    Needed,
    /// All cells.
    All,
    /// All cells but those of the header.
    Values,
}

/// What ends a row when a table is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RowEnd {
    /// Carriage return and line feed, as RFC 4180 has it.
    #[default]
    Crlf,
    /// Line feed.
    Lf,
}

/// Rows that hold something else than a login.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skip {
    /// The column that tells.
    pub column: String,
    /// The value that it has in such rows.
    #[serde(default)]
    pub equals: Option<String>,
    /// The values that it has in all others.
    #[serde(default)]
    pub unless: Vec<String>,
    /// What such a row is.
    pub what: String,
}

/// One column.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its name in the header.
    pub name: String,
    /// Names that other versions and importers give it.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Which key of the record it holds.
    #[serde(default)]
    pub key: Option<Key>,
    /// Which field it holds, by label.
    #[serde(default)]
    pub label: Option<String>,
    /// The kind of that field.
    #[serde(default)]
    pub kind: Kind,
    /// The only value that the column can hold, where it is a mark.
    #[serde(default)]
    pub only: Option<String>,
    /// What is written where the record has nothing; read back, it counts as nothing.
    #[serde(default)]
    pub default: String,
    /// Whether files without it are of this format too.
    #[serde(default)]
    pub optional: bool,
    /// Whether it is read but no longer written.
    #[serde(default)]
    pub retired: bool,
    /// What stands between the names of a folder path, or between URLs.
    #[serde(default)]
    pub join: Option<Join>,
    /// Names of the top folder that the product puts before every path.
    #[serde(default)]
    pub root: Vec<String>,
    /// How a time is written.
    #[serde(default)]
    pub unit: Unit,
    /// Whether it stands in for the username where that is empty.
    #[serde(default)]
    pub stand_in: bool,
}

/// What stands between the parts of one cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Join {
    /// `/`, which a name cannot hold.
    Slash,
    /// `\`, which a name cannot hold.
    Backslash,
    /// `/`, with `\/` inside a name.
    EscapedSlash,
    /// `; `, with `\;` inside an item.
    Semicolon,
    /// `, ` between URLs; what follows is a URL only if it looks like one.
    Comma,
    /// The cell is itself a row of a table.
    Row,
    /// One line each, `label: value`, with escapes.
    Lines,
    /// One line each, `label: value`, split at the last colon and blank, without escapes.
    PlainLines,
}

/// How a time stands in a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// A day or an instant as RFC 3339 has it.
    #[default]
    Iso,
    /// Milliseconds since 1970.
    Millis,
    /// Seconds since 1970.
    Seconds,
}

/// How well a header fits: order first, then how many of the columns are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    /// All columns that are needed, in any case.
    AnyCase(usize),
    /// All columns that are needed, in any order and with others between; where two tables have the same words, the one that lacks fewest.
    AnyOrder(usize, Reverse<usize>),
    /// The columns in their order and nothing else.
    Exact(usize),
}

/// Reads and writes a table that needs no code of its own.
#[derive(Debug)]
pub(crate) struct Codec;

impl Table {
    /// Makes sure that the columns are of use.
    pub(crate) fn check(&self) -> Result<()> {
        for column in &self.columns {
            let place = || {
                Error::new(match (column.key, &column.label) {
                    (Some(_), Some(_)) => "a column holds either a key or a label, not both",
                    _ => "a column of this key needs `join`",
                })
                .at(format!("column `{}`", column.name))
                .hint("formats/README.md explains every key")
            };
            let list = matches!(column.key, Some(Key::Urls | Key::Folder | Key::Tags | Key::Fields));
            if (column.key.is_some() && column.label.is_some()) || (list && column.join.is_none()) {
                return Err(place());
            }
        }
        Ok(())
    }

    /// Adds to `holds` what the columns say.
    pub(crate) fn fill(&self, holds: &mut Holds) {
        for column in self.columns.iter().filter(|column| !column.retired) {
            match (column.key, &column.label) {
                (Some(Key::Urls), _) => {
                    holds.keys.insert(Key::Url);
                    holds.keys.insert(Key::Urls);
                }
                (Some(Key::Fields), _) => holds.plain_fields = column.join == Some(Join::PlainLines),
                (Some(Key::Folder), _) => {
                    holds.keys.insert(Key::Folder);
                    holds.separator = match column.join {
                        Some(Join::Slash) => Some('/'),
                        Some(Join::Backslash) => Some('\\'),
                        _ => None,
                    };
                }
                (Some(key), _) => {
                    holds.keys.insert(key);
                    if matches!(key, Key::Created | Key::Modified) {
                        holds.times = column.unit;
                    }
                }
                (None, Some(label)) => {
                    let own = Own { label: label.clone(), only: column.only.clone(), none: column.default.clone() };
                    holds.labels.push(own);
                }
                (None, None) => {}
            }
        }
    }

    /// How well `header` fits, if it does.
    pub(crate) fn rank(&self, header: &[String]) -> Option<Rank> {
        let named = |column: &Column, cell: &str| column.name == cell || column.aliases.iter().any(|alias| alias == cell);
        let found = self.columns.iter().filter(|column| header.iter().any(|cell| named(column, cell))).count();
        let needed = |has: &dyn Fn(&Column) -> bool| {
            if self.any_of.is_empty() {
                self.columns.iter().all(|column| column.optional || column.retired || has(column))
            } else {
                self.columns.iter().filter(|column| !column.optional).all(has)
                    && self.columns.iter().any(|column| self.any_of.contains(&column.name) && has(column))
            }
        };
        let mut columns = self.columns.iter();
        let ordered = header.iter().all(|cell| columns.any(|column| named(column, cell)));
        if needed(&|column| header.iter().any(|cell| named(column, cell))) {
            let lacking = self.columns.iter().filter(|column| !column.retired).count().saturating_sub(found);
            return Some(if ordered { Rank::Exact(found) } else { Rank::AnyOrder(found, Reverse(lacking)) });
        }
        let any_case = |column: &Column| {
            header
                .iter()
                .any(|cell| column.name.eq_ignore_ascii_case(cell) || column.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(cell)))
        };
        needed(&any_case).then(|| Rank::AnyCase(self.common(header)))
    }

    /// How many of the columns are in `header`, whatever their case.
    pub(crate) fn common(&self, header: &[String]) -> usize {
        self.columns.iter().filter(|column| header.iter().any(|cell| column.is(cell))).count()
    }

    /// The columns that `header` lacks.
    pub(crate) fn lacks(&self, header: &[String]) -> Vec<&str> {
        let needed = self.columns.iter().filter(|column| !column.optional && !column.retired);
        needed.filter(|column| !header.iter().any(|cell| column.is(cell))).map(|column| column.name.as_str()).collect()
    }

    /// The columns that `header` lacks, for a message. Cells of the file are not named: without a header they are values.
    pub(crate) fn missing(&self, header: &[String]) -> String {
        match self.lacks(header).as_slice() {
            [] => format!("one of its columns `{}` is", self.any_of.join("`, `")),
            [one] => format!("its column `{one}` is"),
            many => format!("its columns `{}` are", many.join("`, `")),
        }
    }
}

impl Column {
    fn is(&self, cell: &str) -> bool {
        self.name.eq_ignore_ascii_case(cell) || self.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(cell))
    }
}

/// The cells of the first row, outer blanks removed; `None` where it is not text.
pub(crate) fn header(head: &[u8]) -> Option<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(head);
    let mut record = csv::ByteRecord::new();
    reader.read_byte_record(&mut record).ok()?;
    record.iter().map(|cell| std::str::from_utf8(cell).ok().map(|cell| cell.trim().to_owned())).collect()
}
