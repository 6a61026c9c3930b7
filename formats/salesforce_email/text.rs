//! From the body of a mail to lines that can be looked at.

use zeroize::Zeroizing;

/// The text of an HTML body: tags dropped, the common entities decoded, a line for every block.
pub(super) fn of_html(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(entity) = rest.strip_prefix('&') {
            let decoded = split_entity(entity).and_then(|(name, behind)| Some((entity_of(name)?, behind)));
            let (character, behind) = decoded.unwrap_or(('&', entity));
            text.push(character);
            rest = behind;
            continue;
        }
        let name: String = rest[1..].chars().take_while(|character| character.is_ascii_alphanumeric() || matches!(character, '/' | '!' | '-')).collect();
        let name = name.to_ascii_lowercase();
        // What stands between these tags is no text.
        let end = match name.as_str() {
            "style" | "script" | "head" => closing(rest, &name),
            _ if name.starts_with("!--") => rest.find("-->"),
            _ => Some(0),
        };
        let Some(end) = end.and_then(|start| Some(start + rest[start..].find('>')?)) else { return text };
        if ["br", "br/", "p", "/p", "div", "/div", "tr", "/tr", "li", "/li", "h1", "/h1", "h2", "/h2"].contains(&name.as_str()) {
            text.push('\n');
        } else if matches!(name.as_str(), "td" | "/td") {
            text.push(' ');
        }
        rest = &rest[end + 1..];
    }
    text.push_str(rest);
    text
}

/// Where the tag that closes the element stands.
fn closing(rest: &str, name: &str) -> Option<usize> {
    let closes = |at: &usize| rest.as_bytes()[at + 2..].get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()));
    rest.match_indices("</").map(|(at, _)| at).find(closes)
}

/// The name of an entity and what stands behind it; no known name is longer than this.
fn split_entity(text: &str) -> Option<(&str, &str)> {
    let end = text.bytes().take(9).position(|byte| byte == b';')?;
    Some((&text[..end], &text[end + 1..]))
}

fn entity_of(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    })
}

/// The lines of a text: without the marks of a reply, with plain blanks and colons.
pub(super) fn lines(text: &str) -> Zeroizing<Vec<String>> {
    let plain = |line: &str| {
        let mut line = line.trim();
        while let Some(quoted) = line.strip_prefix(['>', '|']) {
            line = quoted.trim_start();
        }
        line.replace(['\u{A0}', '\u{3000}'], " ").replace('\u{FF1A}', ":").replace(['*', '\u{200B}', '\u{FEFF}'], "").trim().to_owned()
    };
    Zeroizing::new(text.lines().map(plain).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_becomes_lines() {
        let html = "<html><head><style>p { a: b }</style></head><!-- <p> --><p>User&#110;ame:&nbsp;a&amp;b<br/>Token: <b>x</b></p><td>1</td></html>";
        let text = of_html(html);
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        assert_eq!(lines, ["Username: a&b", "Token: x", "1"]);
        for broken in ["<p", "&", "&amp", "<style>", "<!--", "a<b>c", "&#xD800;", "&#99999999;"] {
            assert!(of_html(broken).len() <= broken.len(), "{broken}");
        }
    }

    #[test]
    fn marks_of_replies_go() {
        assert_eq!(*lines("> > Username：　a\n*Token:* b\n"), ["Username: a", "Token: b"]);
    }
}
