//! What a product asks of its entries besides places: values that it insists on, limits, and times.

use chrono::{Days, SubsecRound};
use sfcred_formats::{Field, Key, Record, Secret, salesforce};

use super::losses::Loss;
use super::{Placer, block};

/// Written where a product takes no entry without a URL and the record has none.
const LOGIN_URL: &str = "https://login.salesforce.com";

/// Ends notes that had to be cut.
const CUT: &str = "[…]";

impl Placer<'_> {
    /// Gives a product that warns of an expiry the day to warn of, where the record has none.
    pub(super) fn fill_expiry(&mut self, record: &mut Record) {
        if !self.format.spec.holds.expires || record.token.is_none() || record.rotate_by.is_some() {
            return;
        }
        let stale_on = record.issued.and_then(|issued| issued.day().checked_add_days(Days::new(self.max_age.into())));
        if stale_on.is_some() {
            record.rotate_by = stale_on;
            self.lose(Loss::Filled(Key::RotateBy), record);
        }
    }

    pub(super) fn fill_needs(&mut self, record: &mut Record) {
        for key in self.format.spec.holds.needs.iter() {
            match key {
                _ if record.has(key) => {}
                Key::Title => record.title.clone_from(&record.username),
                Key::Url => {
                    record.urls.push(LOGIN_URL.to_owned());
                    self.lose(Loss::Filled(Key::Url), record);
                }
                // A token with an entry of its own stands for itself.
                Key::Password if record.token.is_some() && self.format.spec.holds.token_entry => {}
                key => self.lose(Loss::Refused(key, 0), record),
            }
        }
    }

    /// Drops the times that have no place, or whose entry is not written.
    pub(super) fn drop_times(&mut self, record: &mut Record) {
        let holds = &self.format.spec.holds;
        if holds.token_entry && record.token.is_none() && record.issued.take().is_some() {
            self.lose(Loss::NoPlace(Key::Issued), record);
        }
        let only_token = holds.token_entry && record.password.is_empty() && record.token.is_some();
        if only_token && record.password_changed.take().is_some() {
            self.lose(Loss::NoPlace(Key::PasswordChanged), record);
        }
        if only_token && record.created.take().is_some() {
            self.lose(Loss::NoPlace(Key::Created), record);
        }
        if !holds.has(Key::Created) && record.created.take().is_some() {
            self.lose(Loss::NoPlace(Key::Created), record);
        }
        if !holds.has(Key::Modified) && record.modified.take().is_some() {
            self.lose(Loss::NoPlace(Key::Modified), record);
        }
        if holds.whole_seconds() {
            self.drop_fractions(record);
        }
    }

    fn drop_fractions(&mut self, record: &mut Record) {
        for key in [Key::Created, Key::Modified] {
            let time = if key == Key::Created { &mut record.created } else { &mut record.modified };
            let whole = time.map(|time| time.trunc_subsecs(0));
            if std::mem::replace(time, whole) != whole {
                self.lose(Loss::Fraction(key), record);
            }
        }
    }

    pub(super) fn fit_url_and_folder(&mut self, record: &mut Record) {
        let holds = &self.format.spec.holds;
        if holds.origin_only {
            let length = record.urls.first().map_or(0, |url| salesforce::origin(url).len());
            if let Some(url) = record.urls.first_mut().filter(|url| url.len() > length) {
                // A slash alone behind the host is no path.
                let path = url.len() > length + 1;
                url.truncate(length);
                if path {
                    self.lose(Loss::UrlPath, record);
                }
            }
        }
        if let Some(separator) = holds.separator.filter(|_| holds.has(Key::Folder))
            && record.folder.iter().any(|name| name.contains(separator))
        {
            self.lose(Loss::Folder, record);
        }
    }

    /// Leaves out what a product with short notes refuses: first what helps least, never the token or its dates.
    pub(super) fn fit_notes(&mut self, record: &mut Record) {
        let Some(limit) = self.format.spec.limits.notes else { return };
        let whole = |placer: &Self| {
            let mut notes = record.notes.clone();
            block::append(&mut notes, &placer.keys, &placer.fields);
            notes.expose().len()
        };
        if record.notes.expose().len() + self.keys.iter().chain(&self.fields).map(size).sum::<usize>() < limit {
            return;
        }
        for (key, label) in
            [(Key::UsedBy, "Used By"), (Key::Tags, "Tags"), (Key::Fields, ""), (Key::Folder, "Folder"), (Key::Title, "Title")]
        {
            while whole(self) > limit {
                let left_out = match key {
                    Key::Fields => self.fields.pop().is_some(),
                    _ => self.keys.iter().position(|field| field.label == label).map(|at| self.keys.remove(at)).is_some(),
                };
                if !left_out {
                    break;
                }
                self.losses.add(Loss::Cut(key, limit), record.name());
            }
        }
        let over = whole(self).saturating_sub(limit);
        if over > 0 {
            let notes = record.notes.expose();
            let mut end = notes.len().saturating_sub(over + CUT.len());
            while !notes.is_char_boundary(end) {
                end -= 1;
            }
            let mut shorter = Secret::new(notes[..end].to_owned());
            if end > 0 {
                shorter.push(CUT);
            }
            record.notes = shorter;
            self.lose(Loss::Cut(Key::Notes, limit), record);
        }
    }

    pub(super) fn check_lengths(&mut self, record: &Record) {
        let limits = &self.format.spec.limits;
        let url = record.urls.iter().map(String::len).max().unwrap_or(0);
        let field = record.fields.iter().map(|field| field.value.expose().len()).max().unwrap_or(0);
        for (key, text) in [(Key::Username, record.username.as_str()), (Key::Password, record.password.expose())] {
            if self.format.spec.holds.one_line.contains(key) && text.contains(['\n', '\r']) {
                self.losses.add(Loss::Lines(key), record.name());
            }
            if self.format.spec.holds.trimmed.contains(key) && text.trim() != text {
                self.losses.add(Loss::Blanks(key), record.name());
            }
        }
        for (key, length, limit) in [
            (Key::Username, record.username.len(), limits.username),
            (Key::Password, record.password.expose().len(), limits.password),
            (Key::Notes, record.notes.expose().len(), limits.notes),
            (Key::Url, url, limits.url),
            (Key::Fields, field, limits.field),
        ] {
            if let Some(limit) = limit.filter(|limit| length > *limit) {
                self.losses.add(Loss::Refused(key, limit), record.name());
            }
        }
    }
}

/// More than a line of the block needs for this field.
fn size(field: &Field) -> usize {
    2 * field.value.expose().len() + field.label.len() + 96
}
