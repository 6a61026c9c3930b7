//! `sfcred list`

use std::fmt::Write;

use clap::Args;
use serde_json::json;
use sfcred_formats::{Moment, Record, Result};

use super::super::{End, show};
use super::Opening;
use super::store::Store;
use crate::vault::is_void;

/// List the records of the vault, without a secret
#[derive(Args)]
pub(in super::super) struct List {
    /// Only records whose title, username, folder or tag has this in it
    #[arg(value_name = "TEXT")]
    text: Option<String>,

    /// Print them as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    opening: Opening,
}

impl List {
    pub(in super::super) fn run(self) -> Result<End> {
        let store = Store::read(&self.opening.access()?)?;
        let text = self.text.unwrap_or_default().to_lowercase();
        let records: Vec<&Record> = store.vault.records.iter().filter(|record| has(record, &text)).collect();
        if self.json {
            let list: Vec<_> = records.into_iter().map(document).collect();
            show::json(&json!({"version": 1, "records": list}))?;
        } else {
            let rows: Vec<Vec<String>> = records.into_iter().map(|record| row(record, store.vault.number(record))).collect();
            show::print(&show::table(&rows, show::width()))?;
        }
        Ok(End::Done)
    }
}

fn has(record: &Record, text: &str) -> bool {
    let names = [&record.title, &record.username].into_iter().chain(&record.folder).chain(&record.tags);
    names.into_iter().any(|name| name.to_lowercase().contains(text))
}

/// A line of the table; `number` is which it is of several with one username.
fn row(record: &Record, number: Option<usize>) -> Vec<String> {
    let mut token = match (&record.token, record.issued) {
        (None, _) => "no token".to_owned(),
        (Some(_), None) => "token without date".to_owned(),
        (Some(_), Some(issued)) => format!("token of {}", issued.day()),
    };
    if is_void(record) {
        token.push_str(", void");
    }
    let mut username = record.username.clone();
    if let Some(number) = number {
        let _ = write!(username, "#{number}");
        if let Some(changed) = record.password_changed {
            let _ = write!(token, ", password of {}", changed.day());
        }
    }
    // A table has one line a record, whatever its title is.
    let clean = |text: &str| show::printable(text);
    vec![clean(&username), token, clean(&record.title)]
}

fn document(record: &Record) -> serde_json::Value {
    let moment = |moment: Option<Moment>| moment.map(|moment| moment.to_string());
    json!({
        "title": record.title,
        "username": record.username,
        "has_password": !record.password.is_empty(),
        "has_token": record.token.is_some(),
        "issued": moment(record.issued),
        "void": is_void(record),
        "password_changed": moment(record.password_changed),
        "rotate_by": record.rotate_by,
        "urls": record.urls,
        "used_by": record.used_by.iter().map(|user| json!({"name": user.name, "place": user.place, "updated": moment(user.updated)})).collect::<Vec<_>>(),
        "tags": record.tags,
        "folder": record.folder,
    })
}
