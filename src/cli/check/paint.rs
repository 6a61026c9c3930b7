//! Colours for a terminal.

use std::env::var_os;
use std::ffi::OsStr;

use clap::ValueEnum;

use crate::check::Severity;

/// When to colour.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum When {
    Auto,
    Always,
    Never,
}

/// Whether there are colours.
#[derive(Clone, Copy)]
pub(super) struct Paint(pub(super) bool);

impl Paint {
    /// What the user asked for; else what terminal and environment say.
    pub(super) fn new(when: When, is_terminal: bool) -> Self {
        Self(match when {
            When::Always => true,
            When::Never => false,
            When::Auto => is_terminal && wanted(var_os("NO_COLOR").as_deref(), var_os("TERM").as_deref()),
        })
    }

    /// Colours a text by how bad it is. The words say it too.
    pub(super) fn level(self, severity: Option<Severity>, text: &str) -> String {
        let code = match severity {
            Some(Severity::Error) => "1;31",
            Some(Severity::Warning) => "33",
            Some(Severity::Notice) => "36",
            Some(Severity::Info) | None => "2",
        };
        if self.0 { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// A terminal has colours unless `NO_COLOR` is set to anything (<https://no-color.org>) or `TERM` is `dumb`.
fn wanted(no_color: Option<&OsStr>, term: Option<&OsStr>) -> bool {
    no_color.is_none_or(OsStr::is_empty) && term.is_none_or(|term| term != "dumb")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_counts_more_than_the_terminal() {
        assert!(Paint::new(When::Always, false).0);
        assert!(!Paint::new(When::Never, true).0);
        assert!(!Paint::new(When::Auto, false).0);
        let text = |text| Some(OsStr::new(text));
        assert!(wanted(None, None) && wanted(text(""), text("xterm")));
        assert!(!wanted(text("0"), text("xterm")) && !wanted(None, text("dumb")));
        assert_eq!(Paint(true).level(Some(Severity::Error), "void"), "\u{1b}[1;31mvoid\u{1b}[0m");
        assert_eq!(Paint(false).level(Some(Severity::Error), "void"), "void");
    }
}
