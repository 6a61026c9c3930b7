//! The export as it is written.

use std::collections::BTreeMap;
use std::io::Write;

use chrono::{DateTime, Utc};

use super::package::Package;
use super::{PERSONAL, value};
use crate::format::Writer;
use crate::holds::Holds;
use crate::record::{Field, Kind, Record};
use crate::sheet::Sheet;
use crate::{Result, id, lines, parse_day};

/// A time that the document must have but nobody knows.
const UNKNOWN: i64 = 0;

/// Writes a vault for every folder.
///
/// The document has one place for each vault. The one of the first record is written as it comes, and the others wait for its end.
pub(super) struct Document<'a> {
    holds: &'a Holds,
    package: Package<'a>,
    vaults: Vec<Vault>,
    places: BTreeMap<String, usize>,
    newest: i64,
}

/// What there is to write of a vault.
#[derive(Default)]
struct Vault {
    sheet: Sheet,
    items: u64,
}

impl<'a> Document<'a> {
    pub(super) fn new(holds: &'a Holds, out: &'a mut dyn Write) -> Result<Self> {
        let mut package = Package::new(out);
        package.member("export.data")?;
        Ok(Self { holds, package, vaults: Vec::new(), places: BTreeMap::new(), newest: UNKNOWN })
    }

    /// The vault of this name, which is begun where there is none yet.
    fn vault(&mut self, name: &str) -> Result<&mut Vault> {
        if let Some(at) = self.places.get(name) {
            return Ok(&mut self.vaults[*at]);
        }
        let mut sheet = Sheet::default();
        if self.vaults.is_empty() {
            sheet.raw("{\"accounts\":[{\"attrs\":{\"accountName\":\"sfcred\",\"name\":\"sfcred\",\"avatar\":\"\",\"email\":\"\"");
            sheet.text(",\"uuid\":", ACCOUNT)?;
            sheet.raw(",\"domain\":\"https://my.1password.com/\"},\"vaults\":[");
        } else {
            sheet.raw(",");
        }
        begin_vault(&mut sheet, name)?;
        self.places.insert(name.to_owned(), self.vaults.len());
        self.vaults.push(Vault { sheet, items: 0 });
        let last = self.vaults.len() - 1;
        Ok(&mut self.vaults[last])
    }
}

/// It is not a real one; 1Password makes its own.
const ACCOUNT: &str = "SFCREDSFCREDSFCREDSFCREDSF";

fn begin_vault(sheet: &mut Sheet, name: &str) -> Result<()> {
    sheet.text("\n{\"attrs\":{\"uuid\":", &id::base32(id::of(&["vault", name])))?;
    let (shown, kind) = if name.is_empty() { ("Personal", PERSONAL) } else { (name, "U") };
    sheet.text(",\"desc\":\"\",\"avatar\":\"\",\"name\":", shown)?;
    sheet.text(",\"type\":", kind)?;
    sheet.raw("},\"items\":[");
    Ok(())
}

