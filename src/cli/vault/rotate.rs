//! `sfcred rotate`

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Args;
use sfcred_formats::{Error, Integration, Moment, Record, Result, Secret};

use super::super::args::{self, Judging, Reading};
use super::super::{End, input, prompt, show};
use super::apply::{Apply, Applying};
use super::store::{Access, Store};
use super::{At, Waiting};
use crate::flow::{self, Options};
use crate::vault::{OnConflict, Vault, is_pending, mark_done, pending, rotate_password, rotate_token};

/// Give a record a new token or password, and say which integrations must be told
///
/// The new token is asked for on the terminal, or comes from a file, or from a token mail or any other file with this login. The day on which
/// it was issued is that of the mail, else what --issued says, else today. Each integration that holds the token is printed with its place,
/// until --done says that it has the new one.
///
/// With --apply those whose place is a file of a format that can be written get it there: what would change is shown first, only the secrets
/// and their dates change, and each file is written as a whole or not at all. Where one cannot be, the others are, and the exit status is 1.
#[derive(Args)]
pub(in super::super) struct Rotate {
    /// The title or username, or a part that only this record has
    #[arg(value_name = "NAME", required_unless_present = "status")]
    name: Option<String>,

    /// A file whose first line is the new token, or the new password with --password; - is stdin
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,

    /// A token mail, or a file of any other format, that holds the new token of this username
    #[arg(long, value_name = "IN", conflicts_with = "token_file")]
    from_file: Option<PathBuf>,

    /// When the new token was issued
    #[arg(long, value_name = "DATE")]
    issued: Option<String>,

    /// Record a new password, which voids the token
    #[arg(long, conflicts_with_all = ["from_file", "issued"])]
    password: bool,

    /// Mark this integration as updated; can be given several times
    #[arg(long, value_name = "INTEGRATION", conflicts_with_all = ["token_file", "from_file", "issued", "password", "status"])]
    done: Vec<String>,

    /// Show which integrations are not known to have the present token, of one record or of all
    #[arg(long, conflicts_with_all = ["token_file", "from_file", "issued", "password"])]
    status: bool,

    #[command(flatten)]
    apply: Apply,
    #[command(flatten)]
    at: At,
    #[command(flatten)]
    waiting: Waiting,
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    judging: Judging,
}

/// A token and when it was issued, if that is known.
type Token = (Secret, Option<Moment>);

impl Rotate {
    pub(in super::super) fn run(self, today: NaiveDate) -> Result<End> {
        let issued = match self.issued.as_ref().map(|text| text.parse::<Moment>()).transpose() {
            Ok(issued) => issued,
            Err(error) => return Ok(End::wrong_use(&Error::new(error.to_string()).at("--issued").hint("write the day as in the mail"))),
        };
        let rotates = self.password || self.token_file.is_some() || self.from_file.is_some();
        if self.apply.wanted && !rotates && issued.is_some() {
            return Ok(End::wrong_use(
                &Error::new("it is the date of a new token").at("--issued").hint("name the token with --token-file"),
            ));
        }
        let access = self.at.access(&self.reading)?;
        let known = self.reading.specs.load()?;
        let Ok(from) = self.reading.from(known) else { return Ok(End::WrongUse) };
        let options = args::options(&self.reading, &self.judging, known, today, show::KEEP)?;
        let (day, max_age) = (options.policy.today, options.policy.max_age);
        let store = Store::read(&access)?;
        if self.status {
            return self.show_status(&store.vault);
        }
        let name = self.name.as_deref().unwrap_or_default();
        let Some(record) = store.vault.records.get(store.vault.find(name)?).cloned() else { return Ok(End::Failed) };
        drop(store);
        let username = record.name().to_owned();
        let Self { waiting, reading, apply, .. } = &self;
        let applying = Applying { access: &access, waiting, reading, options: &options, day, apply };
        if self.apply.wanted {
            applying.check()?;
            if !rotates {
                return applying.run(&record, None);
            }
        }
        if !self.done.is_empty() {
            let after = change(&access, &self.waiting, &record, |record| {
                self.done.iter().try_for_each(|integration| mark_done(record, integration, day))
            })?;
            tell_rest(&after);
            return Ok(End::Done);
        }
        // Asked before the lock is taken, so that nobody waits while somebody types.
        if self.password {
            let password = match &self.token_file {
                Some(path) => prompt::secret_file(path)?,
                None => prompt::secret(&format!("the new password of {username}"), "--token-file FILE gives it without a terminal")?,
            };
            let after = self.rotate(&access, &record, |record| rotate_password(record, password, day))?;
            if !self.apply.dry_run {
                show::say("notice", &format!("{username}: new password of {day}; its token is void"));
                show::say("hint", "when the mail with the new token comes, `sfcred rotate` takes it");
            }
            return if self.apply.wanted { applying.run(&after, Some(&record)) } else { show_left(&after) };
        }
        let (token, mailed) = match (&self.token_file, &self.from_file) {
            (Some(path), _) => (prompt::secret_file(path)?, None),
            (None, Some(path)) => {
                let (sources, _) = input::open(std::slice::from_ref(path), &self.reading, from)?;
                mailed(sources, &record, &options).map_err(|error| error.in_file(input::name(path)))?
            }
            (None, None) => {
                (prompt::secret(&format!("the new token of {username}"), "--token-file FILE gives it without a terminal")?, None)
            }
        };
        let issued = issued.or(mailed).unwrap_or(Moment::Day(day));
        let after = self.rotate(&access, &record, |record| rotate_token(record, token, issued, max_age))?;
        if !self.apply.dry_run {
            let before = record.issued.map(|old| format!(", in place of that of {}", old.day())).unwrap_or_default();
            show::say("notice", &format!("{username}: new token of {}{before}", issued.day()));
        }
        if self.apply.wanted { applying.run(&after, Some(&record)) } else { show_left(&after) }
    }

