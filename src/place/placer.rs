//! From a record to what a format has places for.

use std::borrow::Cow;

use sfcred_formats::{Field, Format, Holds, Key, Kind, Record, SFCRED, lines, spell_out};

use super::losses::{Loss, Losses};
use super::{MOVABLE, block, characters, labels};

/// Fits records to a target format.
pub struct Placer<'f> {
    pub(super) format: &'f Format,
    /// In days, for products that warn of an expiry.
    pub(super) max_age: u32,
    /// Whether the token goes behind the password, into one value.
    join: bool,
    pub(super) losses: Losses,
    records: u64,
    /// What goes into the notes block; kept to use the memory again.
    pub(super) keys: Vec<Field>,
    pub(super) fields: Vec<Field>,
    placed: Vec<Field>,
}

impl<'f> Placer<'f> {
    /// Starts with nothing lost; a token of `max_age` days is too old.
    pub fn new(format: &'f Format, max_age: u32) -> Self {
        let join = format.spec.holds.joined;
        Self { format, max_age, join, losses: Losses::default(), records: 0, keys: Vec::new(), fields: Vec::new(), placed: Vec::new() }
    }

    /// Joins password and token, if the user says so; a format that always wants them joined says it itself.
    #[must_use]
    pub fn join(self, join: bool) -> Self {
        Self { join: self.join || join, ..self }
    }

    /// What was lost in all.
    pub fn finish(mut self) -> Losses {
        if let Some(limit) = self.format.spec.limits.records.filter(|limit| self.records > *limit) {
            self.losses.add(Loss::TooMany(limit), "");
        }
        self.losses
    }

    /// Changes the record so that it holds only what the target has a place for, and counts what is lost.
    pub fn place(&mut self, record: &mut Record) {
        let holds = &self.format.spec.holds;
        self.records += 1;
        if self.format.spec.id != SFCRED {
            spell_out(record);
        }
        if self.join {
            self.join_token(record);
        }
        if holds.xml_text {
            characters::leave_out(record, &mut self.losses);
        }
        if holds.placeholders && characters::has_placeholder(record) {
            self.lose(Loss::Placeholder, record);
        }
        self.fill_needs(record);
        self.fill_expiry(record);
        self.drop_times(record);
        self.fit_url_and_folder(record);
        self.take_keys(record);
        if holds.fields.is_empty() {
            self.fields_to_notes(record);
        } else {
            self.keys_to_fields(record);
        }
        block::protect(&mut record.notes);
        if holds.has(Key::Notes) {
            self.fit_notes(record);
            block::append(&mut record.notes, &self.keys, &self.fields);
        } else {
            self.lose_notes(record);
        }
        self.keys.clear();
        self.fields.clear();
        self.check_lengths(record);
    }

    pub(super) fn lose(&mut self, loss: Loss, record: &Record) {
        self.losses.add(loss, record.name());
    }

    /// Puts the token behind the password, as clients do that have one field for both.
    fn join_token(&mut self, record: &mut Record) {
        if !record.password.is_empty()
            && let Some(token) = record.token.take()
        {
            // Twice no login would work.
            let is_there = record.password.expose().ends_with(token.expose());
            if !is_there {
                record.password.push(token.expose());
            }
            self.lose(if is_there { Loss::JoinedBefore } else { Loss::Joined }, record);
        }
    }

    /// Takes the keys without a place of their own out of the record.
    fn take_keys(&mut self, record: &mut Record) {
        let holds = &self.format.spec.holds;
        for key in MOVABLE {
            // Of several URLs, a format with a place for one keeps the first.
            let key = if key == Key::Url && holds.has(Key::Url) { Key::Urls } else { key };
            if !record.has(key) {
                continue;
            }
            if !holds.has(key) {
                labels::take(record, key, &mut self.keys);
            } else if key == Key::Title {
                let title = holds.fit_title(&record.title);
                if title != record.title {
                    self.lose(Loss::Title, record);
                } else if !holds.repeats.contains(key) {
                    continue;
                }
                labels::take(record, key, &mut self.keys);
                record.title = title;
            }
        }
    }

