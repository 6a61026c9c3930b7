//! The examples of the rules, run as they would be read from a file.

use sfcred::check::{EXAMPLES_AS_OF, Keep, Policy, Test, rules};
use sfcred::flow::{Content, Options, Source, check};
use sfcred_formats::{Limits, find};

/// The passwords and tokens of an example.
fn secrets(example: &str) -> Vec<String> {
    let records: Vec<serde_json::Value> = serde_json::from_str(&format!("[{example}]")).unwrap();
    let values = records.iter().flat_map(|record| [&record["password"], &record["token"]]);
    values.filter_map(|value| value.as_str()).map(|value| value.trim().to_owned()).filter(|value| value.len() > 4).collect()
}

/// For how many records of an example the rule holds.
fn count(id: &str, example: &str) -> u64 {
    let document = format!("{{\"format\":\"sfcred\",\"version\":1,\"records\":[\n{example}\n]}}");
    let source = Source {
        name: format!("an example of {id}"),
        content: Content::File(Box::new(document.as_bytes())),
        from: Some(find("sfcred").unwrap()),
        lock: Box::new(sfcred_formats::NoLock),
        made_of: None,
    };
    let options = Options {
        all: false,
        policy: Policy::new(EXAMPLES_AS_OF.parse().unwrap()),
        keep: Keep { each: u64::MAX, all: u64::MAX, closely: u64::MAX },
        limits: Limits::default(),
        split: None,
        join: false,
        own: &[],
    };
    let report = check(vec![source], &options).unwrap_or_else(|error| panic!("{error}:\n{example}"));
    let kept = report.findings.each_status().count() as u64;
    assert_eq!(kept, report.inputs[0].records, "every record has one status:\n{example}");
    let findings = report.findings.worst_first();
    let general = report.findings.general().map(|(_, rule, _)| (rule, report.findings.general_message(rule)));
    let secrets = secrets(example);
    for (rule, message) in findings.iter().map(|finding| (finding.rule, finding.message.clone())).chain(general) {
        assert!(!secrets.iter().any(|secret| message.contains(secret)), "{} tells a secret", rule.id);
        assert!(!message.is_empty() && !message.ends_with('.') && !message.contains('{'), "{}: {message}", rule.id);
    }
    report.findings.count(id)
}

#[test]
fn every_rule_holds_and_spares_as_its_examples_say() {
    let mut examples = 0;
    for rule in rules::all() {
        assert!(!rule.holds.is_empty() && !rule.spares.is_empty(), "{} lacks an example", rule.id);
        for example in rule.holds {
            assert!(count(rule.id, example) > 0, "{} does not hold for\n{example}", rule.id);
        }
        for example in rule.spares {
            assert_eq!(count(rule.id, example), 0, "{} holds for\n{example}", rule.id);
        }
        examples += rule.holds.len() + rule.spares.len();
    }
    println!("{} rules, {examples} examples", rules::all().len());
    assert!(rules::all().len() > 40, "only {}", rules::all().len());
}

#[test]
fn rules_are_named_and_ordered() {
    let ids: Vec<&str> = rules::all().iter().map(|rule| rule.id).collect();
    for (at, rule) in rules::all().iter().enumerate() {
        assert_eq!(rules::find(rule.id).map(|(at, _)| at), Some(at), "two rules are called {}", rule.id);
        assert!(rule.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", rule.id);
        assert_eq!(rule.remedy.is_none(), rule.id == "fresh", "{}", rule.id);
        assert!(!rule.about.ends_with('.') && !rule.about.contains('|'), "{}", rule.about);
    }
    let first_other = rules::all().iter().position(|rule| !matches!(rule.test, Test::Status(..)));
    assert_eq!(first_other, Some(rules::statuses().len()), "statuses come first: {ids:?}");
    assert_eq!(rules::statuses().last().map(|rule| rule.id), Some("fresh"), "what always holds comes last");
}
