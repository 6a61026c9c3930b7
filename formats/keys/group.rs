//! The entries of one login, and what they say.

use super::names::{self, Role};
use super::outcome::{At, Found, Reference};
use super::{Entry, value};
use crate::record::{Field, Kind};
use crate::{Error, Notice, Record, Secret, salesforce};

/// What tells one group from another: the parents, what is left of the key's name, and its prefix.
pub(super) type Id = (Vec<String>, String, Option<&'static str>);

/// What a file as a whole says of its keys.
pub(super) struct Signs {
    /// The scopes that are Salesforce's.
    pub(super) marked: Vec<Vec<String>>,
    /// Whether `SF_` is the prefix of another vendor.
    pub(super) warehouse: bool,
}

/// The entries of one login.
#[derive(Default)]
pub(super) struct Group {
    pub(super) line: u64,
    pub(super) username: Option<(u8, String, u64)>,
    password: Option<(Secret, At)>,
    token: Option<(Secret, At, bool)>,
    /// Passwords and tokens under further names, of which the ones above count.
    more: Vec<(Secret, At)>,
    references: Vec<Reference>,
    pub(super) urls: Vec<(u8, String)>,
    pub(super) sandbox: Option<bool>,
    /// Whether the key of the token stands there without one.
    no_token: bool,
    client: Vec<(&'static str, Secret, Kind)>,
    /// Whether there is a key that only a login with OAuth has.
    oauth: bool,
    pub(super) notices: Vec<Notice>,
    /// Whether programs that name their keys so want the token behind the password.
    appends: bool,
    pub(super) keys: Vec<(String, u64)>,
    pub(super) flaws: Vec<Error>,
}

impl Group {
    /// A group without entries yet, which begins in this line.
    pub(super) fn at(line: u64) -> Self {
        Self { line, ..Self::default() }
    }

    /// Takes an entry, whose key has this role.
    pub(super) fn take(&mut self, role: Role, key: &str, entry: Entry) {
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
        if matches!(role, Role::Username(_)) && text.contains('@') && text.trim().contains([' ', '\t']) {
            let what = format!("`{}`: more than a username stands here", key.escape_debug());
            self.flaws.push(Error::new(what).at(spot).hint("give each key a line of its own"));
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

    pub(super) fn has_login(&self) -> bool {
        self.username.is_some() || self.password.is_some() || self.token.is_some()
    }

    /// Whether the entries of the other group fill only what is empty here.
    pub(super) fn goes_with(&self, other: &Self) -> bool {
        let logins = self.has_login() && other.has_login();
        logins
            && !(self.username.is_some() && other.username.is_some()
                || self.password.is_some() && other.password.is_some()
                || self.token.is_some() && other.token.is_some())
    }

    pub(super) fn merge(&mut self, other: Self) {
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
    pub(super) fn uses_oauth(&self) -> bool {
        let has = |label: &str| self.client.iter().any(|(other, ..)| *other == label);
        let other = self.password.is_some() || self.token.is_some() || self.no_token || !self.references.is_empty();
        !other && has("Consumer Key") && (self.oauth || has("Consumer Secret") && self.username.is_none())
    }

    /// Username, password and token, or a flag in place of one of the two, with the token under a name or in a shape that only Salesforce has.
    fn is_typical(&self) -> bool {
        let typical =
            |(token, _, sure): &(Secret, At, bool)| salesforce::is_token_like(token.expose()) && (*sure || self.sandbox.is_some());
        let named = self.username.is_some() || self.client.len() > 1;
        let without = self.password.is_some() && self.token.is_none() && self.no_token && self.sandbox.is_some();
        let whole = self.password.is_some() || self.sandbox.is_some();
        let oauth = self.uses_oauth() && self.oauth && self.sandbox.is_some();
        oauth || named && whole && (without || self.token.as_ref().is_some_and(typical))
    }

    pub(super) fn is_salesforce(&self, (scope, _, vendor): &Id, signs: &Signs) -> bool {
        vendor.is_some_and(|vendor| vendor != "sf" || !signs.warehouse)
            || scope.iter().any(|name| names::is_salesforce(name))
            || self.urls.iter().any(|(_, url)| salesforce::is_salesforce(url))
            || signs.marked.iter().any(|marked| scope.starts_with(marked))
            || self.is_typical()
    }

    pub(super) fn into_found(mut self, id: &Id) -> Found {
        let mut record = Record::default();
        let (mut password_at, mut token_at) = (None, None);
        let mut line = self.line;
        if let Some((_, username, at)) = self.username {
            record.username = username;
            line = at;
        }
        if let Some((password, at)) = self.password {
            if self.appends && self.token.is_none() && !salesforce::splits(password.expose()).is_empty() {
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
