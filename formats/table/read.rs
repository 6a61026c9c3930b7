//! Rows to records.

use std::io::Read;

use csv::StringRecord;

use super::strict::Strict;
use super::{Codec, Column, Join, Table, Unit};
use crate::format::{Sink, Spec, Spot, Writer};
use crate::record::{Field, Key, Kind, Record};
use crate::{Error, Limits, Lock, Moment, Notice, Result, lines, moment};

impl crate::format::Codec for Codec {
    fn read(&self, spec: &Spec, input: &mut dyn Read, limits: &Limits, _: &mut dyn Lock, sink: &mut dyn Sink) -> Result<()> {
        let Some(table) = &spec.table else { return Err(Error::new("this format is not a table")) };
        read(&spec.id, table, input, limits, sink)
    }

    fn write<'a>(&self, spec: &'a Spec, out: &'a mut dyn std::io::Write, _: &'a mut dyn Lock) -> Result<Box<dyn Writer + 'a>> {
        let Some(table) = &spec.table else { return Err(Error::new("this format is not a table")) };
        Ok(Box::new(super::write::TableWriter::new(table, &spec.holds, out)?))
    }
}

/// What a cell of the file is for.
enum Use<'t> {
    Column(&'t Column),
    /// A column that the format does not know, by its name in the file.
    Unknown(String),
}

/// Reads every row of a table called `id` into the sink.
pub(crate) fn read(id: &str, table: &Table, input: &mut dyn Read, limits: &Limits, sink: &mut dyn Sink) -> Result<()> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).buffer_capacity(64 * 1024).from_reader(Strict::new(input, limits));
    let mut row = StringRecord::new();
    if !next(&mut reader, &mut row, 1)? {
        return Err(Error::new("the file is empty").hint("export it again"));
    }
    let uses = uses(id, table, &row)?;
    let skips: Vec<_> = table
        .skip
        .iter()
        .filter_map(|skip| {
            let at = uses.iter().position(|r#use| matches!(r#use, Use::Column(column) if column.name == skip.column))?;
            Some((at, skip))
        })
        .collect();
    let mut record = Record::default();
    for number in 2.. {
        if !next(&mut reader, &mut row, number)? {
            break;
        }
        if row.len() != uses.len() && !table.ragged {
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
            sink.notice(Notice::NotALogin(skip.what.clone()), "");
            continue;
        }
        record.clear();
        let mut entities = false;
        for (at, cell) in row.iter().enumerate() {
            entities |= table.warn_of_entities && ["&amp;", "&lt;", "&gt;"].iter().any(|entity| cell.contains(entity));
            match uses.get(at) {
                Some(Use::Column(column)) => {
                    let is_sound = column.read(cell, &mut record);
                    if !is_sound {
                        record.fields.push(Field::new(column.name.clone(), cell, Kind::Text));
                        sink.notice(Notice::NotADate(column.name.clone()), record.name());
                    }
                }
                Some(Use::Unknown(label)) if !cell.is_empty() => {
                    record.fields.push(Field::new(label.clone(), cell, Kind::Text));
                }
                None if !cell.is_empty() => {
                    record.fields.push(Field::new(format!("Column {}", at + 1), cell, Kind::Text));
                }
                _ => {}
            }
        }
        if record.username.is_empty() {
            table.stand_in(&mut record);
        }
        if entities {
            sink.notice(Notice::HtmlEntities, record.name());
        }
        sink.record(&mut record, Spot::Row(number))?;
    }
    Ok(())
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
    /// Takes the first field that stands in for an empty username.
    fn stand_in(&self, record: &mut Record) {
        let mut labels = self.columns.iter().filter(|column| column.stand_in).filter_map(|column| column.label.as_deref());
        if let Some(at) = labels.find_map(|label| record.fields.iter().position(|field| field.label == label)) {
            record.username.push_str(record.fields.remove(at).value.expose());
        }
    }
}

impl Column {
    /// Puts a cell where it belongs; `false` where it should be a time and is not.
    fn read(&self, cell: &str, record: &mut Record) -> bool {
        if cell.is_empty() || cell == self.default {
            return true;
        }
        let Some(key) = self.key else {
            if let Some(label) = &self.label {
                record.fields.push(Field::new(label.clone(), cell, self.kind));
            }
            return true;
        };
        match key {
            Key::Title => record.title.push_str(cell),
            Key::Username => record.username.push_str(cell),
            Key::Password => record.password.set(cell),
            Key::Token => record.token = Some(cell.into()),
            Key::Issued => record.issued = self.moment(cell),
            Key::PasswordChanged => record.password_changed = self.moment(cell),
            Key::RotateBy => record.rotate_by = moment::parse_day(cell),
            Key::Url => record.urls.push(cell.to_owned()),
            Key::Urls if self.join == Some(Join::Row) => record.urls = cells_of(cell),
            Key::Urls if self.join == Some(Join::Comma) => record.urls = split_urls(cell),
            Key::Urls => lines::split_list_into(cell, &mut record.urls),
            Key::UsedBy => record.used_by = lines::split_integrations(cell),
            Key::Tags => record.tags = lines::split_tags(cell),
            Key::Folder => record.folder = self.path(cell),
            Key::Notes => record.notes.set(cell),
            Key::Created => record.created = self.instant(cell),
            Key::Modified => record.modified = self.instant(cell),
            Key::Fields => read_fields(cell, self.join, record),
        }
        match key {
            Key::Issued | Key::PasswordChanged | Key::RotateBy | Key::Created | Key::Modified => record.has(key),
            _ => true,
        }
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
            _ => cell.split(separator).filter(|name| !name.is_empty()).map(str::to_owned).collect(),
        };
        if path.first().is_some_and(|top| self.root.iter().any(|root| root.eq_ignore_ascii_case(top))) {
            path.remove(0);
        }
        path
    }
}

fn read_fields(cell: &str, join: Option<Join>, record: &mut Record) {
    for line in cell.lines() {
        let field = match join {
            Some(Join::PlainLines) => line.rsplit_once(": ").map(|(label, value)| Field::new(label.to_owned(), value, Kind::Text)),
            _ => lines::read_line(line),
        };
        // A line of another form is kept as a field without a label rather than dropped.
        record.fields.push(field.unwrap_or_else(|| Field::new("", line, Kind::Text)));
    }
}

/// The URLs of a cell. A comma and a blank inside a URL end it only where a scheme or a host follows.
fn split_urls(cell: &str) -> Vec<String> {
    let mut urls: Vec<String> = Vec::new();
    for part in cell.split(", ") {
        let host = part.split(['/', '?', '#']).next().unwrap_or_default();
        let begins = part.contains("://") || (host.contains('.') && !host.contains(char::is_whitespace));
        match urls.last_mut() {
            Some(url) if !begins => {
                url.push_str(", ");
                url.push_str(part);
            }
            _ => urls.push(part.to_owned()),
        }
    }
    urls
}

/// The cells of a cell that is itself a row.
fn cells_of(cell: &str) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(cell.as_bytes());
    let mut row = StringRecord::new();
    let mut cells = Vec::new();
    while matches!(reader.read_record(&mut row), Ok(true)) {
        cells.extend(row.iter().filter(|cell| !cell.is_empty()).map(str::to_owned));
    }
    cells
}