    /// The record with its new secret, which the vault has by then, unless only the difference is shown.
    fn rotate(&self, access: &Access, before: &Record, new: impl FnOnce(&mut Record) -> Result<()>) -> Result<Record> {
        if !self.apply.dry_run {
            return change(access, &self.waiting, before, new);
        }
        let mut record = before.clone();
        new(&mut record).map_err(|error| error.in_file(before.name()))?;
        Ok(record)
    }

    fn show_status(&self, vault: &Vault) -> Result<End> {
        let only = self.name.as_deref().map(|name| vault.find(name)).transpose()?;
        let records = match only {
            Some(at) => vault.records.get(at..=at).unwrap_or_default(),
            None => &vault.records,
        };
        let rows: Vec<Vec<String>> = pending(records)
            .map(|pending| {
                let mut row = vec![show::printable(pending.record.name())];
                row.extend(cells(pending.integration));
                row.push(
                    pending.integration.updated.map_or_else(|| "not known to have it".to_owned(), |at| format!("updated {}", at.day())),
                );
                row
            })
            .collect();
        show::print(&show::table(&rows, show::width()))?;
        let all: usize = records.iter().map(|record| record.used_by.len()).sum();
        let text =
            format!("{} of {} not known to have the present token", rows.len(), show::count(all as u64, "integration", "integrations"));
        show::say("notice", &text);
        Ok(End::Done)
    }
}

/// Changes the record under the lock, if it still is as it was looked at, and returns it.
pub(super) fn change(
    access: &Access,
    waiting: &Waiting,
    before: &Record,
    change: impl FnOnce(&mut Record) -> Result<()>,
) -> Result<Record> {
    let mut store = Store::change(access, waiting.time())?;
    let Some(record) = store.vault.records.iter_mut().find(|record| *record == before) else {
        return Err(Error::new("the record was changed meanwhile").in_file(before.name()).hint("do it again on the record as it is now"));
    };
    change(record).map_err(|error| error.in_file(before.name()))?;
    let after = record.clone();
    store.save()?;
    Ok(after)
}

/// The token that a file has for this username, the newest where they are dated.
fn mailed(sources: Vec<flow::Source<'_>>, record: &Record, options: &Options) -> Result<Token> {
    let mut found = Vault::default();
    let (report, _) = flow::import(sources, &mut found, &mut |_| Ok(OnConflict::Newer), options)?;
    show::inputs(&report);
    let mut tokens = found
        .records
        .into_iter()
        .filter(|other| other.username.eq_ignore_ascii_case(&record.username) && !record.username.is_empty())
        .filter_map(|other| other.token.map(|token| (token, other.issued)));
    match (tokens.next(), tokens.next()) {
        (Some(token), None) => Ok(token),
        (None, _) => {
            Err(Error::new(format!("no token for {}", record.name()))
                .hint("check that the mail is for this username; then use --token-file"))
        }
        (Some(_), Some(_)) => Err(Error::new(format!("several tokens for {}, and no date to decide by", record.name()))
            .hint("name the newest mail alone, or use --token-file")),
    }
}

/// Prints every integration that must be given the new token or password by hand, with its place.
pub(super) fn show_left(record: &Record) -> Result<End> {
    if record.used_by.is_empty() {
        show::say("notice", "nobody wrote down which tools use it; `sfcred edit` adds them to `used_by`");
        return Ok(End::Done);
    }
    let left = record.used_by.iter().filter(|integration| is_pending(record, integration));
    let rows: Vec<Vec<String>> = left.map(|integration| cells(integration).to_vec()).collect();
    if rows.is_empty() {
        return Ok(End::Done);
    }
    show::print(&show::table(&rows, show::width()))?;
    show::say(
        "hint",
        "update these, and mark each with `sfcred rotate NAME --done INTEGRATION`; `sfcred rotate --status` shows what is left",
    );
    Ok(End::Done)
}

/// Says what is left after something was done.
pub(super) fn tell_rest(record: &Record) {
    let left: Vec<&str> =
        record.used_by.iter().filter(|integration| is_pending(record, integration)).map(|integration| integration.name.as_str()).collect();
    let text = if left.is_empty() {
        format!("{}: every integration has the present token", record.name())
    } else {
        format!("{}: still to be updated: {}", record.name(), left.join(", "))
    };
    show::say("notice", &text);
}

fn cells(integration: &Integration) -> [String; 2] {
    let place = if integration.place.is_empty() { "no place written down" } else { integration.place.as_str() };
    [show::printable(&integration.name), show::printable(place)]
}
