//! The lines of a `.properties` file: continued, split at the first sign, and unescaped as Java does it.

use crate::keys::{Entries, Entry, expanded};

/// Whether a text looks like a `.properties` file: most lines that are no comments have a key, a sign and a value.
pub(crate) fn looks(text: &str) -> bool {
    let (mut pairs, mut dotted, mut others) = (0_u32, 0_u32, 0_u32);
    for Line { text: line, .. } in logical(text) {
        let sign = sign(&line);
        let key = sign.map_or("", |(end, _)| &line[..end]);
        let named = is_name(key) && !key.contains(' ');
        if line.starts_with(['[', '{', '}', '<', '-']) {
            return false;
        }
        // `key: value` is YAML as well, and more often.
        let equals = sign.is_some_and(|(end, begin)| line[end..begin].contains('='));
        match named {
            true if equals => pairs += 1,
            true if key.contains('.') => dotted += 1,
            _ => others += 1,
        }
    }
    // The other signs say nothing by themselves, but beside this one they do.
    pairs > 0 && pairs + dotted >= others
}

/// The keys of a text.
pub(crate) fn entries(text: &str) -> Entries {
    let mut entries = Vec::new();
    let ant = is_ant(text);
    let talend = is_talend(text);
    for Line { number, text: line, at } in logical(text) {
        let Some((end, begin)) = sign(&line) else { continue };
        // Anything can be a key to Java, and the beginning of a sentence as well; the names of programs are plain.
        let Some((key, _)) = unescape(&line[..end]).filter(|(key, _)| is_name(key)) else { continue };
        let span = at.map(|at| at + begin..at + line.len());
        let mut entry = Entry { path: vec![key], line: number, span, ..Entry::default() };
        let Some((mut value, plain)) = unescape(&line[begin..]) else {
            entry.flaw = Some("`\\u` without four hexadecimal digits, which Java refuses");
            entries.push(entry);
            continue;
        };
        if ant {
            value = value.replace("$$", "$");
        }
        if expanded(&if ant { plain.replace("$$", " ") } else { plain }) {
            entry.reference = Some(if line[begin..].starts_with("${secure::") { "a secure property of Mule" } else { "a variable" });
        }
        // Talend writes its values as Java has them in code.
        let inner = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).filter(|_| talend);
        entry.value = inner.unwrap_or(&value).into();
        entries.push(entry);
    }
    entries
}

/// Whether Ant reads it, which turns `$$` into `$`; only Ant has these two keys.
pub(super) fn is_ant(text: &str) -> bool {
    logical(text).iter().any(|line| ["sf.serverurl", "sfdc.serverurl"].iter().any(|key| line.text.starts_with(key)))
}

/// Whether Talend reads it, whose values stand in quotes as in code.
pub(super) fn is_talend(text: &str) -> bool {
    logical(text).iter().any(|line| line.text.contains("userPassword."))
}

fn is_name(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.- ".contains(&byte))
}

/// A line with those that it goes on in, without leading blanks.
struct Line {
    number: u64,
    text: String,
    /// Where it begins, if it does not go on.
    at: Option<usize>,
}

/// The lines that are no comments.
fn logical(text: &str) -> Vec<Line> {
    let mut found: Vec<Line> = Vec::new();
    let mut open = false;
    let mut begin = 0;
    for (number, whole) in (1..).zip(text.split_inclusive('\n')) {
        let start = begin;
        begin += whole.len();
        let line = whole.trim_end_matches('\n').trim_end_matches('\r');
        let at = start + line.len() - line.trim_start_matches(BLANKS).len();
        let line = line.trim_start_matches(BLANKS);
        if !open && (line.is_empty() || line.starts_with(['#', '!'])) {
            continue;
        }
        let slashes = line.bytes().rev().take_while(|byte| *byte == b'\\').count();
        let goes_on = slashes % 2 == 1;
        let part = if goes_on { &line[..line.len() - 1] } else { line };
        match found.last_mut().filter(|_| open) {
            Some(line) => {
                line.text.push_str(part);
                line.at = None;
            }
            None => found.push(Line { number, text: part.to_owned(), at: Some(at) }),
        }
        open = goes_on;
    }
    found
}

