//! `sfcred rotate`

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Args;
use sfcred_formats::{Error, Moment, Record, Result, Secret};

use super::super::args::{self, Judging, Reading};
use super::super::{End, input, prompt, show};
use super::apply::{Apply, Applying};
use super::change::change;
use super::store::Store;
use super::{At, Waiting, left, with_own};
use crate::check::{Class, Policy, Test, faults};
use crate::flow::{self, Options};
use crate::vault::{OnConflict, Said, Vault, follows, is_void, mark_done, rotate_password, rotate_token};

/// Give a record a new token or password, and say which integrations must be told
///
/// The new token is asked for on the terminal, or comes from a file, or from a token mail or any other file with this login. The day on which
/// it was issued is what --issued says, else that of the mail, else today. What is older than the present token, or cannot be a token, is
/// refused without --force. Each integration that holds the token is printed with its place, until --done says that it has the new one.
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

    /// When the new token was issued; it also corrects the date of the present token
    #[arg(long, value_name = "DATE")]
    issued: Option<String>,

    /// Record a new password, which voids the token that was issued before it
    #[arg(long, conflicts_with_all = ["from_file", "issued"])]
    password: bool,

    /// When the password was changed, with the time if a token was issued on that day; it also corrects the date of the present password
    #[arg(long, value_name = "DATE", requires = "password")]
    changed: Option<String>,

    /// Take a token or password that is older than the present one, and a token that does not look like one
    #[arg(long)]
    force: bool,

    /// Mark this integration as updated, by its name or as NAME=PLACE; can be given several times
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
    pub(in super::super) fn run(mut self, today: NaiveDate) -> Result<End> {
        let [issued, changed] = match self.dates() {
            Ok(dates) => dates,
            Err(error) => return Ok(End::wrong_use(&error)),
        };
        let rotates = self.password || self.token_file.is_some() || self.from_file.is_some();
        if self.apply.wanted && !rotates && issued.is_some() {
            return Ok(End::wrong_use(
                &Error::new("it is the date of a new token").at("--issued").hint("name the token with --token-file"),
            ));
        }
        self.reading.identity = with_own(&self.reading.identity);
        let access = self.at.access(&self.reading)?;
        let known = self.reading.specs.load()?;
        let Ok(from) = self.reading.from(known) else { return Ok(End::WrongUse) };
        let options = args::options(&self.reading, &self.judging, known, today, show::KEEP)?;
        let day = options.policy.today;
        if changed.is_some_and(|changed| changed.day() > day) {
            return Ok(End::wrong_use(&Error::new("a day in the future").at("--changed").hint("say when the password was changed")));
        }
        let mut store = Store::read(&access)?;
        if self.status {
            return left::show_status(&store.vault, self.name.as_deref());
        }
        let name = self.name.as_deref().unwrap_or_default();
        let Some(record) = store.vault.records.get(store.vault.find(name)?).cloned() else { return Ok(End::Failed) };
        let wait = self.waiting.time();
        let applying = Applying { wait, reading: &self.reading, options: &options, day, apply: &self.apply };
        if self.apply.wanted {
            applying.check()?;
            if !rotates {
                return applying.run(&mut store, &record, None);
            }
        }
        if !self.done.is_empty() {
            let done = |record: &mut Record| self.done.iter().try_for_each(|integration| mark_done(record, integration, day));
            left::tell(&change(&mut store, wait, &record, done)?);
            return Ok(End::Done);
        }
        // Asked before the lock is taken, so that nobody waits while somebody types.
        let after = if self.password {
            self.take_password(&mut store, &record, changed, day)?
        } else {
            let token = self.token(&record, from, &options)?;
            self.take_token(&mut store, &record, token, issued, &options.policy)?
        };
        if self.apply.wanted {
            return applying.run(&mut store, &after, Some(&record));
        }
        left::show(&after);
        Ok(End::Done)
    }

    /// What `--issued` and `--changed` say.
    fn dates(&self) -> Result<[Option<Moment>; 2]> {
        let parse = |text: &Option<String>, option: &str, hint: &str| {
            let parsed = text.as_ref().map(|text| text.parse::<Moment>()).transpose();
            parsed.map_err(|error| Error::new(error.to_string()).at(option).hint(hint))
        };
        let issued = parse(&self.issued, "--issued", "write the day as in the mail")?;
        let changed = parse(&self.changed, "--changed", "write the day on which the password was changed, with the time if you know it")?;
        Ok([issued, changed])
    }

    /// Gives the record a new password, and tells what becomes of its token.
    fn take_password(&self, store: &mut Store, record: &Record, changed: Option<Moment>, day: NaiveDate) -> Result<Record> {
        let name = record.name();
        let password = match &self.token_file {
            Some(path) => prompt::secret_file(path)?,
            None => prompt::secret(&format!("the new password of {name}"), "--token-file FILE gives it without a terminal")?,
        };
        let corrects = changed.is_some();
        let changed = changed.unwrap_or_else(|| when_changed(record, day));
        let after =
            self.rotate(store, record, |record| rotate_password(record, password, changed, Said { date: corrects, force: self.force }))?;
        if self.apply.dry_run {
            return Ok(after);
        }
        let what = if record.password == after.password { "the password was changed on" } else { "new password of" };
        show::say("notice", &format!("{name}: {what} {}{}", changed.day(), token_after(&after, changed)));
        if after.token.is_none() || is_void(&after) {
            let earlier = if corrects || after.token.is_none() {
                ""
            } else {
                "; if the password was changed before that token came, --changed DATE says so"
            };
            show::say("hint", &format!("when the mail with the new token comes, `sfcred rotate` takes it{earlier}"));
        }
        Ok(after)
    }

    /// The new token, and when it was issued, if that is known.
    fn token(&self, record: &Record, from: Option<&'static sfcred_formats::Format>, options: &Options) -> Result<Token> {
        match (&self.token_file, &self.from_file) {
            (Some(path), _) => Ok((prompt::secret_file(path)?, None)),
            (None, Some(path)) => {
                let (sources, _) = input::open(std::slice::from_ref(path), &self.reading, from)?;
                let (token, date) = mailed(sources, record, options).map_err(|error| error.in_file(input::name(path)))?;
                if date.is_none() && self.issued.is_none() {
                    let text = format!("no date that can be read, so the token is dated {}; --issued DATE says it", options.policy.today);
                    show::say("warning", &Error::new(text).in_file(input::name(path)).to_string());
                }
                Ok((token, date))
            }
            (None, None) => {
                let what = format!("the new token of {}", record.name());
                Ok((prompt::secret(&what, "--token-file FILE gives it without a terminal")?, None))
            }
        }
    }

    /// Gives the record a new token.
    fn take_token(&self, store: &mut Store, record: &Record, token: Token, issued: Option<Moment>, policy: &Policy) -> Result<Record> {
        let (token, mailed) = token;
        let said = Said { date: issued.is_some(), force: self.force };
        let issued = issued.or(mailed).unwrap_or(Moment::Day(policy.today));
        let name = record.name();
        let new = |record: &mut Record| {
            rotate_token(record, token, issued, policy.max_age, said)?;
            self.look_at(record, policy)
        };
        let after = self.rotate(store, record, new)?;
        if !self.apply.dry_run {
            let (what, instead) =
                if record.token == after.token { ("the token was issued on", "not on") } else { ("new token of", "in place of that of") };
            let before = record.issued.map(|old| format!(", {instead} {}", old.day())).unwrap_or_default();
            show::say("notice", &format!("{name}: {what} {}{before}", issued.day()));
            if after.password_changed != record.password_changed {
                show::say("notice", &format!("{name}: taken as the token that came with the change of the password on that day"));
            } else if after.password_changed == Some(issued) && matches!(issued, Moment::Day(_)) {
                let text = "the password was changed on that day too; --issued with the time in the mail says that the token came after it";
                show::say("notice", &format!("{name}: {text}"));
            }
        }
        Ok(after)
    }

    /// Refuses what cannot be a token, and warns of what looks wrong.
    fn look_at(&self, record: &Record, policy: &Policy) -> Result<()> {
        for (rule, what) in faults(record, policy) {
            let todo = rule.remedy.map_or("", |remedy| remedy.line);
            if matches!(rule.test, Test::Status(Class::Invalid, _)) && !self.force {
                return Err(Error::new(what).hint(format!("{todo}; --force takes it all the same")));
            }
            show::say("warning", &format!("{}: {what}; {todo}", record.name()));
        }
        Ok(())
    }

    /// The record with its new secret, which the vault has by then, unless only the difference is shown.
    fn rotate(&self, store: &mut Store, before: &Record, new: impl FnOnce(&mut Record) -> Result<()>) -> Result<Record> {
        if !self.apply.dry_run {
            return change(store, self.waiting.time(), before, new);
        }
        let mut record = before.clone();
        new(&mut record).map_err(|error| error.in_file(before.name()))?;
        Ok(record)
    }
}

