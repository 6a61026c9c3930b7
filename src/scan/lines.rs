//! Credentials in code and other text, line by line.

use std::sync::LazyLock;

use regex::Regex;
use sfcred_formats::Secret;

use super::Found;
use super::around::Around;
use super::rules::RULES;
use super::tables;

/// Finds the credentials in a text.
pub fn find(text: &str) -> Vec<Found> {
    static PATTERNS: LazyLock<Vec<Regex>> = LazyLock::new(|| RULES.iter().filter_map(|rule| Regex::new(rule.pattern).ok()).collect());
    let lines: Vec<&str> = text.lines().collect();
    let mut found = tables::find(&lines);
    let told: Vec<u64> = found.iter().filter_map(|one| one.line).collect();
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| is_worth_it(line)) {
        let number = at as u64 + 1;
        if told.contains(&number) {
            continue;
        }
        let around = Around::of(&lines, at);
        let folded = line.to_ascii_lowercase();
        let first = RULES.iter().zip(PATTERNS.iter()).find_map(|(rule, pattern)| {
            if !rule.words.iter().any(|word| folded.contains(word)) {
                return None;
            }
            let record = pattern.captures_iter(line).find_map(|captures| (rule.find)(&captures, &around))?;
            Some(Found { line: Some(number), spot: None, kind: rule.id, record })
        });
        found.extend(first);
    }
    found.sort_by_key(|one| one.line);
    // A password that belongs to a token was told with it.
    let told: Vec<Secret> = found.iter().filter(|one| one.kind != "password").map(|one| one.record.password.clone()).collect();
    found.retain(|one| one.kind != "password" || !told.contains(&one.record.password));
    found
}

/// The longest line that is looked at: minified code is not written by hand.
const LONGEST: usize = 4096;

/// A glance that spares most lines the rules: a secret is at least so long, without blanks.
fn is_worth_it(line: &str) -> bool {
    line.len() <= LONGEST && line.split([' ', '\t']).any(|word| word.len() >= 15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_finds_what_it_should_and_nothing_else() {
        for rule in &RULES {
            for text in rule.holds {
                let found = find(text);
                assert_eq!(found.len(), 1, "{}: {text}", rule.id);
                assert_eq!(found[0].kind, rule.id, "{text}");
            }
            for text in rule.spares {
                assert_eq!(find(text).len(), 0, "{}: {text}", rule.id);
            }
        }
    }

    #[test]
    fn the_user_stands_nearby() {
        for (text, line) in [
            (
                "sf = Salesforce(\n    username='ops@one.example',\n    password='Quartz-Lantern-42!',\n    security_token='Qx7LmT2vRk9ZpB4nWc6HdY1s',\n)",
                4,
            ),
            ("- **Username:** ops@one.example\n- **Password:** `Quartz-Lantern-42!`\n- **Security Token:** `Qx7LmT2vRk9ZpB4nWc6HdY1s`", 3),
            (
                "<add key=\"SFUserName\" value=\"ops@one.example\"/>\n<add key=\"SFPassword\" value=\"Quartz-Lantern-42!\"/>\n<add key=\"SFSecurityToken\" value=\"Qx7LmT2vRk9ZpB4nWc6HdY1s\"/>",
                3,
            ),
            (
                "define('SALESFORCE_USER', 'ops@one.example');\ndefine('SALESFORCE_PASS', 'Quartz-Lantern-42!');\ndefine('SALESFORCE_TOKEN', 'Qx7LmT2vRk9ZpB4nWc6HdY1s');",
                3,
            ),
        ] {
            let found = find(text);
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!((found[0].line, found[0].record.username.as_str()), (Some(line), "ops@one.example"), "{text}");
            assert_eq!(found[0].record.password.expose(), "Quartz-Lantern-42!", "{text}");
        }
    }

    #[test]
    fn every_pattern_is_sound() {
        for rule in &RULES {
            Regex::new(rule.pattern).unwrap();
            assert!(rule.words.iter().all(|word| !word.contains(char::is_uppercase)), "{}: lines are compared in small letters", rule.id);
        }
    }
}
