//! Made-up records.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// Writes a table of seven columns. Every fourth token is too old, one in seven issue dates is an instant.
pub(crate) fn write_csv(path: &Path, records: u32) {
    let mut out = BufWriter::with_capacity(65536, File::create(path).expect("a file"));
    write!(out, "title,username,password,token,issued,urls,notes\r\n").expect("a row");
    for number in 0..records {
        let (month, day) = (number % 12 + 1, number % 28 + 1);
        let year = if number % 4 == 0 { 2025 } else { 2026 };
        let month = if year == 2026 { 9 + month % 3 } else { month };
        let time = if number % 7 == 0 { "T09:12:44Z" } else { "" };
        write!(
            out,
            "Org {number},user{number}@bench-{}.example,\"P{number:07}, \"\"quoted\"\"!\",FakeT0ken{number:07}AbCdEfGh,\
             {year}-{month:02}-{day:02}{time},https://login.salesforce.com,Owned by team {}. Ask before rotating.\r\n",
            number % 97,
            number % 31,
        )
        .expect("a row");
    }
    out.flush().expect("the end");
}
