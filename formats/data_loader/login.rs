//! From the settings of a process to its login.

use super::keys::Keys;
use crate::keys::{Entry, reference};
use crate::record::{Field, Kind};
use crate::{Notice, Record, Result, Secret};

const USERNAME: &str = "sfdc.username";
const PASSWORD: &str = "sfdc.password";
const KEY_FILE: &str = "process.encryptionKeyFile";
/// The login URL, whatever the environment.
const ENDPOINT: &str = "sfdc.endpoint";
const ENVIRONMENT: &str = "sfdc.oauth.environment";
const PROXY: &str = "sfdc.proxyPassword";
const SESSION: [&str; 2] = ["sfdc.oauth.accesstoken", "sfdc.oauth.refreshtoken"];

/// The names of the two environments, and where people log in to each.
const ENVIRONMENTS: [(&str, &str); 2] = [("Production", "https://login.salesforce.com"), ("Sandbox", "https://test.salesforce.com")];
/// What stands before `clientid` and `clientsecret`: that of an external client app, and one for all; the others are Data Loader's own.
const APPS: [&str; 4] = ["eca.", "", "bulk.", "partner."];

/// Whether a key says something of a login; the others say what is done with it.
pub(super) fn is_key(key: &str) -> bool {
    let general = [USERNAME, PASSWORD, KEY_FILE, ENDPOINT, ENVIRONMENT, PROXY].contains(&key) || SESSION.contains(&key);
    let of_environment = |(name, _): &(&str, &str)| {
        let app = key.strip_prefix("sfdc.oauth.").and_then(|rest| rest.strip_prefix(name)?.strip_prefix('.'));
        let endpoint = key.strip_prefix("sfdc.endpoint.") == Some(name);
        let id = |app: &str| app == "clientid" || app == "clientsecret";
        endpoint || app.is_some_and(|key| APPS.iter().any(|app| key.strip_prefix(app).is_some_and(id)))
    };
    general || ENVIRONMENTS.iter().any(of_environment)
}

/// Whether a key has a secret that is no login's.
pub(super) fn is_left_behind(key: &str) -> bool {
    key == PROXY || SESSION.contains(&key)
}

/// Whether a key belongs to no program but Data Loader.
pub(super) fn is_own_key(key: &str) -> bool {
    key == KEY_FILE || key.starts_with(ENDPOINT) || key.starts_with("sfdc.oauth.")
}

/// The keys under which the consumer key and secret of a login with this URL are written.
pub(super) fn consumer_keys(url: Option<&String>) -> [String; 2] {
    let (environment, _) = ENVIRONMENTS[usize::from(url.is_some_and(|url| is_sandbox(url)))];
    ["clientid", "clientsecret"].map(|key| format!("sfdc.oauth.{environment}.{}{key}", APPS[0]))
}

/// What Data Loader takes for a sandbox, whatever else is set.
fn is_sandbox(url: &str) -> bool {
    url.contains("test.salesforce.com")
}

/// What a process sets.
pub(super) struct Settings<'e>(pub(super) &'e [Entry]);

