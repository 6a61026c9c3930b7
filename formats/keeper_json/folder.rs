//! Paths of folders: names with `\` between, which is doubled inside a name.
//!
//! Keeper itself cannot tell a name that begins with it from one that ends with it, and neither can this.

/// Joins names to a path.
pub(super) fn join(names: &[String]) -> String {
    names.iter().map(|name| name.replace('\\', "\\\\")).collect::<Vec<_>>().join("\\")
}

/// Splits a path into names; empty ones are dropped.
pub(super) fn split(path: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    let mut characters = path.chars().peekable();
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

    #[test]
    fn names_come_back() {
        for names in [&["a"][..], &["Salesforce", "Production"], &["a\\b", "c/d", "e\\", "f"], &[]] {
            assert_eq!(split(&join(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())), names);
        }
        assert_eq!(split("\\a\\"), ["a"]);
    }
}
