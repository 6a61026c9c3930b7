//! Two records of one login: which secrets count, and what comes of both.

use sfcred_formats::{Integration, Moment, Record, Secret, Unknown};

use sfcred_formats::salesforce::voids;

/// Which secrets of two records of one login contradict each other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Differs {
    pub(crate) password: bool,
    pub(crate) token: bool,
}

impl Differs {
    pub(crate) fn between(one: &Record, other: &Record) -> Self {
        Self { password: !one.password.agrees(&other.password), token: !one.token.agrees(&other.token) }
    }

    pub(crate) fn any(self) -> bool {
        self.password || self.token
    }
}

/// Whether the second of two records of one login is the one whose password, or token, is taken where they differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Take {
    pub(crate) password: bool,
    pub(crate) token: bool,
}

/// Which secrets of two records of one login are the newer ones, where dates say so.
///
/// | what differs | what decides |
/// |---|---|
/// | the password | the later `password_changed` |
/// | the password, without two such dates | the record that knows the latest date: of a change of the password, or of the newer token |
/// | the token | the later `issued` |
/// | the token, without two such dates | the last change of the password, if it voids one of them and not the other |
///
/// A change of the password that came after the newer token voids that too. The token stays, and its date tells.
pub(crate) fn newer(known: &Record, other: &Record) -> Option<Take> {
    let differs = Differs::between(known, other);
    let password = if differs.password { newer_password(known, other, differs)? } else { known.password.is_empty() };
    let changed = match (differs.password, password) {
        (true, true) => other.password_changed,
        (true, false) => known.password_changed,
        (false, _) => last(known.password_changed, other.password_changed),
    };
    let token = if differs.token { newer_token(known, other, changed)? } else { known.token.is_none() };
    Some(Take { password, token })
}

fn newer_password(known: &Record, other: &Record, differs: Differs) -> Option<bool> {
    // A date says which token is newer only where there are two tokens.
    let token = if differs.token { later(known.issued, other.issued) } else { None };
    let knows_last = |one: &Record, other: &Record, has_newer_token: bool| {
        let dates = [other.password_changed, other.issued.filter(|_| other.token.is_some())];
        let is_last = |moment: &Moment| dates.iter().flatten().all(|date| moment.is_after(*date));
        let is_known = dates.iter().any(Option::is_some);
        is_known && (one.password_changed.as_ref().is_some_and(is_last) || (has_newer_token && one.issued.as_ref().is_some_and(is_last)))
    };
    later(known.password_changed, other.password_changed).or_else(|| {
        let other_last = knows_last(other, known, token == Some(true));
        (other_last || knows_last(known, other, token == Some(false))).then_some(other_last)
    })
}

fn newer_token(known: &Record, other: &Record, changed: Option<Moment>) -> Option<bool> {
    let is_void = |record: &Record| changed.zip(record.issued).is_some_and(|(changed, issued)| voids(changed, issued));
    later(known.issued, other.issued).or_else(|| match (is_void(known), is_void(other)) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    })
}

/// Whether the second moment is the later one, where that is certain.
fn later(one: Option<Moment>, other: Option<Moment>) -> Option<bool> {
    match (one?, other?) {
        (one, other) if other.is_after(one) => Some(true),
        (one, other) if one.is_after(other) => Some(false),
        _ => None,
    }
}

