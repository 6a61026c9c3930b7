//! The names under which a login is written.

use std::collections::HashMap;
use std::io::Write;

use serde::Deserialize;

use super::{comment, uri, value};
use crate::format::{Spec, Writer};
use crate::{Error, Record, Result, Secret};

/// One way of naming the keys of a login, as `format.toml` declares it. `{}` in a name is the place of a number.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Style {
    /// What users type.
    pub name: String,
    /// Which programs read it.
    pub about: String,
    /// The key of the username.
    pub username: String,
    /// The key of the password.
    pub password: String,
    /// The key of the token; without it the token stands behind the password.
    #[serde(default)]
    pub token: Option<String>,
    /// The key of a login URL.
    pub url: String,
    /// The key of the short form of a login URL, such as `login`.
    #[serde(default)]
    pub domain: Option<String>,
    /// The key that says whether the login URL is that of sandboxes.
    #[serde(default)]
    pub sandbox: Option<String>,
    /// The key of the consumer key.
    pub client_id: String,
    /// The key of the consumer secret.
    pub client_secret: String,
    /// Keys with one value, which stand before the others.
    #[serde(default)]
    pub fixed: Vec<(String, String)>,
    /// The key of one URI with all of them in it.
    #[serde(default)]
    pub uri: Option<String>,
    /// What a value that is several keys in one begins with.
    #[serde(default)]
    pub begin: String,
    /// The URL of a login that has none, where nothing else in the file would say that it is for Salesforce.
    #[serde(default)]
    pub default_url: Option<String>,
    /// What is special about it.
    #[serde(default)]
    pub quirks: Vec<Quirk>,
}

/// Something that a program does in another way than most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Quirk {
    /// The quotes of a value are braces.
    Braces,
    /// Each login is a document of its own.
    Documents,
    /// A `$` is written twice, as Ant expects it.
    Dollars,
    /// The URL is written as a host where it is no more than that.
    Host,
    /// The key of the token stands there empty where there is no token, because the program insists on it.
    Insists,
    /// A `%` is written twice, as Python expects it.
    Percents,
    /// Values stand in quotes, which the program takes off.
    Quotes,
    /// A file holds one login only.
    Single,
}

/// One key of a login with its value.
pub(crate) struct Line {
    /// The name, with `/` between those of parents and its own; one that begins with `-` is an item of a list.
    pub(crate) name: String,
    pub(crate) value: Secret,
    /// Whether the value is `true` or `false` rather than a text.
    pub(crate) flag: bool,
}

/// The lines of one login.
pub(crate) struct Block {
    /// What a comment above says.
    pub(crate) comment: Option<String>,
    /// Names and values; those of one parent stand together.
    pub(crate) lines: Vec<Line>,
}

impl Style {
    /// Whether it has this quirk.
    pub fn has(&self, quirk: Quirk) -> bool {
        self.quirks.contains(&quirk)
    }

    /// Whether password and token are one value.
    pub fn joins(&self) -> bool {
        self.token.is_none()
    }

