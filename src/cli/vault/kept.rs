//! The copies in a folder: their names, and which of them stay.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use sfcred_formats::{Error, Result, parse_day};

use super::super::input;
use crate::vault::Keep;

/// What the copies of one thing are called: `sfcred-2026-11-22.age`, and `sfcred-2026-11-22.2.age` for the second of a day.
///
/// The three kinds begin differently, so that no copy counts among those of another thing, and what is raw is known by its name.
pub(super) struct Copies {
    stem: String,
}

/// How the names of raw copies begin.
const RAW: &str = "raw-";

impl Copies {
    /// Those of a vault; the name that a vault usually has says nothing, and is left out.
    pub(super) fn of_vault(vault: &Path, name: Option<&str>) -> Self {
        let own = vault.file_name().unwrap_or_default().to_string_lossy();
        match name.unwrap_or(own.strip_suffix(".age").unwrap_or(&own)) {
            "vault" if name.is_none() => Self { stem: "sfcred".to_owned() },
            name => Self { stem: format!("sfcred-{name}") },
        }
    }

    /// Those of other records.
    pub(super) fn of_records(inputs: &[PathBuf], name: Option<&str>) -> Result<Self> {
        let more = if inputs.len() > 1 { format!("+{}", inputs.len() - 1) } else { String::new() };
        Self::of(inputs, name).map(|name| Self { stem: format!("records-{name}{more}") })
    }

    /// Those of one file as it is.
    pub(super) fn of_file(inputs: &[PathBuf], name: Option<&str>) -> Result<Self> {
        Self::of(inputs, name).map(|name| Self { stem: format!("{RAW}{name}") })
    }

    fn of(inputs: &[PathBuf], name: Option<&str>) -> Result<String> {
        let Some(first) = inputs.first().filter(|_| name.is_none()) else { return Ok(name.unwrap_or_default().to_owned()) };
        if first.as_os_str() == "-" {
            return Ok(input::name(first));
        }
        let name = first.file_name().and_then(|name| name.to_str());
        name.map(str::to_owned).ok_or_else(|| {
            Error::new("a copy cannot be called after this").in_file(input::name(first)).hint("--name NAME says what the copies are called")
        })
    }

    /// The name of a copy.
    pub(super) fn name(&self, day: NaiveDate, number: u32) -> String {
        let number = if number > 1 { format!(".{number}") } else { String::new() };
        format!("{}-{day}{number}.age", self.stem)
    }

    /// The day and number of a copy, if this is the name of one.
    fn parse(&self, name: &str) -> Option<(NaiveDate, u32)> {
        let (stem, day, number) = parse(name)?;
        // Only what this program would write is its own to remove.
        (stem == self.stem && self.name(day, number) == name).then_some((day, number))
    }
}

