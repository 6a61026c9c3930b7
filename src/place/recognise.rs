//! From what stands in a file to a Salesforce record.

use sfcred_formats::{Field, Holds, Key, Moment, Record, Secret, Spec, lines, parse_day, salesforce};

use super::block;
use super::labels::{Sure, is_ours, key_of, unprotect};

/// Something worth telling about how a record was understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Finding {
    /// A date that is none, kept as a field.
    NotADate,
    /// A second field for one key, kept as a field.
    Doubled,
    /// The token stands in free text, where it stays.
    FreeText,
    /// The notes block lacks its end, or there are several.
    DamagedBlock,
    /// Password and token stood in one value, and were split.
    Split,
    /// They were split, and the password that is left is shorter than Salesforce takes by default.
    SplitShort,
    /// They may stand in one value, which can be split in two ways.
    Ambiguous,
    /// A token stands where the password should.
    OnlyToken,
    /// Behind the password that another record has stand so many characters that are no token.
    OtherRest(usize),
}

/// Finds the keys of the record in its fields and notes, and says whether it is a Salesforce login.
///
/// One is known by its host, by a token, or by a tag or folder called salesforce; in a native format every record is one. What it does not
/// understand stays as it is.
pub fn recognise(spec: &Spec, record: &mut Record, tell: &mut dyn FnMut(Finding)) -> bool {
    let holds = &spec.holds;
    // A block holds keys whatever the format has a column for.
    let nothing = Holds::default();
    let block = block::take(&mut record.notes);
    let mut fields = std::mem::take(&mut record.fields);
    if !fields.is_empty() || block.is_some() {
        // An empty item of a list must not keep a field from its key.
        normalise(record);
    }
    if holds.repeats.contains(Key::Title) && record.urls.first().and_then(|url| salesforce::host(url)) == Some(record.title.as_str()) {
        record.title.clear();
    }
    let twice = if holds.repeats.contains(Key::Fields) { fields.clone() } else { Vec::new() };
    let mut unsure = from_fields(holds, record, &mut fields, Sure::Yes, tell);
    let mut lines = Vec::new();
    if let Some(block) = block {
        if block.damaged {
            tell(Finding::DamagedBlock);
        }
        lines = block.fields;
        // What the notes only repeat has been read.
        lines.retain(|line| !twice.iter().any(|field| same(line, field)));
        // The block remembers the title that the product replaced.
        let changes = holds.repeats.contains(Key::Title) || holds.title_characters.is_some();
        if changes && lines.iter().any(|line| matches!(key_of(&line.label), Some((Key::Title, _)))) {
            record.title.clear();
        }
        unsure |= from_fields(&nothing, record, &mut lines, Sure::Yes, tell);
    }
    let salesforce = spec.native
        || record.token.is_some()
        || record.urls.iter().any(|url| salesforce::is_salesforce(url))
        || record.tags.iter().chain(&record.folder).any(|name| name.trim().eq_ignore_ascii_case("salesforce"));
    if salesforce {
        if unsure {
            from_fields(holds, record, &mut fields, Sure::IfSalesforce, tell);
            from_fields(&nothing, record, &mut lines, Sure::IfSalesforce, tell);
        }
        if record.token.is_none() && from_free_text(record) {
            tell(Finding::FreeText);
        }
    }
    fields.append(&mut lines);
    for field in &mut fields {
        if let Some(label) = unprotect(&field.label) {
            field.label = label.into();
        }
    }
    record.fields = fields;
    normalise(record);
    salesforce
}

/// Whether a line of the notes repeats a custom field; the line has one more backslash where only there its label would mean a key.
fn same(line: &Field, field: &Field) -> bool {
    line.value == field.value && (line.label == field.label || line.label.strip_prefix('\\') == Some(&field.label))
}

/// Brings what can be written in two ways to one.
fn normalise(record: &mut Record) {
    if record.title == record.username {
        record.title.clear();
    }
    for list in [&mut record.urls, &mut record.tags] {
        list.iter_mut().for_each(trim);
        list.retain(|item| !item.is_empty());
    }
    for integration in &mut record.used_by {
        trim(&mut integration.name);
        trim(&mut integration.place);
    }
    record.used_by.retain(|integration| !integration.name.is_empty() || !integration.place.is_empty());
}

fn trim(text: &mut String) {
    if text.trim().len() != text.len() {
        *text = text.trim().to_owned();
    }
}

/// Takes the keys out of `fields`, which are the record's or the lines of its block, and says whether any label is of another level.
fn from_fields(holds: &Holds, record: &mut Record, fields: &mut Vec<Field>, level: Sure, tell: &mut dyn FnMut(Finding)) -> bool {
    let mut others = false;
    fields.retain_mut(|field| {
        let Some((key, sure)) = key_of(&field.label) else { return true };
        others |= sure != level;
        if sure != level || (!is_ours(key) && holds.has(key)) || holds.labels.iter().any(|own| own.takes(field)) {
            return true;
        }
        match set(record, key, sure, &mut field.value) {
            Ok(()) => false,
            Err(why) => {
                why.map(&mut *tell);
                true
            }
        }
    });
    others
}

/// Sets `key` from the value of a field, or says why not.
fn set(record: &mut Record, key: Key, sure: Sure, value: &mut Secret) -> Result<(), Option<Finding>> {
    let text = value.expose();
    if text.is_empty() {
        return Err(None);
    }
    if record.has(key) && key != Key::Urls {
        let same = key == Key::Token && record.token.as_ref() == Some(&*value);
        return if same { Ok(()) } else { Err(Some(Finding::Doubled)) };
    }
    match key {
        Key::Title => text.clone_into(&mut record.title),
        Key::Token => record.token = Some(std::mem::take(value)),
        Key::Issued => record.issued = Some(moment(text)?),
        Key::PasswordChanged => record.password_changed = Some(moment(text)?),
        Key::RotateBy => record.rotate_by = Some(parse_day(text.trim()).ok_or(Some(Finding::NotADate))?),
        Key::Url => record.urls.insert(0, text.to_owned()),
        // My Domain stands twice in some files: among the URLs and under its label.
        Key::Urls if sure == Sure::IfSalesforce && record.urls.iter().any(|url| url == text) => {}
        Key::Urls => record.urls.push(text.to_owned()),
        Key::UsedBy => record.used_by = lines::split_integrations(text),
        Key::Tags => record.tags = lines::split_tags(text),
        Key::Folder => record.folder = lines::split_path(text),
        Key::Username | Key::Password | Key::Notes | Key::Created | Key::Modified | Key::Fields => return Err(None),
    }
    Ok(())
}

fn moment(text: &str) -> Result<Moment, Option<Finding>> {
    text.trim().parse().map_err(|_| Some(Finding::NotADate))
}

/// Reads a line such as `Security Token: …` that someone typed into the notes, and leaves it there.
fn from_free_text(record: &mut Record) -> bool {
    let notes = record.notes.expose();
    if !notes.contains(':') {
        return false;
    }
    let mut token = None;
    let mut issued = None;
    for line in notes.lines() {
        let Some((label, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        match key_of(label) {
            Some((Key::Token, _))
                if token.is_none() && (15..=40).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_alphanumeric()) =>
            {
                token = Some(Secret::from(value));
            }
            Some((Key::Issued, _)) if issued.is_none() => issued = value.parse().ok(),
            _ => {}
        }
    }
    let found = token.is_some();
    if found {
        record.token = token;
        record.issued = record.issued.or(issued);
    }
    found
}
