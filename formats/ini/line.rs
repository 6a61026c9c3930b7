//! The lines of an INI file, as Python's `configparser` takes them.

use crate::keys::{Entries, Entry};

/// Whether a text looks like an INI file: the first line that is no comment is a section, and most of the others are keys with values.
pub(crate) fn looks(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty() && !is_comment(line));
    if lines.next().is_none_or(|line| section(line).is_none()) {
        return false;
    }
    let (mut pairs, mut others) = (0_u32, 0_u32);
    for line in lines {
        let fits = section(line).is_some() || line.starts_with([' ', '\t']) || sign(line).is_some();
        if fits { pairs += 1 } else { others += 1 }
    }
    pairs > 0 && pairs >= others
}

/// The keys of a text, below their sections; what stands under `DEFAULT` has no section.
pub(crate) fn entries(text: &str) -> Entries {
    let mut entries = Entries::new();
    let mut path: Vec<String> = Vec::new();
    // The beginning of the keys of the present section.
    let mut first = 0;
    let mut begin = 0;
    let mut open = false;
    for (number, whole) in (1..).zip(text.split_inclusive('\n')) {
        let line = whole.trim_end_matches('\n').trim_end_matches('\r');
        let start = begin;
        begin += whole.len();
        if line.trim().is_empty() || is_comment(line) {
            continue;
        }
        if open && line.starts_with([' ', '\t']) {
            go_on(entries.last_mut(), line.trim());
            continue;
        }
        if let Some(name) = section(line) {
            finish(&mut entries[first..]);
            (first, open) = (entries.len(), false);
            path = if name == "DEFAULT" { Vec::new() } else { vec![name.to_owned()] };
        } else if let Some(sign) = sign(line) {
            let value = line[sign + 1..].trim();
            let at = start + line.len() - line[sign + 1..].trim_start().len();
            let path = path.iter().cloned().chain([line[..sign].trim().to_owned()]).collect();
            entries.push(Entry { path, value: value.into(), line: number, span: Some(at..at + value.len()), ..Entry::default() });
            open = true;
        }
    }
    finish(&mut entries[first..]);
    entries
}

/// Puts a further line of a value behind it.
fn go_on(entry: Option<&mut Entry>, line: &str) {
    let Some(entry) = entry else { return };
    if !entry.value.is_empty() {
        entry.value.push("\n");
    }
    entry.value.push(line);
    entry.span = None;
}

/// Undoes what the reader of a section undoes: `%%` and references for `configparser`, braces for a driver of ODBC.
fn finish(section: &mut [Entry]) {
    let driver = is_driver(section.iter());
    for entry in section {
        let value = entry.value.expose();
        if driver {
            let inner = value.strip_prefix('{').and_then(|value| value.strip_suffix('}'));
            if let Some(inner) = inner.filter(|inner| !inner.replace("}}", "").contains('}')) {
                entry.value = inner.replace("}}", "}").into();
            }
            continue;
        }
        if let Some(text) = unquoted(value) {
            entry.value = text.into();
        }
        let value = entry.value.expose();
        let rest = value.replace("%%", "");
        if rest.contains("%(") && rest.contains(")s") {
            entry.reference = Some("a variable");
        } else if !rest.contains('%') && value.contains('%') {
            entry.value = value.replace("%%", "%").into();
        }
    }
}

/// Whether a section is a data source of ODBC.
fn is_driver<'e>(mut section: impl Iterator<Item = &'e Entry>) -> bool {
    section.any(|entry| {
        let key = entry.path.last().map_or("", String::as_str);
        ["driver", "logonid", "hostname"].iter().any(|name| key.eq_ignore_ascii_case(name))
    })
}

/// Whether the value that begins there belongs to a data source of ODBC.
pub(super) fn is_driver_at(text: &str, at: usize) -> bool {
    let entries = entries(text);
    let place = entries.iter().find(|entry| entry.span.as_ref().is_some_and(|span| span.start == at));
    place.is_some_and(|place| is_driver(entries.iter().filter(|entry| entry.path.first() == place.path.first())))
}