    /// Puts keys before the custom fields; what does not fit into one goes to the notes.
    fn keys_to_fields(&mut self, record: &mut Record) {
        let holds = &self.format.spec.holds;
        let mut placed = std::mem::take(&mut self.placed);
        let mut to_notes = Vec::new();
        let repeats = holds.repeats.contains(Key::Fields);
        let mut repeated = Vec::new();
        for mut field in self.keys.drain(..) {
            // A title that the product changes is for the notes.
            if field.label == labels::TITLE && holds.has(Key::Title) || !holds.takes_field(&field.label, field.value.expose()) {
                to_notes.push(field);
                continue;
            }
            if repeats {
                to_notes.push(field.clone());
            }
            // Where the notes repeat the token it is told there.
            if field.kind == Kind::Hidden && !holds.fields.contains(&Kind::Hidden) && !repeats {
                self.losses.add(Loss::Shown, record.name());
            }
            if !holds.keeps_kind(&field) {
                field.kind = Kind::Text;
            }
            placed.push(field);
        }
        let mut fields = std::mem::take(&mut record.fields);
        for mut field in fields.drain(..) {
            if holds.owns(&field) {
                placed.push(field);
                continue;
            }
            // Once a field is in the notes the ones behind it are too, so that their order stays.
            if !self.fields.is_empty() || !holds.takes_field(&field.label, field.value.expose()) {
                self.fields.push(field);
                continue;
            }
            if repeats && lines::label_fits(&field.label) {
                let hidden = field.kind == Kind::Hidden && holds.keeps_kind(&field);
                repeated.push(Field { kind: if hidden { Kind::Hidden } else { Kind::Text }, ..field.clone() });
            }
            if field.kind != Kind::Text && !holds.keeps_kind(&field) {
                self.losses.add(Loss::Kind(field.kind), record.name());
                field.kind = Kind::Text;
            }
            if reads_as_key(holds, record, &field.label, &placed, &to_notes) {
                field.label = labels::protect(&field.label).into();
            }
            placed.push(field);
        }
        record.fields = placed;
        self.placed = fields;
        self.keys.append(&mut to_notes);
        self.fields.splice(..0, repeated);
        self.fit_lines(record);
    }

    /// Leaves only fields with a place of their own.
    fn fields_to_notes(&mut self, record: &mut Record) {
        let holds = &self.format.spec.holds;
        let mut owned: Vec<&str> = Vec::new();
        for field in std::mem::take(&mut record.fields) {
            match holds.labels.iter().find(|own| own.takes(&field)) {
                Some(own) if !owned.contains(&own.label.as_str()) => {
                    owned.push(&own.label);
                    record.fields.push(field);
                }
                _ => self.fields.push(field),
            }
        }
        self.fit_lines(record);
    }

    /// Makes the fields that go to the notes such that each is a line that can be read back.
    fn fit_lines(&mut self, record: &Record) {
        if !self.format.spec.holds.has(Key::Notes) {
            return;
        }
        if self.keys.iter().any(|key| key.kind == Kind::Hidden) {
            self.losses.add(Loss::Shown, record.name());
        }
        for field in &mut self.fields {
            if !matches!(field.kind, Kind::Text | Kind::Hidden) {
                self.losses.add(Loss::Kind(field.kind), record.name());
                field.kind = Kind::Text;
            }
            if !lines::label_fits(&field.label) {
                field.label = tame(&field.label);
                self.losses.add(Loss::Label, record.name());
            }
        }
    }

    fn lose_notes(&mut self, record: &mut Record) {
        let mut lost: Vec<Key> = self.keys.drain(..).filter_map(|field| labels::key_of(&field.label)).map(|(key, _)| key).collect();
        lost.dedup();
        for key in lost {
            self.lose(Loss::NoPlace(key), record);
        }
        if !self.fields.is_empty() {
            self.lose(Loss::Field, record);
        }
        if !record.notes.is_empty() {
            record.notes.clear();
            self.lose(Loss::NoPlace(Key::Notes), record);
        }
    }
}

/// Whether a field of the user's own would be taken for a key when it is read back: its label means one, and the key itself is not among
/// the fields before it, or is a list that takes it in as well.
fn reads_as_key(holds: &Holds, record: &Record, label: &str, before: &[Field], in_notes: &[Field]) -> bool {
    if label.starts_with('\\') {
        return labels::key_of(label.trim_start_matches('\\')).is_some();
    }
    let Some((key, labels::Sure::Yes)) = labels::key_of(label) else { return false };
    let means = |field: &Field| labels::key_of(&field.label).is_some_and(|(other, _)| other == key);
    if in_notes.iter().any(means) {
        return true;
    }
    // Of most keys the first field counts; URLs are all taken.
    let first = key == Key::Urls || !before.iter().any(means);
    first
        && match key {
            // A second one, whose first the format could not hold.
            Key::Token | Key::UsedBy => !record.has(key),
            // What is under these labels is no date, or it would have been read.
            _ => !labels::is_ours(key) && !holds.has(key),
        }
}

/// The nearest label that can stand in a line.
fn tame(label: &str) -> Cow<'static, str> {
    let words = label.replace(['\n', '\r', ':'], " ").replace(['[', ']', '(', ')'], "");
    let words = words.trim();
    if words.is_empty() { "Field".into() } else { words.to_owned().into() }
}
