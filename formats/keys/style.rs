//! The names under which a login is written.

use std::io::Write;

use serde::Deserialize;

use super::{comment, value};
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
    /// Whether a `$` is written twice, as Ant expects it.
    #[serde(default)]
    pub dollars: bool,
    /// Whether a file holds one login only.
    #[serde(default)]
    pub single: bool,
}

/// The lines of one login.
pub(crate) struct Block {
    /// What a comment above says.
    pub(crate) comment: Option<String>,
    /// Names and values.
    pub(crate) lines: Vec<(String, Secret)>,
}

impl Style {
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
        let mut lines: Vec<(String, Secret)> = Vec::new();
        let mut line = |name: &str, value: Secret| lines.push((name.replace("{}", number), value));
        for (name, value) in &self.fixed {
            line(name, value.as_str().into());
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
        if let (Some(token), true) = (&token, self.joins()) {
            password.push(token.expose());
        }
        if !password.is_empty() {
            line(&self.password, password);
        }
        if let (Some(token), Some(name)) = (token, &self.token) {
            line(name, token);
        }
        if let Some(url) = record.urls.first() {
            match (&self.sandbox, &self.domain, value::domain(url)) {
                (Some(name), _, Some(domain @ ("login" | "test"))) => line(name, if domain == "test" { "true" } else { "false" }.into()),
                (_, Some(name), Some(domain)) => line(name, domain.into()),
                _ => line(&self.url, url.as_str().into()),
            }
        }
        for (label, name) in [("Consumer Key", &self.client_id), ("Consumer Secret", &self.client_secret)] {
            if let Some(field) = record.fields.iter_mut().find(|field| field.label == label) {
                line(name, std::mem::take(&mut field.value));
            }
        }
        Ok(Block { comment: comment::comment(record), lines })
    }
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
pub(super) struct Numbered<'a, R> {
    pub(super) style: &'a Style,
    pub(super) out: &'a mut dyn Write,
    pub(super) render: R,
    /// What stands before a number.
    pub(super) mark: &'static str,
    pub(super) first: Option<Record>,
    pub(super) records: u64,
    pub(super) text: Vec<u8>,
}

impl<R: Render> Numbered<'_, R> {
    fn put(&mut self, record: &mut Record, number: Option<u64>) -> Result<()> {
        let number = number.map_or(String::new(), |number| format!("{}{number}", self.mark));
        self.render.block(&self.style.block(record, &number)?, &mut self.text)?;
        self.out.write_all(&self.text)?;
        self.text.clear();
        Ok(())
    }
}

impl<R: Render> Writer for Numbered<'_, R> {
    fn record(&mut self, record: &mut Record) -> Result<()> {
        self.records += 1;
        if self.records == 1 {
            self.first = Some(std::mem::take(record));
            return Ok(());
        }
        if self.style.single {
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
