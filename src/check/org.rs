//! Which kind of organisation a host or a username belongs to: facts, section 4.

/// A kind of organisation, or of host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Org {
    /// Production, or a Developer Edition.
    Production,
    /// A sandbox.
    Sandbox,
    /// A scratch organisation, a developer's or a playground.
    Trial,
    /// A host of the user interface.
    Interface,
    /// A host of one instance of Salesforce.
    Instance,
}

impl Org {
    /// The name as it stands in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Sandbox => "a sandbox",
            Self::Trial => "a scratch or developer org",
            Self::Interface => "the user interface",
            Self::Instance => "an instance",
        }
    }
}

/// What a host belongs to; `None` where it is none of Salesforce's that says it.
pub fn of_host(host: &str) -> Option<Org> {
    match host {
        "login.salesforce.com" => return Some(Org::Production),
        "test.salesforce.com" => return Some(Org::Sandbox),
        "" => return None,
        _ => {}
    }
    let host = host.to_ascii_lowercase();
    if ["force.com", "my.site.com"].iter().any(|end| host.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))) {
        return Some(Org::Interface);
    }
    let Some(name) = host.strip_suffix(".my.salesforce.com") else {
        return match host.strip_suffix(".salesforce.com")? {
            "login" => Some(Org::Production),
            "test" => Some(Org::Sandbox),
            name => is_instance(name).then_some(Org::Instance),
        };
    };
    let partition = name.rsplit('.').next().filter(|_| name.contains('.'));
    Some(match partition {
        Some("sandbox") => Org::Sandbox,
        Some("scratch" | "develop" | "trailblaze" | "demo" | "patch" | "free") => Org::Trial,
        _ if name.contains("--") => Org::Sandbox,
        _ if name.ends_with("-dev-ed") => Org::Trial,
        _ => Org::Production,
    })
}

/// `na139`, `cs42`, `usa2s`.
fn is_instance(name: &str) -> bool {
    ["na", "eu", "ap", "cs", "um", "usa", "ind", "gs"]
        .iter()
        .any(|place| name.strip_prefix(place).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()) && !rest.contains('.')))
}

/// What a username looks like: a sandbox appends its name to it. A guess, and `None` where it would be a bad one.
pub fn of_username(username: &str) -> Option<Org> {
    let at = username.bytes().rposition(|byte| matches!(byte, b'@' | b'.')).filter(|at| username.as_bytes()[*at] == b'.')?;
    let (before, last) = (&username[..at], &username[at + 1..]);
    let before = &before[before.bytes().rposition(|byte| byte == b'@')? + 1..];
    let is = |words: &[&str]| words.iter().any(|word| last.eq_ignore_ascii_case(word));
    if is(&["uat", "qa", "full", "staging", "partial", "hotfix", "sit", "preprod", "sandbox", "fullcopy"]) {
        return before.contains('.').then_some(Org::Sandbox);
    }
    // These are top-level domains too, so it takes one that stands before them.
    if is(&["dev", "test"]) {
        let inner = before.rsplit_once('.')?.1;
        return GENERIC.iter().any(|word| inner.eq_ignore_ascii_case(word)).then_some(Org::Sandbox);
    }
    // Users of scratch orgs are called test-…@example.com.
    (is(&GENERIC) && !username.starts_with("test-")).then_some(Org::Production)
}

/// Domains that no sandbox is likely to be called.
const GENERIC: [&str; 6] = ["com", "org", "net", "edu", "gov", "example"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        for (host, org) in [
            ("login.salesforce.com", Some(Org::Production)),
            ("TEST.salesforce.com", Some(Org::Sandbox)),
            ("one.my.salesforce.com", Some(Org::Production)),
            ("one--uat.sandbox.my.salesforce.com", Some(Org::Sandbox)),
            ("one--uat.cs42.my.salesforce.com", Some(Org::Sandbox)),
            ("one-dev-ed.my.salesforce.com", Some(Org::Trial)),
            ("one-dev-ed.develop.my.salesforce.com", Some(Org::Trial)),
            ("one.scratch.my.salesforce.com", Some(Org::Trial)),
            ("one.lightning.force.com", Some(Org::Interface)),
            ("one.my.site.com", Some(Org::Interface)),
            ("na139.salesforce.com", Some(Org::Instance)),
            ("usa2s.salesforce.com", Some(Org::Instance)),
            ("status.salesforce.com", None),
            ("national.salesforce.com", None),
            ("workforce.com", None),
            ("one.example", None),
        ] {
            assert_eq!(of_host(host), org, "{host}");
        }
    }

    #[test]
    fn usernames() {
        for (username, org) in [
            ("a@one.example.uat", Some(Org::Sandbox)),
            ("a@one.com.dev", Some(Org::Sandbox)),
            ("a@one.com", Some(Org::Production)),
            ("a@one.dev", None),
            ("a@mail.one.dev", None),
            ("a@one.qa", None),
            ("a@one.com.blue", None),
            ("test-x1y2@example.com", None),
            ("nobody", None),
        ] {
            assert_eq!(of_username(username), org, "{username}");
        }
    }
}
