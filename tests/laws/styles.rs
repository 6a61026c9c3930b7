//! What holds for every style of a config file.

use sfcred::check::MAX_AGE;
use sfcred::place::Placer;
use sfcred_formats::keys::Quirk;
use sfcred_formats::{Format, Lock, Record, Result, Secret, all, salesforce};
use zeroize::Zeroizing;

use crate::declared::less;
use crate::machine::{assert_recognised, read, reference, try_read};

/// Asks for a style.
struct Styled<'s>(&'s str);

impl Lock for Styled<'_> {
    fn passphrase(&mut self) -> Result<Secret> {
        unreachable!("a config file needs no passphrase")
    }

    fn key_file(&mut self) -> Result<Option<Zeroizing<Vec<u8>>>> {
        Ok(None)
    }

    fn random(&mut self, _: &mut [u8]) -> Result<()> {
        unreachable!("a config file needs no randomness")
    }

    fn style(&self) -> Option<&str> {
        Some(self.0)
    }
}

/// A file of these records in a style, or why the style cannot hold them.
fn write(format: &Format, style: &str, records: &[Record]) -> Result<Vec<u8>> {
    let (mut bytes, mut lock, mut placer) = (Vec::new(), Styled(style), Placer::new(format, MAX_AGE));
    let mut writer = format.write(&mut bytes, &mut lock)?;
    for record in records {
        let mut record = record.clone();
        placer.place(&mut record);
        writer.record(&mut record)?;
    }
    writer.finish()?;
    Ok(bytes)
}

/// What a style keeps of a record.
fn kept(record: &Record, format: &Format, joins: bool) -> Record {
    let mut kept = less(record, &format.spec);
    if let Some(token) = kept.token.take_if(|_| joins) {
        kept.password.push(token.expose());
    }
    kept
}

/// The fields apart, whose order is that of the file.
fn sorted(mut record: Record) -> Record {
    record.fields.sort_by(|one, other| one.label.cmp(&other.label));
    record
}

#[test]
fn each_style_of_each_format_is_read_back() {
    let (mut styles, mut refused) = (0, Vec::new());
    for format in all().iter().filter(|format| !format.spec.styles.is_empty()) {
        for style in &format.spec.styles {
            styles += 1;
            let mut written = 0;
            // Names without a prefix are known by a token of the usual shape.
            let usual = |record: &&Record| record.token.as_ref().is_none_or(|token| salesforce::is_token_like(token.expose()));
            for record in reference().iter().filter(usual) {
                let Ok(bytes) = write(format, &style.name, std::slice::from_ref(record)) else {
                    refused.push(format!("{} {} {}", format.spec.id, style.name, record.username));
                    continue;
                };
                written += 1;
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let mut expected = kept(record, format, style.joins());
                let back =
                    try_read(format, &bytes).unwrap_or_else(|error| panic!("{} --style {}: {error}:\n{text}", format.spec.id, style.name));
                let back: Vec<Record> = back.into_iter().map(sorted).collect();
                if expected.urls.is_empty() {
                    expected.urls.extend(style.default_url.clone());
                }
                assert_eq!(back, [sorted(expected)], "{} --style {}:\n{text}", format.spec.id, style.name);
                assert_recognised(format, &bytes, &style.name);
            }
            assert!(written > 12, "{} --style {} wrote {written}", format.spec.id, style.name);
            if !style.has(Quirk::Single) {
                let pair = &reference()[..2];
                let back = read(format, &write(format, &style.name, pair).unwrap());
                let names = |records: &[Record]| records.iter().map(|record| record.username.clone()).collect::<Vec<_>>();
                assert_eq!(names(&back), names(pair), "{} --style {}", format.spec.id, style.name);
            }
        }
    }
    println!("{styles} styles");
    assert!(styles > 30);
    // A token alone has no place where it would stand behind a password, and a line break none in `odbc.ini`.
    let known = |refused: &String| refused.ends_with("alone@harbor-widgets.example") || refused.contains(" odbc ");
    assert_eq!(refused.iter().filter(|refused| !known(refused)).count(), 0, "{refused:?}");
}
