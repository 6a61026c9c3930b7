//! Connection strings: pairs of key and value, with a semicolon between.

use crate::keys::{Entries, Entry};
use crate::salesforce;

/// What the strings of drivers for Salesforce begin with.
const DRIVERS: [&str; 3] = ["jdbc:salesforce:", "jdbc:datadirect:sforce:", "jdbc:cdata:salesforce:"];

/// Whether a text is connection strings, one behind another, with comments between at most.
pub(crate) fn looks(text: &str) -> bool {
    let strings = strings(text);
    !strings.is_empty() && strings.iter().all(|string| pairs(string.text).is_some_and(|pairs| pairs.is_salesforce()))
}

/// The keys of all connection strings in a text.
pub(crate) fn entries(text: &str) -> Entries {
    let mut entries = Entries::new();
    for (number, string) in strings(text).into_iter().enumerate() {
        let Some(pairs) = pairs(string.text) else { continue };
        for (span, mut entry) in pairs.entries(string.line) {
            // Each string is a login of its own.
            entry.path.insert(0, number.to_string());
            if let Some(span) = span {
                entry.line += string.text[..span.start].matches('\n').count() as u64;
                entry.span = Some(string.begin + span.start..string.begin + span.end);
            }
            entries.push(entry);
        }
    }
    entries
}

/// The keys of a value that is one connection string of a driver for Salesforce.
pub(crate) fn of(value: &str) -> Option<Entries> {
    let pairs = pairs(value.trim()).filter(Pairs::is_salesforce)?;
    Some(pairs.entries(0).into_iter().map(|(_, entry)| entry).collect())
}

/// A connection string in a text.
struct Place<'t> {
    text: &'t str,
    begin: usize,
    line: u64,
}

/// The strings of a text: each goes to the end of its line, or of the line in which its last quote is closed.
fn strings(text: &str) -> Vec<Place<'_>> {
    let mut strings = Vec::new();
    let (mut begin, mut line) = (0, 1);
    while begin < text.len() {
        let rest = &text[begin..];
        let ends = |length: &usize| pairs(&rest[..*length]).is_some_and(|pairs| !pairs.open);
        let mut line_ends = rest.match_indices('\n').map(|(at, _)| at).chain([rest.len()]);
        let first = line_ends.next().unwrap_or(rest.len());
        let comment = rest[..first].trim().is_empty() || rest.trim_start().starts_with('#');
        let open = !comment && pairs(&rest[..first]).is_some_and(|pairs| pairs.open);
        let end = if open { line_ends.take(LINES).find(ends).unwrap_or(first) } else { first };
        if !comment {
            strings.push(Place { text: rest[..end].trim_end_matches('\r'), begin, line });
        }
        line += 1 + rest[..end].matches('\n').count() as u64;
        begin += end + 1;
    }
    strings
}

/// How many lines a quoted value may have.
const LINES: usize = 64;

/// A connection string taken apart.
struct Pairs<'t> {
    /// The driver, and the host that stands behind it.
    driver: Option<(&'static str, &'t str)>,
    list: Vec<Pair<'t>>,
    /// Whether a quote is not closed.
    open: bool,
}

struct Pair<'t> {
    key: &'t str,
    value: String,
    span: std::ops::Range<usize>,
}

/// Takes a string apart, if it is one.
fn pairs(text: &str) -> Option<Pairs<'_>> {
    let mut at = text.len() - text.trim_start().len();
    let driver = DRIVERS.into_iter().find(|driver| text[at..].get(..driver.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(driver)));
    let mut host = "";
    if let Some(driver) = driver {
        at += driver.len();
        if let Some(rest) = text[at..].strip_prefix("//") {
            host = rest.split(';').next().unwrap_or_default();
            at = (at + 2 + host.len() + 1).min(text.len());
        }
    }
    let mut pairs = Pairs { driver: driver.map(|driver| (driver, host)), list: Vec::new(), open: false };
    let quotes = quotes(text);
    while !text[at..].trim().is_empty() {
        let sign = text[at..].find('=')?;
        let key = text[at..at + sign].trim();
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" _-.".contains(&byte)) {
            return None;
        }
        at += sign + 1;
        let blanks = text[at..].len() - text[at..].trim_start_matches(' ').len();
        let begin = at + blanks;
        let quote = quotes.iter().find(|(quote, _)| text[begin..].starts_with(*quote));
        let (value, length) = if let Some((_, end)) = quote {
            let Some(inside) = quoted(&text[begin..], *end) else {
                pairs.open = true;
                pairs.list.push(Pair { key, value: String::new(), span: begin..text.len() });
                break;
            };
            inside
        } else {
            let end = text[begin..].find(';').unwrap_or(text.len() - begin);
            let value = text[begin..begin + end].trim_end();
            (value.to_owned(), value.len())
        };
        pairs.list.push(Pair { key, value, span: begin..begin + length });
        at = begin + length;
        let behind = &text[at..];
        let next = behind.find(';').unwrap_or(behind.len());
        if !behind[..next].trim().is_empty() {
            return None;
        }
        at = (at + next + 1).min(text.len());
    }
    (!pairs.list.is_empty()).then_some(pairs)
}

/// The quotes of a driver, and what ends each.
fn quotes(text: &str) -> &'static [(char, char)] {
    if has_braces(text) { &[('{', '}')] } else { &[('"', '"'), ('\'', '\'')] }
}

