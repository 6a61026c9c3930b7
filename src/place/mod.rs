//! Where token, dates and the rest live in a format that has no column for them.
//!
//! [`recognise()`] finds them in custom fields and notes, and decides what is a Salesforce login. [`Placer`] does the reverse for a target, in
//! this order: the format's own place, a custom field, a line of the notes block, else it is a loss.

mod block;
mod characters;
mod labels;
mod losses;
mod recognise;
mod split;

use std::borrow::Cow;

use chrono::{Days, SubsecRound};
use sfcred_formats::{Field, Format, Holds, Key, Kind, Record, Secret, lines, salesforce};

use crate::vault::FORMAT;
pub use losses::{Loss, Losses};
pub use recognise::{Finding, recognise};
pub use split::{Question, Split};

/// Written where a product takes no entry without a URL and the record has none.
const LOGIN_URL: &str = "https://login.salesforce.com";

/// Ends notes that had to be cut.
const CUT: &str = "[…]";

/// The keys that may need another place, in the order in which they are written there.
const MOVABLE: [Key; 9] =
    [Key::Title, Key::Token, Key::Issued, Key::PasswordChanged, Key::Url, Key::RotateBy, Key::UsedBy, Key::Tags, Key::Folder];

/// Where a key goes in a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// To a place of its own.
    Own,
    /// To a custom field.
    Field,
    /// To a line of the notes block.
    Notes,
    /// Behind the password, into one value.
    Joined,
    /// Nowhere.
    Lost,
}

impl Place {
    /// The name as it stands in documents.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Field => "field",
            Self::Notes => "notes",
            Self::Joined => "joined",
            Self::Lost => "lost",
        }
    }
}

/// Where a format has a place for `key`.
pub fn place_of(format: &Format, key: Key) -> Place {
    let holds = &format.spec.holds;
    let movable = MOVABLE.contains(&key) || matches!(key, Key::Urls | Key::Fields);
    if holds.has(key) || (key == Key::Fields && !holds.fields.is_empty()) {
        Place::Own
    } else if key == Key::Token && holds.joined {
        Place::Joined
    } else if movable && !holds.fields.is_empty() {
        Place::Field
    } else if movable && holds.has(Key::Notes) {
        Place::Notes
    } else {
        Place::Lost
    }
}

/// Fits records to a target format.
pub struct Placer<'f> {
    format: &'f Format,
    /// In days, for products that warn of an expiry.
    max_age: u32,
    /// Whether the token goes behind the password, into one value.
    join: bool,
    losses: Losses,
    records: u64,
    /// What goes into the notes block; kept to use the memory again.
    keys: Vec<Field>,
    fields: Vec<Field>,
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
        if self.format.spec.id != FORMAT {
            record.spell_out();
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

    fn lose(&mut self, loss: Loss, record: &Record) {
        self.losses.add(loss, record.name());
    }

    /// Puts the token behind the password, as clients do that have one field for both.
    fn join_token(&mut self, record: &mut Record) {
        if !record.password.is_empty()
            && let Some(token) = record.token.take()
        {
            record.password.push(token.expose());
            self.lose(Loss::Joined, record);
        }
    }

    /// Gives a product that warns of an expiry the day to warn of, where the record has none.
    fn fill_expiry(&mut self, record: &mut Record) {
        if !self.format.spec.holds.expires || record.token.is_none() || record.rotate_by.is_some() {
            return;
        }
        let stale_on = record.issued.and_then(|issued| issued.day().checked_add_days(Days::new(self.max_age.into())));
        if stale_on.is_some() {
            record.rotate_by = stale_on;
            self.lose(Loss::Filled(Key::RotateBy), record);
        }
    }

    fn fill_needs(&mut self, record: &mut Record) {
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
    fn drop_times(&mut self, record: &mut Record) {
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

    fn fit_url_and_folder(&mut self, record: &mut Record) {
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

    /// Leaves out what a product with short notes refuses: first what helps least, never the token or its dates.
    fn fit_notes(&mut self, record: &mut Record) {
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

    fn check_lengths(&mut self, record: &Record) {
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

/// More than a line of the block needs for this field.
fn size(field: &Field) -> usize {
    2 * field.value.expose().len() + field.label.len() + 96
}
