//! Rows to records.

use std::io::Read;

use csv::StringRecord;

use super::cells::{cells_of, colon_lines, json_fields, pairs, split_doubled, split_urls};
use super::strict::Strict;
use super::{Codec, Column, Escape, Join, Skip, Table, Unit};
use crate::format::{Sink, Spec, Spot, Writer};
use crate::record::{Field, Key, Kind, Record};
use crate::{Error, Limits, Lock, Moment, Notice, Result, lines, moment};

impl crate::format::Codec for Codec {
    fn read(&self, spec: &Spec, input: &mut dyn Read, limits: &Limits, _: &mut dyn Lock, sink: &mut dyn Sink) -> Result<()> {
        let Some(table) = &spec.table else { return Err(Error::new("this format is not a table")) };
        read(&spec.id, table, input, limits, sink)
    }

    fn write<'a>(&self, spec: &'a Spec, out: &'a mut dyn std::io::Write, _: &'a mut dyn Lock) -> Result<Box<dyn Writer + 'a>> {
        Ok(Box::new(super::TableWriter::new(spec, out)?))
    }
}

/// What a cell of the file is for.
enum Use<'t> {
    Column(&'t Column),
    /// A column that the format does not know, by its name in the file.
    Unknown(String),
}

impl Use<'_> {
    fn is_needed(&self) -> bool {
        matches!(self, Self::Column(column) if !column.optional)
    }
}

/// Hands on every row with its number, each checked for quoting that cannot be meant.
pub(crate) fn each_row(
    escape: Escape,
    input: &mut dyn Read,
    limits: &Limits,
    mut each: impl FnMut(&StringRecord, u64) -> Result<()>,
) -> Result<()> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .escape((escape == Escape::Backslash).then_some(b'\\'))
        .buffer_capacity(64 * 1024)
        .from_reader(Strict::new(input, escape, limits));
    let mut row = StringRecord::new();
    for number in 1.. {
        if !next(&mut reader, &mut row, number)? {
            if number == 1 {
                return Err(Error::new("the file is empty").hint("export it again"));
            }
            break;
        }
        each(&row, number)?;
    }
    Ok(())
}