impl Writer for Document<'_> {
    fn record(&mut self, record: &mut Record) -> Result<()> {
        let holds = self.holds;
        let seconds = |time: Option<DateTime<Utc>>| time.map_or(UNKNOWN, |time| time.timestamp());
        self.newest = self.newest.max(seconds(record.created)).max(seconds(record.modified));
        let name = lines::join_path(&record.folder);
        let Vault { sheet, items } = self.vault(&name)?;
        *items += 1;
        let number = items.to_string();
        sheet.raw(if *items > 1 { ",\n{" } else { "\n{" });
        sheet.text("\"uuid\":", &id::base32(id::of(&["item", &name, &number, &record.username])))?;
        let favorite = holds.take_own(record, "Favorite");
        sheet.number(",\"favIndex\":", u8::from(favorite.is_some()));
        sheet.number(",\"createdAt\":", seconds(record.created));
        sheet.number(",\"updatedAt\":", seconds(record.modified));
        sheet.raw(",\"state\":\"active\",\"categoryUuid\":\"001\",\"details\":{\"loginFields\":[");
        sheet.text("{\"value\":", &record.username)?;
        sheet.raw(",\"id\":\"\",\"name\":\"username\",\"fieldType\":\"T\",\"designation\":\"username\"}");
        sheet.text(",{\"value\":", record.password.expose())?;
        sheet.raw(",\"id\":\"\",\"name\":\"password\",\"fieldType\":\"P\",\"designation\":\"password\"}]");
        sheet.text(",\"notesPlain\":", record.notes.expose())?;
        sheet.raw(",\"sections\":[");
        let totp = holds.take_own(record, "TOTP");
        section(sheet, totp.as_ref(), &record.fields)?;
        sheet.text("],\"passwordHistory\":[]},\"overview\":{\"subtitle\":", &record.username)?;
        sheet.text(",\"title\":", &record.title)?;
        sheet.text(",\"url\":", record.urls.first().map_or("", String::as_str))?;
        sheet.raw(",\"urls\":[");
        for (at, url) in record.urls.iter().enumerate() {
            sheet.text(if at > 0 { ",{\"label\":\"website\",\"url\":" } else { "{\"label\":\"website\",\"url\":" }, url)?;
            sheet.raw("}");
        }
        sheet.raw("],\"tags\":[");
        sheet.texts(record.tags.iter().map(String::as_str))?;
        sheet.raw("],\"icons\":null,\"ps\":0,\"pbe\":0.0,\"pgrng\":false,\"watchtowerExclusions\":null}}");
        self.vaults[0].sheet.pour_when_full(&mut self.package)
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        if self.vaults.is_empty() {
            self.vault("")?;
        }
        for mut vault in std::mem::take(&mut self.vaults) {
            vault.sheet.raw("\n]}");
            vault.sheet.pour(&mut self.package)?;
        }
        let mut sheet = Sheet::default();
        sheet.raw("]}]}\n");
        sheet.pour(&mut self.package)?;
        self.package.member("export.attributes")?;
        sheet.raw("{\"version\":3,\"description\":\"1Password Unencrypted Export\"");
        sheet.number(",\"createdAt\":", self.newest);
        sheet.raw("}\n");
        sheet.pour(&mut self.package)?;
        self.package.member("files/")?;
        self.package.finish()
    }
}

/// Writes the custom fields; one without a title is how 1Password shows fields that stand for themselves.
fn section(sheet: &mut Sheet, totp: Option<&Field>, fields: &[Field]) -> Result<()> {
    if totp.is_none() && fields.is_empty() {
        return Ok(());
    }
    sheet.raw("{\"title\":\"\",\"name\":\"Section_fieldsaaaaaaaaaaaaaaaaaaaa\",\"fields\":[");
    if let Some(totp) = totp {
        sheet.text("{\"title\":\"one-time password\",\"id\":", &format!("TOTP_{}", id::base32(id::of(&["totp"]))))?;
        sheet.text(",\"value\":{\"totp\":", totp.value.expose())?;
        traits(sheet, false, false);
    }
    for (at, field) in fields.iter().enumerate() {
        let text = field.value.expose();
        sheet.text(if at > 0 || totp.is_some() { ",{\"title\":" } else { "{\"title\":" }, &field.label)?;
        sheet.text(",\"id\":", &id::base32(id::of(&["field", &at.to_string(), &field.label])))?;
        match (field.kind, parse_day(text)) {
            (Kind::Date, Some(day)) => sheet.number(",\"value\":{\"date\":", value::seconds(day)),
            (Kind::Hidden, _) => sheet.text(",\"value\":{\"concealed\":", text)?,
            (Kind::Url, _) => sheet.text(",\"value\":{\"url\":", text)?,
            _ => sheet.text(",\"value\":{\"string\":", text)?,
        }
        traits(sheet, field.kind == Kind::Hidden, text.contains('\n'));
    }
    sheet.raw("]}");
    Ok(())
}

/// Ends a field; 1Password refuses one without all of these keys.
fn traits(sheet: &mut Sheet, hidden: bool, multiline: bool) {
    sheet.raw("},\"guarded\":false,\"multiline\":");
    sheet.raw(if multiline { "true" } else { "false" });
    sheet.raw(",\"dontGenerate\":false,\"inputTraits\":{\"keyboard\":\"default\",");
    sheet.raw(if hidden {
        "\"correction\":\"no\",\"capitalization\":\"none\"}}"
    } else {
        "\"correction\":\"default\",\"capitalization\":\"default\"}}"
    });
}
