//! `sfcred check --rules`: the rules as a list, one by one, for machines, and as the page `docs/rules.md`.

use std::fmt::Write;

use serde_json::{Value, json};
use sfcred_formats::Result;

use super::super::{End, show};
use crate::check::{Class, LIMITS, Level, Policy, Remedy, Rule, Test, remedy, rules};

/// How the rules are shown.
#[derive(Clone, Copy)]
pub(super) enum As {
    Text,
    Json,
    Markdown,
}

/// Which rules are shown.
#[derive(Clone, Copy)]
pub(super) enum Which {
    All,
    One(&'static Rule),
}

/// What stands for all rules.
pub(super) const ALL: &str = "all";

/// Finds what the user names.
pub(super) fn which(name: &str) -> Result<Which, String> {
    match rules::find(name) {
        _ if name == ALL => Ok(Which::All),
        Some((_, rule)) => Ok(Which::One(rule)),
        None => Err("no such rule; --rules alone lists them".to_owned()),
    }
}

/// Shows one rule or all of them.
pub(super) fn show(which: Which, policy: &Policy, how: As) -> Result<End> {
    match (how, which) {
        (As::Markdown, _) => show::print(&markdown())?,
        (As::Json, Which::One(rule)) => show::json(&document(rule, policy))?,
        (As::Json, Which::All) => show::json(&rules::all().iter().map(|rule| document(rule, policy)).collect::<Vec<_>>())?,
        (As::Text, Which::One(rule)) => show::print(&explain(rule, policy))?,
        (As::Text, Which::All) => show::print(&list(policy))?,
    }
    Ok(End::Done)
}

/// The level as the user has it.
fn level(rule: &Rule, policy: &Policy) -> String {
    match rules::find(rule.id).map(|(at, _)| policy.level(at)) {
        Some(Level::Off) => "off".to_owned(),
        Some(Level::At(severity)) => severity.to_string(),
        _ => match (rule.test, rule.level) {
            (Test::Change(_), _) => "by date".to_owned(),
            (_, Some(severity)) => severity.to_string(),
            (_, None) => "-".to_owned(),
        },
    }
}

fn list(policy: &Policy) -> String {
    let mut rows = vec![["RULE", "LEVEL", "HOLDS WHEN"].map(str::to_owned).to_vec()];
    rows.extend(rules::all().iter().map(|rule| vec![rule.id.to_owned(), level(rule, policy), rule.about.to_owned()]));
    show::table(&rows, show::width())
}

fn explain(rule: &Rule, policy: &Policy) -> String {
    let mut text = format!("{}: {}\nlevel: {}\n", rule.id, rule.about, level(rule, policy));
    if let Some(class) = rule.class() {
        let _ = writeln!(text, "counted as: {}", class.name());
    }
    if let Test::Change(change) = rule.test {
        let release = change.release.as_ref().map(|release| format!(" ({release})")).unwrap_or_default();
        let _ = writeln!(text, "date: {}{release}\nsource: {} (looked up on {})", change.date, change.source, change.checked);
    }
    if let Some(remedy) = rule.remedy {
        let _ = write!(text, "\nwhat to do\n{}\n", remedy.line);
        for (number, step) in remedy.steps.iter().enumerate() {
            let _ = writeln!(text, "{}. {step}", number + 1);
        }
    }
    for (what, examples) in [("holds for", rule.holds), ("does not hold for", rule.spares)] {
        let _ = write!(text, "\n{what}\n");
        for line in examples.iter().flat_map(|example| example.lines()) {
            let _ = writeln!(text, "{}", line.trim());
        }
    }
    let width = show::width();
    text.lines().map(|line| show::wrap(line, width)).collect()
}

fn document(rule: &Rule, policy: &Policy) -> Value {
    json!({
        "rule": rule.id,
        "level": level(rule, policy),
        "class": rule.class(),
        "about": rule.about,
        "remedy": rule.remedy.map(|remedy| remedy.line),
        "remedy_id": rule.remedy.map(|remedy| remedy.id),
        "steps": rule.remedy.map_or(&[][..], |remedy| remedy.steps),
    })
}

/// The page. It shows the rules as they are without any settings.
fn markdown() -> String {
    let policy = Policy::new(chrono::NaiveDate::default());
    let mut page = String::from(HEAD);
    let _ = write!(page, "## Statuses\n\n{STATUSES}\n\n| rule | level | counted as | holds when | what to do |\n|---|---|---|---|---|\n");
    for rule in rules::statuses() {
        let class = rule.class().map_or("", Class::name);
        let _ = writeln!(page, "| `{}` | {} | {class} | {} | {} |", rule.id, level(rule, &policy), rule.about, link(rule));
    }
    let _ = write!(page, "\n## Other findings\n\n{OTHERS}\n\n| rule | level | holds when | what to do |\n|---|---|---|---|\n");
    for rule in &rules::all()[rules::statuses().len()..] {
        let _ = writeln!(page, "| `{}` | {} | {} | {} |", rule.id, level(rule, &policy), rule.about, link(rule));
    }
    roadmap(&mut page);
    let _ = write!(page, "\n## What to do\n");
    for remedy in remedy::ALL {
        section(&mut page, remedy);
    }
    let _ = write!(page, "\n## Settings\n\n{SETTINGS}\n\n| key of `[limits]` | default | meaning |\n|---|---|---|\n");
    for (key, default, about) in LIMITS {
        let _ = writeln!(page, "| `{key}` | {default} | {about} |");
    }
    let _ = write!(page, "\n## Examples\n\n{EXAMPLES}\n");
    for rule in rules::all() {
        let _ = write!(page, "\n### {}\n", rule.id);
        for (what, examples) in [("It holds for", rule.holds), ("It does not hold for", rule.spares)] {
            let lines = examples.iter().flat_map(|example| example.lines()).map(str::trim).collect::<Vec<_>>().join("\n");
            let _ = write!(page, "\n{what}\n\n```json\n{lines}\n```\n");
        }
    }
    page
}

fn link(rule: &Rule) -> String {
    rule.remedy.map(|remedy| format!("[{0}](#{0})", remedy.id)).unwrap_or_default()
}

fn roadmap(page: &mut String) {
    let _ = write!(
        page,
        "\n## Dated changes\n\n{ROADMAP}\n\n| rule | day | release | logins | source | looked up |\n|---|---|---|---|---|---|\n"
    );
    for rule in rules::all() {
        let Test::Change(change) = rule.test else { continue };
        let release = change.release.as_deref().unwrap_or("");
        let logins = change.applies_to.iter().map(|login| format!("`{login}`")).collect::<Vec<_>>().join(", ");
        let _ = writeln!(page, "| `{}` | {} | {release} | {logins} | {} | {} |", rule.id, change.date, change.source, change.checked);
    }
}

fn section(page: &mut String, remedy: &Remedy) {
    let _ = write!(page, "\n### {}\n\n{}.\n", remedy.id, capital(remedy.line));
    for (number, step) in remedy.steps.iter().enumerate() {
        let _ = write!(page, "{}{}. {step}", if number == 0 { "\n" } else { "" }, number + 1);
        page.push('\n');
    }
}

/// The first letter of a sentence.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

const HEAD: &str = "# The rules

What `sfcred check` finds, and what to do about it. `convert` tells the same beside its work. This page is made by
`sfcred check --rules --markdown`; `sfcred check --rules=stale` explains one rule.

";

const STATUSES: &str =
    "Every record has exactly one: the first that holds. A token that cannot work is not judged by its age. `--fail-on` looks at what the
statuses are counted as. Days are those of UTC: a token is one day old when the day of UTC has changed once since it was issued.";

const OTHERS: &str = "A record can have any number of these. Some rest on fields of the record that only its owner can fill: `Auth Method` (`soap-token`,
`oauth-password`, `oauth-other`), `Token Policy` (`needed`, `login-ip-ranges`, `api-only-user`, `mfa-api`, `sso-delegated`),
`Password Expires Days` (a number, or `never`), `Sandbox Refreshed` (a date) and `Use Any API Auth` (`true` or `false`). Case does not matter in
these labels, and `_` and `-` stand for a blank.";

const ROADMAP: &str = "Salesforce has announced changes after which a new token does not help. Their days are kept as data, in `src/check/roadmap.toml`, because some
have moved before. Where only a release is known, the day is the one to plan for. A finding rises as its day comes near: an info from 365 days
before it on, a notice from 180, a warning from 90; from 30 days on it is an error for a login that is known to be affected, and stays a warning
for one of which nobody knows (`unknown`: it has a token and no `Auth Method`).";

const SETTINGS: &str = "The file `sfcred.toml` switches rules off, gives them another level, and sets the limits. It is the one that `--config` names, else the one in
the folder you stand in, else the one in the folder for settings (`~/.config/sfcred`, on macOS `~/Library/Application Support/sfcred`;
`XDG_CONFIG_HOME` moves it). A key that it does not know is an error.

```toml
[limits]
max-age = 60              # days, or \"60d\", or \"8w\"
password-expires = 90

[rules]
missing = \"off\"           # or \"info\", \"notice\", \"warning\", \"error\"
odd-length = \"error\"
```

A status that is off is counted, but not told, and never fails.";

const EXAMPLES: &str = "Records in the native format, judged on 2026-11-21. The tests run all of them.";
