//! Values as the command line of Windows reads them.

use crate::keys::Entry;

/// Reads what stands behind `set KEY=`, and says how long it is: escapes are `^`, outside of quotes, and `%%`.
pub(super) fn set(text: &str, entry: &mut Entry) -> usize {
    let (inner, quoted) = match (text.strip_suffix('"'), text.strip_prefix('"')) {
        (Some(inner), first) => (if first.is_some() { &inner[inner.len().min(1)..] } else { inner }, true),
        (None, _) => (text, false),
    };
    let mut value = String::with_capacity(inner.len());
    let mut rest = inner.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '^' if !quoted => value.extend(rest.next()),
            '%' if rest.peek() == Some(&'%') => value.extend(rest.next()),
            character => value.push(character),
        }
    }
    // What has escapes is not replaced where it stands.
    entry.span = text.find(inner).filter(|_| value == inner).map(|at| at..at + inner.len());
    entry.value = value.into();
    text.len()
}
