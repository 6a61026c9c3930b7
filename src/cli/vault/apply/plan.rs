//! What becomes of each integration that waits for new secrets.

use std::env::home_dir;
use std::path::PathBuf;

use sfcred_formats::{Amended, Change, Edit, Error, Format, Input, Integration, Moment, Part, Record, Result, detect};

use super::super::super::args::Reading;
use super::super::super::input;
use super::target::{Target, There};
use crate::amend::amend;
use crate::flow::Options;
use crate::seal::is_sealed;
use crate::vault::is_void;

/// The longest file that is looked at, which is read several times.
const LONGEST: u64 = 64 << 20;

/// What is to be done for an integration.
pub(super) enum Plan {
    /// Its file is to be replaced.
    Write(Box<Write>),
    /// Its file is that of another integration, whose place among the plans this is.
    With(usize),
    /// Its file has the secrets already.
    Same,
    /// It is left to the user, for the reason that is given.
    ByHand(Option<String>),
    /// Its file should have been replaced, but cannot.
    Failed(Error),
}

/// A file that is to be replaced.
pub(super) struct Write {
    pub(super) target: Target,
    pub(super) amended: Amended,
}

/// What a record has now, and had before.
pub(super) struct Secrets<'a> {
    /// As it is in the vault.
    pub(super) record: &'a Record,
    /// As it was before it was rotated in this run.
    pub(super) before: Option<&'a Record>,
}

impl Secrets<'_> {
    /// What the file of this integration is to have.
    pub(super) fn change(&self, integration: &Integration) -> Change {
        let Self { record, before } = self;
        // A rotation forgets what was updated on its own day.
        let known = before.and_then(|before| before.used_by.iter().find(|other| other.name == integration.name)).unwrap_or(integration);
        let waits = record.password_changed.is_some_and(|changed| known.updated.is_none_or(|updated| changed.is_after(updated)));
        let is_new = before.is_some_and(|before| before.password != record.password);
        Change {
            username: record.username.clone(),
            token: record.token.clone().filter(|_| !is_void(record)),
            issued: record.issued,
            password: Some(record.password.clone()).filter(|password| !password.is_empty() && (waits || is_new)),
            password_changed: record.password_changed,
            passwords: [Some(*record), *before].into_iter().flatten().map(|record| record.password.clone()).collect(),
            tokens: before.iter().filter_map(|before| before.token.clone()).collect(),
        }
    }

    /// What an edit does, without a secret.
    pub(super) fn line(&self, place: &str, edit: &Edit, change: &Change) -> String {
        let of =
            |moment: Option<Moment>, other: &str| moment.map_or_else(|| other.to_owned(), |moment| format!("that of {}", moment.day()));
        let old =
            self.before.and_then(|before| before.issued).filter(|_| edit.known).map(|old| format!(" of {}", old.day())).unwrap_or_default();
        let token = of(change.issued, "the present one");
        let password = of(change.password_changed, "the present one");
        let what = match (edit.what, &change.token, &change.password) {
            (Part::Token, ..) => format!("the token{old} gives way to {token}"),
            (Part::Password, ..) => format!("the password gives way to {password}"),
            (Part::Both, _, None) => format!("the token{old} behind the password gives way to {token}"),
            (Part::Both, None, _) => format!("the password before the token gives way to {password}"),
            (Part::Both, ..) => "password and token give way to the present ones".to_owned(),
            (Part::Issued, ..) => format!("the date of the token becomes {}", change.issued.map(|day| day.to_string()).unwrap_or_default()),
            (Part::PasswordChanged, ..) => {
                format!("the date of the password becomes {}", change.password_changed.map(|day| day.to_string()).unwrap_or_default())
            }
        };
        let key = if edit.key.is_empty() { String::new() } else { format!("{}: ", edit.key) };
        format!("{place}, line {}: {key}{what}", edit.line)
    }
}

/// Looks at the place of an integration, and works out what its file would be; nothing is written.
pub(super) fn plan(change: &Change, place: &str, reading: &Reading, options: &Options, others: &[Plan]) -> Plan {
    look(change, place, reading, options, others).unwrap_or_else(Plan::Failed)
}

fn look(change: &Change, place: &str, reading: &Reading, options: &Options, others: &[Plan]) -> Result<Plan> {
    let by_hand = |reason: &str| Ok(Plan::ByHand(Some(reason.to_owned())));
    if place.is_empty() {
        return Ok(Plan::ByHand(None));
    }
    let path = &in_home(place);
    let target = match Target::open(path, LONGEST)? {
        There::Nothing if is_like_a_path(place) => {
            return by_hand("no such file, seen from this folder; change to the folder where the place begins, or update it by hand");
        }
        There::Nothing => return Ok(Plan::ByHand(None)),
        There::Folder => return by_hand("a folder, which is left to you"),
        There::File(target) => *target,
    };
    let is_same = |plan: &Plan| matches!(plan, Plan::Write(write) if write.target.is_same(&target));
    if let Some(at) = others.iter().position(is_same) {
        return Ok(Plan::With(at));
    }
    if is_sealed(&target.bytes) {
        return by_hand("sealed, and left to you");
    }
    let Some(format) = format(&target.bytes, options) else { return by_hand("of no format that is known, and left to you") };
    if format.spec.write.is_none() {
        return by_hand("of a format that can only be read, and left to you");
    }
    let Some(amended) = amend(format, &target.bytes, change, &options.limits, &mut input::lock(path, place, reading))? else {
        return by_hand("encrypted in its own way, and left to you");
    };
    if amended.edits.is_empty() {
        return Ok(Plan::Same);
    }
    Ok(Plan::Write(Box::new(Write { target, amended })))
}

/// The path of a place, which may begin in the home folder as in a shell.
fn in_home(place: &str) -> PathBuf {
    let home = || Some(home_dir()?.join(place.strip_prefix("~/")?));
    home().unwrap_or_else(|| PathBuf::from(place))
}

/// Whether a place looks like the path of a file, and not like a host, a service, or a sentence.
fn is_like_a_path(place: &str) -> bool {
    const ENDS: [&str; 14] =
        ["env", "properties", "xml", "json", "yaml", "yml", "toml", "ini", "conf", "cfg", "config", "csv", "txt", "sh"];
    let end = place.rsplit_once('.').is_some_and(|(_, end)| ENDS.iter().any(|known| end.eq_ignore_ascii_case(known)));
    let begins = place.starts_with(['/', '~', '.']);
    !place.contains("://") && (begins || end || (place.contains('/') && !place.contains(' ')))
}

/// The format of a file, by what is in it.
fn format(bytes: &[u8], options: &Options) -> Option<&'static Format> {
    let mut input = Input::open(Box::new(bytes), &options.limits).ok()?;
    detect(options.formats(), &mut input).ok().map(|found| found.format)
}