/// Whether a value needs quotes, because a reader would drop the blanks at its ends or end it with the line; Python has no way to write those.
pub(super) fn needs_quotes(value: &str) -> bool {
    value.trim() != value || value.contains(['\n', '\r']) || unquoted(value).is_some()
}

/// Whether a value has a `%` that is neither doubled nor a reference, which Python's usual parser refuses.
pub(super) fn has_single_percent(text: &str) -> bool {
    let lone = |line: &str| line.replace("%%", "").replace("%(", "").contains('%');
    text.lines().filter(|line| !is_comment(line)).any(lone)
}

/// A value without the quotes that it needed.
fn unquoted(value: &str) -> Option<String> {
    let text: String = value.starts_with('"').then(|| serde_json::from_str(value).ok())??;
    needs_quotes(&text).then_some(text)
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with(['#', ';'])
}

fn section(line: &str) -> Option<&str> {
    line.strip_prefix('[')?.trim_end().strip_suffix(']').filter(|name| !name.is_empty() && !name.contains(['"', ',', '[', '{']))
}

/// Where the first sign behind the key stands.
fn sign(line: &str) -> Option<usize> {
    let at = line.find(['=', ':'])?;
    let key = line[..at].trim();
    (!key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.- ".contains(&byte))).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<(u64, String, String)> {
        entries(text).iter().map(|entry| (entry.line, entry.path.join("/"), entry.value.expose().to_owned())).collect()
    }

    #[test]
    fn as_python_reads_them() {
        let text = "# c\n[DEFAULT]\nurl = u\r\n[Salesforce]\n; c\nusername: a@b.example\npassword = 50%% = off # x\n\ntoken=t\n  t2\n\tt3\n\
            quoted = \"q\"\nedges = \" q\\n\"\nnothing =\nalone\n[raw]\npassword = 5% off\npath = %(home)s/x\n[odbc]\nHostName = h\nPassword = {a;}}%%}\n";
        let expected = [
            (3, "url", "u"),
            (6, "Salesforce/username", "a@b.example"),
            (7, "Salesforce/password", "50% = off # x"),
            (9, "Salesforce/token", "t\nt2\nt3"),
            (12, "Salesforce/quoted", "\"q\""),
            (13, "Salesforce/edges", " q\n"),
            (14, "Salesforce/nothing", ""),
            (17, "raw/password", "5% off"),
            (18, "raw/path", "%(home)s/x"),
            (20, "odbc/HostName", "h"),
            (21, "odbc/Password", "a;}%%"),
        ];
        assert_eq!(shown(text), expected.map(|(line, path, value)| (line, path.to_owned(), value.to_owned())));
        let entries = entries(text);
        let told: Vec<u64> = entries.iter().filter(|entry| entry.reference.is_some()).map(|entry| entry.line).collect();
        assert_eq!(told, [18]);
        let spans: Vec<&str> = entries.iter().filter_map(|entry| text.get(entry.span.clone()?)).collect();
        assert_eq!(spans[..3], ["u", "a@b.example", "50%% = off # x"]);
        assert_eq!(spans[8..], ["h", "{a;}}%%}"]);
    }

    #[test]
    fn what_looks_like_it() {
        assert!(looks("[a]\nb=c\n") && looks("; x\n\n[a b]\nb : c\n  d\n"));
        assert!(!looks("") && !looks("a=b\n[c]\n") && !looks("[1, 2]\n") && !looks("[a]\n") && !looks("[a]\nx\ny\nz=1\n"));
    }

    #[test]
    fn quotes_are_taken_off_only_where_they_are_needed() {
        for value in [" a", "a\n", "\" a\"", "\"\\\" a\\\"\""] {
            assert!(needs_quotes(value), "{value}");
        }
        for value in ["", "a", "\"a\"", "\"a", "{\"a\": \" b\"}"] {
            assert!(!needs_quotes(value), "{value}");
        }
    }
}