    /// The style of this name among those of a format, or the first.
    ///
    /// # Errors
    /// Names those that there are.
    pub fn choose<'s>(spec: &'s Spec, name: Option<&str>) -> Result<&'s Self> {
        let found = match name {
            None => spec.styles.first(),
            Some(name) => spec.styles.iter().find(|style| style.name == name),
        };
        found.ok_or_else(|| {
            let names: Vec<&str> = spec.styles.iter().map(|style| style.name.as_str()).collect();
            let hint = if names.is_empty() { "leave --style out".to_owned() } else { format!("one of {}", names.join(", ")) };
            Error::new(format!("{} has no such style", spec.id)).hint(hint)
        })
    }

    fn block(&self, record: &mut Record, number: &str) -> Result<Block> {
        let mut lines: Vec<Line> = Vec::new();
        let mut line = |name: &str, value: Secret| {
            let flag = matches!(value.expose(), "true" | "false") && (Some(name) == self.sandbox.as_deref() || self.is_fixed(name));
            lines.push(Line { name: name.replace("{}", number), value, flag });
        };
        for (name, value) in &self.fixed {
            line(name, value.replace("{}", number).into());
        }
        if !record.username.is_empty() {
            line(&self.username, std::mem::take(&mut record.username).into());
        }
        if self.joins() && record.password.is_empty() && record.token.is_some() {
            let what = format!("style {} has no place for a token without a password", self.name);
            return Err(Error::new(what).hint("add the password, or take another --style"));
        }
        let mut password = std::mem::take(&mut record.password);
        let token = record.token.take();
        if let (Some(token), true) = (&token, self.joins())
            && !password.expose().ends_with(token.expose())
        {
            password.push(token.expose());
        }
        if !password.is_empty() {
            line(&self.password, password);
        }
        let token = token.or_else(|| self.has(Quirk::Insists).then(Secret::default));
        if let (Some(token), Some(name)) = (token, &self.token) {
            line(name, token);
        }
        if let Some(url) = record.urls.first().or(self.default_url.as_ref()) {
            match (&self.sandbox, &self.domain, value::domain(url)) {
                (Some(name), _, Some(domain @ ("login" | "test"))) => line(name, if domain == "test" { "true" } else { "false" }.into()),
                (_, Some(name), Some(domain)) => line(name, domain.into()),
                _ if self.has(Quirk::Host) => line(&self.url, value::bare_host(url).unwrap_or(url).into()),
                _ => line(&self.url, url.as_str().into()),
            }
        }
        for (label, name) in [("Consumer Key", &self.client_id), ("Consumer Secret", &self.client_secret)] {
            if let Some(field) = record.fields.iter_mut().find(|field| field.label == label) {
                line(name, std::mem::take(&mut field.value));
            }
        }
        // What only goes with a value that is not there is left out.
        let values: Vec<String> = lines.iter().skip(self.fixed.len()).map(|line| parent(&line.name).to_owned()).collect();
        let mut fixed = self.fixed.iter();
        lines.retain(|line| {
            let Some((name, _)) = fixed.next() else { return true };
            !self.goes_with_a_value(parent(name)) || values.iter().any(|value| value == parent(&line.name))
        });
        gather(&mut lines);
        let comment = comment::comment(record);
        Ok(match &self.uri {
            Some(name) => Block { comment, lines: vec![Line { name: name.replace("{}", number), value: uri::write(&lines), flag: false }] },
            None => Block { comment, lines },
        })
    }

    fn is_fixed(&self, name: &str) -> bool {
        self.fixed.iter().any(|(fixed, _)| fixed == name)
    }

    /// Whether a key of a login has this parent.
    fn goes_with_a_value(&self, parent: &str) -> bool {
        let keys = [&self.username, &self.password, &self.url, &self.client_id, &self.client_secret];
        let others = [&self.token, &self.domain, &self.sandbox].into_iter().flatten();
        !parent.is_empty() && keys.into_iter().chain(others).any(|key| self::parent(key) == parent)
    }
}

/// The names before the last one.
fn parent(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// Puts lines of one parent together, in the order in which each parent comes first.
fn gather(lines: &mut Vec<Line>) {
    let mut first: HashMap<String, usize> = HashMap::new();
    let mut places: Vec<(Vec<usize>, Line)> = Vec::with_capacity(lines.len());
    for (at, line) in lines.drain(..).enumerate() {
        let ends = line.name.match_indices('/').map(|(end, _)| end).chain([line.name.len()]);
        let place = ends.map(|end| *first.entry(line.name[..end].to_owned()).or_insert(at)).collect();
        places.push((place, line));
    }
    places.sort_by(|(one, _), (other, _)| one.cmp(other));
    lines.extend(places.into_iter().map(|(_, line)| line));
}

/// Writes the lines of one login behind those of the others.
pub(crate) trait Render {
    /// Writes a login.
    fn block(&mut self, block: &Block, out: &mut Vec<u8>) -> Result<()>;

    /// Writes the end.
    fn end(&mut self, out: &mut Vec<u8>) -> Result<()> {
        let _ = out;
        Ok(())
    }
}

/// Numbers the logins: one alone has no number, so the first waits for the second.
pub(super) struct Numbered<'a> {
    pub(super) style: &'a Style,
    pub(super) out: &'a mut dyn Write,
    pub(super) render: Box<dyn Render + 'a>,
    /// What stands before a number.
    pub(super) mark: &'static str,
    pub(super) first: Option<Record>,
    pub(super) records: u64,
    pub(super) text: Vec<u8>,
}

impl Numbered<'_> {
    fn put(&mut self, record: &mut Record, number: Option<u64>) -> Result<()> {
        let number = number.map_or(String::new(), |number| format!("{}{number}", self.mark));
        self.render.block(&self.style.block(record, &number)?, &mut self.text)?;
        self.out.write_all(&self.text)?;
        self.text.clear();
        Ok(())
    }
}

impl Writer for Numbered<'_> {
    fn record(&mut self, record: &mut Record) -> Result<()> {
        self.records += 1;
        if self.records == 1 {
            self.first = Some(std::mem::take(record));
            return Ok(());
        }
        if self.style.has(Quirk::Single) {
            return Err(Error::new(format!("a file of style {} holds one login", self.style.name))
                .hint("write one login at a time, or take another --style"));
        }
        if let Some(mut first) = self.first.take() {
            self.put(&mut first, Some(1))?;
        }
        self.put(record, Some(self.records))
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        if let Some(mut first) = self.first.take() {
            self.put(&mut first, None)?;
        }
        self.render.end(&mut self.text)?;
        self.out.write_all(&self.text)?;
        self.text.clear();
        Ok(())
    }
}
