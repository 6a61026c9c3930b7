//! The copies in a folder: their names, and which of them stay.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use sfcred_formats::{Error, Result, parse_day};

use crate::vault::Keep;

/// What the copies of one thing are called: `sfcred-2026-11-22.age`, and `sfcred-2026-11-22.2.age` for the second of a day.
pub(super) struct Copies {
    stem: String,
}

impl Copies {
    /// Those of the vault.
    pub(super) fn of_vault() -> Self {
        Self { stem: "sfcred".to_owned() }
    }

    /// Those of other records, which do not let copies of the vault go.
    pub(super) fn of_records() -> Self {
        Self { stem: "records".to_owned() }
    }

    /// Those of one file as it is.
    pub(super) fn of_file(path: &Path) -> Result<Self> {
        let name = path.file_name().and_then(|name| name.to_str());
        let stem = name.filter(|name| !name.starts_with('-')).ok_or_else(|| {
            Error::new("a copy cannot be called after this file").in_file(path.display().to_string()).hint("give the file a plain name")
        })?;
        Ok(Self { stem: format!("raw-{stem}") })
    }

    /// The name of a copy.
    pub(super) fn name(&self, day: NaiveDate, number: u32) -> String {
        let number = if number > 1 { format!(".{number}") } else { String::new() };
        format!("{}-{day}{number}.age", self.stem)
    }

    /// The day and number of a copy, if this is the name of one.
    fn parse(&self, name: &str) -> Option<(NaiveDate, u32)> {
        let name = name.strip_prefix(&self.stem)?.strip_prefix('-')?.strip_suffix(".age")?;
        let (day, number) = match name.split_once('.') {
            None => (name, 1),
            Some((day, number)) => (day, number.parse().ok()?),
        };
        let found = (parse_day(day)?, number);
        // Only what this program would write is its own to remove.
        (self.name(found.0, found.1) == format!("{}-{name}.age", self.stem)).then_some(found)
    }
}

/// Removes the copies that are not kept, never the one that was just made; returns what is gone.
pub(super) fn retire(copies: &Copies, folder: &Path, keep: Keep, made: &Path) -> Result<Vec<PathBuf>> {
    let failed = |error: std::io::Error| Error::from(error).in_file(folder.display().to_string());
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let parsed = path.file_name().and_then(|name| name.to_str()).and_then(|name| copies.parse(name));
        if let Some(parsed) = parsed.filter(|_| path.symlink_metadata().is_ok_and(|metadata| metadata.is_file())) {
            found.push((parsed, path));
        }
    }
    found.sort();
    found.reverse();
    let days: Vec<NaiveDate> = found.iter().map(|((day, _), _)| *day).collect();
    let mut gone = Vec::new();
    for ((_, path), keeps) in found.into_iter().zip(keep.keeps(&days)) {
        if keeps || path == made {
            continue;
        }
        fs::remove_file(&path).map_err(|error| Error::from(error).in_file(path.display().to_string()))?;
        gone.push(path);
    }
    Ok(gone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_its_own_are_known() {
        let (copies, raw) = (Copies::of_vault(), Copies::of_file(Path::new("x/bitwarden.json")).unwrap());
        let day = "2026-11-22".parse().unwrap();
        assert_eq!(copies.parse("sfcred-2026-11-22.age"), Some((day, 1)));
        assert_eq!(raw.parse("raw-bitwarden.json-2026-11-22.12.age"), Some((day, 12)));
        for name in [
            "sfcred-2026-11-22",
            "sfcred-2026-11-22.1.age",
            "sfcred-2026-11-22.02.age",
            "sfcred-2026-13-22.age",
            "sfcred-mine.age",
            "raw-bitwarden.json-2026-11-22.age",
            ".age",
        ] {
            assert_eq!(copies.parse(name), None, "{name}");
        }
    }
}
