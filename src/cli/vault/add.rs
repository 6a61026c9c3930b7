//! `sfcred add`

use std::io::{IsTerminal, stdin};
use std::path::PathBuf;

use clap::Args;
use sfcred_formats::{Error, Integration, Moment, Record, Result, Secret};

use super::super::{End, prompt, show};
use super::store::Store;
use super::{Opening, Waiting};
use crate::vault::Vault;

/// Add a record to the vault
///
/// Password and token are asked for on the terminal, where an empty line means none; or they come from the first line of a file.
#[derive(Args)]
pub(in super::super) struct Add {
    /// The username
    #[arg(value_name = "USERNAME")]
    username: String,

    /// The title
    #[arg(long, value_name = "TEXT", default_value = "")]
    title: String,

    /// A file whose first line is the password; - is stdin
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,

    /// A file whose first line is the token; - is stdin
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,

    /// When the token was issued, such as 2026-08-18
    #[arg(long, value_name = "DATE")]
    issued: Option<String>,

    /// The login URL; can be given several times
    #[arg(long, value_name = "URL")]
    url: Vec<String>,

    /// An integration that holds the token, and the place where it does; can be given several times
    #[arg(long, value_name = "NAME=PLACE")]
    used_by: Vec<String>,

    /// A tag; can be given several times
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,

    /// The folder, with / between the names
    #[arg(long, value_name = "PATH", default_value = "")]
    folder: String,

    #[command(flatten)]
    opening: Opening,
    #[command(flatten)]
    waiting: Waiting,
}

impl Add {
    pub(in super::super) fn run(self) -> Result<End> {
        let issued = match &self.issued {
            None => None,
            Some(text) => match text.parse::<Moment>() {
                Ok(moment) => Some(moment),
                Err(error) => {
                    return Ok(End::wrong_use(&Error::new(error.to_string()).at("--issued").hint("write the day as in the mail")));
                }
            },
        };
        if self.password_file.as_ref().is_some_and(|file| file.as_os_str() == "-") && self.password_file == self.token_file {
            return Ok(End::wrong_use(&Error::new("password and token cannot both be on stdin").hint("put one of them into a file")));
        }
        let mut record = Record { username: self.username, title: self.title, issued, urls: self.url, tags: self.tag, ..Record::default() };
        if record.username.trim().is_empty() {
            return Ok(End::wrong_use(&Error::new("the username is empty").hint("it is what the record is known by")));
        }
        record.folder = sfcred_formats::lines::split_path(&self.folder);
        record.used_by = self.used_by.iter().map(|text| integration(text)).collect();
        if record.used_by.iter().any(|integration| integration.name.is_empty()) {
            return Ok(End::wrong_use(
                &Error::new("an integration without a name").at("--used-by").hint("write NAME=PLACE, or NAME alone"),
            ));
        }
        // Nobody should type for a record that is there already, or hold the lock while typing.
        let mut store = Store::read(&self.opening.access()?)?;
        check(&store.vault, &record)?;
        record.password = ask(self.password_file.as_ref(), "password", "--password-file")?;
        record.token = Some(ask(self.token_file.as_ref(), "token", "--token-file")?).filter(|token| !token.is_empty());
        store.lock(self.waiting.time())?;
        check(&store.vault, &record)?;
        let name = record.name().to_owned();
        store.vault.records.push(record);
        store.save()?;
        show::say("notice", &store.shown().name_in(Error::new(format!("{name} added"))).to_string());
        Ok(End::Done)
    }
}

fn check(vault: &Vault, record: &Record) -> Result<()> {
    if vault.has_username(&record.username) {
        return Err(Error::new("the vault has this username already")
            .in_file(record.username.as_str())
            .hint("`sfcred rotate` gives it a new token, `sfcred edit` changes the rest"));
    }
    Ok(())
}

/// A secret from its file, else from the terminal; without either there is none.
fn ask(file: Option<&PathBuf>, what: &str, option: &str) -> Result<Secret> {
    match file {
        Some(path) => prompt::secret_file(path),
        None if stdin().is_terminal() => {
            prompt::secret(&format!("the {what} (empty for none)"), &format!("{option} FILE gives it without a terminal"))
        }
        None => Ok(Secret::default()),
    }
}

fn integration(text: &str) -> Integration {
    let (name, place) = text.split_once('=').unwrap_or((text, ""));
    Integration { name: name.trim().to_owned(), place: place.trim().to_owned(), ..Integration::default() }
}
