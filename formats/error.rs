//! Why a run fails.

use std::fmt;
use std::io;

/// What went wrong, where, and what to do about it.
///
/// It holds places and names, never a value from the file, so that it can be printed and logged.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    what: String,
    spot: Option<String>,
    file: Option<String>,
    hint: Option<String>,
}

/// The result of everything that reads or writes records.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error that says `what`: lower case, no final period, no value.
    pub fn new(what: impl Into<String>) -> Self {
        Self(Box::new(Inner { what: what.into(), spot: None, file: None, hint: None }))
    }

    /// Adds what the user can do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint.get_or_insert(hint.into());
        self
    }

    /// Says what to do next in place of what was said before, where whoever passes the error on knows better.
    #[must_use]
    pub fn hint_instead(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// Adds the spot inside the file, unless it has one already.
    #[must_use]
    pub fn at(mut self, spot: impl Into<String>) -> Self {
        self.0.spot.get_or_insert(spot.into());
        self
    }

    /// Adds the name of the file, unless it has one already.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>) -> Self {
        self.0.file.get_or_insert(file.into());
        self
    }

    /// What to do next, if there is anything to say.
    pub fn hint_text(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { what, spot, file, .. } = &*self.0;
        match (file, spot) {
            (Some(file), Some(spot)) => write!(f, "{file}, {spot}: {what}"),
            (Some(place), None) | (None, Some(place)) => write!(f, "{place}: {what}"),
            (None, None) => f.write_str(what),
        }
    }
}

impl std::error::Error for Error {}

/// Readers that stand in front of a parser speak [`io::Error`]; what they wrapped comes out whole again.
impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        if error.get_ref().is_some_and(<dyn std::error::Error + std::marker::Send + std::marker::Sync + 'static>::is::<Self>) {
            match error.into_inner().map(<dyn std::error::Error + std::marker::Send + std::marker::Sync + 'static>::downcast::<Self>) {
                Some(Ok(inner)) => return *inner,
                _ => unreachable!("the type was just looked at"),
            }
        }
        let hint = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                Some("make room or choose another place with -o; nothing was written")
            }
            io::ErrorKind::PermissionDenied => Some("check who owns the file and its folder, and their modes"),
            io::ErrorKind::NotFound => Some("check the path"),
            _ => None,
        };
        let mut what = error.to_string();
        if let Some(code) = what.find(" (os error") {
            what.truncate(code);
        }
        if let Some(first) = what.get_mut(..1) {
            first.make_ascii_lowercase();
        }
        let error = Self::new(what);
        match hint {
            Some(hint) => error.hint(hint),
            None => error.hint("try again; if it stays, check the disk and the file"),
        }
    }
}

impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        Self::other(error)
    }
}