/// Whether the quotes of a driver are braces, as for ODBC and the drivers of Progress.
pub(super) fn has_braces(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ["jdbc:datadirect:", "logonid", "driver"].iter().any(|mark| text.contains(mark))
}

/// A value in quotes, of which one inside is written twice, and the length of the whole; nothing where it has no end before the next pair.
fn quoted(text: &str, end: char) -> Option<(String, usize)> {
    let mut value = String::new();
    let mut rest = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = rest.next() {
        if character != end {
            value.push(character);
        } else if rest.next_if(|(_, next)| *next == end).is_some() {
            value.push(end);
        } else {
            let length = at + 1;
            let behind = text[length..].trim_start_matches([' ', '\t', '\r']);
            return (behind.is_empty() || behind.starts_with([';', '\n'])).then_some((value, length));
        }
    }
    None
}

impl Pairs<'_> {
    fn has(&self, keys: &[&str]) -> bool {
        self.list.iter().any(|pair| keys.contains(&folded(pair.key).as_str()))
    }

    fn is_salesforce(&self) -> bool {
        let named = self.list.iter().any(|pair| folded(pair.key) == "driver" && pair.value.to_lowercase().contains("salesforce"));
        let host = self.list.iter().any(|pair| folded(pair.key).starts_with("host") && salesforce::is_salesforce(&pair.value));
        let token = self.has(&["securitytoken", "st"]);
        let typical = (host || token) && self.has(&["password", "pwd", "user", "userid", "uid", "logonid"]);
        self.driver.is_some() || named || typical
    }

    /// The keys with the names that all drivers' are known by.
    fn entries(self, line: u64) -> Vec<(Option<std::ops::Range<usize>>, Entry)> {
        let mut entries = Vec::new();
        let mut add = |key: &str, value: &str, span| {
            entries.push((span, Entry { path: vec![key.to_owned()], value: value.into(), line, ..Entry::default() }));
        };
        if let Some((_, host)) = self.driver {
            add("connector", "salesforce", None);
            if !host.is_empty() {
                add("Host", host, None);
            }
        }
        let open = self.open;
        for pair in self.list {
            let key = match folded(pair.key).as_str() {
                "st" => "SecurityToken",
                "uid" => "User",
                "oauthclientid" => "ClientId",
                "oauthclientsecret" => "ClientSecret",
                _ => pair.key,
            };
            add(key, &pair.value, Some(pair.span));
        }
        if let Some((_, last)) = entries.last_mut().filter(|_| open) {
            last.flaw = Some("a quote is not closed, or something stands behind it");
        }
        entries
    }
}

fn folded(key: &str) -> String {
    key.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        entries(text).iter().map(|entry| format!("{} {}={}", entry.line, entry.path.join("."), entry.value.expose())).collect()
    }

    #[test]
    fn every_driver_of_the_facts() {
        let text = "# old\nHostName=login.salesforce.com;LogonID=a@one.example;Password={p;}}\n;1};SecurityToken=T;\r\n\n\
            jdbc:datadirect:sforce://test.salesforce.com;User=b@one.example;pwd=q; st=T2\n\
            jdbc:salesforce:User=c@one.example;Password=\"r\"\"1;\nx\";Security Token=T3;UseSandbox=true;\nHost=h;User Id=d;Password=s'1;Security Token=T4\n";
        let expected = [
            "2 0.HostName=login.salesforce.com",
            "2 0.LogonID=a@one.example",
            "2 0.Password=p;}\n;1",
            "3 0.SecurityToken=T",
            "5 1.connector=salesforce",
            "5 1.Host=test.salesforce.com",
            "5 1.User=b@one.example",
            "5 1.pwd=q",
            "5 1.SecurityToken=T2",
            "6 2.connector=salesforce",
            "6 2.User=c@one.example",
            "6 2.Password=r\"1;\nx",
            "7 2.Security Token=T3",
            "7 2.UseSandbox=true",
            "8 3.Host=h",
            "8 3.User Id=d",
            "8 3.Password=s'1",
            "8 3.Security Token=T4",
        ];
        assert_eq!(shown(text), expected);
        let spans: Vec<&str> = entries(text).iter().filter_map(|entry| text.get(entry.span.clone()?)).collect();
        assert_eq!(&spans[..4], ["login.salesforce.com", "a@one.example", "{p;}}\n;1}", "T"]);
        assert_eq!(spans[8], "\"r\"\"1;\nx\"");
        assert!(looks(text));
        let entries = entries("Driver={Salesforce};UID=a;PWD={open;\n");
        assert_eq!(entries.last().unwrap().flaw, Some("a quote is not closed, or something stands behind it"));
        assert_eq!(of("LogonID=a;Password=\"q\";SecurityToken=T").unwrap()[1].value.expose(), "\"q\"");
    }

    #[test]
    fn others_connect_too() {
        for text in
            ["", "Server=db;User Id=a;Password=b;", "SF_PASSWORD=a\nSF_USERNAME=b\n", "a=b", "jdbc:postgresql://h/d?user=a&password=b", "Password=\""]
        {
            assert!(!looks(text), "{text}");
        }
        assert!(of("jdbc:salesforce:User=a;Password=b;").is_some() && of("Driver={Salesforce ODBC};UID=a;PWD=b").is_some());
        assert!(of("Quartz-Lantern-42!;Password=x").is_none());
    }
}
