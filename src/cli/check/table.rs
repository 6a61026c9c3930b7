//! The findings for people.

use std::collections::BTreeSet;

use sfcred_formats::Integration;

use super::super::show;
use super::layout;
use super::paint::Paint;
use crate::check::{Finding, Remedy};
use crate::flow::Report;

/// A row for each finding, what to do about them, and the integrations to update.
pub(super) fn table(report: &Report, width: usize, paint: Paint) -> String {
    let findings = &report.findings;
    let worst = findings.worst_first();
    let mut text = layout::rows(&worst, width, paint);
    if !worst.is_empty() {
        text.push('\n');
    }
    for line in remedies(&worst).into_iter().chain(updates(&worst)).chain(general(report)) {
        text.push_str(&show::wrap(&line, width));
    }
    text
}

/// What to do: a line for each remedy, behind the rules or, where it is theirs alone, the records it is for.
fn remedies(worst: &[&Finding]) -> Vec<String> {
    let mut lines: Vec<(&Remedy, bool, Vec<String>)> = Vec::new();
    let mut add = |remedy: &'static Remedy, own: bool, what: String| {
        let known = lines.iter_mut().find(|(other, other_own, _)| *other == remedy && *other_own == own);
        match known {
            Some((_, _, whats)) if whats.contains(&what) => {}
            Some((_, _, whats)) => whats.push(what),
            None => lines.push((remedy, own, vec![what])),
        }
    };
    for finding in worst {
        let Some(remedy) = finding.remedy else { continue };
        let own = finding.rule.remedy != Some(remedy);
        add(remedy, own, if own { show::printable(&finding.record) } else { finding.rule.id.to_owned() });
    }
    lines.into_iter().map(|(remedy, _, whats)| format!("{}: {}", first_few(&whats), remedy.line)).collect()
}

/// What holds for many records, in a line each.
fn general(report: &Report) -> impl Iterator<Item = String> {
    let findings = &report.findings;
    findings.general().map(|(_, rule, at)| {
        let remedy = rule.remedy.map_or("", |remedy| remedy.line);
        let records = show::count(at.count, "record", "records");
        format!("{}: {}: {records}; {remedy}", rule.id, findings.general_message(rule))
    })
}

/// The integrations of the tokens that are to be replaced.
fn updates(worst: &[&Finding]) -> Vec<String> {
    let mut told = BTreeSet::new();
    let replaced = worst.iter().filter(|finding| !finding.used_by.is_empty() && finding.remedy.is_some_and(Remedy::replaces));
    replaced
        .filter(|finding| told.insert(&finding.record))
        .map(|finding| {
            let names = show::join(finding.used_by.iter().map(integration), ", ");
            show::printable(&format!("{}: then update {names}", finding.record))
        })
        .collect()
}

/// An integration and where it is.
pub(super) fn integration(integration: &Integration) -> String {
    match (integration.name.as_str(), integration.place.as_str()) {
        (name, "") => name.to_owned(),
        ("", place) => place.to_owned(),
        (name, place) => format!("{name} ({place})"),
    }
}

/// The first names and how many more there are.
pub(super) fn first_few(names: &[String]) -> String {
    const FEW: usize = 5;
    let more = names.len().saturating_sub(FEW);
    let shown = names.iter().take(FEW).cloned().collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}
