//! Text on its way into the page.

use std::fmt::{self, Display};

use super::super::super::show;

/// A text that comes out as text, whatever is in it: without markup, and without characters that turn the direction or cannot be seen.
pub(super) struct Text<'a>(pub(super) &'a str);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in show::printable(self.0).chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                _ => write!(f, "{character}")?,
            }
        }
        Ok(())
    }
}

/// A text of ours, in which what stands between backticks is code.
pub(super) struct Prose<'a>(pub(super) &'a str);

impl Display for Prose<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, part) in self.0.split('`').enumerate() {
            let part = Text(part);
            if at % 2 == 1 { write!(f, "<code>{part}</code>")? } else { write!(f, "{part}")? }
        }
        Ok(())
    }
}

/// A message as a sentence of the page: with a capital and a full stop.
pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let mut sentence: String = letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default();
    if !sentence.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}

/// `1 token`, `2 tokens`.
pub(super) fn count(count: u64, one: &str, many: &str) -> String {
    show::count(count, one, many)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_text() {
        assert_eq!(Text("<a href='x'>&\"\u{202e}\n").to_string(), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;\\u{202e}\\u{a}");
        assert_eq!(sentence("token is 95 days old (limit 90)"), "Token is 95 days old (limit 90).");
        assert_eq!(Prose("as old as `--max-age` & `x").to_string(), "as old as <code>--max-age</code> &amp; <code>x</code>");
        assert_eq!(sentence(""), ".");
    }
}