/// Takes the name of a copy apart.
fn parse(name: &str) -> Option<(&str, NaiveDate, u32)> {
    let name = name.strip_suffix(".age")?;
    let (name, number) = match name.rsplit_once('.') {
        Some((name, number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => (name, number.parse().ok()?),
        _ => (name, 1),
    };
    let (stem, day) = name.split_at_checked(name.len().checked_sub("2026-11-22".len())?)?;
    Some((stem.strip_suffix('-')?, parse_day(day)?, number))
}

/// Whether this is the name of a raw copy, which holds the bytes of a file, whatever they look like.
pub(super) fn is_raw(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).and_then(parse).is_some_and(|(stem, ..)| stem.starts_with(RAW))
}

/// What became of the copies in a folder.
#[derive(Default)]
pub(super) struct Retired {
    /// Those that were removed.
    pub(super) gone: Vec<PathBuf>,
    /// Those that could not be opened and so neither count nor go, and why.
    pub(super) closed: Vec<Error>,
    /// The one that stays because all that are kept for their days are empty.
    pub(super) spared: Option<PathBuf>,
}

/// Removes the copies that are not kept, never the one that was just made; `look` opens a copy and says how much is in it.
///
/// Only what can be opened is kept for its day, and only what can be opened is removed.
pub(super) fn retire(
    copies: &Copies,
    folder: &Path,
    keep: Keep,
    made: &Path,
    look: &mut dyn FnMut(&Path) -> Result<u64>,
) -> Result<Retired> {
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
    let (mut retired, mut good) = (Retired::default(), Vec::new());
    for ((day, _), path) in found.into_iter().rev() {
        match look(&path) {
            Ok(count) => good.push((day, path, count)),
            // Another backup may have retired it just now.
            Err(_) if path.symlink_metadata().is_err() => {}
            Err(error) => retired.closed.push(error),
        }
    }
    let days: Vec<NaiveDate> = good.iter().map(|(day, ..)| *day).collect();
    let mut keeps = keep.keeps(&days);
    let is_made = |path: &Path| path == made;
    let full = |at: usize| good[at].2 > 0;
    if !(0..good.len()).any(|at| full(at) && (keeps[at] || is_made(&good[at].1)))
        && let Some(last) = (0..good.len()).find(|at| full(*at))
    {
        keeps[last] = true;
        retired.spared = Some(good[last].1.clone());
    }
    for ((_, path, _), keeps) in good.into_iter().zip(keeps) {
        if keeps || is_made(&path) {
            continue;
        }
        match fs::remove_file(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            done => done.map_err(|error| Error::from(error).in_file(path.display().to_string()))?,
        }
        retired.gone.push(path);
    }
    Ok(retired)
}

#[cfg(test)]
mod tests {
    use super::super::super::put::scratch::Scratch;
    use super::*;

    #[test]
    fn only_names_of_its_own_are_known() {
        let vault = |path: &str| Copies::of_vault(Path::new(path), None);
        let (copies, own) = (vault("x/vault.age"), vault("own.age"));
        let raw = Copies::of_file(&["x/bitwarden.json".into()], None).unwrap();
        let day = "2026-11-22".parse().unwrap();
        assert_eq!(copies.parse("sfcred-2026-11-22.age"), Some((day, 1)));
        assert_eq!(own.parse("sfcred-own-2026-11-22.age"), Some((day, 1)));
        assert_eq!(raw.parse("raw-bitwarden.json-2026-11-22.12.age"), Some((day, 12)));
        for name in [
            "sfcred-2026-11-22",
            "sfcred-2026-11-22.1.age",
            "sfcred-2026-11-22.02.age",
            "sfcred-2026-13-22.age",
            "sfcred-mine.age",
            "sfcred-own-2026-11-22.age",
            "raw-bitwarden.json-2026-11-22.age",
            "é2026-11-22.age",
            ".age",
        ] {
            assert_eq!(copies.parse(name), None, "{name}");
        }
    }

    #[test]
    fn different_things_have_different_names() {
        let day = "2026-11-22".parse().unwrap();
        let files = |names: &[&str]| names.iter().map(PathBuf::from).collect::<Vec<_>>();
        let records = |names: &[&str], name| Copies::of_records(&files(names), name).unwrap().name(day, 1);
        assert_eq!(records(&["a.csv"], None), "records-a.csv-2026-11-22.age");
        assert_eq!(records(&["a.csv", "b.csv", "c.csv"], None), "records-a.csv+2-2026-11-22.age");
        assert_eq!(records(&["-"], Some("exports")), "records-exports-2026-11-22.age");
        assert_eq!(records(&["-"], None), "records-stdin-2026-11-22.age");
        assert_eq!(Copies::of_vault(Path::new("raw-.age"), None).name(day, 2), "sfcred-raw--2026-11-22.2.age");
        assert_eq!(Copies::of_vault(Path::new("own.age"), Some("vault")).name(day, 1), "sfcred-vault-2026-11-22.age");
        assert!(Copies::of_records(&files(&[".."]), None).is_err());
        for (name, raw) in [("c/raw-a-2026-11-22.2.age", true), ("raw-a.age", false), ("sfcred-raw-a-2026-11-22.age", false)] {
            assert_eq!(is_raw(Path::new(name)), raw, "{name}");
        }
    }

    /// Copies whose text says how much is in them; what holds no number cannot be opened. Returns those that are left, and what is told.
    fn kept(keep: &str, copies: &[(&str, &str)], made: &str) -> (Vec<String>, usize, Option<String>) {
        let scratch = Scratch::new();
        for (day, text) in copies {
            fs::write(scratch.path(&format!("sfcred-{day}.age")), text).unwrap();
        }
        let mut look = |path: &Path| fs::read_to_string(path).unwrap().parse().map_err(|_| Error::new("damaged"));
        let vault = Copies::of_vault(Path::new("vault.age"), None);
        let made = scratch.path(&format!("sfcred-{made}.age"));
        let retired = retire(&vault, &scratch.path(""), keep.parse().unwrap(), &made, &mut look).unwrap();
        let day = |name: &str| name.trim_start_matches("sfcred-").trim_end_matches(".age").to_owned();
        let spared = retired.spared.map(|path| day(path.file_name().unwrap().to_str().unwrap()));
        (scratch.names().iter().map(|name| day(name)).collect(), retired.closed.len(), spared)
    }

    #[test]
    fn what_cannot_be_opened_neither_counts_nor_goes() {
        let copies = [("2026-11-19", "2"), ("2026-11-20", "2"), ("2026-11-20.2", "junk"), ("2026-11-18", "junk"), ("2026-11-21", "2")];
        let left = ["2026-11-18", "2026-11-20.2", "2026-11-20", "2026-11-21"].map(str::to_owned).to_vec();
        assert_eq!(kept("2d", &copies, "2026-11-21"), (left, 2, None));
    }

    #[test]
    fn the_last_one_with_records_stays() {
        let copies = [("2026-11-19", "2"), ("2026-11-20", "2"), ("2026-11-21", "0")];
        let left = ["2026-11-20", "2026-11-21"].map(str::to_owned).to_vec();
        assert_eq!(kept("1d", &copies, "2026-11-21"), (left, 0, Some("2026-11-20".to_owned())));
        // One that is kept for its day is enough.
        let copies = [("2026-11-19", "2"), ("2026-11-20", "2"), ("2026-11-21", "0")];
        assert_eq!(kept("2d", &copies, "2026-11-21").2, None);
        assert_eq!(kept("1d", &[("2026-11-21", "0")], "2026-11-21").0, ["2026-11-21"]);
    }
}
