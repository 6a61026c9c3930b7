//! Files with one key a line.

use sfcred_formats::{Error, Result};

/// Bytes that a file of recipients or identities may have.
pub(super) const LIMIT: usize = 64 << 10;

/// Reads each line with `read`, without blank lines and comments; errors give the line's number and nothing of it.
pub(super) fn lines<T>(bytes: &[u8], read: impl Fn(&str) -> Result<T>) -> Result<Vec<T>> {
    check_size(bytes)?;
    let mut found = Vec::new();
    for (line, number) in bytes.split(|byte| *byte == b'\n').zip(1..) {
        let key = match str::from_utf8(line) {
            Ok(line) if line.starts_with('#') || line.trim().is_empty() => continue,
            Ok(line) => read(line.strip_suffix('\r').unwrap_or(line)),
            Err(_) => Err(Error::new("not UTF-8 text").hint("save the file as plain UTF-8 text")),
        };
        found.push(key.map_err(|error| error.at(format!("line {number}")))?);
    }
    Ok(found)
}

/// Refuses a file of keys that is larger than any real one.
pub(super) fn check_size(bytes: &[u8]) -> Result<()> {
    if bytes.len() <= LIMIT {
        return Ok(());
    }
    Err(Error::new("larger than 64 KiB, the limit of a file of keys").hint("check that it is the right file"))
}
