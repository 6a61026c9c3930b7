//! Document types, of which only a name and a place elsewhere are taken.

use crate::{Error, Result};

/// Checks what stands in `<!DOCTYPE …>`: a name, and perhaps where the definition lies. An internal subset could define entities.
///
/// # Errors
/// When there is anything else.
pub(super) fn check(text: &str) -> Result<()> {
    if is_plain(text).is_some() {
        return Ok(());
    }
    Err(Error::new("a document type with definitions of its own")
        .hint("it can define entities that swallow or leak text, so the file is refused; take the part in brackets out"))
}

fn is_plain(text: &str) -> Option<()> {
    let text = text.trim();
    let end = text.find(|character: char| character.is_ascii_whitespace()).unwrap_or(text.len());
    let (name, rest) = (&text[..end], text[end..].trim_start());
    if name.is_empty() || !name.chars().all(|character| character.is_alphanumeric() || "_-.:".contains(character)) {
        return None;
    }
    let literals = match rest.get(..6) {
        Some("PUBLIC") => 2,
        Some("SYSTEM") => 1,
        _ => return rest.is_empty().then_some(()),
    };
    let mut rest = &rest[6..];
    for _ in 0..literals {
        rest = literal(rest)?;
    }
    rest.trim_start().is_empty().then_some(())
}

/// What stands behind a literal in quotes, which has a blank before it.
fn literal(text: &str) -> Option<&str> {
    let quoted = text.trim_start();
    let quote = quoted.chars().next().filter(|quote| matches!(quote, '"' | '\'') && quoted.len() < text.len())?;
    let end = quoted[1..].find(quote)? + 1;
    Some(&quoted[end + 1..])
}
