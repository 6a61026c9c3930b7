//! Reads and writes Salesforce credential records in the formats of password managers.
//!
//! A **format** is one way of writing records down. Each one is a folder here: `format.toml` says what anyone can read (what the product is
//! called, how its users export and import, how a file is recognised, what it has places for), `sample.*` is the reference records in that
//! format, and `mod.rs` is the code for what `format.toml` cannot say. A table needs no code; the engine in `table` reads its columns. Nor does a
//! store, a folder of entries, which the engine in [`store`] reads. Config files share the engine in [`keys`].
//!
//! A file goes one way: [`Input`] turns its bytes into UTF-8 and shows its beginning, [`detect()`] names the [`Format`], [`Format::read`]
//! hands [`Record`]s one at a time to a [`Sink`]. [`Format::write`] is the way back. Nothing on it holds more than one record, unless the
//! format itself must.
//!
//! A reader says only what stands in the file: a custom field called `Security Token` stays a field. What it means is decided by whoever
//! uses this crate.

mod amend;
mod archive;
mod check;
mod dates;
mod decode;
mod detect;
mod error;
mod format;
mod holds;
mod id;
mod json;
pub mod keys;
mod limits;
pub mod lines;
mod lock;
mod loose;
mod moment;
mod notice;
mod record;
pub mod salesforce;
mod secret;
mod sheet;
pub mod store;
mod table;
mod xml;

pub use self::sfcred::{Members, SFCRED, spell_out};
pub use amend::{Amended, Change, Edit, Part};
pub use decode::Input;
pub use detect::{Found, NearMiss, Signs, detect, detect_folder};
pub use error::{Error, Result};
pub use format::{Codec, Facts, Format, IsFolder, Likeness, Locked, Sink, Spec, Spot, Steps, Writer};
pub use holds::{Holds, Own, Refuses};
pub use limits::Limits;
pub use lock::{Cost, KeyFile, Lock, NoLock};
pub use moment::{Moment, NotADate, format_instant, parse_day, parse_instant};
pub use notice::{Count, Notice, Tally};
pub use record::{Field, Integration, Key, Keys, Kind, Record, Unknown};
pub use secret::Secret;
pub use table::Escape;

/// Makes the list of formats: a name alone is a table or a store, a name with `code` has a `Codec` in its `mod.rs`.
///
/// A folder whose name cannot be that of a module says how the module is called, and where it is.
macro_rules! formats {
    ($($name:tt $($code:ident $($module:ident in $path:literal)?)?,)*) => {
        $($(formats!(@ mod $code $name $($module $path)?);)?)*

        /// Every `format.toml` with the code that goes with it.
        const SOURCES: &[(&str, &str, Option<&'static dyn Codec>)] = &[$((
            stringify!($name),
            include_str!(concat!(stringify!($name), "/format.toml")),
            formats!(@ $($code $name $($module)?)?),
        ),)*];
    };
    (@ mod code $name:ident) => { mod $name; };
    (@ mod code $name:tt $module:ident $path:literal) => { #[path = $path] mod $module; };
    (@ code $name:ident) => { Some(&$name::Codec) };
    (@ code $name:tt $module:ident) => { Some(&$module::Codec) };
    (@) => { None };
}

formats! {
    sfcred code,
    csv,
    bitwarden_json code,
    bitwarden_csv,
    chrome_csv,
    firefox_csv code,
    apple_csv,
    lastpass_csv,
    keepassxc_csv,
    passbolt_csv,
    1password_csv,
    safeincloud_csv,
    dashlane_csv,
    protonpass_csv code,
    nordpass_csv,
    roboform_csv code,
    zoho_csv code,
    keeper_csv code,
    keepass1_csv,
    enpass_csv code,
    bitwarden_encrypted code,
    protonpass_json code,
    psono_json code,
    keepass_xml code,
    kdbx code,
    1password_1pux code onepassword_1pux in "1password_1pux/mod.rs",
    cxf code,
    enpass_json code,
    keeper_json code,
    pass,
    passage,
    gopass,
    salesforce_email code,
    labels code,
    dotenv code,
    properties code,
    user_export code,
    toml code,
    json_config code,
    yaml code,
    ini code,
    connection_string code,
    logstash code,
    salesforce_cli code,
    data_loader code,
    xml_config code,
}

/// All formats, in the order in which they are listed.
///
/// # Panics
/// When a `format.toml` of this crate is wrong, which its tests rule out.
pub fn all() -> &'static [Format] {
    static ALL: std::sync::OnceLock<Vec<Format>> = std::sync::OnceLock::new();
    ALL.get_or_init(|| {
        SOURCES
            .iter()
            .map(|(folder, toml, codec)| match Format::new(toml, *codec) {
                Ok(format) => format,
                Err(error) => unreachable!("{folder}/format.toml: {error}"),
            })
            .collect()
    })
}

/// Finds a format by what users type.
///
/// # Errors
/// Names the formats that are spelled like it.
pub fn find(id: &str) -> Result<&'static Format> {
    find_in(all(), id)
}

/// Finds one of `formats` by what users type.
///
/// # Errors
/// Names those that are spelled like it.
pub fn find_in<'f>(formats: impl IntoIterator<Item = &'f Format>, id: &str) -> Result<&'f Format> {
    let stem = id.split('-').next().unwrap_or(id);
    let mut near = Vec::new();
    for format in formats {
        if format.spec.id == id {
            return Ok(format);
        }
        if !stem.is_empty() && format.spec.id.contains(stem) {
            near.push(format.spec.id.as_str());
        }
    }
    let hint = if near.is_empty() { "`sfcred formats` lists them".to_owned() } else { format!("perhaps {}", near.join(" or ")) };
    Err(Error::new("no format of that name").hint(hint))
}
