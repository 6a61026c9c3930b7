//! A report or a query of users: when each of them changed the password, and what they may do.
//!
//! It holds no secrets, so that it makes no records; it adds to those of other inputs what the rules ask for. Columns are known by name,
//! whatever their case, and a query may put the name of the object before them. Source: `salesforce.md` of the facts, section 7.4.

use std::io::{Read, Write};

use crate::format::{Sink, Spec, Spot, Writer};
use crate::record::{Field, Kind, Record};
use crate::{Error, Limits, Lock, Moment, Notice, Result, dates, table};

#[derive(Debug)]
pub(crate) struct Codec;

impl crate::format::Codec for Codec {
    fn read(&self, spec: &Spec, input: &mut dyn Read, limits: &Limits, lock: &mut dyn Lock, sink: &mut dyn Sink) -> Result<()> {
        table::Codec.read(spec, input, limits, lock, &mut Users { sink })
    }

    fn write<'a>(&self, _: &'a Spec, _: &'a mut dyn Write, _: &'a mut dyn Lock) -> Result<Box<dyn Writer + 'a>> {
        Err(Error::new("users can only be read").hint("`sfcred formats` shows what can be written"))
    }
}

/// Keeps of each row what says something of a login.
struct Users<'s> {
    sink: &'s mut dyn Sink,
}

impl Sink for Users<'_> {
    fn record(&mut self, record: &mut Record, spot: Spot) -> Result<()> {
        // A report ends in lines on how many rows it has and who made it.
        if !record.username.contains('@') {
            self.sink.notice(Notice::NotALogin("rows without a username".to_owned()), "");
            return Ok(());
        }
        let user = User::of(&record.fields).map_err(|error| error.at(spot.to_string()))?;
        if user.unclear {
            self.sink.notice(Notice::LeftBehind("dates whose day and month cannot be told apart".to_owned()), &record.username);
        }
        let username = std::mem::take(&mut record.username);
        record.clear();
        username.trim().clone_into(&mut record.username);
        record.password_changed = user.changed;
        record.fields = user.fields();
        self.sink.record(record, spot)
    }

    fn notice(&mut self, notice: Notice, name: &str) {
        self.sink.notice(notice, name);
    }
}

/// What a row says.
#[derive(Default)]
struct User {
    changed: Option<Moment>,
    expires: Option<Moment>,
    unclear: bool,
    api_only: Option<bool>,
    two_factor: Option<bool>,
    any_auth: Option<bool>,
    never_expires: Option<bool>,
}

impl User {
    /// Reads the columns of a row.
    ///
    /// # Errors
    /// When there is a password among them, which would be left behind.
    fn of(cells: &[Field]) -> Result<Self> {
        let mut user = Self::default();
        for cell in cells {
            let value = cell.value.expose().trim();
            match folded(&cell.label).as_str() {
                "password" | "securitytoken" | "token" if !value.is_empty() => {
                    return Err(Error::new("a column with secrets, which a list of users does not have").hint("name the format, such as --from csv"));
                }
                "lastpasswordchangedate" | "lastpasswordchange" => user.changed = user.moment(value),
                "passwordexpirationdate" => user.expires = user.moment(value),
                "permissionsapiuseronly" | "apionlyuser" => user.api_only = flag(value),
                "permissionstwofactorapi" => user.two_factor = flag(value),
                "permissionsuseanyapiauth" | "useanyapiauth" => user.any_auth = flag(value),
                "permissionspasswordneverexpires" | "passwordneverexpires" => user.never_expires = flag(value),
                _ => {}
            }
        }
        Ok(user)
    }

    /// A date of an export, which is exact, or of a report, which is as the user's settings have it.
    fn moment(&mut self, value: &str) -> Option<Moment> {
        // Salesforce leaves the colon out of the zone.
        let zoned = value.strip_suffix("+0000").map(|time| format!("{time}Z"));
        let moment = zoned.as_deref().unwrap_or(value).parse().ok().or_else(|| dates::written(value));
        self.unclear |= moment.is_none() && !value.is_empty();
        moment
    }

    /// The fields that the rules ask for.
    fn fields(&self) -> Vec<Field> {
        let days = match (self.changed, self.expires) {
            _ if self.never_expires == Some(true) => Some("never".to_owned()),
            (Some(changed), Some(expires)) => Some((expires.day() - changed.day()).num_days()).filter(|days| *days > 0).map(|days| days.to_string()),
            _ => None,
        };
        // Where a one-time code takes the place of the token, it does not matter who could reset that.
        let policy = match (self.two_factor, self.api_only) {
            (Some(true), _) => Some("mfa-api".to_owned()),
            (_, Some(true)) => Some("api-only-user".to_owned()),
            _ => None,
        };
        let any_auth = self.any_auth.map(|is| is.to_string());
        [("Password Expires Days", days), ("Token Policy", policy), ("Use Any API Auth", any_auth)]
            .into_iter()
            .filter_map(|(label, value)| Some(Field::new(label, value?, Kind::Text)))
            .collect()
    }
}

/// The name of a column without case and blanks, and without the object before it.
fn folded(label: &str) -> String {
    let name = label.rsplit('.').next().unwrap_or(label);
    name.chars().filter(char::is_ascii_alphanumeric).map(|character| character.to_ascii_lowercase()).collect()
}

/// Whether a cell says yes, as exports and reports do.
fn flag(value: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" => Some(true),
        "false" | "0" | "no" => Some(false),
        _ => None,
    }
}