impl<'e> Settings<'e> {
    fn entry(&self, key: &str) -> Option<&'e Entry> {
        self.0.iter().find(|entry| entry.path.last().is_some_and(|other| other == key) && !entry.value.is_empty())
    }

    /// A value that is no name of another place.
    fn text(&self, key: &str) -> Option<&'e str> {
        self.entry(key).filter(|entry| kept_elsewhere(entry).is_none()).map(|entry| entry.value.expose())
    }

    /// What tells this login from another; none where there is no login.
    pub(super) fn identity(&self) -> Option<[String; 3]> {
        let has_login = self.entry(USERNAME).is_some() || self.entry(PASSWORD).is_some();
        let text = |entry: Option<&Entry>| entry.map_or(String::new(), |entry| entry.value.expose().to_owned());
        let url = self.urls().into_iter().next().unwrap_or_default();
        has_login.then(|| [url, text(self.entry(USERNAME)), text(self.entry(PASSWORD))])
    }

    /// Whether there is a password, wherever it is kept.
    pub(super) fn has_password(&self) -> bool {
        self.entry(PASSWORD).is_some()
    }

    /// The environment, as its place in the list.
    fn environment(&self) -> usize {
        let named = self.text(ENVIRONMENT).is_some_and(|name| name.trim().eq_ignore_ascii_case(ENVIRONMENTS[1].0));
        usize::from(named || self.text(ENDPOINT).is_some_and(is_sandbox))
    }

    /// The URL for all environments, and that of the one that was chosen; without either what Data Loader has built in.
    fn urls(&self) -> Vec<String> {
        let (environment, usual) = ENVIRONMENTS[self.environment()];
        let keys = [ENDPOINT.to_owned(), format!("{ENDPOINT}.{environment}")];
        let mut urls: Vec<String> = Vec::new();
        for url in keys.iter().filter_map(|key| self.text(key)).map(str::trim).filter(|url| !url.is_empty()) {
            if urls.iter().all(|other| other != url) {
                urls.push(url.to_owned());
            }
        }
        if keys.iter().all(|key| self.entry(key).is_none()) {
            urls.push(usual.to_owned());
        }
        urls
    }

    /// The value with password and token, and the key file that opens it.
    pub(super) fn sealed(&self) -> Option<(&'e Entry, Option<&'e str>)> {
        let entry = self.entry(PASSWORD).filter(|entry| kept_elsewhere(entry).is_none())?;
        Some((entry, self.text(KEY_FILE).map(str::trim)))
    }

    /// Whether it is the login of this user.
    pub(super) fn is_of(&self, username: &str) -> bool {
        self.text(USERNAME).is_some_and(|other| other.trim().eq_ignore_ascii_case(username))
    }

    /// The login, with what is worth telling of it.
    ///
    /// # Errors
    /// When a value cannot be decrypted.
    pub(super) fn login(&self, keys: &mut Keys<'_>, told: &mut Vec<Notice>) -> Result<Record> {
        let mut record = Record { urls: self.urls(), ..Record::default() };
        match self.text(USERNAME) {
            Some(username) => username.clone_into(&mut record.username),
            None => told.push(Notice::NoUsername),
        }
        let key_file = self.text(KEY_FILE).map(str::trim);
        let mut open = |entry: &Entry, told: &mut Vec<Notice>| -> Result<Secret> {
            if let Some(kind) = kept_elsewhere(entry) {
                told.push(Notice::KeptElsewhere(kind));
                return Ok(Secret::default());
            }
            let plain = keys.open(entry, key_file)?;
            if plain.windows {
                told.push(Notice::Encoding("windows-1252"));
            }
            Ok(plain.value)
        };
        if let Some(entry) = self.entry(PASSWORD) {
            record.password = open(entry, told)?;
            if is_path(record.password.expose(), key_file) {
                told.push(Notice::KeyPath);
            }
        }
        let chosen = self.environment();
        let mut left_behind = self.entry(PROXY).is_some().then_some("the password of a proxy").into_iter().collect::<Vec<_>>();
        if SESSION.iter().any(|key| self.entry(key).is_some()) {
            left_behind.push("tokens of OAuth");
        }
        for (key, label, kind) in [("clientid", "Consumer Key", Kind::Text), ("clientsecret", "Consumer Secret", Kind::Hidden)] {
            let mut taken = false;
            for (at, (environment, _)) in ENVIRONMENTS.iter().enumerate() {
                for (app, prefix) in APPS.iter().enumerate() {
                    let Some(entry) = self.entry(&format!("sfdc.oauth.{environment}.{prefix}{key}")) else { continue };
                    if taken || at != chosen || app > 1 {
                        // The ids of its own apps are in every installation.
                        if kind == Kind::Hidden {
                            left_behind.push("further consumer secrets");
                        }
                        continue;
                    }
                    taken = true;
                    let value = match kept_elsewhere(entry) {
                        Some(_) if kind == Kind::Text => Secret::default(),
                        None if kind == Kind::Text => entry.value.clone(),
                        _ => open(entry, told)?,
                    };
                    if !value.is_empty() {
                        record.fields.push(Field::new(label, value, kind));
                    }
                }
            }
        }
        left_behind.dedup();
        told.extend(left_behind.into_iter().map(|what| Notice::LeftBehind(what.to_owned())));
        Ok(record)
    }
}

/// Where a value is kept that the file only names.
fn kept_elsewhere(entry: &Entry) -> Option<&'static str> {
    entry.reference.or_else(|| reference(entry.value.expose()))
}

/// Whether what was encrypted is the path of a key file: its `encrypt -e` leaves out every argument with `=`, and takes the next.
fn is_path(value: &str, key_file: Option<&str>) -> bool {
    let name = |path: &str| path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    let is_key_file = key_file.is_some_and(|path| !name(path).is_empty() && name(path) == name(value));
    is_key_file || value.len() > 4 && value.get(value.len() - 4..).is_some_and(|end| end.eq_ignore_ascii_case(".key"))
}
