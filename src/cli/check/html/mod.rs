//! The findings as one page that needs nothing else: no script, no font, no picture from anywhere.
//!
//! Names of records come from files of others. They reach the page through [`Text`] alone, and a content security policy stands behind that.

mod findings;
mod head;
mod picture;
mod remedies;
mod text;
mod tokens;

use std::fmt::Write;

use crate::flow::Report;
use text::Text;

/// The page.
pub(super) fn page(report: &Report) -> String {
    let mut page = String::new();
    head::write(&mut page, report);
    page.push_str("<main>\n");
    findings::write(&mut page, report);
    page.push_str("<section aria-labelledby=\"ages\">\n<h2 id=\"ages\">Ages</h2>\n");
    picture::write(&mut page, report);
    tokens::write(&mut page, report);
    page.push_str("</section>\n");
    remedies::write(&mut page, report);
    page.push_str("</main>\n");
    foot(&mut page, report);
    page.push_str("</body>\n</html>\n");
    page
}

fn foot(page: &mut String, report: &Report) {
    let policy = report.findings.policy();
    let _ = writeln!(
        page,
        "<footer>\n<p>Made by <code>sfcred check</code>. Days are those of UTC. A token is stale at {} days, due {} days before, very stale at {} \
         and critical at {}. This page holds no password and no token.</p>\n</footer>",
        policy.max_age,
        policy.due_within,
        policy.very_stale(),
        policy.critical()
    );
}

#[cfg(test)]
mod tests {
    use super::super::samples::{HOSTILE, MIXED, report};
    use super::*;

    #[test]
    fn names_are_never_markup() {
        let page = page(&report(HOSTILE));
        for harm in ["<script", "<img", "<b ", "</title><script", "\u{202e}", "\u{0}", "\u{1b}"] {
            assert!(!page.contains(harm), "{harm:?}");
        }
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
        assert!(page.contains("<bdi>&quot;&gt;&lt;img/src=x@one.example</bdi>"));
        assert!(page.contains("&lt;b onclick=&#39;x&#39;&gt;&amp;amp;"));
    }

    #[test]
    fn nothing_comes_from_elsewhere() {
        for records in [MIXED, HOSTILE] {
            let page = page(&report(records));
            for way in ["src=", "url(http", "@import", "<link", "<iframe", "<form", "href=\"http", " style=", " onload"] {
                assert!(!page.replace("/src=x@", "").contains(way), "{way}");
            }
        }
    }

    #[test]
    fn every_link_leads_somewhere_and_every_id_is_one() {
        let page = page(&report(MIXED));
        let after = |mark: &str| page.split(mark).skip(1).map(|part| part.split('"').next().unwrap().to_owned()).collect::<Vec<_>>();
        let ids = after(" id=\"");
        let mut links = after("href=\"#");
        links.extend(after("aria-labelledby=\"").iter().flat_map(|ids| ids.split(' ').map(str::to_owned).collect::<Vec<_>>()));
        assert!(links.len() > 10);
        for link in links {
            assert_eq!(ids.iter().filter(|id| **id == link).count(), 1, "{link}");
        }
    }

    #[test]
    fn every_element_is_closed() {
        const VOID: [&str; 1] = ["meta"];
        for records in [MIXED, HOSTILE, r#"{"format":"sfcred","version":1,"records":[]}"#] {
            let page = page(&report(records));
            let mut open = Vec::new();
            for tag in page.split('<').skip(1).filter(|tag| !tag.starts_with('!')) {
                let inside = tag.split('>').next().unwrap();
                let name = inside.split([' ', '\n', '/']).find(|name| !name.is_empty()).unwrap();
                if inside.starts_with('/') {
                    assert_eq!(open.pop(), Some(name), "in {tag}");
                } else if !inside.ends_with('/') && !VOID.contains(&name) {
                    open.push(name);
                }
            }
            assert_eq!(open, [""; 0]);
        }
    }
}
