//! One mail, or the mails of an mbox.

use std::io::Read;

use zeroize::Zeroizing;

use crate::Result;

const CHUNK: usize = 64 * 1024;

/// What comes next in a mailbox.
pub(super) enum Next {
    /// A mail.
    Mail(Zeroizing<Vec<u8>>),
    /// A mail longer than the limit, passed over.
    TooLong,
    /// Nothing.
    End,
}

/// Hands out mail after mail.
pub(super) struct Mailbox<'a> {
    input: &'a mut dyn Read,
    limit: usize,
    /// What was read and not yet taken.
    ahead: Zeroizing<Vec<u8>>,
    used: usize,
    started: bool,
    end: bool,
    mbox: bool,
}

impl<'a> Mailbox<'a> {
    /// Mails longer than `limit` are passed over.
    pub(super) fn new(input: &'a mut dyn Read, limit: usize) -> Self {
        Self { input, limit, ahead: Zeroizing::default(), used: 0, started: false, end: false, mbox: false }
    }

    /// Whether it begins as an mbox, as is known from the first mail on.
    pub(super) fn is_mbox(&self) -> bool {
        self.mbox
    }

    /// The next mail.
    pub(super) fn next(&mut self) -> Result<Next> {
        if !self.started {
            self.started = true;
            match self.line()? {
                None => return Ok(Next::End),
                Some(line) if line.starts_with(b"From ") => self.mbox = true,
                Some(line) => return self.mail(&line),
            }
        } else if self.end {
            return Ok(Next::End);
        }
        self.mail(&[])
    }

    /// Gathers lines until the next mail begins, which an mbox marks with `From ` behind an empty line.
    fn mail(&mut self, first: &[u8]) -> Result<Next> {
        let mut mail = Zeroizing::new(first.to_vec());
        let (mut too_long, mut empty_before) = (false, false);
        while let Some(line) = self.line()? {
            if self.mbox && empty_before && line.starts_with(b"From ") {
                return Ok(if too_long { Next::TooLong } else { Next::Mail(mail) });
            }
            empty_before = line.iter().all(|byte| matches!(byte, b'\r' | b'\n'));
            too_long |= mail.len() + line.len() > self.limit;
            if too_long {
                mail.clear();
                continue;
            }
            // A line of the text that begins with `From ` was marked by whoever wrote the mbox.
            let quoted = self.mbox && line.starts_with(b">") && line.trim_ascii_start().iter().skip_while(|byte| **byte == b'>').take(5).eq(b"From ");
            mail.extend_from_slice(&line[usize::from(quoted)..]);
        }
        self.end = true;
        Ok(if too_long { Next::TooLong } else { Next::Mail(mail) })
    }

    /// The next line with its end; a longer one than any mail in pieces.
    fn line(&mut self) -> Result<Option<Zeroizing<Vec<u8>>>> {
        let mut line = Zeroizing::new(Vec::new());
        loop {
            if self.used == self.ahead.len() {
                self.ahead.resize(CHUNK, 0);
                let count = self.input.read(&mut self.ahead)?;
                self.ahead.truncate(count);
                self.used = 0;
                if count == 0 {
                    return Ok((!line.is_empty()).then_some(line));
                }
            }
            let rest = &self.ahead[self.used..];
            let end = memchr::memchr(b'\n', rest).map(|at| at + 1);
            line.extend_from_slice(&rest[..end.unwrap_or(rest.len())]);
            self.used += end.unwrap_or(rest.len());
            if end.is_some() || line.len() > self.limit {
                return Ok(Some(line));
            }
        }
    }
}

/// Whether a file of a folder is a mail: one of a Maildir, whose name begins with a time, or one that was saved.
pub(super) fn is_mail(path: &[String]) -> bool {
    let Some((name, folders)) = path.split_last() else { return false };
    let in_maildir = folders.last().is_some_and(|folder| folder == "cur" || folder == "new");
    let timed = name.split_once('.').is_some_and(|(time, _)| !time.is_empty() && time.bytes().all(|byte| byte.is_ascii_digit()));
    let saved = name.rsplit_once('.').is_some_and(|(stem, ending)| !stem.is_empty() && ending.eq_ignore_ascii_case("eml"));
    !name.starts_with('.') && (saved || in_maildir && timed)
}

