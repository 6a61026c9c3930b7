//! Files that are too large to keep, or that only a wall of one kind stops.

use std::fmt::Write;
use std::iter::repeat_n;

use super::SECRET;
use super::tool::{Scratch, run, sfcred};

const MIB: usize = 1 << 20;
const CHROME: &str = "name,url,username,password,note\n";

/// Makes sure that a file of this content ends with this error, in good time.
fn refuse(name: &str, content: String, error: &str) {
    let scratch = Scratch::new();
    scratch.write(name, content);
    let ended = run(sfcred(["convert", name, "--to", "chrome-csv", "-o", "out"]).current_dir(scratch.path("")));
    ended.assert_error(&format!("{name}, {error}"));
    assert!(!ended.stderr.contains(SECRET));
    assert_eq!(scratch.names(), [name]);
}

fn native(record: &str) -> String {
    format!("{{\"format\":\"sfcred\",\"version\":1,\"records\":[\n{record}\n]}}")
}

/// Joins what `each` makes of the numbers up to `count` by commas.
fn list(count: usize, each: impl Fn(&mut String, usize)) -> String {
    let mut out = String::new();
    for number in 0..count {
        if number > 0 {
            out.push(',');
        }
        each(&mut out, number);
    }
    out
}

#[test]
fn a_quote_that_swallows_the_file() {
    let rows = "Ops,https://login.salesforce.com,ops@harbor-widgets.example,S3cr3t,\n".repeat(20 * MIB / 70);
    refuse("quote.csv", format!("{CHROME}a,b,c,\"{rows}"), "line 2: a cell is longer than 16777216 bytes, the limit");
}

#[test]
fn a_cell_without_end() {
    refuse("cell.csv", format!("{CHROME}a,b,c,{}", SECRET.repeat(3 * MIB)), "line 2: a cell is longer than 16777216 bytes, the limit");
}

#[test]
fn a_flood_of_columns() {
    let error = "line 1: more than 4096 columns, the limit";
    let columns = list(10_000, |out, number| write!(out, "column {number}").unwrap());
    refuse("columns.csv", format!("username,password,{columns}\n"), error);
    refuse("header.csv", format!("username,password{}\n", ",".repeat(32 * MIB)), error);
    refuse("row.csv", format!("username,password\na,S3cr3t{}\n", ",".repeat(32 * MIB)), "line 2: more than 4096 columns, the limit");
}

#[test]
fn a_string_over_the_limit() {
    let record = format!("{{\"username\":\"a@harbor-widgets.example\",\"password\":\"{}\"}}", SECRET.repeat(3 * MIB));
    refuse("string.json", native(&record), "line 2: one value is longer than 16777216 bytes, the limit");
}

#[test]
fn deep_nesting() {
    let deep: String = repeat_n('[', 100_000).chain(repeat_n(']', 100_000)).collect();
    refuse("value.json", native(&format!("{{\"username\":\"a@harbor-widgets.example\",\"pin\":{deep}}}")), "line 2: nested too deep");
    refuse("item.json", format!("{{\"items\":[{{\"type\":1,\"name\":{deep}}}]}}"), "line 1: a value of another kind");
}

#[test]
fn deep_nesting_where_nobody_looks() {
    let deep: String = repeat_n("{\"a\":", 100_000).chain(["1"]).chain(repeat_n("}", 100_000)).collect();
    let scratch = Scratch::new();
    let file = scratch.write("deep.json", format!("{{\"format\":\"sfcred\",\"version\":1,\"x\":{deep},\"records\":[]}}"));
    run(sfcred(["check"]).arg(file)).assert_code(0, "deep.json");
}

#[test]
fn a_flood_of_keys() {
    let keys = list(300_000, |out, number| write!(out, "\"S3cr3t {number}\":1").unwrap());
    refuse("keys.json", format!("{{\"format\":\"sfcred\",\"version\":1,{keys}}}"), "line 1: more than 4096 keys in one object, the limit");
}

#[test]
fn a_flood_of_fields() {
    let error = "entry 1: more than 4096 fields or URLs, the limit for one record";
    let fields = list(100_000, |out, number| write!(out, "{{\"label\":\"S3cr3t {number}\"}}").unwrap());
    refuse("fields.json", native(&format!("{{\"username\":\"a@harbor-widgets.example\",\"fields\":[{fields}]}}")), error);
    let urls = list(100_000, |out, number| write!(out, "\"https://S3cr3t{number}\"").unwrap());
    refuse("urls.json", native(&format!("{{\"username\":\"a@harbor-widgets.example\",\"urls\":[{urls}]}}")), error);
}

#[test]
fn millions_of_empty_rows() {
    let scratch = Scratch::new();
    let file = scratch.write("rows.csv", format!("username,password\n{}a@harbor-widgets.example,S3cr3t\n", "\r\n".repeat(8 * MIB)));
    let ended = run(sfcred(["check", "--json"]).arg(file));
    ended.assert_code(0, "rows.csv");
    assert!(String::from_utf8(ended.stdout).unwrap().contains("\"records\": 1"));
}

#[test]
fn a_name_cannot_drive_the_terminal() {
    let scratch = Scratch::new();
    let name = "\u{1b}[2J\u{202e}ops@harbor-widgets.example\u{7}";
    let file = scratch.write("name.csv", format!("username,password,token,issued\n{name},S3cr3t,S3cr3tS3cr3tS3cr3tS3cr3t,2026-01-01\n"));
    let out = scratch.path("out");
    for verb in [&["check", "--as-of", "2026-11-21"][..], &["convert", "--as-of", "2026-11-21", "--to", "csv", "-o", out.to_str().unwrap()]]
    {
        let ended = run(sfcred(verb).arg(&file));
        let said = format!("{}{}", ended.stderr, String::from_utf8(ended.stdout).unwrap());
        assert!(said.contains("\\u{1b}[2J\\u{202e}ops@harbor-widgets.example\\u{7}"), "{said}");
        assert!(!said.contains(['\u{1b}', '\u{202e}', '\u{7}']), "{said}");
    }
    let ended = run(sfcred(["check", "\u{1b}[2J.csv"]).current_dir(scratch.path("")));
    ended.assert_error("\\u{1b}[2J.csv: no such file or directory");
}
