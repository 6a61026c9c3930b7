//! From entries to credentials: what belongs together, and whether it is Salesforce's.

use std::collections::HashMap;

use super::comment::Dates;
use super::names::{self, Name, Role};
use super::outcome::{At, Found, Outcome, Reference};
use super::{Entry, value};
use crate::record::{Field, Kind};
use crate::{Error, Notice, Record, Secret, salesforce};

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

/// What tells one group from another: the parents, what is left of the key's name, and its prefix.
type Id = (Vec<String>, String, Option<&'static str>);

/// What a file as a whole says of its keys.
struct Signs {
    /// The scopes that are Salesforce's.
    marked: Vec<Vec<String>>,
    /// Whether `SF_` is the prefix of another vendor.
    warehouse: bool,
}

/// The entries of one login.
#[derive(Default)]
struct Group {
    line: u64,
    username: Option<(u8, String, u64)>,
    password: Option<(Secret, At)>,
    token: Option<(Secret, At, bool)>,
    /// Passwords and tokens under further names, of which the ones above count.
    more: Vec<(Secret, At)>,
    references: Vec<Reference>,
    urls: Vec<(u8, String)>,
    sandbox: Option<bool>,
    /// Whether the key of the token stands there without one.
    no_token: bool,
    client: Vec<(&'static str, Secret, Kind)>,
    /// Whether there is a key that only a login with OAuth has.
    oauth: bool,
    notices: Vec<Notice>,
    /// Whether programs that name their keys so want the token behind the password.
    appends: bool,
    keys: Vec<(String, u64)>,
    flaws: Vec<Error>,
}

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
            Group { line: entry.line, ..Group::default() }
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
    entries.iter().filter(is_marked).filter_map(|entry| Some(scope(&entry.path)?.0)).collect()
}

impl Group {
    fn take(&mut self, role: Role, key: &str, entry: Entry) {
        if role == Role::OAuth {
            self.oauth |= !entry.value.is_empty();
            return;
        }
        let Entry { value, line, reference, cut, flaw, path, span, encoding } = entry;
        let spot = format!("line {line}");
        if let Some(flaw) = flaw {
            self.flaws.push(Error::new(format!("`{}`: {flaw}", key.escape_debug())).at(spot).hint("mend the line, or leave it out"));
            return;
        }
        let whole = path.join(".");
        if let Some((_, first)) = self.keys.iter().find(|(key, _)| *key == whole) {
            let what = format!("`{}` stands here once more, first in line {first}", key.escape_debug());
            self.flaws.push(Error::new(what).at(spot).hint("two values are two truths; take one of them out"));
            return;
        }
        self.keys.push((whole, line));
        let name = key.to_ascii_lowercase();
        self.appends |= name.contains("serverurl") || name == "targeturl" || name == "sf.loginurl" || name.starts_with("camel.");
        let secret = matches!(role, Role::Password | Role::Token { .. } | Role::ClientSecret);
        if let Some(kind) = reference.or_else(|| value::reference(value.expose())) {
            if secret {
                self.tell(Notice::KeptElsewhere(kind));
            }
            if matches!(role, Role::Password | Role::Token { .. }) {
                self.references.push(Reference { key: key.to_owned(), line, kind, token: role != Role::Password });
            }
            return;
        }
        if cut && secret {
            self.tell(Notice::Comment);
        }
        let text = value.expose();
        if text.is_empty() {
            self.no_token |= matches!(role, Role::Token { .. });
            return;
        }
        if text.starts_with("[REDACTED]") {
            self.tell(Notice::Redacted);
            return;
        }
        let at = At { key: key.to_owned(), line, span, encoding };
        match role {
            Role::Username(rank) => {
                // A user's id is no username.
                let is_id = text.starts_with("005") && matches!(text.len(), 15 | 18);
                if !is_id && self.username.as_ref().is_none_or(|(other, ..)| rank < *other) {
                    self.username = Some((rank, text.to_owned(), line));
                }
            }
            Role::Password if self.password.is_none() => self.password = Some((value, at)),
            Role::Token { sure } if self.token.as_ref().is_none_or(|(.., other)| sure && !other) => {
                if sure || value::could_be_token(text) {
                    let before = self.token.replace((value, at, sure));
                    self.more.extend(before.map(|(value, at, _)| (value, at)));
                } else {
                    self.tell(Notice::LeftBehind(value::other_than_token(text).to_owned()));
                }
            }
            Role::Password | Role::Token { .. } => self.more.push((value, at)),
            Role::Url(_) if text.starts_with("force://") => self.tell(Notice::LeftBehind("tokens of OAuth".to_owned())),
            Role::Url(rank) => self.urls.push((rank, text.to_owned())),
            Role::Sandbox => self.sandbox = value::is_sandbox(text),
            Role::ClientId => self.client.push(("Consumer Key", value, Kind::Text)),
            Role::ClientSecret => self.client.push(("Consumer Secret", value, Kind::Hidden)),
            Role::OAuth => {}
        }
    }

    /// Notes what is worth telling, once.
    fn tell(&mut self, notice: Notice) {
        if !self.notices.contains(&notice) {
            self.notices.push(notice);
        }
    }

    fn has_login(&self) -> bool {
        self.username.is_some() || self.password.is_some() || self.token.is_some()
    }

    /// Whether the entries of the other group fill only what is empty here.
    fn goes_with(&self, other: &Self) -> bool {
        let logins = self.has_login() && other.has_login();
        logins
            && !(self.username.is_some() && other.username.is_some()
                || self.password.is_some() && other.password.is_some()
                || self.token.is_some() && other.token.is_some())
    }

    fn merge(&mut self, other: Self) {
        self.username = self.username.take().or(other.username);
        self.password = self.password.take().or(other.password);
        self.token = self.token.take().or(other.token);
        self.urls.extend(other.urls);
        self.sandbox = self.sandbox.or(other.sandbox);
        self.client.extend(other.client);
        self.oauth |= other.oauth;
        self.more.extend(other.more);
        self.references.extend(other.references);
        self.notices.extend(other.notices);
        self.flaws.extend(other.flaws);
        self.appends |= other.appends;
        self.line = self.line.min(other.line);
    }

    /// Whether the login is one with OAuth, which needs neither password nor token.
    fn uses_oauth(&self) -> bool {
        let has = |label: &str| self.client.iter().any(|(other, ..)| *other == label);
        let other = self.password.is_some() || self.token.is_some() || self.no_token || !self.references.is_empty();
        !other && has("Consumer Key") && (self.oauth || has("Consumer Secret") && self.username.is_none())
    }

    /// Username, password and token, or a flag in place of one of the two, with the token under a name or in a shape that only Salesforce has.
    fn is_typical(&self) -> bool {
        let typical = |(token, _, sure): &(Secret, At, bool)| value::is_like_a_token(token.expose()) && (*sure || self.sandbox.is_some());
        let named = self.username.is_some() || self.client.len() > 1;
        let without = self.password.is_some() && self.token.is_none() && self.no_token && self.sandbox.is_some();
        let whole = self.password.is_some() || self.sandbox.is_some();
        let oauth = self.uses_oauth() && self.oauth && self.sandbox.is_some();
        oauth || named && whole && (without || self.token.as_ref().is_some_and(typical))
    }

    fn is_salesforce(&self, (scope, _, vendor): &Id, signs: &Signs) -> bool {
        vendor.is_some_and(|vendor| vendor != "sf" || !signs.warehouse)
            || scope.iter().any(|name| names::is_salesforce(name))
            || self.urls.iter().any(|(_, url)| salesforce::is_salesforce(url))
            || signs.marked.iter().any(|marked| scope.starts_with(marked))
            || self.is_typical()
    }

    fn into_found(mut self, id: &Id) -> Found {
        let mut record = Record::default();
        let (mut password_at, mut token_at) = (None, None);
        let mut line = self.line;
        if let Some((_, username, at)) = self.username {
            record.username = username;
            line = at;
        }
        if let Some((password, at)) = self.password {
            if self.appends && self.token.is_none() && value::may_end_in_token(password.expose()) {
                self.notices.push(Notice::Appended);
            }
            record.password = password;
            password_at = Some(at);
        }
        if let Some((token, at, _)) = self.token {
            record.token = Some(token);
            token_at = Some(at);
        }
        self.urls.sort_by_key(|(rank, _)| *rank);
        for url in self.urls.iter().filter_map(|(_, url)| value::url(url)) {
            if !record.urls.contains(&url) {
                record.urls.push(url);
            }
        }
        if record.urls.is_empty()
            && let Some(sandbox) = self.sandbox
        {
            record.urls.push(format!("https://{}.salesforce.com", if sandbox { "test" } else { "login" }));
        }
        for (label, value, kind) in self.client {
            if record.fields.iter().all(|field| field.label != label) {
                record.fields.push(Field::new(label, value, kind));
            }
        }
        if record.username.is_empty() {
            self.notices.push(Notice::NoUsername);
        }
        let mut names = id.0.clone();
        if !id.1.is_empty() {
            names.push(id.1.clone());
        }
        Found {
            record,
            line,
            password_line: password_at.as_ref().map(|at| at.line),
            token_line: token_at.as_ref().map(|at| at.line),
            group: names.join("."),
            notices: self.notices,
            password_at,
            token_at,
            more: self.more,
            references: self.references,
            appends: self.appends,
            dates: None,
        }
    }
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
