//! Where an entry lies: names that any file system takes, and no two that it takes for one.

use std::collections::{HashMap, HashSet};

/// Bytes of a name, which leaves room for a number and an ending under the 255 that file systems take.
const LONGEST: usize = 200;
/// Folders inside each other; what lies deeper is put here.
const DEEPEST: usize = 16;
/// The name of an entry without title: a username would be seen by everyone who sees the folder.
const UNTITLED: &str = "untitled";

/// The names that were given away.
#[derive(Default)]
pub(super) struct Names {
    /// Each folder as it was written first, by its folded path.
    folders: HashMap<String, String>,
    /// Each entry by its folded path.
    entries: HashSet<String>,
    /// The last number behind a name, by its folded path.
    last: HashMap<String, u64>,
}

impl Names {
    /// A path for an entry that no other one has, even where capitals do not count; its last name is without ending.
    pub(super) fn path(&mut self, folder: &[String], title: &str) -> Vec<String> {
        let mut path = Vec::new();
        let mut under = String::new();
        for name in folder.iter().take(DEEPEST) {
            let name = safe_folder(name);
            under.push_str(&fold(&name));
            under.push('/');
            path.push(self.folders.entry(under.clone()).or_insert(name).clone());
        }
        let base = safe(title);
        let last = self.last.entry(format!("{under}{}", fold(&base))).or_default();
        loop {
            *last += 1;
            let name = if *last == 1 { base.clone() } else { format!("{base} ({last})") };
            if self.entries.insert(format!("{under}{}", fold(&name))) {
                path.push(name);
                return path;
            }
        }
    }
}

/// Whether an entry of this title would be called `name`, a number at its end aside.
pub(super) fn is_of(name: &str, title: &str) -> bool {
    let wanted = fold(&safe(title));
    fold(name) == wanted || fold(unnumbered(name).0) == wanted
}

/// Whether an entry of this folder would lie at `path`.
pub(super) fn is_in(path: &[String], folder: &[String]) -> bool {
    let wanted: Vec<String> = folder.iter().take(DEEPEST).map(|name| fold(&safe_folder(name))).collect();
    path.iter().map(|name| fold(name)).eq(wanted)
}

/// What entries are sorted by, so that those with a number follow the one without.
pub(super) fn order(folder: &[String], name: &str) -> (String, String, u64, String) {
    let (base, number) = unnumbered(name);
    (fold(&folder.join("/")), fold(base), number, name.to_owned())
}

/// The name without the number that [`Names::path`] put behind it.
fn unnumbered(name: &str) -> (&str, u64) {
    let number = || name.strip_suffix(')')?.rsplit_once(" (")?.1.parse::<u64>().ok().filter(|number| *number > 1);
    match (name.rsplit_once(" ("), number()) {
        (Some((base, _)), Some(number)) => (base, number),
        _ => (name, 1),
    }
}

/// The name with `_` for what a name cannot hold, what hides it, and what would drive the terminal of whoever lists it.
fn safe(title: &str) -> String {
    let tame = |character: char| match character {
        '/' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' => '_',
        character if character.is_control() => '_',
        character => character,
    };
    let mut name: String = title.chars().map(tame).collect();
    if name.starts_with('.') {
        name.replace_range(..1, "_");
    }
    while name.len() > LONGEST {
        name.pop();
    }
    if name.is_empty() { UNTITLED.to_owned() } else { name }
}

/// As [`safe`], and never what a file with an ending may be called.
fn safe_folder(name: &str) -> String {
    let mut name = safe(name);
    if [".gpg", ".age", ".txt"].iter().any(|ending| fold(&name).ends_with(ending)) {
        name.push('_');
    }
    name
}

fn fold(name: &str) -> String {
    name.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(names: &mut Names, folder: &[&str], title: &str) -> String {
        let folder: Vec<String> = folder.iter().map(|name| (*name).to_owned()).collect();
        let path = names.path(&folder, title);
        assert!(is_in(&path[..path.len() - 1], &folder) && is_of(&path[path.len() - 1], title), "{path:?}");
        path.join("/")
    }

    #[test]
    fn no_name_leaves_its_folder() {
        for (folder, title, expected) in [
            (&[][..], "", "untitled"),
            (&[], ".", "_"),
            (&[], "..", "_."),
            (&[".."], "../../etc/passwd", "_./_._.._etc_passwd"),
            (&["a/b", ".git"], "/x", "a_b/_git/_x"),
            (&["", "a.gpg"], "a\0b\n\u{1b}[2J", "untitled/a.gpg_/a_b__[2J"),
            (&[], "\u{202e}gpg.x\u{feff}", "_gpg.x_"),
            (&["-rf"], "~", "-rf/~"),
        ] {
            assert_eq!(path(&mut Names::default(), folder, title), expected);
        }
        let long = path(&mut Names::default(), &[&"é".repeat(300)], &"x".repeat(999));
        assert_eq!(long, format!("{}/{}", "é".repeat(100), "x".repeat(200)));
        assert_eq!(path(&mut Names::default(), &["a"; 99], "b").matches('/').count(), DEEPEST);
    }

    #[test]
    fn no_two_names_are_one() {
        let mut names = Names::default();
        for (folder, title, expected) in [
            ("f", "a", "f/a"),
            ("f", "A", "f/A (2)"),
            ("F", "a", "f/a (3)"),
            ("f", "a (2)", "f/a (2) (2)"),
            ("f", "a (4)", "f/a (4)"),
            ("f", "a", "f/a (5)"),
            ("g", "a", "g/a"),
            ("g", "", "g/untitled"),
            ("g", "Untitled", "g/Untitled (2)"),
        ] {
            assert_eq!(path(&mut names, &[folder], title), expected);
        }
    }

    #[test]
    fn numbers_count_as_people_count() {
        let mut entries = ["a (10)", "b", "a (2)", "a", "a (x)", "a (1)"];
        entries.sort_by_key(|name| order(&[], name));
        assert_eq!(entries, ["a", "a (2)", "a (10)", "a (1)", "a (x)", "b"]);
        assert!(is_of("a (2)", "a") && is_of("a (2)", "a (2)") && !is_of("b", "a"));
    }
}
