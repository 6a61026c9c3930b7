//! The findings for machines; `docs/check-json.md` describes every key.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use sfcred_formats::{Moment, Spot};

use crate::check::{Class, Finding, Remedy};
use crate::flow::{Reading, Report};

/// The version of the document. New keys may come; what is there stays as it is.
const VERSION: u32 = 1;

/// All of it.
pub(super) fn document(report: &Report) -> Value {
    let findings = &report.findings;
    let worst = findings.worst_first();
    let general = findings.general().map(|(severity, rule, at)| {
        json!({
            "rule": rule.id,
            "level": severity,
            "records": at.count,
            "examples": at.examples,
            "message": findings.general_message(rule),
            "remedy": rule.remedy.map(|remedy| remedy.line),
            "remedy_id": rule.remedy.map(|remedy| remedy.id),
        })
    });
    let mut document = counts(report);
    document["version"] = VERSION.into();
    document["inputs"] = inputs(report);
    document["findings"] = worst.iter().map(|finding| self::finding(finding, report)).collect();
    document["general"] = general.collect();
    let used = worst.iter().filter_map(|finding| finding.remedy).chain(findings.general().filter_map(|(_, rule, _)| rule.remedy));
    let remedies: BTreeMap<&str, &Remedy> = used.map(|remedy| (remedy.id, remedy)).collect();
    document["remedies"] =
        remedies.iter().map(|(id, remedy)| ((*id).to_owned(), json!({"line": remedy.line, "steps": remedy.steps}))).collect();
    document
}

/// One finding; what is not known is left out.
fn finding(finding: &Finding, report: &Report) -> Value {
    let text = |moment: Option<Moment>| moment.map(|moment| moment.to_string());
    let used_by = finding.used_by.iter().map(|integration| {
        let place = Some(integration.place.as_str()).filter(|place| !place.is_empty());
        known(json!({"name": integration.name, "place": place, "updated": text(integration.updated)}))
    });
    let input = finding.place.and_then(|place| report.inputs.get(place.input));
    let (row, entry) = match finding.place.map(|place| place.spot) {
        Some(Spot::Row(row)) => (Some(row), None),
        Some(Spot::Entry(entry)) => (None, Some(entry)),
        None => (None, None),
    };
    known(json!({
        "rule": finding.rule.id,
        "level": finding.severity,
        "class": finding.rule.class(),
        "record": finding.record,
        "title": Some(finding.title.as_str()).filter(|title| !title.is_empty()),
        "input": input.map(|input| &input.name),
        "row": row,
        "entry": entry,
        "age_days": finding.age_days,
        "limit_days": finding.limit_days,
        "issued": text(finding.issued),
        "later": text(finding.later),
        "stale_on": finding.stale_on,
        "rotate_by": finding.rotate_by,
        "used_by": used_by.collect::<Vec<_>>(),
        "message": finding.message,
        "remedy": finding.remedy.map(|remedy| remedy.line),
        "remedy_id": finding.remedy.map(|remedy| remedy.id),
    }))
}

/// Without the keys that hold nothing.
fn known(value: Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(map.into_iter().filter(|(_, value)| !value.is_null()).collect()),
        other => other,
    }
}

/// How many records each rule holds for, and by what they were judged.
pub(in crate::cli) fn counts(report: &Report) -> Value {
    let findings = &report.findings;
    let policy = findings.policy();
    let statuses = findings.counts().filter(|(rule, _)| rule.class().is_some());
    let others = findings.counts().filter(|(rule, count)| rule.class().is_none() && *count > 0);
    let map = |counts: &mut dyn Iterator<Item = (&str, u64)>| -> Map<String, Value> {
        counts.map(|(name, count)| (name.to_owned(), count.into())).collect()
    };
    json!({
        "config": policy.source,
        "as_of": policy.today,
        "max_age_days": policy.max_age,
        "due_within_days": policy.due_within,
        "very_stale_days": policy.very_stale(),
        "critical_days": policy.critical(),
        "not_compared": findings.forgotten(),
        "not_looked_at": findings.passed_over(),
        "counts": map(&mut statuses.map(|(rule, count)| (rule.id, count))),
        "classes": map(&mut Class::ALL.into_iter().map(|class| (class.name(), findings.class(class)))),
        "others": map(&mut others.map(|(rule, count)| (rule.id, count))),
    })
}

/// What was read.
pub(in crate::cli) fn inputs(report: &Report) -> Value {
    let input = |input: &Reading| json!({"name": input.name, "format": input.kind(), "records": input.records, "left_out": input.others});
    report.inputs.iter().map(input).collect()
}
