//! `sfcred show`

use std::io::{IsTerminal, stdout};
use std::time::Duration;

use clap::Args;
use sfcred_formats::{Error, Key, Kind, Record, Result};

use super::super::{End, show};
use super::store::Store;
use super::{Opening, clipboard};
use crate::vault::is_void;

/// Show one record; secrets only when asked
#[derive(Args)]
pub(in super::super) struct Show {
    /// The title or username, or a part that only this record has
    #[arg(value_name = "NAME")]
    name: String,

    /// Show password, token, notes and hidden fields too
    #[arg(long)]
    reveal: bool,

    /// Print nothing but this field, such as token or password; to a terminal a secret needs --reveal
    #[arg(long, value_name = "FIELD")]
    field: Option<String>,

    /// Put the field, or the token, onto the clipboard
    #[arg(long, conflicts_with = "reveal")]
    copy: bool,

    /// After how many seconds the clipboard is cleared, if it still holds that; 0 leaves it
    #[arg(long, value_name = "SECONDS", default_value_t = 30, requires = "copy")]
    clear_after: u64,

    #[command(flatten)]
    opening: Opening,
}

/// A line of a record.
struct Line<'a> {
    label: &'a str,
    value: String,
    secret: bool,
}

impl Show {
    pub(in super::super) fn run(self) -> Result<End> {
        let store = Store::read(&self.opening.access()?)?;
        let at = store.vault.find(&self.name)?;
        let Some(record) = store.vault.records.get(at) else { return Ok(End::Failed) };
        let lines = lines(record);
        if self.copy {
            let line = pick(&lines, record, self.field.as_deref().unwrap_or("token"))?;
            let what = format!("{} of {}", line.label, record.name());
            clipboard::copy(&line.value, &what, Duration::from_secs(self.clear_after))?;
            return Ok(End::Done);
        }
        if let Some(field) = &self.field {
            let line = pick(&lines, record, field)?;
            if line.secret && !self.reveal && stdout().is_terminal() {
                return Err(
                    Error::new("secrets are not sent to a terminal").hint("--reveal insists on it, --copy puts it onto the clipboard")
                );
            }
            return show::print(&format!("{}\n", line.value)).map(|()| End::Done);
        }
        let rows: Vec<Vec<String>> = lines
            .into_iter()
            .map(|line| {
                let mut value = if line.secret && !self.reveal { "***".to_owned() } else { line.value };
                if line.label == Key::Issued.name() && is_void(record) {
                    value.push_str(" (void, for the password was changed after it)");
                }
                vec![show::printable(line.label), value.split('\n').map(show::printable).collect::<Vec<_>>().join("\n    ")]
            })
            .collect();
        show::print(&show::table(&rows, usize::MAX))?;
        Ok(End::Done)
    }
}

/// The one line of this label.
fn pick<'a, 'l>(lines: &'l [Line<'a>], record: &Record, label: &str) -> Result<&'l Line<'a>> {
    lines.iter().find(|line| line.label.eq_ignore_ascii_case(label)).ok_or_else(|| {
        let labels = show::join(lines.iter().map(|line| line.label), ", ");
        Error::new("the record has no such field").in_file(record.name()).hint(format!("it has: {labels}"))
    })
}

/// Everything that a record holds, in the order of the native format.
fn lines(record: &Record) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    for key in Key::ALL.into_iter().filter(|key| record.has(*key)) {
        let mut line = |value: String, secret: bool| lines.push(Line { label: key.name(), value, secret });
        match key {
            Key::Title => line(record.title.clone(), false),
            Key::Username => line(record.username.clone(), false),
            Key::Password => line(record.password.expose().to_owned(), true),
            Key::Token => line(record.token.as_ref().map_or("", |token| token.expose()).to_owned(), true),
            Key::Issued => line(record.issued.map(|moment| moment.to_string()).unwrap_or_default(), false),
            Key::PasswordChanged => line(record.password_changed.map(|moment| moment.to_string()).unwrap_or_default(), false),
            Key::RotateBy => line(record.rotate_by.map(|day| day.to_string()).unwrap_or_default(), false),
            Key::Url => record.urls.iter().for_each(|url| line(url.clone(), false)),
            // Shown with the first one.
            Key::Urls => {}
            Key::UsedBy => record.used_by.iter().for_each(|user| {
                let place = if user.place.is_empty() { String::new() } else { format!(", in {}", user.place) };
                let updated = user.updated.map(|moment| format!(", updated {moment}")).unwrap_or_default();
                line(format!("{}{place}{updated}", user.name), false);
            }),
            Key::Tags => line(record.tags.join(", "), false),
            Key::Folder => line(sfcred_formats::lines::join_path(&record.folder), false),
            Key::Notes => line(record.notes.expose().to_owned(), true),
            Key::Created => line(record.created.map(sfcred_formats::format_instant).unwrap_or_default(), false),
            Key::Modified => line(record.modified.map(sfcred_formats::format_instant).unwrap_or_default(), false),
            Key::Fields => {
                for field in &record.fields {
                    // People keep secrets in text too.
                    let secret = !matches!(field.kind, Kind::Boolean | Kind::Date | Kind::Url);
                    lines.push(Line { label: &field.label, value: field.value.expose().to_owned(), secret });
                }
            }
        }
    }
    lines
}
