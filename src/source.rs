//! What is read: files and folders, and how their formats are found.

use std::io::Read;

use sfcred_formats::store::Folder;
use sfcred_formats::{Format, Input, Lock, Result, detect, detect_folder};

use crate::options::Options;

/// An input: its name for messages, its content as it was before sealing, and its format if the user named it.
pub struct Source<'a> {
    /// The path, or `stdin`.
    pub name: String,
    /// What is in it.
    pub content: Content<'a>,
    /// The format, else it is found by content.
    pub from: Option<&'static Format>,
    /// What opens it where its format encrypts by itself.
    pub lock: Box<dyn Lock + 'a>,
    /// What messages call its format, where its records were found in something else and written down anew.
    pub made_of: Option<String>,
}

/// What is in an input.
pub enum Content<'a> {
    /// The bytes of a file.
    File(Box<dyn Read + 'a>),
    /// A store.
    Folder(Box<dyn Folder + 'a>),
}

/// A source whose format is known.
pub(crate) struct Opened<'a> {
    /// Its name for messages.
    pub name: String,
    /// Its format.
    pub format: &'static Format,
    /// Whether the user named the format.
    pub named: bool,
    /// Whether the format was found by content, although others look the same.
    pub twins: bool,
    /// What is in it.
    pub held: Held<'a>,
    /// What opens it where its format encrypts by itself.
    pub lock: Box<dyn Lock + 'a>,
    /// What messages call its format, if they do otherwise.
    pub made_of: Option<String>,
}

/// What is in a source, of which the beginning was looked at.
pub(crate) enum Held<'a> {
    /// The bytes of a file.
    File(Input<'a>),
    /// A store.
    Folder(Box<dyn Folder + 'a>),
}

impl<'a> Source<'a> {
    /// Finds its format, unless the user named it.
    pub(crate) fn open(self, options: &Options) -> Result<Opened<'a>> {
        let Self { name, content, from, lock, made_of } = self;
        let open = || -> Result<_> {
            Ok(match content {
                Content::File(bytes) => {
                    let mut input = Input::open(bytes, &options.limits)?;
                    let found = match from {
                        Some(format) => (format, false),
                        None => detect(options.formats(), &mut input).map(|found| (found.format, !found.twins.is_empty()))?,
                    };
                    (found, Held::File(input))
                }
                Content::Folder(folder) => {
                    let found = match from {
                        Some(format) => (format, false),
                        None => detect_folder(options.formats(), folder.files()).map(|found| (found.format, !found.twins.is_empty()))?,
                    };
                    (found, Held::Folder(folder))
                }
            })
        };
        let ((format, twins), held) = { open }().map_err(|error| error.in_file(name.as_str()))?;
        Ok(Opened { name, format, named: from.is_some(), twins, held, lock, made_of })
    }
}

/// All sources, with those first that add to the records of the others.
pub(crate) fn opened<'a>(sources: Vec<Source<'a>>, options: &Options) -> Result<Vec<Opened<'a>>> {
    let mut opened = sources.into_iter().map(|source| source.open(options)).collect::<Result<Vec<_>>>()?;
    opened.sort_by_key(|source| !source.format.spec.companion);
    Ok(opened)
}
