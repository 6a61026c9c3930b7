//! What can be told from the first rows of a table.

use std::cmp::Reverse;

use super::{Column, Table};
use crate::record::Key;

/// How many rows are looked at where there is no header.
const GUESSED: usize = 20;

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

impl Table {
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

    /// Whether the first rows could be of this table without a header: long enough, with pairs behind, and a URL or nothing where one belongs.
    pub(crate) fn could_be(&self, head: &[u8]) -> bool {
        let url = self.columns.iter().position(|column| column.key == Some(Key::Url));
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(head);
        let (mut rows, mut fitting) = (0, 0);
        for row in reader.records().take(GUESSED).map_while(Result::ok) {
            rows += 1;
            let url = url.and_then(|at| row.get(at)).unwrap_or_default();
            let long = row.len() >= self.columns.len() && (row.len() - self.columns.len()).is_multiple_of(2);
            fitting += usize::from(long && (url.is_empty() || url.contains("://")));
        }
        self.headerless && 2 * fitting > rows
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

/// The cells of the first row, outer blanks removed; `None` where it is not text.
pub(crate) fn header(head: &[u8]) -> Option<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(head);
    let mut record = csv::ByteRecord::new();
    reader.read_byte_record(&mut record).ok()?;
    record.iter().map(|cell| std::str::from_utf8(cell).ok().map(|cell| cell.trim().to_owned())).collect()
}
