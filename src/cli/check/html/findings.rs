//! What was found, worst first, with what to do beside it.

use std::fmt::Write;

use super::text::{Prose, count, sentence};
use super::{Report, Text};
use crate::check::{Finding, Remedy, Rule, Severity};
use crate::cli::check::table::{first_few, integration};
use crate::cli::show;

/// What is told together: findings of one rule and level, or what one rule says once for many records.
struct Group<'a> {
    severity: Severity,
    rule: &'static Rule,
    findings: Vec<&'a Finding>,
    once: Option<String>,
}

/// A section for each rule that found something.
pub(super) fn write(page: &mut String, report: &Report) {
    let groups = groups(report);
    page.push_str("<section aria-labelledby=\"findings\">\n<h2 id=\"findings\">Findings</h2>\n");
    if groups.is_empty() {
        page.push_str("<p>Nothing to tell.</p>\n");
    }
    for (number, group) in groups.iter().enumerate() {
        section(page, group, number + 1, report);
    }
    page.push_str("</section>\n");
}

fn groups(report: &Report) -> Vec<Group<'_>> {
    let findings = &report.findings;
    let mut groups: Vec<Group<'_>> = Vec::new();
    for finding in findings.worst_first() {
        let Some(severity) = finding.severity else { continue };
        match groups.last_mut() {
            Some(group) if group.severity == severity && group.rule == finding.rule => group.findings.push(finding),
            _ => groups.push(Group { severity, rule: finding.rule, findings: vec![finding], once: None }),
        }
    }
    for (severity, rule, at) in findings.general() {
        let once = format!("{} This holds for {}.", sentence(&findings.general_message(rule)), show::records(at));
        groups.push(Group { severity, rule, findings: Vec::new(), once: Some(once) });
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.severity));
    groups
}

fn section(page: &mut String, group: &Group<'_>, number: usize, report: &Report) {
    let Group { severity, rule, findings, once } = group;
    let _ = write!(
        page,
        "<section class=\"finding {severity}\" aria-labelledby=\"finding-{number}\">\n\
         <h3 id=\"finding-{number}\"><span class=\"level\">{severity}</span> {}{}</h3>\n",
        Text(rule.id),
        if once.is_some() { String::new() } else { format!(" <span class=\"number\">{}</span>", records(findings.len())) },
    );
    if let Some(text) = once {
        let _ = writeln!(page, "<div class=\"beside\">\n<p class=\"once\">{}</p>", Text(text));
    } else {
        let _ = writeln!(page, "<p class=\"about\">{}</p>\n<div class=\"beside\">", Prose(&sentence(rule.about)));
        table(page, group, report);
    }
    aside(page, group);
    page.push_str("</div>\n</section>\n");
}

fn records(number: usize) -> String {
    count(number as u64, "record", "records")
}

fn table(page: &mut String, group: &Group<'_>, report: &Report) {
    let _ = write!(
        page,
        "<table role=\"table\">\n<caption class=\"aside\">Records with the finding {}</caption>\n{}",
        Text(group.rule.id),
        columns(&["Login", "What is wrong"])
    );
    for finding in &group.findings {
        let _ = write!(
            page,
            "<tr role=\"row\"><th scope=\"row\" role=\"rowheader\">{}</th><td role=\"cell\">{}",
            login(finding),
            Text(&sentence(&finding.message))
        );
        if let Some((place, input)) = finding.place.and_then(|place| Some((place, report.inputs.get(place.input)?))) {
            let _ = write!(page, "<span class=\"more\"><bdi>{}</bdi>, {}</span>", Text(&input.name), place.spot);
        }
        if !finding.used_by.is_empty() && finding.remedy.is_some_and(Remedy::replaces) {
            let names = show::join(finding.used_by.iter().map(integration), "; ");
            let _ = write!(page, "<span class=\"more\">Then update: <bdi>{}</bdi></span>", Text(&names));
        }
        page.push_str("</td></tr>\n");
    }
    page.push_str("</tbody>\n</table>\n");
}

/// The head of a table. Roles are told, because a narrow screen gets rows laid out in another way, and some browsers then forget what they are.
pub(super) fn columns(names: &[&str]) -> String {
    let mut text = "<thead role=\"rowgroup\"><tr role=\"row\">".to_owned();
    for name in names {
        let _ = write!(text, "<th scope=\"col\" role=\"columnheader\">{name}</th>");
    }
    text + "</tr></thead>\n<tbody role=\"rowgroup\">\n"
}

/// The username and, below it, the title.
pub(super) fn login(finding: &Finding) -> String {
    let title = if finding.title.is_empty() { String::new() } else { format!("<bdi class=\"more\">{}</bdi>", Text(&finding.title)) };
    format!("<bdi>{}</bdi>{title}", Text(&finding.record))
}

fn aside(page: &mut String, group: &Group<'_>) {
    let mut remedies: Vec<(&Remedy, Vec<String>)> = Vec::new();
    for finding in &group.findings {
        let Some(remedy) = finding.remedy else { continue };
        match remedies.iter_mut().find(|(other, _)| *other == remedy) {
            Some((_, names)) => names.push(finding.record.clone()),
            None => remedies.push((remedy, vec![finding.record.clone()])),
        }
    }
    if group.once.is_some() {
        remedies.extend(group.rule.remedy.map(|remedy| (remedy, Vec::new())));
    }
    if remedies.is_empty() {
        return;
    }
    page.push_str("<div class=\"todo\">\n<h4>What to do</h4>\n");
    let several = remedies.len() > 1;
    for (remedy, names) in remedies {
        page.push_str("<p>");
        if several {
            let _ = write!(page, "<span class=\"for\">For <bdi>{}</bdi>:</span> ", Text(&first_few(&names)));
        }
        let _ = write!(page, "{}", Prose(&sentence(remedy.line)));
        if !remedy.steps.is_empty() {
            let _ = write!(page, " <a href=\"#remedy-{0}\">Step by step<span class=\"aside\">: {0}</span></a>", Text(remedy.id));
        }
        page.push_str("</p>\n");
    }
    page.push_str("</div>\n");
}
