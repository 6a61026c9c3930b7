//! The table of Firefox, with a second row for the token.
//!
//! Firefox has no place for notes, fields or a title, so the token is a login of its own beside the password's: same URL, a username with a
//! suffix (Firefox keeps one login per origin and username), and a realm that keeps it out of forms. Its dates are the token's.

use std::collections::HashMap;
use std::io::{Read, Write};

use crate::format::{Sink, Spec, Spot, Writer};
use crate::holds::Holds;
use crate::record::Record;
use crate::table::{self, Rows, Table};
use crate::{Error, Limits, Lock, Moment, Notice, Result, Secret};

const REALM: &str = "Salesforce security token";
const SUFFIX: &str = " [Salesforce security token]";
/// Firefox sets the dates that a row lacks to the day of its import, so the name must say that they mean nothing.
const UNDATED: &str = " [Salesforce security token, date unknown]";

#[derive(Debug)]
pub(crate) struct Codec;

impl crate::format::Codec for Codec {
    fn read(&self, spec: &Spec, input: &mut dyn Read, limits: &Limits, _: &mut dyn Lock, sink: &mut dyn Sink) -> Result<()> {
        // Firefox exports in the order of its store, so a token's row can stand far from its password's.
        let mut pairs = Pairs { sink, logins: Vec::new(), tokens: HashMap::new() };
        table::read(&spec.id, table_of(spec)?, input, limits, &mut pairs)?;
        pairs.join()
    }

    fn write<'a>(&self, spec: &'a Spec, out: &'a mut dyn Write, _: &'a mut dyn Lock) -> Result<Box<dyn Writer + 'a>> {
        Ok(Box::new(Logins { holds: &spec.holds, rows: Rows::new(table_of(spec)?, out)? }))
    }
}

fn table_of(spec: &Spec) -> Result<&Table> {
    spec.table.as_ref().ok_or_else(|| Error::new("firefox_csv/format.toml has no table"))
}

/// A login is known by its origin and its username.
type Login = (String, String);

struct Pairs<'s> {
    sink: &'s mut dyn Sink,
    logins: Vec<(Record, Spot)>,
    tokens: HashMap<Login, (Record, Spot)>,
}

impl Sink for Pairs<'_> {
    fn record(&mut self, record: &mut Record, spot: Spot) -> Result<()> {
        let mut record = std::mem::take(record);
        let changed = record.password_changed.map(Moment::epoch_millis);
        let created = record.created.map(|created| created.timestamp_millis());
        let realm = record.fields.iter().any(|field| field.label == "HTTP Realm" && field.value.expose() == REALM);
        let dated = record.username.strip_suffix(SUFFIX).map(str::to_owned);
        let undated = record.username.strip_suffix(UNDATED).map(str::to_owned);
        if !realm && dated.is_none() && undated.is_none() {
            // Firefox fills this date in itself, with the creation's: then it says nothing about the password.
            if changed.is_some() && changed == created {
                record.password_changed = None;
            }
            self.logins.push((record, spot));
            return Ok(());
        }
        let has_date = undated.is_none();
        let username = dated.or(undated).unwrap_or_else(|| record.username.clone());
        let origin = record.urls.first().cloned().unwrap_or_default();
        let mut token = Record { username, urls: record.urls, ..Record::default() };
        token.token = Some(std::mem::take(&mut record.password));
        token.issued = record.password_changed.filter(|_| has_date);
        if self.tokens.insert((origin, token.username.clone()), (token, spot)).is_some() {
            return Err(Error::new("a second token for one login").at(spot.to_string()).hint("delete the older one in Firefox and export again"));
        }
        Ok(())
    }

    fn notice(&mut self, notice: Notice, name: &str) {
        self.sink.notice(notice, name);
    }
}

impl Pairs<'_> {
    fn join(self) -> Result<()> {
        let Self { sink, mut logins, mut tokens } = self;
        for (record, _) in &mut logins {
            let login = (record.urls.first().cloned().unwrap_or_default(), record.username.clone());
            if let Some((token, _)) = tokens.remove(&login) {
                record.token = token.token;
                record.issued = token.issued;
            }
        }
        // A token without a password keeps its place among the others.
        logins.extend(tokens.into_values());
        logins.sort_by_key(|(_, Spot::Row(at) | Spot::Entry(at))| *at);
        logins.into_iter().try_for_each(|(mut record, spot)| sink.record(&mut record, spot))
    }
}

struct Logins<'a> {
    holds: &'a Holds,
    rows: Rows<'a>,
}

impl Logins<'_> {
    fn row(&mut self, url: &str, username: &str, password: &Secret, [realm, action]: [Option<&str>; 2], [created, changed]: [Option<i64>; 2]) -> Result<()> {
        self.rows.cell(url);
        self.rows.cell(username);
        self.rows.cell(password.expose());
        for text in [realm, action] {
            match text {
                Some(text) => self.rows.cell(text),
                None => self.rows.null(),
            }
        }
        // Firefox gives each login a fresh guid, and takes the creation for the last use.
        self.rows.null();
        for time in [created, None, changed] {
            match time {
                Some(time) => self.rows.cell(&time.to_string()),
                None => self.rows.null(),
            }
        }
        self.rows.end()
    }
}

impl Writer for Logins<'_> {
    fn record(&mut self, record: &mut Record) -> Result<()> {
        let realm = self.holds.take_own(record, "HTTP Realm");
        let action = self.holds.take_own(record, "Form Action Origin");
        let url = record.urls.first().map_or("", String::as_str);
        if !record.password.is_empty() || record.token.is_none() {
            let realm = realm.as_ref().map(|field| field.value.expose());
            // A login for a realm has no form, and a login for a form no realm.
            let action = if realm.is_some() { None } else { Some(action.as_ref().map_or("", |field| field.value.expose())) };
            let created = record.created.map(|created| created.timestamp_millis());
            let changed = record.password_changed.map(Moment::epoch_millis);
            self.row(url, &record.username, &record.password, [realm, action], [created, changed])?;
        }
        if let Some(token) = &record.token {
            let issued = record.issued.map(Moment::epoch_millis);
            let suffix = if issued.is_some() { SUFFIX } else { UNDATED };
            let username = format!("{}{suffix}", record.username);
            self.row(url, &username, token, [Some(REALM), None], [issued, issued])?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        self.rows.flush()
    }
}
