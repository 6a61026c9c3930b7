//! A table is read whatever a program on its way has done to its layout.

use csv::{QuoteStyle, ReaderBuilder, Terminator, WriterBuilder};
use sfcred_formats::{Escape, Field, Format, Kind, Record, all};

use crate::machine::{assert_recognised, by_username, detected, read, same};
use crate::sample_bytes;

/// Whether a backslash in a cell stands for itself.
fn is_plain(format: &Format) -> bool {
    format.spec.table.as_ref().is_some_and(|table| table.escape == Escape::Doubled)
}

/// The rows of a sample, written anew with another end of rows. A quote is always doubled, which every table can be read with.
fn rewritten(format: &Format, rows: &[Vec<String>], end: Terminator) -> Vec<u8> {
    let mut writer = WriterBuilder::new().flexible(true).quote_style(QuoteStyle::Always).terminator(end).from_writer(Vec::new());
    for row in rows {
        let cell = |cell: &String| if is_plain(format) { cell.clone() } else { cell.replace('\\', r"\\") };
        writer.write_record(row.iter().map(cell)).unwrap();
    }
    writer.into_inner().unwrap()
}

fn rows(format: &Format, bytes: &[u8]) -> Vec<Vec<String>> {
    let escape = (!is_plain(format)).then_some(b'\\');
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).escape(escape).from_reader(bytes);
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

fn tables() -> impl Iterator<Item = &'static Format> {
    all().iter().filter(|format| format.spec.table.is_some() && format.spec.read.is_some())
}

fn assert_reads(format: &Format, what: &str, bytes: &[u8], expected: &[Record]) {
    assert_recognised(format, bytes, what);
    let found = by_username(read(format, bytes));
    assert_eq!(found.len(), expected.len(), "{} {what}", format.spec.id);
    for record in expected {
        assert!(same(&found[&record.username], record), "{} {what}: {}", format.spec.id, record.username);
    }
}

#[test]
fn line_ends_and_encodings_do_not_matter() {
    let mut read_again = 0;
    for format in tables() {
        let bytes = sample_bytes(format);
        let (expected, rows) = (read(format, &bytes), rows(format, &bytes));
        for (what, end) in [("with CR", Terminator::Any(b'\r')), ("with LF", Terminator::Any(b'\n')), ("with CRLF", Terminator::CRLF)] {
            assert_reads(format, what, &rewritten(format, &rows, end), &expected);
            read_again += 1;
        }
        // As the extension of LastPass wrote it: no sample's cell has this at its end.
        let text = String::from_utf8(rewritten(format, &rows, Terminator::Any(b'\x1E'))).unwrap();
        assert_reads(format, "with CR CR LF", text.replace('\x1E', "\r\r\n").as_bytes(), &expected);
        let text = String::from_utf8(bytes).unwrap();
        assert_reads(format, "with a byte order mark", format!("\u{FEFF}{text}").as_bytes(), &expected);
        let wide = |turn: fn(u16) -> [u8; 2]| [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(turn).collect::<Vec<u8>>();
        assert_reads(format, "as UTF-16LE", &wide(u16::to_le_bytes), &expected);
        assert_reads(format, "as UTF-16BE", &wide(u16::to_be_bytes), &expected);
        read_again += 4;
    }
    println!("{read_again} tables");
    assert!(read_again >= 7 * 12);
}

#[test]
fn other_and_moved_columns_do_not_matter() {
    // Where cells stand in pairs, or without a header, their place says what they are.
    for format in tables().filter(|format| format.spec.table.as_ref().is_some_and(|table| !table.pairs && !table.headerless)) {
        let bytes = sample_bytes(format);
        let mut rows = rows(format, &bytes);
        let mut expected = read(format, &bytes);
        for (at, row) in rows.iter_mut().enumerate() {
            row.reverse();
            row.insert(1, if at == 0 { "Colour of the door" } else { "green" }.to_owned());
        }
        if format.spec.holds.token_entry {
            // The row of a token has no fields of its own, so the column counts for the password's.
            continue;
        }
        // What is only added to other records is not everything that stands in a file.
        for record in expected.iter_mut().filter(|_| !format.spec.companion) {
            record.fields.push(Field::new("Colour of the door", "green", Kind::Text));
        }
        let found = read(format, &rewritten(format, &rows, Terminator::CRLF));
        let sorted = |records: Vec<Record>| {
            let mut records = by_username(records);
            for record in records.values_mut() {
                record.fields.sort_by(|a, b| (&a.label, a.value.expose()).cmp(&(&b.label, b.value.expose())));
            }
            records
        };
        assert_eq!(sorted(found), sorted(expected), "{}", format.spec.id);
        let header = rewritten(format, &rows[..1], Terminator::CRLF);
        assert_eq!(detected(&header).unwrap().spec.id, format.spec.id);
    }
}
