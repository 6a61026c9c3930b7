//! One org, or one user of it.

use super::{Texts, auth};
use crate::keys::Tree;
use crate::record::{Field, Kind};
use crate::{Lock, Notice, Record, Result};

/// What is known of it.
pub(super) struct Found {
    pub(super) record: Record,
    pub(super) notices: Vec<Notice>,
}

/// The lists of `sf org list`.
const LISTS: [&str; 5] = ["nonScratchOrgs", "scratchOrgs", "sandboxes", "devHubs", "other"];

/// Every org or user of a result: itself, the items of a list, or those of the lists in it.
pub(super) fn all(result: &Tree) -> Vec<&Tree> {
    match result {
        Tree::List(list) => list.iter().map(|(_, org)| org).collect(),
        Tree::Map(_) => {
            let lists: Vec<&Tree> = LISTS.iter().filter_map(|list| result.get(list)).collect();
            if lists.is_empty() { vec![result] } else { lists.into_iter().flat_map(all).collect() }
        }
        Tree::Text(_) => Vec::new(),
    }
}

/// What stands before a value that the CLI no longer shows.
const REDACTED: &str = "[REDACTED]";

/// What is a session's, and no login's.
const SESSION: [&str; 3] = ["accessToken", "refreshToken", "sfdxAuthUrl"];

/// Reads an org or a user.
///
/// # Errors
/// When the password cannot be decrypted with the key that was given.
pub(super) fn read(org: &Tree, lock: &mut dyn Lock) -> Result<Found> {
    let mut record = Record::default();
    let mut notices = Vec::new();
    // `sf org create user` has what it set below `fields`, in lower case.
    let user = org.get("fields").unwrap_or(org);
    user.first(&["username"]).unwrap_or_default().clone_into(&mut record.username);
    record.title = user.first(&["alias"]).filter(|alias| *alias != record.username).unwrap_or_default().to_owned();
    let sandbox = org.first(&["isSandbox", "isScratch"]).is_some_and(|flag| flag == "true");
    let login = org.first(&["loginUrl"]).or(sandbox.then_some("https://test.salesforce.com"));
    for url in login.into_iter().chain(org.first(&["instanceUrl"])) {
        if !record.urls.iter().any(|known| known == url) {
            record.urls.push(url.to_owned());
        }
    }
    let id = org.first(&["orgId"]).or_else(|| org.first(&["id"]).filter(|id| id.starts_with("00D")));
    if let Some(id) = id {
        record.fields.push(Field::new("Org ID", id, Kind::Text));
    }
    let is_session = |key: &&&str| org.text(key).is_some_and(|text| !text.is_empty() && !text.starts_with(REDACTED));
    if SESSION.iter().find(is_session).is_some() {
        notices.push(Notice::LeftBehind("tokens of OAuth".to_owned()));
    }
    if let Some(password) = user.first(&["password"]) {
        if password.starts_with(REDACTED) {
            notices.push(Notice::Redacted);
        } else if auth::is_encrypted(password) {
            match auth::decrypt(password, lock)? {
                Some(password) => record.password = password,
                None => notices.push(Notice::KeptElsewhere("an encrypted value, which --from-key-file opens")),
            }
        } else {
            record.password = password.into();
        }
    } else if SESSION.iter().any(|key| org.text(key).is_some_and(|text| text.starts_with(REDACTED))) && record.username.is_empty() {
        notices.push(Notice::Redacted);
    }
    if record.password.is_empty() && !record.username.is_empty() {
        record.fields.push(Field::new("Auth Method", "oauth-cli", Kind::Text));
    }
    Ok(Found { record, notices })
}
