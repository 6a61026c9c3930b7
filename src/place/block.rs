//! The notes block: what a format has no place for, as lines at the end of the notes that a person can read.
//!
//! ```text
//! Owned by the data team.
//!
//! [Salesforce credential]
//! Security Token: Qx7LmT2vRk9ZpB4nWc6HdY1s
//! Token Issued: 2026-08-18
//! [end Salesforce credential]
//! ```
//!
//! The brackets survive what managers do to notes: HTML escaping, comment signs, YAML, and Bitwarden's own `key: value` lines.

use std::borrow::Cow;

use sfcred_formats::{Field, Kind, Secret, lines};

use super::labels::{key_of, protect as protect_label};

const BEGIN: &str = "[Salesforce credential]";
const END: &str = "[end Salesforce credential]";

/// A block that was found in notes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Block {
    /// Its lines.
    pub fields: Vec<Field>,
    /// It has no end, or another one in the same notes differs: someone edited the notes.
    pub damaged: bool,
}

/// Puts a block behind the notes, a blank line between: first the keys of the record, then fields of the user's own.
///
/// Without either the notes stay as they are.
pub(super) fn append(notes: &mut Secret, keys: &[Field], fields: &[Field]) {
    if keys.is_empty() && fields.is_empty() {
        return;
    }
    let mut text = String::with_capacity(256);
    if !notes.is_empty() {
        text.push_str("\n\n");
    }
    text.push_str(BEGIN);
    for key in keys {
        text.push('\n');
        // A token is hidden by its name.
        lines::write_line(&mut text, &key.label, key.value.expose(), Kind::Text);
    }
    for field in fields {
        text.push('\n');
        let label = if key_of(field.label.trim_start_matches('\\')).is_some() {
            Cow::from(protect_label(&field.label))
        } else {
            Cow::from(&*field.label)
        };
        lines::write_line(&mut text, &label, field.value.expose(), field.kind);
    }
    text.push('\n');
    text.push_str(END);
    notes.push(&text);
    drop(Secret::new(text));
}

/// Marks lines of the user's own notes that look like ours, so that they come back as they are.
pub(super) fn protect(notes: &mut Secret) {
    rewrite(notes, |line| is_marker(line.trim_start_matches('\\')).then(|| format!("\\{line}")));
}

/// Takes away the marks that [`protect`] set.
fn unprotect(notes: &mut Secret) {
    rewrite(notes, |line| line.strip_prefix('\\').filter(|rest| is_marker(rest.trim_start_matches('\\'))).map(str::to_owned));
}

fn rewrite(notes: &mut Secret, change: impl Fn(&str) -> Option<String>) {
    // Nearly all notes have no such line, and this is the only look at them.
    if !notes.expose().contains('[') || !notes.expose().lines().any(|line| change(line.trim()).is_some()) {
        return;
    }
    let changed = |line: &str| {
        let (body, blank) = line.split_at(line.trim_end().len());
        let body = body.trim_start();
        let indent = &line[..line.len() - blank.len() - body.len()];
        change(body).map_or_else(|| line.to_owned(), |body| format!("{indent}{body}{blank}"))
    };
    let text = notes.expose().split_inclusive('\n').map(changed).collect();
    *notes = Secret::new(text);
}

fn is_marker(line: &str) -> bool {
    line.eq_ignore_ascii_case(BEGIN) || line.eq_ignore_ascii_case(END)
}

/// Takes the block out of the notes, together with the blank line before it; text behind it stays in the notes.
pub(super) fn take(notes: &mut Secret) -> Option<Block> {
    let found = if notes.expose().contains('[') { find(notes.expose()) } else { None };
    let block = found.map(|Found { begin, end, block }| {
        let text = notes.expose();
        // What we wrote ends in exactly this; a manager may have changed the line ends or dropped the blank line.
        let before = &text[..begin];
        let before = before.strip_suffix("\n\n").unwrap_or_else(|| strip_line_end(strip_line_end(before)));
        let after = text[end..].trim_start_matches(['\r', '\n']);
        let joint = if before.is_empty() || after.is_empty() { "" } else { "\n" };
        *notes = Secret::new([before, joint, after].concat());
        block
    });
    unprotect(notes);
    block
}

struct Found {
    begin: usize,
    end: usize,
    block: Block,
}

