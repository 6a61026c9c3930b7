//! Several values in one cell, or one in several cells, apart and together.

use serde::{Deserialize, Serialize};

use crate::Secret;
use crate::record::{Field, Kind};

/// The URLs of a cell. A comma and a blank inside a URL end it only where a scheme or a host follows.
pub(super) fn split_urls(cell: &str) -> Vec<String> {
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
pub(super) fn cells_of(cell: &str) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(cell.as_bytes());
    let mut row = csv::StringRecord::new();
    let mut cells = Vec::new();
    while matches!(reader.read_record(&mut row), Ok(true)) {
        cells.extend(row.iter().filter(|cell| !cell.is_empty()).map(str::to_owned));
    }
    cells
}

/// Writes texts as the cells of a row, as the reader of such a cell expects it.
pub(super) fn join_row(out: &mut String, cells: &[String]) {
    for cell in cells {
        if !out.is_empty() {
            out.push(',');
        }
        if cell.contains([',', '"', '\n', '\r']) {
            out.push('"');
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(cell);
        }
    }
}

/// A field as it stands in a JSON cell.
#[derive(Deserialize)]
struct Read {
    #[serde(default)]
    label: Option<String>,
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    value: Option<Secret>,
}

/// The fields of a cell that is a JSON array; `None` where it is not. A date is one only if it can be read as one.
pub(super) fn json_fields(cell: &str) -> Option<Vec<Field>> {
    let fields: Vec<Read> = serde_json::from_str(cell).ok()?;
    let field = |Read { label, kind, value }| {
        let value = value.unwrap_or_default();
        let kind = match kind.as_deref() {
            Some("hidden") => Kind::Hidden,
            Some("date") if crate::parse_day(value.expose()).is_some() => Kind::Date,
            _ => Kind::Text,
        };
        Field::new(label.unwrap_or_default(), value, kind)
    };
    Some(fields.into_iter().map(field).collect())
}

/// Writes the fields as a JSON array.
pub(super) fn join_json_fields(out: &mut String, fields: &[Field]) {
    #[derive(Serialize)]
    struct Write<'f> {
        label: &'f str,
        r#type: &'f str,
        value: &'f str,
    }
    let write = |field: &'_ Field| {
        let r#type = field.kind.name();
        serde_json::to_string(&Write { label: &field.label, r#type, value: field.value.expose() }).unwrap_or_default()
    };
    out.push('[');
    for (at, field) in fields.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        out.push_str(&write(field));
    }
    out.push(']');
}

/// The `label:value` lines of a cell. A line without a colon goes on with the value before it, because a value may hold line ends.
pub(crate) fn colon_lines(cell: &str) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    // A program on the way may have changed all line ends; a value that only holds one has others around it.
    let changed = cell.contains('\n') && cell.split_inclusive('\n').all(|line| line.ends_with("\r\n"));
    let plain = if changed { Secret::new(cell.replace("\r\n", "\n")) } else { Secret::default() };
    let cell = if changed { plain.expose() } else { cell };
    for line in cell.strip_suffix('\n').unwrap_or(cell).split('\n') {
        match (line.split_once(':'), fields.last_mut()) {
            (Some((label, value)), _) if !label.is_empty() => fields.push(Field::new(label.to_owned(), value, Kind::Text)),
            (_, Some(field)) => {
                field.value.push("\n");
                field.value.push(line);
            }
            (_, None) => fields.push(Field::new("", line, Kind::Text)),
        }
    }
    fields
}

/// The fields of cells that are label and value in turn. A label without a value, and a value without a label, are kept.
pub(crate) fn pairs<'c>(cells: impl Iterator<Item = &'c str>) -> Vec<Field> {
    let cells: Vec<&str> = cells.collect();
    let field = |(at, pair): (usize, &[&str])| match pair {
        ["", ""] | [""] | [] => None,
        [value] | ["", value] => Some(Field::new(format!("Field {}", at + 1), *value, Kind::Text)),
        [label, value, ..] => Some(Field::new((*label).to_owned(), *value, Kind::Text)),
    };
    cells.chunks(2).enumerate().filter_map(field).collect()
}

/// The names of a path with `\` between, and `\\` inside a name.
pub(super) fn split_doubled(cell: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    let mut characters = cell.chars().peekable();
    while let Some(character) = characters.next() {
        if character == '\\' && characters.next_if_eq(&'\\').is_none() {
            names.push(String::new());
        } else if let Some(name) = names.last_mut() {
            name.push(character);
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(fields: &[Field]) -> Vec<(&str, &str)> {
        fields.iter().map(|field| (field.label.as_ref(), field.value.expose())).collect()
    }

    #[test]
    fn fields_in_one_cell_come_apart() {
        let cell =
            r#"[{"label":"Born","type":"date","value":"14 decembre 1990"},{"type":"hidden","value":"x"},{"label":"None","value":null}]"#;
        let fields = json_fields(cell).unwrap();
        assert_eq!(shown(&fields), [("Born", "14 decembre 1990"), ("", "x"), ("None", "")]);
        assert_eq!(fields.iter().map(|field| field.kind).collect::<Vec<_>>(), [Kind::Text, Kind::Hidden, Kind::Text]);
        assert!(json_fields("[{\"label\":1}]").is_none() && json_fields("Label: value").is_none());
        assert_eq!(shown(&colon_lines("A:1:2\nB: 3\nmore\n")), [("A", "1:2"), ("B", " 3\nmore")]);
        assert_eq!(shown(&colon_lines("no colon\n:none")), [("", "no colon\n:none")]);
    }

    #[test]
    fn pairs_may_be_halves() {
        assert_eq!(shown(&pairs(["A", "1", "", "2", "", "", "B"].into_iter())), [("A", "1"), ("Field 2", "2"), ("Field 4", "B")]);
    }

    #[test]
    fn doubled_backslashes_are_part_of_a_name() {
        assert_eq!(split_doubled(r"a\\b\\\\c\d"), [r"a\b\\c", "d"]);
        assert_eq!(split_doubled(r"\a\"), ["a"]);
    }
}
