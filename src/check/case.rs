//! One record under judgement.

use std::cell::OnceCell;

use sfcred_formats::{Field, Moment, Record, salesforce};

use super::Policy;
use super::org::{Org, of_host};
use super::token::{Shape, shape};

/// A record with what several rules ask of it, worked out once.
#[derive(Clone, Debug)]
pub struct Case<'a> {
    /// The record.
    pub record: &'a Record,
    /// What it is judged by.
    pub policy: &'a Policy,
    /// What its token looks like.
    pub shape: Shape,
    /// The age of its token in whole days between two days of UTC.
    pub age: Option<i64>,
    /// When another token of the same username was issued, the newest that came before, if that was certainly earlier or later.
    pub other_issue: Option<Moment>,
    /// The name of the record that it was compared with.
    pub other: &'a str,
    /// See [`login`](Self::login).
    pub(super) login: OnceCell<(&'a str, Option<Org>)>,
}

impl<'a> Case<'a> {
    /// Looks at a record by itself.
    pub fn new(record: &'a Record, policy: &'a Policy) -> Self {
        let shape = record.token.as_ref().map_or(Shape::Absent, |token| shape(token.expose()));
        let issued = record.issued.filter(|_| shape.is_token());
        let age = issued.map(|issued| (policy.today - issued.day()).num_days());
        Self { record, policy, shape, age, other_issue: None, other: "", login: OnceCell::new() }
    }

    /// The issue date of its token, where there is one.
    pub fn issued(&self) -> Option<Moment> {
        self.record.issued.filter(|_| self.has_token())
    }

    /// Whether what stands in the place of the token can be one.
    pub fn has_token(&self) -> bool {
        self.shape.is_token()
    }

    /// The host of its first URL, and what that belongs to.
    pub fn login(&self) -> (&'a str, Option<Org>) {
        *self.login.get_or_init(|| {
            let host = self.record.urls.first().and_then(|url| salesforce::host(url)).unwrap_or_default();
            (host, of_host(host))
        })
    }

    /// The value of the field that is called like this; labels differ neither by case nor by blank, `_` or `-`.
    pub fn field(&self, label: &str) -> Option<&'a str> {
        let field = self.record.fields.iter().find(|field| is_called(field, label))?;
        Some(field.value.expose().trim()).filter(|value| !value.is_empty())
    }

    /// Whether the field of this label says one of these words.
    pub fn says(&self, label: &str, words: &[&str]) -> bool {
        !self.record.fields.is_empty() && self.field(label).is_some_and(|value| words.iter().any(|word| alike(value, word)))
    }
}

fn is_called(field: &Field, label: &str) -> bool {
    alike(field.label.trim(), label)
}

/// Whether two words are the same but for case, and for what stands between their parts.
fn alike(a: &str, b: &str) -> bool {
    let fold = |byte: u8| if matches!(byte, b'_' | b'-') { b' ' } else { byte.to_ascii_lowercase() };
    a.len() == b.len() && a.bytes().zip(b.bytes()).all(|(a, b)| fold(a) == fold(b))
}