/// Whether a file of a folder is a text, which may be a mail that was pasted.
pub(super) fn is_text(path: &[String]) -> bool {
    path.last().is_some_and(|name| !name.starts_with('.') && name.len() > 4 && name.to_ascii_lowercase().ends_with(".txt"))
}

/// Whether a file begins as a mail: header lines up to an empty one, some of which every mail has.
pub(super) fn looks_like_mail(head: &[u8]) -> bool {
    let text = head.strip_prefix(b"From ").map_or(head, |rest| memchr::memchr(b'\n', rest).map_or(&[][..], |end| &rest[end + 1..]));
    let mut known = 0;
    for (number, line) in text.split(|byte| *byte == b'\n').enumerate() {
        if line.trim_ascii().is_empty() {
            break;
        }
        if number > 0 && (line.starts_with(b" ") || line.starts_with(b"\t")) {
            continue;
        }
        let Some(colon) = memchr::memchr(b':', line) else { return false };
        let name = &line[..colon];
        if name.is_empty() || !name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-') {
            return false;
        }
        let every = ["date", "from", "to", "subject", "message-id", "received", "mime-version", "return-path", "delivered-to", "content-type"];
        known += usize::from(every.iter().any(|header| name.eq_ignore_ascii_case(header.as_bytes())));
    }
    known >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mails(text: &str, limit: usize) -> Vec<Option<String>> {
        let mut bytes = text.as_bytes();
        let mut mailbox = Mailbox::new(&mut bytes, limit);
        let next = || match mailbox.next().unwrap() {
            Next::Mail(mail) => Some(Some(String::from_utf8(mail.to_vec()).unwrap())),
            Next::TooLong => Some(None),
            Next::End => None,
        };
        std::iter::from_fn(next).collect()
    }

    #[test]
    fn an_mbox_is_cut_where_its_marks_are() {
        let mbox = "From a@b Thu\nA: 1\n\n>From here\nFrom there\n\nFrom c@d Fri\nA: 2\n\nx\n";
        assert_eq!(mails(mbox, 99), [Some("A: 1\n\nFrom here\nFrom there\n\n".into()), Some("A: 2\n\nx\n".into())]);
        assert_eq!(mails("A: 1\n\nFrom here\n\nFrom there\n", 99), [Some("A: 1\n\nFrom here\n\nFrom there\n".into())]);
        assert_eq!(mails("", 99), []);
    }

    #[test]
    fn what_is_too_long_is_passed_over() {
        let long = format!("From a\nA: 1\n\n{}\n\nFrom b\nA: 2\n\n", "x".repeat(200_000));
        assert_eq!(mails(&long, 100), [None, Some("A: 2\n\n".into())]);
    }

    #[test]
    fn mails_in_folders_are_known_by_their_names() {
        let path = |path: &str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
        for mail in ["cur/1724000000.M1P2.host:2,S", "a/new/1724000000.27c448_0.host", "x/Token.EML", "token.eml"] {
            assert!(is_mail(&path(mail)), "{mail}");
        }
        for other in ["cur/login.txt", "new/a.gpg", "1724000000.M1P2.host", "tmp/1724000000.M1P2.host", ".eml", "cur/.x", "cur", "notes.txt"] {
            assert!(!is_mail(&path(other)), "{other}");
        }
    }

    #[test]
    fn mails_are_known_by_their_headers() {
        for mail in ["From: a\nDate: b\n\n", "From x@y z\nReceived: a\n b\nTo: c\n\n", "Subject: a\r\nMIME-Version: 1.0\r\n\r\nx"] {
            assert!(looks_like_mail(mail.as_bytes()), "{mail:?}");
        }
        for other in ["", "Username: a\nPassword: b\n", "username,password\n", "{\"from\": 1}", "Subject: a\n\n", "SF_TOKEN=x\n"] {
            assert!(!looks_like_mail(other.as_bytes()), "{other:?}");
        }
    }
}
