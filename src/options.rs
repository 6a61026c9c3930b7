//! What a run is told.

use sfcred_formats::{Format, Limits, all};

use crate::check::{Keep, Policy};
use crate::place::Split;

/// What holds for a whole run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whether entries that are not Salesforce logins are kept.
    pub all: bool,
    /// What tokens are judged by.
    pub policy: Policy,
    /// How much of what the rules find is remembered.
    pub keep: Keep,
    /// What a file may ask of this machine.
    pub limits: Limits,
    /// How values that hold password and token are split, if they are.
    pub split: Option<Split>,
    /// Whether password and token are written in one value.
    pub join: bool,
    /// Table formats of the user's own, beside those of this program.
    pub own: &'static [Format],
}

impl Options {
    /// All formats. The user's own come first, so that one of them can call another its twin.
    pub(crate) fn formats(&self) -> impl Iterator<Item = &'static Format> {
        self.own.iter().chain(all())
    }
}
