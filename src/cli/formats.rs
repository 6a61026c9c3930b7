//! `sfcred formats`

use std::fmt::Write;

use clap::Args;
use serde_json::json;
use sfcred_formats::{Format, Key, Kind, Result};

use super::spec::{Known, Specs};
use super::{End, show};
use crate::place::{Place, place_of};

/// List the formats, or say how to export from and import into one
#[derive(Args)]
pub(super) struct Formats {
    /// One format: its steps, places and losses
    #[arg(value_name = "FORMAT")]
    format: Option<String>,

    /// Print JSON
    #[arg(long, conflicts_with = "markdown")]
    json: bool,

    /// Print all of it as Markdown, which is docs/formats.md
    #[arg(long, conflicts_with = "format")]
    markdown: bool,

    #[command(flatten)]
    specs: Specs,
}

impl Formats {
    pub(super) fn run(self) -> Result<End> {
        let known = self.specs.load()?;
        let format = match &self.format {
            Some(id) => match known.named("[FORMAT]", id) {
                Ok(format) => Some(format),
                Err(_) => return Ok(End::WrongUse),
            },
            None => None,
        };
        match format {
            _ if self.markdown => show::print(&markdown(known))?,
            Some(format) if self.json => show::json(&document(format))?,
            Some(format) => show::print(&details(format))?,
            None if self.json => show::json(&known.iter().map(document).collect::<Vec<_>>())?,
            None => show::print(&list(known))?,
        }
        Ok(End::Done)
    }
}

/// The keys whose places differ between formats.
const TOLD: [Key; 13] = [
    Key::Title,
    Key::Token,
    Key::Issued,
    Key::PasswordChanged,
    Key::RotateBy,
    Key::Urls,
    Key::UsedBy,
    Key::Tags,
    Key::Folder,
    Key::Notes,
    Key::Fields,
    Key::Created,
    Key::Modified,
];

fn list(known: Known) -> String {
    let mut rows = vec![["FORMAT", "", "TOKEN", "LOST", "NAME"].map(str::to_owned).to_vec()];
    rows.extend(
        known
            .iter()
            .map(|format| vec![format.spec.id.clone(), modes(format), token(format).to_owned(), lost(format), format.spec.name.clone()]),
    );
    show::table(&rows, show::width())
}

/// `rw`, `r` or `w`.
fn modes(format: &Format) -> String {
    format!("{}{}", if format.spec.read.is_some() { "r" } else { "-" }, if format.spec.write.is_some() { "w" } else { "-" })
}

/// Where the token stands, in one word.
fn token(format: &Format) -> &'static str {
    let holds = &format.spec.holds;
    match place_of(format, Key::Token) {
        Place::Own if holds.repeats.contains(Key::Token) => "notes",
        Place::Own => "own",
        Place::Field if holds.repeats.contains(Key::Fields) => "notes",
        Place::Field if holds.fields.contains(&Kind::Hidden) => "hidden",
        Place::Field => "field",
        Place::Notes => "notes",
        Place::Joined => "joined",
        Place::Lost => "lost",
    }
}

fn lost(format: &Format) -> String {
    let lost: Vec<&str> = TOLD.into_iter().filter(|key| place_of(format, *key) == Place::Lost).map(Key::name).collect();
    match lost.as_slice() {
        [] => "-".to_owned(),
        lost if lost.len() > 3 => format!("{} keys", lost.len()),
        lost => lost.join(", "),
    }
}

/// Where a key goes, in words.
fn place(format: &Format, key: Key) -> &'static str {
    match place_of(format, key) {
        Place::Own => "a place of its own",
        Place::Field if format.spec.holds.repeats.contains(Key::Fields) => "a custom field and a line of the notes",
        Place::Field if key == Key::Token && format.spec.holds.fields.contains(&Kind::Hidden) => "a hidden custom field",
        Place::Field => "a custom field",
        Place::Notes => "a line of the notes",
        Place::Joined => "behind the password",
        Place::Lost => "lost",
    }
}

fn details(format: &Format) -> String {
    let spec = &format.spec;
    let mut text = format!("{}: {}\n{}\n", spec.id, spec.name, spec.about);
    for (what, steps) in [("to export and read here", &spec.read), ("to import what was written here", &spec.write)] {
        if let Some(steps) = steps {
            let _ = writeln!(text, "\n{what}");
            for (at, step) in steps.steps.iter().enumerate() {
                let _ = writeln!(text, "  {}. {step}", at + 1);
            }
        }
    }
    let _ = writeln!(text, "\nwhere a record goes");
    let rows: Vec<Vec<String>> = TOLD.iter().map(|key| vec![format!("  {}", key.name()), place(format, *key).to_owned()]).collect();
    text.push_str(&show::table(&rows, show::width()));
    for line in remarks(format) {
        let _ = writeln!(text, "  {line}");
    }
    let _ = writeln!(text, "\nsource: {} ({})", spec.facts.source, spec.facts.checked);
    text
}

