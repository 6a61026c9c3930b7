//! From the beginning of a file to its format.

mod folder;
mod outline;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Deserialize;

use crate::decode::HEAD;
use crate::format::Likeness;
use crate::keys::{self, Syntax};
use crate::{Error, Format, Input, Result, json_config, table};
pub use folder::detect_folder;
use outline::Outline;

/// How a file of a format can be told from all others; a table is told by its header.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Signs {
    /// Sets of conditions on a JSON document, of which one must hold whole: a path such as `items[].type`, and what stands there:
    /// `string`, `number`, `array`, `object`, `texts` for an object of texts alone, `null`, `true`, `false`, `any`, `absent`, or a text as `=text`.
    pub json: Vec<BTreeMap<String, String>>,
    /// The bytes it begins with, in hexadecimal with blanks between; one of them is enough.
    pub magic: Vec<String>,
    /// The name of the root element of an XML document.
    pub xml: Option<String>,
    /// The member of an archive that holds the records, at the top or one folder deep.
    pub member: Option<String>,
    /// The syntax of a config file, which is recognised by a Salesforce login among its keys.
    pub syntax: Option<Syntax>,
    /// Members that hold nothing of their own.
    pub about: Vec<String>,
}

impl Signs {
    /// The member with the records, among the names of an archive.
    pub(crate) fn member<'n>(&self, names: &'n [String]) -> Option<&'n str> {
        among(self.member.as_deref()?, names)
    }

    /// Whether that member stands just where it belongs, and not one folder deep.
    fn is_in_place(&self, names: &[String]) -> bool {
        self.member.as_ref().is_some_and(|wanted| names.contains(wanted))
    }

    fn begins(&self, head: &[u8]) -> bool {
        self.magic.iter().any(|magic| begins(head, magic)) || self.xml.as_ref().is_some_and(|xml| root_element(head).as_ref() == Some(xml))
    }
}

/// The member called `wanted`, at the top or one folder deep.
fn among<'n>(wanted: &str, names: &'n [String]) -> Option<&'n str> {
    let deep = |name: &&String| name.split_once('/').is_some_and(|(_, name)| name == wanted);
    names.iter().find(|name| *name == wanted).or_else(|| names.iter().find(deep)).map(String::as_str)
}

/// Whether `head` begins with these bytes, which are in hexadecimal with blanks between.
fn begins(head: &[u8], magic: &str) -> bool {
    let bytes: Option<Vec<u8>> = magic.split(' ').map(|hex| u8::from_str_radix(hex, 16).ok()).collect();
    bytes.is_some_and(|bytes| head.starts_with(&bytes))
}

/// A file that people take for one of this format, but that cannot be read.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NearMiss {
    /// The bytes it begins with, in hexadecimal with blanks between.
    #[serde(default)]
    pub magic: Option<String>,
    /// The member of an archive that makes it one.
    #[serde(default)]
    pub member: Option<String>,
    /// Conditions as in [`Signs::json`].
    #[serde(default)]
    pub json: BTreeMap<String, String>,
    /// What it is.
    pub what: String,
    /// What to do instead.
    pub hint: String,
}

/// The format of a file, found by its content.
pub struct Found<'f> {
    /// The format to read it with.
    pub format: &'f Format,
    /// The formats whose files look the same.
    pub twins: &'f [String],
}

