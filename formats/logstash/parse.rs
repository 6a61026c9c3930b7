//! Pipelines of Logstash: sections in braces, and settings `name => value` in them.

use std::ops::Range;

use crate::keys::{Entries, Entry};

/// Whether a text looks like a pipeline.
pub(crate) fn looks(text: &str) -> bool {
    let begins = ["input", "filter", "output"].iter().any(|name| {
        let first = text.lines().map(str::trim_start).find(|line| !line.is_empty() && !line.starts_with('#'));
        first.and_then(|line| line.strip_prefix(name)).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '{']))
    });
    begins && text.contains("=>")
}

/// The settings of a text, below the names of their sections, each of which has a number: a plugin can stand there twice.
pub(crate) fn entries(text: &str) -> Entries {
    let mut words = Words { text, at: 0, line: 1 };
    let mut entries = Entries::new();
    let (mut path, mut sections): (Vec<String>, usize) = (Vec::new(), 0);
    let mut last: Option<(String, u64)> = None;
    while let Some(word) = words.next() {
        match word {
            Word::Sign("{") => {
                sections += 1;
                let name = last.take().map_or_else(String::new, |(name, _)| name);
                path.push(format!("{name} {sections}"));
            }
            Word::Sign("}") => {
                path.pop();
                last = None;
            }
            Word::Sign("=>") => {
                let Some((name, line)) = last.take() else { continue };
                let Some(Word::Text(value, span)) = words.next_if_text() else { continue };
                let reference = (value.contains("${") && value.contains('}')).then_some("a variable");
                let path = path.iter().cloned().chain([name]).collect();
                entries.push(Entry { path, value: value.into(), line, span: Some(span), reference, ..Entry::default() });
            }
            Word::Sign(_) => last = None,
            Word::Text(text, _) => last = Some((text.to_owned(), words.line)),
        }
    }
    entries
}

enum Word<'t> {
    Sign(&'t str),
    /// A name or a value without its quotes, and where it stands with them.
    Text(&'t str, Range<usize>),
}

struct Words<'t> {
    text: &'t str,
    at: usize,
    line: u64,
}

impl<'t> Words<'t> {
    fn next(&mut self) -> Option<Word<'t>> {
        loop {
            let rest = &self.text[self.at..];
            let blanks = rest.len() - rest.trim_start().len();
            self.go(blanks);
            let rest = &self.text[self.at..];
            if !rest.starts_with('#') {
                break;
            }
            self.go(rest.find('\n').unwrap_or(rest.len()));
        }
        let rest = &self.text[self.at..];
        if let Some(sign) = ["=>", "{", "}", "[", "]", ",", "(", ")"].into_iter().find(|sign| rest.starts_with(*sign)) {
            self.go(sign.len());
            return Some(Word::Sign(sign));
        }
        let begin = self.at;
        if let Some(quote) = rest.chars().next().filter(|first| matches!(first, '"' | '\'')) {
            // An open quote takes in the rest, in which nothing can be told from a value.
            let end = rest[1..].find(quote)?;
            self.go(end + 2);
            return Some(Word::Text(&rest[1..=end], begin..self.at));
        }
        let variable = rest.starts_with("${").then(|| rest.find('}').map(|end| end + 1)).flatten();
        let end = rest.find(|sign: char| sign.is_whitespace() || "{}[](),".contains(sign)).unwrap_or(rest.len());
        let end = variable.unwrap_or(end);
        let end = rest[..end].find("=>").unwrap_or(end);
        if end == 0 {
            return None;
        }
        self.go(end);
        Some(Word::Text(&rest[..end], begin..self.at))
    }

    /// The next word, if it is a value; what is a list or a map is left to be read on.
    fn next_if_text(&mut self) -> Option<Word<'t>> {
        let (at, line) = (self.at, self.line);
        let word = self.next().filter(|word| matches!(word, Word::Text(..)));
        if word.is_none() {
            (self.at, self.line) = (at, line);
        }
        word
    }

    fn go(&mut self, bytes: usize) {
        self.line += self.text[self.at..self.at + bytes].matches('\n').count() as u64;
        self.at += bytes;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# a pipeline\ninput {\n  salesforce {\n    username => 'a@b.example' # c\n    password => \"p # 'q\"\n    security_token=>${TOKEN}\n    \
        sfdc_fields => [\"Id\", \"Name\"]\n    map => { \"k\" => \"v\" }\n    use_test_sandbox => true\n  }\n}\noutput { stdout { } }\n";

    #[test]
    fn settings_have_their_lines() {
        let entries = entries(TEXT);
        let shown: Vec<String> =
            entries.iter().map(|entry| format!("{} {}={}", entry.line, entry.path.join("/"), entry.value.expose())).collect();
        let expected = [
            "4 input 1/salesforce 2/username=a@b.example",
            "5 input 1/salesforce 2/password=p # 'q",
            "6 input 1/salesforce 2/security_token=${TOKEN}",
            "8 input 1/salesforce 2/ 3/k=v",
            "9 input 1/salesforce 2/use_test_sandbox=true",
        ];
        assert_eq!(shown, expected);
        let spans: Vec<&str> = entries.iter().filter_map(|entry| TEXT.get(entry.span.clone()?)).collect();
        assert_eq!(spans[..2], ["'a@b.example'", "\"p # 'q\""]);
    }

    #[test]
    fn what_looks_like_it() {
        assert!(looks(TEXT) && looks("input{\n a => b\n}"));
        assert!(!looks("") && !looks("input { }") && !looks("{ a => b }") && !looks("inputs => {}"));
        for cut in 0..TEXT.len() {
            entries(&TEXT[..cut]);
        }
    }
}
