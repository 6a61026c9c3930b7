//! Any record survives any format that can hold it.

use chrono::{DateTime, NaiveDate};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use sfcred::place::recognise;
use sfcred_formats::{Field, Integration, Kind, Moment, Record, all, find};

use crate::declared::less;
use crate::machine::{assert_same, properties, read, write};

/// Text made of what breaks formats, with ordinary characters between.
fn text(longest: usize) -> impl Strategy<Value = String> {
    let hurtful = prop::sample::select(vec![
        "\"",
        ",",
        "\n",
        "\r\n",
        "\r",
        "\t",
        " ",
        ": ",
        ":",
        ";",
        "|",
        "\\",
        "\\n",
        "=",
        "+",
        "@",
        "#",
        "'",
        "[",
        "]",
        "/",
        "&amp;",
        "<",
        "é",
        "e\u{301}",
        "密",
        "ש",
        "\u{202E}",
        "\u{1F511}",
        "\u{FEFF}",
        "\u{1}",
        "\u{7F}",
        "[Salesforce credential]",
        "[end Salesforce credential]",
        "\n\n",
        "{REF:P@I:x}",
    ]);
    vec(prop_oneof![3 => "[a-zA-Z0-9]{1,6}".boxed(), 2 => hurtful.prop_map(str::to_owned).boxed()], 0..longest)
        .prop_map(|parts| parts.concat())
}

/// A word without blanks at its ends, as names of folders are.
fn folder_name() -> impl Strategy<Value = String> {
    let name = text(5).prop_map(|text| text.trim().to_owned()).prop_filter("not empty", |text| !text.is_empty());
    name.prop_filter("a name in every format", |name| {
        !name.contains(['/', '\\']) && !["root", "passwords"].contains(&name.to_lowercase().as_str())
    })
}

/// Labels as people choose them, and those that mean something to us.
fn label() -> impl Strategy<Value = String> {
    let known = [
        "Tags",
        "Title",
        "URL 2",
        "Token",
        "Security Token",
        "\\Title",
        "\\\\Tags",
        "Folder",
        "Expires",
        "Used By",
        "Security Token (hidden",
    ];
    prop_oneof![3 => "[A-Za-z][A-Za-z ]{0,12}[a-z]".boxed(), 1 => prop::sample::select(known.map(str::to_owned).to_vec()).boxed()]
}

fn moment() -> impl Strategy<Value = Moment> {
    prop_oneof![day().prop_map(Moment::Day).boxed(), instant().prop_map(Moment::Instant).boxed()]
}

fn day() -> impl Strategy<Value = NaiveDate> {
    (2007..2060_i32, 1..=366_u32).prop_filter_map("a day", |(year, day)| NaiveDate::from_yo_opt(year, day))
}

/// An instant that is not midnight, which Firefox cannot tell from a day.
fn instant() -> impl Strategy<Value = DateTime<chrono::Utc>> {
    (1_200_000_000_000_i64..2_800_000_000_000)
        .prop_filter("not midnight", |millis| millis % 86_400_000 != 0)
        .prop_filter_map("an instant", DateTime::from_timestamp_millis)
}

fn field() -> impl Strategy<Value = Field> {
    let kind = prop::sample::select(vec![Kind::Text, Kind::Hidden, Kind::Boolean, Kind::Date, Kind::Url]);
    (label(), text(6), kind).prop_map(|(label, value, kind)| Field::new(label, value, kind))
}

fn integration() -> impl Strategy<Value = Integration> {
    (text(5), text(5), option::of(moment())).prop_map(|(name, place, updated)| Integration {
        name,
        place,
        updated,
        ..Integration::default()
    })
}

prop_compose! {
    fn record()(
        title in text(6), username in "[a-z]{1,8}@[a-z]{1,8}\\.example", password in text(8), token in option::of("[A-Za-z0-9]{24,25}"),
        (issued, password_changed, rotate_by) in (option::of(moment()), option::of(moment()), option::of(day())),
        urls in vec(text(5).prop_map(|rest| format!("https://login.salesforce.com/{rest}")), 0..3),
        used_by in vec(integration(), 0..3), tags in vec(text(5), 0..3), folder in vec(folder_name(), 0..3),
        notes in text(10), fields in vec(field(), 0..4), (created, modified) in (option::of(instant()), option::of(instant())),
    ) -> Record {
        Record {
            title, username, password: password.into(), token: token.map(Into::into), issued, password_changed, rotate_by, urls, used_by, tags,
            folder, notes: notes.into(), fields, created, modified,
        }
    }
}

proptest! {
    #![proptest_config(properties(|cases| 2 * cases))]

    #[test]
    fn any_record_survives(record in record()) {
        let native = &find("sfcred").unwrap().spec;
        for format in all().iter().filter(|format| format.spec.read.is_some() && format.spec.write.is_some()) {
            let mut record = record.clone();
            // As it is after reading: what fields and notes mean has been found.
            recognise(native, &mut record, &mut |_| {});
            let (bytes, losses) = write(format, std::slice::from_ref(&record));
            // A product with short notes or without empty passwords has its own test.
            if losses.iter().any(|(loss, _)| loss.stops() || matches!(loss, sfcred::place::Loss::Cut(..))) {
                continue;
            }
            let found = read(format, &bytes);
            prop_assert_eq!(found.len(), 1, "{}", &format.spec.id);
            assert_same(&format.spec.id, &found[0], &less(&record, &format.spec));
            prop_assert_eq!(write(format, &found).0, bytes, "{} writes it otherwise again", &format.spec.id);
        }
    }
}
