//! What to do, step by step.

use std::fmt::Write;

use super::text::Prose;
use super::{Report, Text};
use crate::check::{Remedy, remedy};

/// Every remedy that the findings name and that has steps, in the order of the rules.
pub(super) fn write(page: &mut String, report: &Report) {
    let findings = &report.findings;
    let mut named: Vec<&Remedy> = findings.worst_first().iter().filter_map(|finding| finding.remedy).collect();
    named.extend(findings.general().filter_map(|(_, rule, _)| rule.remedy));
    let used: Vec<&&Remedy> = remedy::ALL.iter().filter(|remedy| !remedy.steps.is_empty() && named.contains(*remedy)).collect();
    if used.is_empty() {
        return;
    }
    page.push_str("<section class=\"remedies\" aria-labelledby=\"remedies\">\n<h2 id=\"remedies\">Step by step</h2>\n");
    for remedy in used {
        let id = Text(remedy.id);
        let _ = write!(page, "<section aria-labelledby=\"remedy-{id}\">\n<h3 id=\"remedy-{id}\">{id}</h3>\n<ol>\n");
        for step in remedy.steps {
            let _ = writeln!(page, "<li>{}</li>", Prose(step));
        }
        page.push_str("</ol>\n</section>\n");
    }
    page.push_str("</section>\n");
}
