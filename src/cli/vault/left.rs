//! The integrations that wait for the present token or password.

use sfcred_formats::{Integration, Record, Result};

use super::super::{End, show};
use crate::vault::{Vault, is_pending, is_void, pending};

/// Prints every integration that waits, of one record or of all.
pub(super) fn show_status(vault: &Vault, name: Option<&str>) -> Result<End> {
    let only = name.map(|name| vault.find(name)).transpose()?;
    let records = match only {
        Some(at) => vault.records.get(at..=at).unwrap_or_default(),
        None => &vault.records,
    };
    let rows: Vec<Vec<String>> = pending(records)
        .map(|pending| {
            let mut row = vec![show::printable(pending.record.name())];
            row.extend(cells(pending.integration));
            row.push(pending.integration.updated.map_or_else(|| "not known to have it".to_owned(), |at| format!("updated {}", at.day())));
            row
        })
        .collect();
    show::print(&show::table(&rows, show::width()))?;
    let all: usize = records.iter().map(|record| record.used_by.len()).sum();
    let text = format!("{} of {} not known to have the present token", rows.len(), show::count(all as u64, "integration", "integrations"));
    show::say("notice", &text);
    Ok(End::Done)
}

/// Prints every integration that must be given the new token or password by hand, with its place.
///
/// The vault has it by then: where nothing can be printed, the run is done all the same.
pub(super) fn show(record: &Record) {
    if record.used_by.is_empty() {
        show::say("notice", "nobody wrote down which tools use it; `sfcred edit` adds them to `used_by`");
        return;
    }
    let left = record.used_by.iter().filter(|integration| is_pending(record, integration));
    let rows: Vec<Vec<String>> = left.map(|integration| cells(integration).to_vec()).collect();
    if rows.is_empty() {
        return;
    }
    if let Err(error) = show::print(&show::table(&rows, show::width())) {
        show::say("warning", &format!("the vault was saved, but what is left could not be printed: {error}"));
    }
    show::say(
        "hint",
        "update these, and mark each with `sfcred rotate NAME --done INTEGRATION`; `sfcred rotate --status` shows what is left",
    );
}

/// Says what is left after something was done.
pub(super) fn tell(record: &Record) {
    if record.used_by.is_empty() {
        return;
    }
    let left: Vec<&str> =
        record.used_by.iter().filter(|integration| is_pending(record, integration)).map(|integration| integration.name.as_str()).collect();
    let what = if record.token.is_none() || is_void(record) { "password" } else { "token" };
    let text = if left.is_empty() {
        format!("{}: every integration has the present {what}", record.name())
    } else {
        format!("{}: still to be updated: {}", record.name(), left.join(", "))
    };
    show::say("notice", &text);
}

fn cells(integration: &Integration) -> [String; 2] {
    let place = if integration.place.is_empty() { "no place written down" } else { integration.place.as_str() };
    [show::printable(&integration.name), show::printable(place)]
}