/// Adds to a record what only the other one of its login knows, and takes from it the secrets that are said.
pub(crate) fn join(record: &mut Record, mut other: Record, take: Take) {
    let differs = Differs::between(record, &other);
    let (password, password_changed) = match (differs.password, take.password) {
        (true, true) => (other.password.clone(), other.password_changed),
        (true, false) => (record.password.clone(), record.password_changed),
        // The last change is what counts, whoever knew of it.
        (false, _) => {
            let known = if record.password.is_empty() { &other.password } else { &record.password };
            (known.clone(), last(record.password_changed, other.password_changed))
        }
    };
    let (token, issued) = match (differs.token, take.token) {
        (true, true) => (other.token.clone(), other.issued),
        (true, false) => (record.token.clone(), record.issued),
        (false, _) => match (&record.token, &other.token) {
            // It was issued before anybody wrote it down.
            (Some(token), Some(_)) => (Some(token.clone()), earliest(record.issued, other.issued)),
            (None, Some(token)) => (Some(token.clone()), other.issued.or(record.issued)),
            (token, None) => (token.clone(), record.issued.or(other.issued)),
        },
    };
    if differs.password {
        forget_updates(if take.password { &mut record.used_by } else { &mut other.used_by }, password_changed);
    }
    if differs.token {
        forget_updates(if take.token { &mut record.used_by } else { &mut other.used_by }, issued);
    }
    // What the other one says of the rest counts more, where the login itself is more its own.
    if (differs.token && take.token) || (differs.password && take.password && !differs.token) {
        std::mem::swap(record, &mut other);
    }
    fill(record, other);
    (record.password, record.password_changed, record.token, record.issued) = (password, password_changed, token, issued);
}

/// Forgets who was updated on the day of a change or later, since they may have what was there before; without its date, all of them.
pub(crate) fn forget_updates<'a>(integrations: impl IntoIterator<Item = &'a mut Integration>, change: Option<Moment>) {
    for integration in integrations {
        integration.updated = integration.updated.filter(|updated| change.is_some_and(|change| change.is_after(*updated)));
    }
}

/// The later of two moments; the first, where nothing says which one that is.
fn last(one: Option<Moment>, other: Option<Moment>) -> Option<Moment> {
    if later(one, other) == Some(true) { other } else { one.or(other) }
}

trait Agrees {
    /// Whether both say the same, or one says nothing.
    fn agrees(&self, other: &Self) -> bool;
}

impl Agrees for Secret {
    fn agrees(&self, other: &Self) -> bool {
        self.is_empty() || other.is_empty() || self == other
    }
}

impl Agrees for Option<Secret> {
    fn agrees(&self, other: &Self) -> bool {
        self.is_none() || other.is_none() || self == other
    }
}

/// Adds everything but the secrets that only the other one knows.
fn fill(record: &mut Record, other: Record) {
    if record.title.is_empty() {
        record.title = other.title;
    }
    if record.folder.is_empty() {
        record.folder = other.folder;
    }
    record.rotate_by = record.rotate_by.or(other.rotate_by);
    record.created = [record.created, other.created].into_iter().flatten().min();
    record.modified = record.modified.max(other.modified);
    add_new(&mut record.urls, other.urls);
    add_integrations(&mut record.used_by, other.used_by);
    add_new(&mut record.tags, other.tags);
    add_new(&mut record.fields, other.fields);
    if !record.notes.expose().contains(other.notes.expose()) {
        if !record.notes.is_empty() {
            record.notes.push("\n\n");
        }
        record.notes.push(other.notes.expose());
    }
}

/// Adds the integrations that are not there; of one that is, the later update counts.
fn add_integrations(list: &mut Vec<Integration>, others: Vec<Integration>) {
    let length = list.len();
    for other in others {
        let known = list.iter_mut().take(length).find(|known| known.name == other.name && known.place == other.place);
        match known {
            Some(known) => {
                known.updated = last(known.updated, other.updated);
                if known.unknown == Unknown::None {
                    known.unknown = other.unknown;
                }
            }
            None => list.push(other),
        }
    }
}

fn add_new<T: PartialEq>(list: &mut Vec<T>, others: Vec<T>) {
    for other in others {
        if !list.contains(&other) {
            list.push(other);
        }
    }
}

fn earliest(one: Option<Moment>, other: Option<Moment>) -> Option<Moment> {
    one.zip(other).map(|(one, other)| earlier(one, other)).or(one).or(other)
}

pub(super) fn earlier(one: Moment, other: Moment) -> Moment {
    if one.is_after(other) { other } else { one }
}
