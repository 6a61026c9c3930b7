//! The document as it is written.

use std::collections::BTreeMap;
use std::io::Write;

use super::{EXPIRY, custom, folder};
use crate::format::Writer;
use crate::holds::Holds;
use crate::record::{Field, Kind, Record};
use crate::sheet::Sheet;
use crate::{Result, parse_day};

/// Fields of one label that can be told apart by a number of one digit.
const NUMBERS: usize = 9;

/// Writes records behind one another.
pub(super) struct Document<'a> {
    holds: &'a Holds,
    out: &'a mut dyn Write,
    sheet: Sheet,
    records: u64,
}

impl<'a> Document<'a> {
    pub(super) fn new(holds: &'a Holds, out: &'a mut dyn Write) -> Self {
        let mut sheet = Sheet::default();
        sheet.raw("{\"shared_folders\":[],\"records\":[");
        Self { holds, out, sheet, records: 0 }
    }
}

impl Writer for Document<'_> {
    fn record(&mut self, record: &mut Record) -> Result<()> {
        let totp = self.holds.take_own(record, "TOTP");
        self.records += 1;
        let sheet = &mut self.sheet;
        sheet.raw(if self.records > 1 { ",\n" } else { "\n" });
        sheet.text("{\"title\":", &record.title)?;
        sheet.text(",\"$type\":\"login\",\"login\":", &record.username)?;
        sheet.text(",\"password\":", record.password.expose())?;
        if let Some(url) = record.urls.first() {
            sheet.text(",\"login_url\":", url)?;
        }
        if !record.notes.is_empty() {
            sheet.text(",\"notes\":", record.notes.expose())?;
        }
        if let Some(modified) = record.modified {
            sheet.number(",\"last_modified\":", modified.timestamp());
        }
        let mut before = ",\"custom_fields\":{";
        if let Some(day) = record.rotate_by {
            sheet.text(before, &format!("$expirationDate:{EXPIRY}"))?;
            sheet.number(":", custom::millis(day));
            before = ",";
        }
        if let Some(totp) = totp {
            sheet.text(before, "$oneTimeCode")?;
            sheet.text(":", totp.value.expose())?;
            before = ",";
        }
        for Run { key, fields } in runs(&record.fields) {
            sheet.text(before, &key)?;
            sheet.raw(if fields.len() > 1 { ":[" } else { ":" });
            for (at, field) in fields.iter().enumerate() {
                value(sheet, if at > 0 { "," } else { "" }, field)?;
            }
            sheet.raw(if fields.len() > 1 { "]" } else { "" });
            before = ",";
        }
        if before == "," {
            sheet.raw("}");
        }
        if !record.folder.is_empty() {
            sheet.text(",\"folders\":[{\"folder\":", &folder::join(&record.folder))?;
            sheet.raw("}]");
        }
        sheet.raw("}");
        self.sheet.pour_when_full(self.out)
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        self.sheet.raw("\n]}\n");
        self.sheet.pour(self.out)
    }
}

/// Fields that share a key.
struct Run<'f> {
    key: String,
    fields: Vec<&'f Field>,
}

/// Finds a key for every field, such that their order stays: neighbours of one key are a list, and others of it get a number.
fn runs(fields: &[Field]) -> Vec<Run<'_>> {
    let mut runs: Vec<Run<'_>> = Vec::new();
    let mut same: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for field in fields {
        let own = same.entry((kind(field), &field.label)).or_default();
        match own.last() {
            Some(last) if last + 1 == runs.len() || own.len() == NUMBERS => runs[*last].fields.push(field),
            _ => {
                own.push(runs.len());
                runs.push(Run { key: String::new(), fields: vec![field] });
            }
        }
    }
    for ((kind, label), own) in same {
        let numbered = own.len() > 1 || custom::without_number(label).len() < label.len();
        for (number, at) in (1..).zip(own) {
            runs[at].key = if numbered { format!("${kind}:{label}:{number}") } else { format!("${kind}:{label}") };
        }
    }
    runs
}

fn kind(field: &Field) -> &'static str {
    match field.kind {
        Kind::Hidden => "secret",
        Kind::Boolean => "checkbox",
        Kind::Date => "date",
        Kind::Url => "url",
        Kind::Text if field.value.expose().contains('\n') => "multiline",
        Kind::Text => "text",
    }
}

fn value(sheet: &mut Sheet, before: &str, field: &Field) -> Result<()> {
    let text = field.value.expose();
    match (field.kind, parse_day(text)) {
        (Kind::Date, Some(day)) => sheet.number(before, custom::millis(day)),
        (Kind::Boolean, _) if matches!(text, "true" | "false") => {
            sheet.raw(before);
            sheet.raw(text);
        }
        _ => sheet.text(before, text)?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_keep_the_order() {
        let field = |label: &str| Field::new(label.to_owned(), "x", Kind::Text);
        let keys = |labels: &[&str]| {
            let fields: Vec<Field> = labels.iter().map(|label| field(label)).collect();
            runs(&fields).into_iter().map(|run| (run.key, run.fields.len())).collect::<Vec<_>>()
        };
        let expected = |pairs: &[(&str, usize)]| pairs.iter().map(|(key, count)| ((*key).to_owned(), *count)).collect::<Vec<_>>();
        assert_eq!(keys(&["a", "a", "b"]), expected(&[("$text:a", 2), ("$text:b", 1)]));
        assert_eq!(keys(&["a", "b", "a"]), expected(&[("$text:a:1", 1), ("$text:b", 1), ("$text:a:2", 1)]));
        assert_eq!(keys(&["Room:5"]), expected(&[("$text:Room:5:1", 1)]));
        let many = keys(&["a", "b"].repeat(12));
        assert_eq!((many.len(), many[16].clone()), (18, ("$text:a:9".to_owned(), 4)));
    }
}
