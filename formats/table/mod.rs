//! The engine behind every `[table]`: what the columns are, and what can be told from a header.

use serde::Deserialize;

use crate::holds::{Holds, Own};
use crate::record::{Key, Kind};

mod cells;
mod check;
mod header;
mod read;
mod strict;
mod write;

pub(crate) use cells::{colon_lines, pairs};
pub(crate) use check::Flaw;
pub(crate) use header::header;
pub(crate) use read::{each_row, read};
pub(crate) use write::{Rows, TableWriter};

/// The `[table]` of a `format.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of format.toml")]
pub struct Table {
    /// Which cells are quoted.
    #[serde(default)]
    pub quote: Quote,
    /// What ends a row.
    #[serde(default)]
    pub row_end: RowEnd,
    /// How a quote inside a quoted cell is written.
    #[serde(default)]
    pub escape: Escape,
    /// Whether rows may be longer or shorter than the header.
    #[serde(default)]
    pub ragged: bool,
    /// Whether there is no header, so that a column is known by its place.
    #[serde(default)]
    pub headerless: bool,
    /// Whether the cells behind the last column are labels and values of fields, in turn.
    #[serde(default)]
    pub pairs: bool,
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
    /// All cells of the header, and of the others those that need it.
    Header,
}

/// How a quote inside a quoted cell is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Escape {
    /// Twice, as RFC 4180 has it.
    #[default]
    Doubled,
    /// Behind a backslash, as is a backslash.
    Backslash,
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
    /// What such a row is; where it is nothing worth telling, nothing is told.
    #[serde(default)]
    pub what: String,
}

/// One column.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of format.toml")]
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
    /// Whether it is written empty, and what is read there is kept as a field of its name.
    #[serde(default)]
    pub stray: bool,
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
    /// `\`, with `\\` inside a name.
    DoubledBackslash,
    /// `/`, with `\/` inside a name.
    EscapedSlash,
    /// `; `, with `\;` inside an item.
    Semicolon,
    /// `, ` between URLs, and what follows is a URL only if it looks like one; `,` between tags, with `\,` inside a tag.
    Comma,
    /// The cell is a JSON array: of URLs, or of fields as objects of `label`, `type` and `value`.
    Json,
    /// The cell is itself a row of a table.
    Row,
    /// One line each, `label: value`, with escapes.
    Lines,
    /// One line each, `label: value`, split at the last colon and blank, without escapes.
    PlainLines,
    /// One line each, `label:value`, split at the first colon; a line without one goes on with the value before it.
    ColonLines,
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

/// Reads and writes a table that needs no code of its own.
#[derive(Debug)]
pub(crate) struct Codec;

impl Table {
    /// Adds to `holds` what the columns say.
    pub(crate) fn fill(&self, holds: &mut Holds) {
        for column in self.columns.iter().filter(|column| !column.retired) {
            match (column.key, &column.label) {
                (Some(Key::Urls), _) => {
                    // Where the first URL has a column of its own, this one holds the others.
                    holds.keys.insert(Key::Url);
                    holds.keys.insert(Key::Urls);
                }
                (Some(Key::Fields), _) => {
                    holds.plain_fields = matches!(column.join, Some(Join::PlainLines | Join::ColonLines));
                    holds.plain_labels = column.join == Some(Join::ColonLines);
                }
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
                    let own = Own { label: label.clone(), only: column.only.clone(), none: column.default.clone(), kind: None };
                    holds.labels.push(own);
                }
                (None, None) => {}
            }
        }
    }
}

impl Column {
    /// Whether a cell of the header names it.
    fn is(&self, cell: &str) -> bool {
        self.name.eq_ignore_ascii_case(cell) || self.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(cell))
    }
}