/// Finds the one of `formats` that the input is written in. What is alone in an archive counts as the file itself.
///
/// # Errors
/// When none matches, naming what it is or the nearest one, and when several do, naming them.
pub fn detect<'f>(formats: impl IntoIterator<Item = &'f Format>, input: &mut Input<'_>) -> Result<Found<'f>> {
    let formats: Vec<&Format> = formats.into_iter().collect();
    if !input.members().is_empty() {
        let matching: Vec<&Format> =
            formats.iter().copied().filter(|format| format.spec.detect.member(input.members()).is_some()).collect();
        let in_place: Vec<&Format> = matching.iter().copied().filter(|format| format.spec.detect.is_in_place(input.members())).collect();
        if !matching.is_empty() {
            return one(if in_place.is_empty() { &matching } else { &in_place }, || Error::new("an archive of no known format"));
        }
        if let Some(miss) = formats.iter().find_map(|format| format.near_miss(input.members())) {
            return Err(miss.error());
        }
        // What is alone in an archive was packed by its owner.
        if input.enter(&Signs::default()).is_err() {
            return Err(unknown_archive(input.members()));
        }
    }
    let head = input.head();
    if head.iter().all(u8::is_ascii_whitespace) {
        return Err(Error::new("the file is empty").hint("export it again"));
    }
    let outline = is_json(head).then(|| Outline::of(head));
    let misses = formats.iter().flat_map(|format| &format.spec.near).filter(|miss| miss.matches(head, outline.as_ref()));
    let misses: Vec<&NearMiss> = misses.collect();
    if let [first, rest @ ..] = misses.as_slice() {
        let mut hint = first.hint.clone();
        for miss in rest.iter().filter(|miss| miss.hint != first.hint) {
            hint = format!("{hint}; {}", miss.hint);
        }
        return Err(Error::new(format!("this is {}", first.what)).hint(hint));
    }
    if let Some(outline) = outline {
        let matching = formats.iter().copied().filter(|format| format.spec.detect.json.iter().any(|signs| outline.fits(signs)));
        let mut matching: Vec<&Format> = matching.collect();
        if matching.is_empty() {
            matching.extend(config_of(&formats, head));
        }
        return one(&matching, || {
            Error::new("a JSON document of no known format").hint("`sfcred formats` lists the formats; name one with --from")
        });
    }
    let matching: Vec<&Format> =
        formats.iter().copied().filter(|format| format.spec.detect.begins(head) || format.likeness(head) == Likeness::Begins).collect();
    if !matching.is_empty() {
        return one(&matching, || Error::new("a file of no known format"));
    }
    if head.contains(&0) {
        return Err(
            Error::new("neither text nor a known kind of file").hint("export it as CSV or JSON; `sfcred formats` lists what can be read")
        );
    }
    if let Some(root) = root_element(head) {
        if root.eq_ignore_ascii_case("html") {
            return Err(Error::new("this is a web page").hint("it may be a login page that was saved in place of the export; export again"));
        }
        return Err(Error::new(format!("an XML document with the root <{}>, which is of no known format", root.escape_debug()))
            .hint("`sfcred formats` lists what can be read"));
    }
    table_of(&formats, head, config_of(&formats, head)).or_else(|error| text_of(&formats, head).unwrap_or(Err(error)))
}

/// Finds the format that reads what stands somewhere in a text; none where no format does.
fn text_of<'f>(formats: &[&'f Format], head: &[u8]) -> Option<Result<Found<'f>>> {
    let likeness: Vec<(Likeness, &Format)> = formats.iter().map(|format| (format.likeness(head), *format)).collect();
    let best = likeness.iter().map(|(likeness, _)| *likeness).max().filter(|best| *best > Likeness::None)?;
    let matching: Vec<&Format> = likeness.into_iter().filter(|(likeness, _)| *likeness == best).map(|(_, format)| format).collect();
    Some(one(&matching, || Error::new("a file of no known format")))
}

/// Finds the format of a config file that holds a Salesforce login.
fn config_of<'f>(formats: &[&'f Format], head: &[u8]) -> Option<&'f Format> {
    // What is cut off at the end of a long file may be half a line.
    let end = if head.len() < HEAD { head.len() } else { head.iter().rposition(|byte| *byte == b'\n')? + 1 };
    let text = String::from_utf8_lossy(&head[..end]);
    let syntax = Syntax::of(&text)?;
    let holds = match keys::outcome(syntax, &text) {
        Ok(outcome) => !outcome.found.is_empty() || !outcome.notices.is_empty() || !outcome.flaws.is_empty(),
        // It is cut here, or its reader says where it is damaged. Nothing else may guess what its values are.
        Err(_) => names_salesforce(&text),
    };
    formats.iter().copied().find(|format| holds && format.spec.detect.syntax == Some(syntax))
}

/// Whether a name of Salesforce stands anywhere in a text.
fn names_salesforce(text: &str) -> bool {
    let text = text.to_lowercase();
    ["salesforce", "sforce", "sfdc", "sf_", "security_token", "securitytoken"].iter().any(|name| text.contains(name))
}

/// What to do with a text that is no table.
const TEXT: &str = "for labelled lines name --from labels, for KEY=value --from dotenv; `sfcred formats` lists all, and `sfcred scan` finds \
                    what lies in other text";

/// What to do with what may be a text or a table.
const TEXT_OR_TABLE: &str = "`sfcred formats` lists the formats; name one with --from, or give the columns names that format csv knows; \
                             `sfcred scan` finds what lies in other text";