/// Reads every row of a table called `id` into the sink.
pub(crate) fn read(id: &str, table: &Table, input: &mut dyn Read, limits: &Limits, sink: &mut dyn Sink) -> Result<()> {
    let mut uses = Vec::new();
    let mut skips = Vec::new();
    let mut record = Record::default();
    each_row(table.escape, input, limits, |row, number| {
        if number == 1 {
            let is_header = !table.headerless || table.is_header(row);
            uses = if is_header { self::uses(id, table, row)? } else { table.columns.iter().map(Use::Column).collect() };
            skips = self::skips(table, &uses);
            if is_header {
                return Ok(());
            }
        }
        let least = if table.headerless { uses.iter().filter(|r#use| r#use.is_needed()).count() } else { uses.len() };
        let too_long = row.len() > uses.len() && !table.ragged && !table.pairs;
        if too_long || (row.len() < least && !table.ragged) {
            let hint = "a line break or comma inside a cell needs quotes; export the file again, or pass --from";
            let columns = |count| if count == 1 { "1 column".to_owned() } else { format!("{count} columns") };
            return Err(Error::new(format!("{}, but {id} has {} in this file", columns(row.len()), uses.len()))
                .at(Spot::Row(number).to_string())
                .hint(hint));
        }
        let skipped = skips.iter().find(|(at, skip)| {
            let cell = row.get(*at).unwrap_or_default();
            skip.equals.as_deref() == Some(cell) || (!skip.unless.is_empty() && !skip.unless.iter().any(|value| value == cell))
        });
        if let Some((_, skip)) = skipped {
            if !skip.what.is_empty() {
                sink.notice(Notice::NotALogin(skip.what.clone()), "");
            }
            return Ok(());
        }
        record.clear();
        table.fill_record(&uses, row, &mut record, sink);
        sink.record(&mut record, Spot::Row(number))
    })
}

/// The rules for rows that are no logins, with the place of the cell that tells.
fn skips<'t>(table: &'t Table, uses: &[Use<'t>]) -> Vec<(usize, &'t Skip)> {
    let place = |skip: &&Skip| uses.iter().position(|r#use| matches!(r#use, Use::Column(column) if column.name == skip.column));
    table.skip.iter().filter_map(|skip| Some((place(&skip)?, skip))).collect()
}

fn next(reader: &mut csv::Reader<impl Read>, row: &mut StringRecord, number: u64) -> Result<bool> {
    reader.read_record(row).map_err(|error| match error.into_kind() {
        csv::ErrorKind::Io(error) => error.into(),
        csv::ErrorKind::Utf8 { err, .. } => Error::new(format!("column {} is not valid UTF-8", err.field() + 1))
            .at(Spot::Row(number).to_string())
            .hint("save the file again as UTF-8; guessing another encoding could change a password"),
        _ => Error::new("this row cannot be read").at(Spot::Row(number).to_string()).hint("export the file again"),
    })
}

/// Finds for each cell of the header what it is for. A second column of one meaning is kept as a field.
fn uses<'t>(id: &str, table: &'t Table, header: &StringRecord) -> Result<Vec<Use<'t>>> {
    let names = || header.iter().map(str::trim);
    if let Some(column) = table.columns.iter().find(|column| names().filter(|name| column.name == *name).count() > 1) {
        return Err(Error::new(format!("two columns called `{}`", column.name))
            .at("row 1")
            .hint("two values, two truths: delete one of the columns, or give it another name"));
    }
    let mut free: Vec<&Column> = table.columns.iter().collect();
    let mut take = |fits: &dyn Fn(&Column) -> bool| free.iter().position(|column| fits(column)).map(|at| free.remove(at));
    let uses: Vec<Use<'t>> = header
        .iter()
        .map(|cell| {
            let cell = cell.trim();
            let column = take(&|column| column.name == cell).or_else(|| take(&|column| column.is(cell)));
            column.map_or_else(|| Use::Unknown(cell.to_owned()), Use::Column)
        })
        .collect();
    let missing = |column: &&&Column| {
        if table.any_of.is_empty() { !column.optional && !column.retired } else { column.key == Some(Key::Username) }
    };
    if let Some(column) = free.iter().find(missing) {
        return Err(Error::new(format!("no column `{}`, which {id} needs", column.name))
            .at("row 1")
            .hint("name another format with --from; `sfcred formats` lists them"));
    }
    if !table.any_of.is_empty() && table.any_of.iter().all(|name| free.iter().any(|column| column.name == *name)) {
        return Err(Error::new(format!("no column `{}`, of which {id} needs one", table.any_of.join("` or `")))
            .at("row 1")
            .hint("name another format with --from; `sfcred formats` lists them"));
    }
    Ok(uses)
}

impl Table {
    /// Whether the first row of a table without a header is one all the same.
    fn is_header(&self, row: &StringRecord) -> bool {
        row.len() >= self.columns.len() && self.columns.iter().zip(row).all(|(column, cell)| column.is(cell.trim()))
    }

    /// Puts the cells of a row where they belong.
    fn fill_record(&self, uses: &[Use<'_>], row: &StringRecord, record: &mut Record, sink: &mut dyn Sink) {
        let mut entities = false;
        let mut noticed = Vec::new();
        for (at, cell) in row.iter().enumerate() {
            entities |= self.warn_of_entities && ["&amp;", "&lt;", "&gt;"].iter().any(|entity| cell.contains(entity));
            match uses.get(at) {
                Some(Use::Column(column)) => {
                    if let Err(notice) = column.read(cell, record) {
                        record.fields.push(Field::new(column.name.clone(), cell, Kind::Text));
                        noticed.push(notice);
                    }
                }
                Some(Use::Unknown(label)) if !cell.is_empty() && !self.pairs => {
                    record.fields.push(Field::new(label.clone(), cell, Kind::Text));
                }
                None if !cell.is_empty() && !self.pairs => {
                    record.fields.push(Field::new(format!("Column {}", at + 1), cell, Kind::Text));
                }
                _ => {}
            }
        }
        if self.pairs {
            let columns = uses.iter().filter(|r#use| matches!(r#use, Use::Column(_))).count();
            record.fields.extend(pairs(row.iter().skip(columns)));
        }
        if record.username.is_empty() {
            self.stand_in(record);
        }
        for notice in noticed {
            sink.notice(notice, record.name());
        }
        if entities {
            sink.notice(Notice::HtmlEntities, record.name());
        }
    }

    /// Takes the first field that stands in for an empty username.
    fn stand_in(&self, record: &mut Record) {
        let mut labels = self.columns.iter().filter(|column| column.stand_in).filter_map(|column| column.label.as_deref());
        if let Some(at) = labels.find_map(|label| record.fields.iter().position(|field| field.label == label)) {
            record.username.push_str(record.fields.remove(at).value.expose());
        }
    }
}

impl Column {
    /// Puts a cell where it belongs; the error says what it should be and is not.
    fn read(&self, cell: &str, record: &mut Record) -> Result<(), Notice> {
        if cell.is_empty() || cell == self.default {
            return Ok(());
        }
        let Some(key) = self.key else {
            let label = self.label.as_ref().or(self.stray.then_some(&self.name));
            record.fields.extend(label.map(|label| Field::new(label.clone(), cell, self.kind)));
            return Ok(());
        };
        match key {
            Key::Title => record.title.push_str(cell),
            Key::Username => record.username.push_str(cell),
            Key::Password => record.password.set(cell),
            Key::Token => record.token = Some(cell.into()),
            Key::Issued => record.issued = self.moment(cell),
            Key::PasswordChanged => record.password_changed = self.moment(cell),
            Key::RotateBy => record.rotate_by = moment::parse_day(cell),
            Key::Url => record.urls.insert(0, cell.to_owned()),
            Key::Urls => self.read_urls(cell, record)?,
            Key::UsedBy => record.used_by = lines::split_integrations(cell),
            Key::Tags if self.join == Some(Join::Comma) => record.tags = lines::split_by_commas(cell),
            Key::Tags => record.tags = lines::split_tags(cell),
            Key::Folder => record.folder = self.path(cell),
            Key::Notes => record.notes.set(cell),
            Key::Created => record.created = self.instant(cell),
            Key::Modified => record.modified = self.instant(cell),
            Key::Fields => self.read_fields(cell, record)?,
        }
        match key {
            Key::Issued | Key::PasswordChanged | Key::RotateBy | Key::Created | Key::Modified if !record.has(key) => {
                Err(Notice::NotADate(self.name.clone()))
            }
            _ => Ok(()),
        }
    }

    fn read_urls(&self, cell: &str, record: &mut Record) -> Result<(), Notice> {
        match self.join {
            Some(Join::Row) => record.urls.append(&mut cells_of(cell)),
            Some(Join::Comma) => record.urls.append(&mut split_urls(cell)),
            Some(Join::Json) => {
                let urls: Vec<String> = serde_json::from_str(cell).map_err(|_| Notice::NotAList(self.name.clone()))?;
                record.urls.extend(urls.into_iter().filter(|url| !url.is_empty()));
            }
            _ => lines::split_list_into(cell, &mut record.urls),
        }
        Ok(())
    }

    fn read_fields(&self, cell: &str, record: &mut Record) -> Result<(), Notice> {
        match self.join {
            Some(Join::Json) => {
                let fields = json_fields(cell).ok_or_else(|| Notice::NotAList(self.name.clone()))?;
                record.fields.extend(fields);
            }
            Some(Join::ColonLines) => record.fields.extend(colon_lines(cell)),
            join => {
                for line in cell.lines() {
                    let field = match join {
                        Some(Join::PlainLines) => {
                            line.rsplit_once(": ").map(|(label, value)| Field::new(label.to_owned(), value, Kind::Text))
                        }
                        _ => lines::read_line(line),
                    };
                    // A line of another form is kept as a field without a label rather than dropped.
                    record.fields.push(field.unwrap_or_else(|| Field::new("", line, Kind::Text)));
                }
            }
        }
        Ok(())
    }

    fn moment(&self, cell: &str) -> Option<Moment> {
        match self.unit {
            Unit::Iso => cell.parse().ok(),
            Unit::Millis => Moment::from_epoch_millis(cell.parse().ok()?),
            Unit::Seconds => Moment::from_epoch_millis(cell.parse::<i64>().ok()?.checked_mul(1000)?),
        }
    }

    fn instant(&self, cell: &str) -> Option<chrono::DateTime<chrono::Utc>> {
        match self.unit {
            Unit::Iso => moment::parse_instant(cell),
            Unit::Millis => chrono::DateTime::from_timestamp_millis(cell.parse().ok()?),
            Unit::Seconds => chrono::DateTime::from_timestamp(cell.parse().ok()?, 0),
        }
    }

    fn path(&self, cell: &str) -> Vec<String> {
        let separator = if self.join == Some(Join::Backslash) { '\\' } else { '/' };
        let mut path = match self.join {
            Some(Join::EscapedSlash) => lines::split_path(cell),
            Some(Join::DoubledBackslash) => split_doubled(cell),
            _ => cell.split(separator).filter(|name| !name.is_empty()).map(str::to_owned).collect(),
        };
        if path.first().is_some_and(|top| self.root.iter().any(|root| root.eq_ignore_ascii_case(top))) {
            path.remove(0);
        }
        path
    }
}