/// What the places alone do not say.
fn remarks(format: &Format) -> Vec<String> {
    let spec = &format.spec;
    let holds = &spec.holds;
    let mut lines = Vec::new();
    if let Some(lock) = &spec.lock {
        if lock.key_file_only {
            lines.push("encrypted by itself: --to-key-file names the key file, which is made where there is none".to_owned());
        }
        let key_file = if lock.key_file { ", --to-key-file a key file" } else { "" };
        let passphrase = spec.takes_passphrase();
        lines.extend(passphrase.then(|| format!("encrypted by itself: -p or --to-passphrase-file gives the passphrase{key_file}")));
    }
    for (at, style) in spec.styles.iter().enumerate() {
        let usual = if at == 0 { ", the usual one" } else { "" };
        lines.push(format!("--style {}{usual}: {}", style.name, style.about));
    }
    if !holds.fields.is_empty() {
        lines.push(format!("custom fields are kept as {}; other kinds become text", show::kinds(&holds.fields)));
    }
    if !holds.labels.is_empty() {
        lines.push(format!("fields with a place of their own: {}", show::join(holds.labels.iter().map(|own| &own.label), ", ")));
    }
    if !holds.needs.is_empty() {
        lines.push(format!("no entry without {}", show::join(holds.needs.iter().map(Key::name), ", ")));
    }
    if !holds.one_line.is_empty() {
        lines.push(format!("on one line only: {}", show::join(holds.one_line.iter().map(Key::name), ", ")));
    }
    if !holds.trimmed.is_empty() {
        lines.push(format!("without blanks at its ends: {}", show::join(holds.trimmed.iter().map(Key::name), ", ")));
    }
    if holds.origin_only {
        lines.push("of a URL only scheme, host and port are kept".to_owned());
    }
    if holds.expires {
        lines.push("rotate_by is filled in where there is none, with the day on which the token is stale".to_owned());
    }
    if holds.whole_seconds() {
        lines.push("times are kept to the second".to_owned());
    }
    let limits = &spec.limits;
    for (what, limit) in [
        ("username", limits.username),
        ("password", limits.password),
        ("url", limits.url),
        ("notes", limits.notes),
        ("custom field", limits.field),
    ] {
        if let Some(limit) = limit {
            lines.push(format!("{what}: at most {limit} bytes"));
        }
    }
    if let Some(records) = limits.records {
        lines.push(format!("at most {records} entries at once"));
    }
    lines
}

fn markdown(known: Known) -> String {
    let mut text = String::from(
        "# Formats\n\nThis page is printed by `sfcred formats --markdown`; a test fails when they differ.\n\n\
         | format | | token | lost | name |\n|---|---|---|---|---|\n",
    );
    for format in known.iter() {
        let id = &format.spec.id;
        let _ = writeln!(text, "| [`{id}`](#{id}) | {} | {} | {} | {} |", modes(format), token(format), lost(format), format.spec.name);
    }
    text.push_str(
        "\n`r`: read, `w`: written. Token: `own` a place of its own, `hidden` a masked custom field, `field` a custom field, `notes` a line of \
         the notes, `joined` behind the password. Lost: what the format has no place for at all.\n",
    );
    for format in known.iter() {
        let spec = &format.spec;
        let _ = write!(text, "\n## {}\n\n{}: {}.\n", spec.id, spec.name, spec.about);
        for (what, steps) in [("Export, and read here", &spec.read), ("Import what was written here", &spec.write)] {
            if let Some(steps) = steps {
                let _ = write!(text, "\n{what}:\n\n");
                for (at, step) in steps.steps.iter().enumerate() {
                    let _ = writeln!(text, "{}. {step}", at + 1);
                }
            }
        }
        text.push_str("\n| key | place |\n|---|---|\n");
        for key in TOLD {
            let _ = writeln!(text, "| {} | {} |", key.name(), place(format, key));
        }
        let remarks = remarks(format);
        if !remarks.is_empty() {
            text.push('\n');
        }
        for line in remarks {
            let _ = writeln!(text, "- {line}");
        }
        let _ = writeln!(text, "\nSource: {}; checked {}.", spec.facts.source, spec.facts.checked);
    }
    text
}

fn document(format: &Format) -> serde_json::Value {
    let spec = &format.spec;
    let places: serde_json::Map<String, serde_json::Value> =
        TOLD.into_iter().map(|key| (key.name().to_owned(), place_of(format, key).name().into())).collect();
    json!({
        "format": spec.id,
        "name": spec.name,
        "about": spec.about,
        "extension": spec.extension,
        "read": spec.read.as_ref().map(|steps| &steps.steps),
        "write": spec.write.as_ref().map(|steps| &steps.steps),
        "places": places,
        "remarks": remarks(format),
    })
}
