//! The mails in which Salesforce sends a security token: saved mails, mailboxes, and what was forwarded or pasted.
//!
//! A token is shown in such a mail once and never again, and the mail's date is the only proof of when it was issued. Mails come in the
//! user's language, so they are read by structure: a line whose value looks like a token, below one whose value looks like a username. No
//! link in a mail is ever followed. Source: `salesforce.md` of the facts, section 2.

mod inner;
mod mailbox;
mod message;
mod sender;
mod text;

use std::collections::HashSet;
use std::io::{Read, Write};

use crate::format::{IsFolder, Likeness, Sink, Spec, Spot, Writer};
use crate::record::Record;
use crate::store::Folder;
use crate::{Error, Limits, Lock, Moment, Notice, Result};

use mailbox::{Mailbox, Next};
use message::{Mail, Mailed};

#[derive(Debug)]
pub(crate) struct Codec;

impl crate::format::Codec for Codec {
    fn read(&self, _: &Spec, input: &mut dyn Read, limits: &Limits, _: &mut dyn Lock, sink: &mut dyn Sink) -> Result<()> {
        let mut mailbox = Mailbox::new(input, limits.element);
        let mut tokens = Tokens::new(limits.records);
        let mut damaged = None;
        for number in 1.. {
            match mailbox.next()? {
                Next::End if number == 1 => return Err(Error::new("no mail in it").hint("save the mail with its headers, as .eml")),
                Next::End if number == 2 && damaged.is_some() => return damaged.map_or(Ok(()), Err),
                Next::End => break,
                // Text without a header was pasted, and whoever named this format says where it is from.
                Next::Mail(mail) if number == 1 && !mailbox.is_mbox() && !mailbox::looks_like_mail(&mail) => {
                    tokens.add(Ok(message::pasted(&mail)), number, "", sink)?;
                }
                Next::Mail(mail) => {
                    damaged = damaged.or(tokens.add(message::tokens(&mail), number, &Spot::Entry(number).to_string(), sink)?);
                }
                Next::TooLong => sink.notice(too_long(limits), ""),
            }
        }
        tokens.hand_on(sink)
    }

    fn write<'a>(&self, _: &'a Spec, _: &'a mut dyn Write, _: &'a mut dyn Lock) -> Result<Box<dyn Writer + 'a>> {
        Err(Error::new("a mail can only be read").hint("`sfcred formats` shows what can be written"))
    }

    fn read_folder(&self, _: &Spec, folder: &mut dyn Folder, limits: &Limits, sink: &mut dyn Sink) -> Result<()> {
        let (mut mails, mut others): (Vec<_>, Vec<_>) = folder.files().to_vec().into_iter().partition(|path| mailbox::is_mail(path));
        mails.extend(others.extract_if(.., |path| mailbox::is_text(path)));
        others.sort();
        mails.sort();
        let mut tokens = Tokens::new(limits.records);
        for (path, number) in mails.iter().zip(1..) {
            let place = path.join("/");
            // A long one has something attached, which no token mail has.
            if folder.size(path).is_some_and(|size| size > limits.element as u64) {
                sink.notice(too_long(limits), &place);
                continue;
            }
            let mail = folder.read(path)?;
            let found = match mailbox::is_text(path) && !mailbox::looks_like_mail(&mail) {
                false => message::tokens(&mail),
                true if message::is_pasted(&mail) => Ok(message::pasted(&mail)),
                true => {
                    sink.notice(Notice::NoMail, &place);
                    continue;
                }
            };
            tokens.add(found, number, &place, sink)?;
        }
        // What is hidden belongs to whoever keeps the mails.
        for path in others.iter().filter(|path| path.last().is_some_and(|name| !name.starts_with('.'))) {
            sink.notice(Notice::NoMail, &path.join("/"));
        }
        for _ in 0..folder.others() {
            sink.notice(Notice::NoMail, "");
        }
        tokens.hand_on(sink)
    }

    fn likeness(&self, head: &[u8]) -> Likeness {
        match head {
            _ if mailbox::looks_like_mail(head) => Likeness::Begins,
            _ if message::is_pasted(head) => Likeness::Marked,
            _ => Likeness::None,
        }
    }

    fn folder(&self) -> Option<IsFolder> {
        Some(|files| files.iter().any(|path| mailbox::is_mail(path)))
    }
}

/// What is told of mails that are passed over.
fn too_long(limits: &Limits) -> Notice {
    Notice::LeftBehind(format!("mails of more than {} bytes", limits.element))
}

/// The tokens of a mailbox, which wait for its end: a mailbox is in any order, and of one user the newest is to come last.
struct Tokens {
    tokens: Vec<(Mailed, Spot)>,
    limit: usize,
}

impl Tokens {
    fn new(limit: usize) -> Self {
        Self { tokens: Vec::new(), limit }
    }

    /// Adds those of one mail. A mail that is damaged is told, for it need not be one of those that count, and its error is returned.
    fn add(&mut self, found: Result<Mail>, number: u64, place: &str, sink: &mut dyn Sink) -> Result<Option<Error>> {
        let spot = Spot::Entry(number);
        match found {
            Err(error) => {
                sink.notice(Notice::LeftBehind("damaged mails".to_owned()), place);
                return Ok(Some(error.at(place)));
            }
            Ok(Mail { tokens, announces: true }) if tokens.is_empty() => sink.notice(Notice::NoToken, place),
            Ok(Mail { tokens, .. }) if tokens.is_empty() => sink.notice(Notice::NotALogin("mails without a new token".to_owned()), ""),
            Ok(Mail { tokens, .. }) => self.tokens.extend(tokens.into_iter().map(|mailed| (mailed, spot))),
        }
        if self.tokens.len() > self.limit {
            return Err(Error::new(format!("more than {} tokens, the limit for one input", self.limit)).hint("split the mailbox"));
        }
        Ok(None)
    }

    /// Hands them on from the oldest to the newest, those without a date first. A mail that lies there twice counts once.
    fn hand_on(mut self, sink: &mut dyn Sink) -> Result<()> {
        let key = |issued: Moment| (issued.day(), matches!(issued, Moment::Instant(_)).then(|| issued.epoch_millis()));
        self.tokens.sort_by_key(|(mailed, _)| mailed.issued.map(key));
        let mut known = HashSet::new();
        for (mailed, spot) in &self.tokens {
            let Mailed { username, token, issued, is_theirs } = mailed;
            if !known.insert((username.to_lowercase(), token.expose(), issued)) {
                sink.notice(Notice::NotALogin("mails that are here more than once".to_owned()), "");
                continue;
            }
            let mut record = Record { username: username.clone(), token: Some(token.clone()), issued: *issued, ..Record::default() };
            if *is_theirs {
                sink.record(&mut record, *spot)?;
            } else {
                sink.candidate(&mut record, *spot, "mails with a username and a token, but neither subject nor sender of Salesforce")?;
            }
        }
        Ok(())
    }
}
