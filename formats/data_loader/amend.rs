//! A new token or password in the place of an encrypted one.

use zeroize::Zeroizing;

use super::beans::Bean;
use super::keys::Keys;
use super::login::Settings;
use crate::amend::{Amended, Change, Edit, Join, Part, Patch, join};
use crate::{Error, Lock, Result};

/// What the hints of refusals say.
const BY_HAND: &str = "encrypt it by hand with Data Loader's `encrypt -e`, and mark the integration with --done";

/// Encrypts the new value with the key of the old one, and puts it wherever the old one stands.
///
/// # Errors
/// When the document has no login of that username, or its value cannot be opened, split or written.
pub(super) fn amend(beans: &[Bean], bytes: &[u8], change: &Change, lock: &mut dyn Lock) -> Result<Amended> {
    let mut keys = Keys::new(lock);
    let mut patches: Vec<Patch> = Vec::new();
    let mut found = false;
    for bean in beans.iter().filter(|bean| Settings(&bean.entries).is_of(&change.username)) {
        let Some((entry, path)) = Settings(&bean.entries).sealed() else { continue };
        found = true;
        let text = entry.value.expose().trim();
        let refuse = |what: &str| Err(Error::new(format!("`sfdc.password`: {what}")).at(format!("line {}", entry.line)).hint(BY_HAND));
        let places: Vec<usize> = memchr::memmem::find_iter(bytes, text.as_bytes()).collect();
        if let [file, _] = &entry.path[..] {
            return Err(Error::new("`sfdc.password`: it stands in another file").in_file(file).at(format!("line {}", entry.line)).hint(BY_HAND));
        }
        if places.is_empty() {
            return refuse("its text cannot be found in the file as it is");
        }
        // Other beans may have the same value, and had it done.
        if patches.iter().any(|patch| patch.range.start == places[0]) {
            continue;
        }
        let old = keys.open(entry, path)?.value;
        let new = match join(change, old.expose(), true) {
            Join::Whole(new) => new,
            Join::Unknown => return refuse("it seems to hold password and token, but the password is none that is known"),
            Join::Apart => return refuse("the password in it is none that is known"),
        };
        if new == old {
            continue;
        }
        let known = change.tokens.iter().any(|token| old.expose().ends_with(token.expose()));
        let sealed = Zeroizing::new(keys.seal(entry, path, &new)?);
        for start in places {
            let line = 1 + memchr::memchr_iter(b'\n', &bytes[..start]).count() as u64;
            let edit = Edit { line, key: "sfdc.password".to_owned(), what: Part::Both, known };
            patches.push(Patch { range: start..start + text.len(), bytes: Zeroizing::new(sealed.as_bytes().to_vec()), edit });
        }
    }
    if !found {
        return Err(Error::new(format!("no login of {} with a password", change.username)).hint("check the username in the file, or update it by hand"));
    }
    Ok(Amended::new(bytes, patches))
}
