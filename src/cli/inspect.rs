//! `sfcred inspect`

use std::fmt::Write;
use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Args;
use serde_json::json;
use sfcred_formats::Result;

use super::args::{self, Judging, Reading};
use super::{End, check, input, show};
use crate::check::Keep;
use crate::flow::{self, Inspection};

/// Say what is in a file or store and what each format would lose of it, without showing a secret
#[derive(Args)]
pub(super) struct Inspect {
    /// The file or store to read; - is stdin
    #[arg(value_name = "IN")]
    input: PathBuf,

    /// Print JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    judging: Judging,
}

impl Inspect {
    pub(super) fn run(self, today: NaiveDate) -> Result<End> {
        let known = self.reading.specs.load()?;
        let Ok(from) = self.reading.from(known) else { return Ok(End::WrongUse) };
        let options = args::options(&self.reading, &self.judging, known, today, Keep { each: 0, all: 0, closely: 0 })?;
        let (mut sources, sealed) = input::open(std::slice::from_ref(&self.input), &self.reading, from)?;
        let Some(source) = sources.pop() else { return Ok(End::Done) };
        let inspection = flow::inspect(source, &options)?;
        let sealed = sealed == input::Sealed::Yes;
        if self.json {
            show::json(&document(&inspection, sealed))?;
        } else {
            show::print(&text(&inspection, sealed))?;
        }
        Ok(End::Done)
    }
}

fn text(inspection: &Inspection, sealed: bool) -> String {
    let Inspection { report, keys, targets } = inspection;
    let mut text = String::new();
    for input in &report.inputs {
        let sealed = if sealed { ", sealed with age" } else { "" };
        let _ = writeln!(text, "{}: {}{sealed}", show::printable(&input.name), input.format.spec.name);
        let _ = writeln!(text, "{}", show::taken(input));
    }
    for (notice, at) in report.notices.iter() {
        let _ = writeln!(text, "{}: {}", show::notice(notice), at.count);
    }
    let _ = writeln!(text, "tokens: {}", report.findings.summary());
    text.push_str("\nfilled keys\n");
    let rows: Vec<Vec<String>> = keys.iter().map(|(key, at)| vec![format!("  {}", key.name()), at.count.to_string()]).collect();
    text.push_str(&show::table(&rows, usize::MAX));
    text.push_str("\nwhat each format would lose or weaken\n");
    let rows: Vec<Vec<String>> = targets
        .iter()
        .map(|(format, losses)| {
            let lost = losses.iter().map(|(loss, at)| format!("{loss} ({})", at.count));
            let lost = if losses.is_empty() { "nothing".to_owned() } else { show::join(lost, "; ") };
            vec![format!("  {}", format.spec.id), lost]
        })
        .collect();
    text.push_str(&show::table(&rows, show::width()));
    text
}

fn document(inspection: &Inspection, sealed: bool) -> serde_json::Value {
    let Inspection { report, keys, targets } = inspection;
    let keys: serde_json::Map<String, serde_json::Value> = keys.iter().map(|(key, at)| (key.name().to_owned(), at.count.into())).collect();
    let losses = |losses: &crate::place::Losses| -> Vec<serde_json::Value> {
        losses.iter().map(|(loss, at)| json!({"loss": loss.to_string(), "gone": loss.is_gone(), "records": at.count})).collect()
    };
    let targets: Vec<_> = targets.iter().map(|(format, lost)| json!({"format": format.spec.id, "losses": losses(lost)})).collect();
    json!({
        "version": 1,
        "inputs": check::inputs(report),
        "sealed": sealed,
        "keys": keys,
        "check": check::counts(report),
        "targets": targets,
    })
}