/// What Java takes for blanks.
const BLANKS: [char; 3] = [' ', '\t', '\u{c}'];

/// Where the key ends, and where the value begins: behind `=`, `:` or a blank.
fn sign(line: &str) -> Option<(usize, usize)> {
    let mut escaped = false;
    let end = line.char_indices().find_map(|(at, character)| {
        let ends = !escaped && matches!(character, '=' | ':' | ' ' | '\t');
        escaped = !escaped && character == '\\';
        ends.then_some(at)
    })?;
    let blanks = |at: usize| at + line[at..].len() - line[at..].trim_start_matches(BLANKS).len();
    let mut begin = blanks(end);
    if line[begin..].starts_with(['=', ':']) {
        begin = blanks(begin + 1);
    }
    Some((end, begin))
}

/// The text without its escapes, and the same with a blank in place of every escape; nothing where an escape is none.
fn unescape(text: &str) -> Option<(String, String)> {
    let mut units: Vec<u16> = Vec::new();
    let mut plain = String::new();
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        if character != '\\' {
            units.extend_from_slice(character.encode_utf16(&mut [0; 2]));
            plain.push(character);
            continue;
        }
        plain.push(' ');
        if let Some(code) = rest.as_str().strip_prefix('u') {
            units.push(u16::from_str_radix(code.get(..4)?, 16).ok()?);
            rest = code[4..].chars();
            continue;
        }
        let character = match rest.next() {
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('f') => '\u{c}',
            Some(other) => other,
            None => break,
        };
        units.extend_from_slice(character.encode_utf16(&mut [0; 2]));
    }
    Some((String::from_utf16_lossy(&units), plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_java_reads_them() {
        let text = "# c\n! c\n\n sf.username = a@b.example\r\nsf.password:p\\:\\=\\#\\\\x\\u00e9\\ud83d\\udd11 \nc one\\\n   two\\\\\nd\ne=\nf\\ g=h\n\
            i=${x}\nj=\\${x}\nk=![abc]\nl=\\\n# no comment\n";
        let read: Vec<(u64, String, String)> =
            entries(text).into_iter().map(|entry| (entry.line, entry.path[0].clone(), entry.value.expose().to_owned())).collect();
        let expected = [
            (4, "sf.username", "a@b.example"),
            (5, "sf.password", "p:=#\\xé🔑 "),
            (6, "c", "onetwo\\"),
            (9, "e", ""),
            (10, "f g", "h"),
            (11, "i", "${x}"),
            (12, "j", "${x}"),
            (13, "k", "![abc]"),
            (14, "l", "# no comment"),
        ];
        assert_eq!(read, expected.map(|(line, key, value)| (line, key.to_owned(), value.to_owned())));
        let spans: Vec<&str> = entries(text).iter().filter_map(|entry| text.get(entry.span.clone()?)).collect();
        let expected =
            ["a@b.example", "p\\:\\=\\#\\\\x\\u00e9\\ud83d\\udd11 ", "", "h", "${x}", "\\${x}", "![abc]"];
        assert_eq!(spans, expected);
        let told: Vec<u64> = entries(text).iter().filter(|entry| entry.reference.is_some()).map(|entry| entry.line).collect();
        assert_eq!(told, [11]);
        assert!(entries("sf.password=\\u00zz\n")[0].flaw.is_some());
        assert_eq!(entries("sf.serverurl=x\nsf.password=a$$b\n")[1].value.expose(), "a$b");
        assert_eq!(entries("sf.password=a$$b\n")[0].value.expose(), "a$$b");
    }

    #[test]
    fn what_looks_like_it() {
        assert!(looks("sf.username=a\n") && looks("#x\n\nusername = a\nurl = b\n") && looks("sf.username: a\nsf.password b\nsf.serverurl=c\n"));
        assert!(!looks("") && !looks("[a]\nb=c\n") && !looks("a: b\n") && !looks("{\"a\":1}") && !looks("a,b\n") && !looks("a.b: c\n"));
        assert!(!looks("provider \"x\" {\n  username = \"a\"\n  login_url = \"b\"\n}\n"), "blocks are another syntax");
    }
}
