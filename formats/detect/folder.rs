//! From the names in a folder to its format.

use super::{Found, one};
use crate::{Error, Format, Result};

/// Finds the format of a folder with these files; what it holds is not looked at.
///
/// # Errors
/// When it is none of `formats`, or can be several that differ.
pub fn detect_folder<'f>(formats: impl IntoIterator<Item = &'f Format>, files: &[Vec<String>]) -> Result<Found<'f>> {
    let formats: Vec<&Format> = formats.into_iter().collect();
    let stores: Vec<&Format> = formats.iter().copied().filter(|format| format.spec.store.is_some()).collect();
    let rank = |format: &&Format| format.spec.store.as_ref().and_then(|store| store.rank(files));
    let best = stores.iter().filter_map(rank).max();
    let mut matching: Vec<&Format> = stores.iter().copied().filter(|format| best.is_some() && rank(format) == best).collect();
    let others: Vec<&Format> = formats.iter().copied().filter(|format| format.folder(files) == Some(true)).collect();
    if best <= Some(1) && !others.is_empty() {
        matching = others;
    } else if best == Some(1) {
        // Plain text is the same in all of them.
        matching.truncate(1);
    }
    one(&matching, || {
        let ids = stores.iter().chain(formats.iter().filter(|format| format.folder(files).is_some()));
        let ids: Vec<&str> = ids.map(|format| format.spec.id.as_str()).collect();
        Error::new("this is a folder").hint(format!("name a file in it; the folders that can be read are those of {}", ids.join(", ")))
    })
}
