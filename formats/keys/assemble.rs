//! From entries to credentials: what belongs together, and whether it is Salesforce's.

use std::collections::HashMap;

use super::Entry;
use super::comment::Dates;
use super::group::{Group, Id, Signs};
use super::names::{self, Name};
use super::outcome::{Found, Outcome};
use crate::Notice;

/// Parents that only wrap the keys of a login.
const WRAPPERS: &[&str] = &[
    "auth",
    "authentication",
    "config",
    "configuration",
    "connection",
    "credentials",
    "data",
    "env",
    "environment",
    "extra",
    "options",
    "properties",
    "settings",
    "stringdata",
    "typeproperties",
    "value",
];

/// What is told of logins that are not taken.
const OAUTH: &str = "logins with OAuth, which have no security token,";

/// Makes credentials of the entries of a file.
pub(super) fn outcome(entries: Vec<Entry>, dates: &[Dates]) -> Outcome {
    let mut order: Vec<Id> = Vec::new();
    let mut groups: HashMap<Id, Group> = HashMap::new();
    let marked = marked(&entries);
    // `SF_` is the prefix of Snowflake, too.
    let warehouse = entries.iter().filter_map(|entry| entry.path.last()).any(|key| {
        let key = key.to_ascii_lowercase();
        key.contains("warehouse") || key.contains("snowflake")
    });
    for entry in entries {
        let Some((scope, key)) = scope(&entry.path) else { continue };
        let Some(Name { vendor, affix, role }) = names::name(&key) else { continue };
        let id = (scope, affix, vendor);
        let group = groups.entry(id.clone()).or_insert_with(|| {
            order.push(id);
            Group::at(entry.line)
        });
        group.take(role, &key, entry);
    }
    assemble(order, groups, &Signs { marked, warehouse }, dates)
}

/// The parents of a key that tell logins apart, and the key itself.
fn scope(path: &[String]) -> Option<(Vec<String>, String)> {
    let (mut key, mut scope) = path.split_last()?;
    // `"password": {"type": "SecureString", "value": …}`
    if key == "value"
        && let Some((parent, rest)) = scope.split_last()
        && names::name(parent).is_some()
    {
        (key, scope) = (parent, rest);
    }
    let mut scope = scope.to_vec();
    while scope.last().is_some_and(|name| WRAPPERS.contains(&name.to_lowercase().as_str())) {
        scope.pop();
    }
    Some((scope, key.clone()))
}

/// The scopes of which a key says that they are Salesforce's: `conn_type`, `type`, `name`.
fn marked(entries: &[Entry]) -> Vec<Vec<String>> {
    let says = |key: &str| {
        let words = names::words(key).concat();
        matches!(
            words.as_str(),
            "type" | "name" | "driver" | "conntype" | "connector" | "connectorname" | "connectorclass" | "kind" | "variant" | "provider"
        )
    };
    let is_marked =
        |entry: &&Entry| entry.path.last().is_some_and(|key| says(key)) && entry.value.expose().to_lowercase().contains("salesforce");
    entries.iter().filter(is_marked).filter_map(|entry| Some(scope(&entry.path)?.0)).map(above_metadata).collect()
}

/// The scope that the name of an object of Kubernetes is for.
fn above_metadata(mut scope: Vec<String>) -> Vec<String> {
    if scope.last().is_some_and(|name| name == "metadata") {
        scope.pop();
    }
    scope
}

/// Joins groups that are one login, and leaves out what is not Salesforce's.
fn assemble(order: Vec<Id>, mut groups: HashMap<Id, Group>, signs: &Signs, dates: &[Dates]) -> Outcome {
    let mut outcome = Outcome::default();
    let mut joined: Vec<(Id, Group)> = Vec::new();
    // Where each id without its prefix was seen first, so that a million groups need no million looks.
    let mut places: HashMap<(Vec<String>, String), Vec<usize>> = HashMap::new();
    for id in order {
        let Some(group) = groups.remove(&id) else { continue };
        let seen = places.entry((id.0.clone(), id.1.clone())).or_default();
        let fits = |at: &&usize| joined[**at].1.goes_with(&group) && id.2.is_some() == joined[**at].0.2.is_some();
        if let Some(at) = seen.iter().find(fits) {
            joined[*at].1.merge(group);
        } else {
            seen.push(joined.len());
            joined.push((id, group));
        }
    }
    // What stands without a number or name holds for all of the same parent.
    let shared = |(id, group): &(Id, Group)| {
        let alone = id.1.is_empty() && !group.has_login();
        alone.then(|| (id.0.clone(), group.urls.clone(), group.sandbox))
    };
    let shared: Vec<_> = joined.iter().filter_map(shared).collect();
    let mut clients = false;
    for (id, mut group) in joined {
        if let Some((_, urls, sandbox)) =
            shared.iter().find(|(scope, ..)| id.0.starts_with(scope) && group.urls.is_empty() && group.sandbox.is_none())
        {
            group.urls.clone_from(urls);
            group.sandbox = *sandbox;
        }
        if !group.is_salesforce(&id, signs) {
            continue;
        }
        outcome.flaws.append(&mut group.flaws);
        if group.uses_oauth() && group.username.is_some() {
            outcome.notices.push(Notice::LeftBehind(OAUTH.to_owned()));
            continue;
        }
        clients |= group.uses_oauth();
        if !group.has_login() {
            outcome.notices.append(&mut group.notices);
            continue;
        }
        let first = group.keys.iter().map(|(_, line)| *line).min().unwrap_or(group.line);
        let mut found = group.into_found(&id);
        let before = outcome.found.last().map_or(0, |found: &Found| found.line);
        if let Some(dates) = dates.iter().rev().find(|dates| dates.line < first && dates.line > before) {
            dates.set(&mut found.record);
            found.dates = Some(*dates);
        }
        outcome.found.push(found);
    }
    // Beside a login, what belongs to an app is shared by all.
    if clients && outcome.found.is_empty() {
        outcome.notices.push(Notice::LeftBehind(OAUTH.to_owned()));
    }
    outcome
}
