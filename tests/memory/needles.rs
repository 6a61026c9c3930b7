//! The secrets that are looked for, which this process never holds.
//!
//! Every secret is a number and an ending that all share. The ending has a quote and a backslash, so that it looks different wherever a
//! format escapes it. Only a masked form of it is in the program.

use std::io::{self, Write};

const MASK: u8 = 0x5A;

/// One way in which the ending can stand in memory.
#[derive(Clone, Copy)]
pub struct Form {
    /// What it is called.
    pub name: &'static str,
    masked: &'static [u8],
}

/// Masks bytes while the program is compiled.
const fn mask<const N: usize>(mut bytes: [u8; N]) -> [u8; N] {
    let mut at = 0;
    while at < N {
        bytes[at] ^= MASK;
        at += 1;
    }
    bytes
}

/// All forms; the key is that of the tests, which opens the sealed file.
pub const FORMS: [Form; 6] = [
    Form { name: "plain", masked: &mask(*b"~Vq\"7\\xT9k-Fake") },
    Form { name: "JSON", masked: &mask(*b"~Vq\\\"7\\\\xT9k-Fake") },
    Form { name: "CSV", masked: &mask(*b"~Vq\"\"7\\xT9k-Fake") },
    Form { name: "notes", masked: &mask(*b"~Vq\"7\\\\xT9k-Fake") },
    Form { name: "UTF-16", masked: &mask(*b"~\0V\0q\0\"\x007\0\\\0x\0T\x009\0k\0-\0F\0a\0k\0e\0") },
    Form { name: "key", masked: &mask(*b"U67D2N35PSJUYGQ9GH3CG") },
];

impl Form {
    /// The bytes one by one.
    pub fn bytes(self) -> impl Iterator<Item = u8> {
        self.masked.iter().map(|byte| byte ^ MASK)
    }

    /// Whether `memory` begins with it.
    pub fn begins(self, memory: &[u8]) -> bool {
        memory.len() >= self.masked.len() && self.bytes().zip(memory).all(|(byte, there)| byte == *there)
    }
}

/// How many records the inputs have.
pub const RECORDS: usize = 600;

/// Writes the ending in a form.
fn ending(out: &mut impl Write, form: Form) -> io::Result<()> {
    form.bytes().try_for_each(|byte| out.write_all(&[byte]))
}

/// Writes a table of records.
pub fn table(out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "username,password,token,issued,notes")?;
    for number in 0..RECORDS {
        write!(out, "ops{number}@harbor-widgets.example,\"pw{number}")?;
        ending(out, FORMS[2])?;
        write!(out, "\",\"token{number}")?;
        ending(out, FORMS[2])?;
        write!(out, "\",2026-11-01,\"note{number}")?;
        ending(out, FORMS[2])?;
        writeln!(out, "\"")?;
    }
    Ok(())
}

/// Writes a Bitwarden export of other passwords for the same records.
pub fn document(out: &mut impl Write) -> io::Result<()> {
    write!(out, "{{\"encrypted\":false,\"folders\":[],\"items\":[")?;
    for number in 0..RECORDS {
        let comma = if number > 0 { ",\n" } else { "\n" };
        write!(out, "{comma}{{\"type\":1,\"name\":\"{number}\",\"notes\":\"note{number}")?;
        ending(out, FORMS[1])?;
        write!(out, "\",\"fields\":[{{\"name\":\"Security Token\",\"type\":1,\"value\":\"token{number}")?;
        ending(out, FORMS[1])?;
        write!(out, "\"}}],\"login\":{{\"username\":\"ops{number}@harbor-widgets.example\",\"password\":\"other{number}")?;
        ending(out, FORMS[1])?;
        write!(out, "\",\"uris\":[{{\"uri\":\"https://login.salesforce.com\"}}]}}}}")?;
    }
    writeln!(out, "\n]}}")
}