/// When a password was changed that is recorded today: if the token came on this day, perhaps just before it.
fn when_changed(record: &Record, day: NaiveDate) -> Moment {
    let changed = Record { password_changed: Some(Moment::Day(day)), ..record.clone() };
    let Some(issued) = record.issued.filter(|_| record.token.is_some() && follows(&changed)) else { return Moment::Day(day) };
    let question = format!("did the token of {issued} come after this change of the password? [y/N]");
    if matches!(prompt::line(&question).as_deref(), Some("y" | "yes")) { issued } else { Moment::Day(day) }
}

/// What becomes of the token of a record whose password was changed then.
fn token_after(record: &Record, changed: Moment) -> String {
    let Some(issued) = record.issued.filter(|_| record.token.is_some()) else {
        return if record.token.is_some() { "; its token has no date, and is void if it came before" } else { "" }.to_owned();
    };
    let day = issued.day();
    if is_void(record) {
        format!("; its token of {day} is void")
    } else if issued == changed || issued.is_after(changed) {
        format!("; its token of {day} came after it, and stays")
    } else {
        format!("; whether its token of {day} came after it, the time of the change would say: --changed")
    }
}

/// The token that a file has for this username, the newest where they are dated.
fn mailed(sources: Vec<flow::Source<'_>>, record: &Record, options: &Options) -> Result<Token> {
    let mut found = Vault::default();
    let mut incoming = flow::incoming(sources, options)?;
    incoming.take_into(&mut found, &mut |_| Ok(OnConflict::Newer))?;
    show::inputs(&incoming.report);
    let mut tokens = found
        .records
        .into_iter()
        .filter(|other| other.username.to_lowercase() == record.username.to_lowercase() && !record.username.is_empty())
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