/// Finds the table by its header, or else a config file.
fn table_of<'f>(formats: &[&'f Format], head: &[u8], config: Option<&'f Format>) -> Result<Found<'f>> {
    let Some(header) = table::header(head) else {
        return Err(Error::new("not valid UTF-8")
            .at("row 1")
            .hint("save the file again as UTF-8; guessing another encoding could change a password"));
    };
    let tables = || formats.iter().filter_map(|format| Some((*format, format.spec.table.as_ref()?)));
    let best = tables().filter_map(|(_, table)| table.rank(&header)).max();
    let matching = tables().filter(|(_, table)| best.is_some() && table.rank(&header) == best);
    let matching: Vec<&Format> = matching.map(|(format, _)| format).collect();
    if let ([], Some(format)) = (matching.as_slice(), config) {
        return Ok(Found { format, twins: &format.spec.twins });
    }
    one(&matching, || {
        // That nothing speaks against it is not enough to read passwords from cells without names.
        if let Some((format, _)) = tables().find(|(_, table)| table.could_be(head)) {
            let id = &format.spec.id;
            return Error::new(format!("no known header; it may be {id}, which has none"))
                .at("row 1")
                .hint(format!("name it: --from {id}"));
        }
        let nearest = tables()
            .filter(|(format, _)| !format.spec.companion)
            .max_by_key(|(_, table)| (table.common(&header), Reverse(table.lacks(&header).len())))
            .filter(|(_, table)| table.common(&header) > 0);
        let error = match nearest {
            Some((format, table)) => {
                Error::new(format!("no known header; the nearest is {}, but {} missing", format.spec.id, table.missing(&header)))
            }
            None if separated(&header, ';') => {
                Error::new("a table with semicolons, where there should be commas").hint("save it again with commas")
            }
            None if separated(&header, '\t') => {
                Error::new("a table with tabs, where there should be commas").hint("save it again with commas")
            }
            None if header.len() == 1 => Error::new("neither JSON nor a table with commas").hint(TEXT),
            None => Error::new("no known header").hint(TEXT_OR_TABLE),
        };
        error.at("row 1").hint("`sfcred formats` lists the formats; name one with --from, or give the columns names that format csv knows")
    })
}

fn unknown_archive(names: &[String]) -> Error {
    let is = |name: &str| names.iter().any(|found| found == name);
    if is("[Content_Types].xml") || is("mimetype") {
        return Error::new("this is a spreadsheet or another office document").hint("save it as CSV in UTF-8 with commas");
    }
    let mut shown: Vec<String> = names.iter().take(5).map(|name| name.escape_debug().to_string()).collect();
    if names.len() > shown.len() {
        shown.push(format!("and {} more", names.len() - shown.len()));
    }
    Error::new(format!("an archive of no known format, with {}", shown.join(", "))).hint("unpack it and name the document in it")
}

/// The name of the root element of an XML document.
pub(crate) fn root_element(head: &[u8]) -> Option<String> {
    let mut rest = String::from_utf8_lossy(head).trim_start().to_owned();
    loop {
        let end = match rest.as_str() {
            text if text.starts_with("<?") => text.find("?>")? + 2,
            text if text.starts_with("<!--") => text.find("-->")? + 3,
            // A document type can define entities, in brackets.
            text if text.starts_with("<!") && text.find('[') < text.find('>') && text.contains('[') => text.find("]>")? + 2,
            // A document type may have declarations of its own inside.
            text if text.starts_with("<!") => match (text.find('>')?, text.find('[')) {
                (end, Some(open)) if open < end => text.find("]>")? + 2,
                (end, _) => end + 1,
            },
            _ => break,
        };
        rest = rest[end..].trim_start().to_owned();
    }
    let name: String =
        rest.strip_prefix('<')?.chars().take_while(|character| character.is_alphanumeric() || "_-.:".contains(*character)).collect();
    (!name.is_empty()).then_some(name)
}

/// Whether the only cell of the first row is a header with another separator.
fn separated(header: &[String], separator: char) -> bool {
    let [cell] = header else { return false };
    cell.split(separator).filter(|name| matches!(name.trim(), "username" | "password")).count() > 1
}

fn one<'f>(matching: &[&'f Format], none: impl FnOnce() -> Error) -> Result<Found<'f>> {
    match matching {
        [] => Err(none()),
        [format, rest @ ..] if rest.iter().all(|other| format.spec.twins.contains(&other.spec.id)) => {
            Ok(Found { format, twins: &format.spec.twins })
        }
        several => {
            let ids: Vec<&str> = several.iter().map(|format| format.spec.id.as_str()).collect();
            Err(Error::new(format!("this can be {}", ids.join(" or "))).hint(format!("name it: --from {}", ids.join(" or --from "))))
        }
    }
}

fn is_json(head: &[u8]) -> bool {
    let mut bytes = head.iter().filter(|byte| !byte.is_ascii_whitespace());
    match bytes.next() {
        // A comment, which config files have.
        Some(b'/') => std::str::from_utf8(head).is_ok_and(json_config::looks),
        Some(b'{') => true,
        // Before a letter it begins a section of a config file, unless that is one of `true`, `false` and `null`.
        Some(b'[') => !bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() && !b"tfn".contains(byte)),
        _ => false,
    }
}

impl NearMiss {
    /// Says what it is and what to do.
    pub(crate) fn error(&self) -> Error {
        Error::new(format!("this is {}", self.what)).hint(self.hint.as_str())
    }

    /// Whether an archive of these members is one.
    pub(crate) fn is_among(&self, names: &[String]) -> bool {
        self.member.as_deref().is_some_and(|wanted| among(wanted, names).is_some())
    }

    fn matches(&self, head: &[u8], outline: Option<&Outline>) -> bool {
        let magic = self.magic.as_deref().is_some_and(|magic| begins(head, magic));
        magic || (!self.json.is_empty() && outline.is_some_and(|outline| outline.fits(&self.json)))
    }
}