/// The last block that has an end, else the last one without.
fn find(text: &str) -> Option<Found> {
    let mut at = 0;
    let lines: Vec<(usize, &str)> = text
        .split_inclusive('\n')
        .map(|line| {
            let start = at;
            at += line.len();
            (start, line)
        })
        .collect();
    let begins = || lines.iter().enumerate().filter(|(_, (_, line))| line.trim().eq_ignore_ascii_case(BEGIN)).map(|(number, _)| number);
    let end_of = |begin: usize| {
        let rest = lines.iter().enumerate().skip(begin + 1);
        rest.take_while(|(_, (_, line))| !line.trim().eq_ignore_ascii_case(BEGIN))
            .find(|(_, (_, line))| line.trim().eq_ignore_ascii_case(END))
            .map(|(number, _)| number)
    };
    let fields = |range: std::ops::Range<usize>| -> Vec<Field> {
        lines[range].iter().filter_map(|(_, line)| lines::read_line(line.trim_end_matches(['\r', '\n']).trim_end_matches(' '))).collect()
    };
    let whole: Vec<(usize, usize)> = begins().filter_map(|begin| Some((begin, end_of(begin)?))).collect();
    let Some(&(begin, end)) = whole.last() else {
        let begin = begins().next_back()?;
        let pairs = lines[begin + 1..].iter().take_while(|(_, line)| lines::read_line(line.trim_end()).is_some()).count();
        let end = lines.get(begin + 1 + pairs).map_or(text.len(), |(start, _)| *start);
        let block = Block { fields: fields(begin + 1..begin + 1 + pairs), damaged: true };
        return Some(Found { begin: lines[begin].0, end, block });
    };
    let found = fields(begin + 1..end);
    // Chrome joins the notes of two equal logins: an equal block is dropped with the last one, another one stays where it is.
    let first = whole[0].0;
    let equal = whole.iter().all(|&(begin, end)| fields(begin + 1..end) == found)
        && whole.windows(2).all(|pair| lines[pair[0].1 + 1..pair[1].0].iter().all(|(_, line)| line.trim().is_empty()));
    let begin = if equal { first } else { begin };
    let end = lines[end].0 + lines[end].1.trim_end_matches(['\r', '\n']).len();
    Some(Found { begin: lines[begin].0, end, block: Block { fields: found, damaged: !equal } })
}

fn strip_line_end(text: &str) -> &str {
    text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(notes: &str, parts: &[Field]) -> (String, Option<Block>) {
        let mut text = Secret::from(notes);
        protect(&mut text);
        append(&mut text, &[], parts);
        let block = take(&mut text);
        (text.expose().to_owned(), block)
    }

    fn parts() -> Vec<Field> {
        vec![
            Field::new("Token of mine", "FakeT0ken", Kind::Text),
            Field::new("Client", " s;\n\\ ", Kind::Hidden),
            Field::new("Empty", "", Kind::Text),
        ]
    }

    #[test]
    fn comes_back_whatever_the_notes() {
        let tricky = format!("{BEGIN}\nSecurity Token: x\n{END}\n\\{BEGIN}\n  {END}  \nlast");
        for notes in [
            "",
            "one line",
            "ends with a line end\n",
            "\n",
            "\n\n",
            "\r",
            "a\r\nb\r\n",
            "[",
            " ",
            tricky.as_str(),
            "\\\\[salesforce CREDENTIAL]",
        ] {
            let (text, block) = round(notes, &parts());
            assert_eq!(text, notes);
            assert_eq!(block, Some(Block { fields: parts(), damaged: false }), "{notes:?}");
            assert_eq!(round(notes, &[]), (notes.to_owned(), None), "{notes:?}");
        }
    }

    #[test]
    fn survives_what_managers_do() {
        let text = format!("note\r\n{}\r\nToken Issued: 2026-08-18  \r\n{}  \r\nadded later", BEGIN.to_uppercase(), END);
        let mut notes = Secret::from(text.as_str());
        let block = take(&mut notes).unwrap();
        assert_eq!(notes.expose(), "note\nadded later");
        assert_eq!(block.fields, [Field::new("Token Issued", "2026-08-18", Kind::Text)]);
    }

    #[test]
    fn a_block_without_end_stops_at_the_first_other_line() {
        let mut notes = Secret::from(format!("{BEGIN}\nSecurity Token: x\n\nmine: yes").as_str());
        let block = take(&mut notes).unwrap();
        assert!(block.damaged);
        assert_eq!(block.fields.len(), 1);
        assert_eq!(notes.expose(), "mine: yes");
    }

    #[test]
    fn the_last_of_several_counts() {
        let one = format!("{BEGIN}\nSecurity Token: old\n{END}");
        let two = format!("{BEGIN}\nSecurity Token: new\n{END}");
        let mut notes = Secret::from(format!("{one}\n{two}").as_str());
        let block = take(&mut notes).unwrap();
        assert!(block.damaged);
        assert_eq!(block.fields[0].value.expose(), "new");
        let mut notes = Secret::from(format!("mine\n\n{two}\n{two}").as_str());
        let block = take(&mut notes).unwrap();
        assert!(!block.damaged);
        assert_eq!(notes.expose(), "mine");
    }
}
