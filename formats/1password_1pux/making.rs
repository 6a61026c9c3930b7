//! The parts of an item, put together to a record.

use super::entry::{Details, LoginField, Overview, SectionField, Url};
use super::value::{Read, read};
use crate::Result;
use crate::record::{Field, Kind, Record};

/// A record that is being made, and what of the item it has no place for.
#[derive(Default)]
pub(super) struct Making {
    pub(super) record: Record,
    pub(super) left: Vec<&'static str>,
}

impl Making {
    pub(super) fn overview(&mut self, overview: Overview) {
        self.record.title = overview.title.unwrap_or_default();
        self.record.tags = overview.tags.unwrap_or_default();
        for Url { label, url } in overview.urls.into_iter().flatten() {
            let label = label.unwrap_or_default().to_lowercase();
            if !matches!(label.as_str(), "" | "website" | "url" | "my domain") {
                self.left.push("labels of URLs");
            }
            self.record.urls.extend(url.filter(|url| !url.is_empty()));
        }
        // The list repeats the first address, unless it is an old one.
        if let Some(first) = overview.url.filter(|url| !url.is_empty() && !self.record.urls.contains(url)) {
            self.record.urls.insert(0, first);
        }
    }

    pub(super) fn details(&mut self, details: Details, api: bool) -> Result<()> {
        for field in details.login_fields.into_iter().flatten() {
            self.login_field(field)?;
        }
        if self.record.password.is_empty() {
            self.record.password = details.password.unwrap_or_default();
        }
        self.record.notes = details.notes_plain.unwrap_or_default();
        for section in details.sections.into_iter().flatten() {
            let fields = section.fields.unwrap_or_default();
            if section.title.is_some_and(|title| !title.is_empty()) && !fields.is_empty() {
                self.left.push("titles of sections");
            }
            for field in fields {
                if api { self.api_field(field)? } else { self.section_field(field)? }
            }
        }
        if details.password_history.is_some_and(|history| !history.is_empty()) {
            self.left.push("former passwords");
        }
        if details.document_attributes.is_some() {
            self.left.push("attachments");
        }
        Ok(())
    }

    fn login_field(&mut self, field: LoginField) -> Result<()> {
        let mut value = field.value.unwrap_or_default();
        let value = value.take("email_address").unwrap_or(value).into_secret()?;
        match field.designation.as_deref() {
            Some("username") if self.record.username.is_empty() => value.expose().clone_into(&mut self.record.username),
            Some("password") if self.record.password.is_empty() => self.record.password = value,
            _ if value.is_empty() => {}
            _ => {
                let kind = if field.field_type.as_deref() == Some("P") { Kind::Hidden } else { Kind::Text };
                let label = field.name.filter(|name| !name.is_empty()).or(field.id).unwrap_or_default();
                self.record.fields.push(Field::new(label, value, kind));
            }
        }
        Ok(())
    }

    fn section_field(&mut self, field: SectionField) -> Result<()> {
        let label = field.title.unwrap_or_default();
        match read(field.value.unwrap_or_default())? {
            Read::Nothing => {}
            Read::Left(what) => self.left.push(what),
            Read::Totp(value) if !self.record.fields.iter().any(|field| field.label == "TOTP") => {
                self.record.fields.push(Field::new("TOTP", value, Kind::Hidden));
            }
            Read::Totp(value) => self.record.fields.push(Field::new(label, value, Kind::Hidden)),
            Read::Value(value, kind) => self.record.fields.push(Field::new(label, value, kind)),
        }
        Ok(())
    }

    /// The fields of an API credential are known by their ids, because their titles are in the language of the user.
    fn api_field(&mut self, mut field: SectionField) -> Result<()> {
        let id = field.id.as_deref().unwrap_or_default();
        let label = match id {
            "credential" => "API Token",
            "validFrom" => "Valid From",
            "expires" => "Expires",
            "username" | "hostname" | "type" | "filename" => "",
            _ => return self.section_field(field),
        };
        let Read::Value(value, kind) = read(field.value.take().unwrap_or_default())? else { return Ok(()) };
        match id {
            _ if value.is_empty() => {}
            "username" if self.record.username.is_empty() => value.expose().clone_into(&mut self.record.username),
            "hostname" => self.record.urls.push(value.expose().to_owned()),
            _ if label.is_empty() => self.record.fields.push(Field::new(field.title.unwrap_or_default(), value, kind)),
            _ => self.record.fields.push(Field::new(label, value, kind)),
        }
        Ok(())
    }
}
