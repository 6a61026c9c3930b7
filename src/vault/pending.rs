//! Who still has the old token.

use chrono::NaiveDate;
use sfcred_formats::{Error, Integration, Moment, Record, Result};

/// An integration that is not known to have the present token.
#[derive(Clone, Copy, Debug)]
pub struct Pending<'a> {
    /// The record whose token it holds.
    pub record: &'a Record,
    /// The integration.
    pub integration: &'a Integration,
}

/// Marks an integration as updated on this day. It is named by its name, its place, or `NAME=PLACE`.
///
/// # Errors
/// When the record has no such integration, or several that wait.
pub fn mark_done(record: &mut Record, wanted: &str, day: NaiveDate) -> Result<()> {
    let both = |integration: &Integration| format!("{}={}", integration.name, integration.place);
    let ways: [&dyn Fn(&Integration) -> bool; 3] = [
        &|integration| integration.name.to_lowercase() == wanted.to_lowercase(),
        &|integration| both(integration).to_lowercase() == wanted.to_lowercase(),
        &|integration| integration.place == wanted,
    ];
    let fit = |way: &dyn Fn(&Integration) -> bool| -> Vec<usize> {
        record.used_by.iter().enumerate().filter(|(_, integration)| way(integration)).map(|(at, _)| at).collect()
    };
    let mut found = ways.into_iter().map(fit).find(|found| !found.is_empty()).unwrap_or_default();
    let is_one_place = found.windows(2).all(|pair| record.used_by.get(pair[0]).map(both) == record.used_by.get(pair[1]).map(both));
    if found.len() > 1 && !is_one_place {
        found.retain(|at| record.used_by.get(*at).is_some_and(|integration| is_pending(record, integration)));
        if let [_, _, ..] = found[..] {
            let names: Vec<String> = found.iter().filter_map(|at| record.used_by.get(*at)).map(both).collect();
            return Err(Error::new(format!("{} integrations of that name wait", names.len()))
                .hint(format!("name each with its place: --done \"{}\"", names.join("\" or --done \""))));
        }
    } else if found.is_empty() {
        let names = record.used_by.iter().map(|integration| integration.name.as_str()).collect::<Vec<_>>().join(", ");
        let hint = if names.is_empty() { "`sfcred edit` adds it to `used_by`".to_owned() } else { format!("it has: {names}") };
        return Err(Error::new("the record has no such integration").hint(hint));
    }
    for at in found {
        mark(record, at, day);
    }
    Ok(())
}

/// Marks the integration in this place of the list as updated on this day.
pub fn mark(record: &mut Record, at: usize, day: NaiveDate) {
    // Nothing can be passed on before it was there, whatever a clock says.
    let changes = [record.issued, record.password_changed];
    let latest = changes.into_iter().flatten().map(Moment::day).chain([day]).max();
    if let Some(integration) = record.used_by.get_mut(at) {
        integration.updated = Some(Moment::Day(latest.unwrap_or(day)));
    }
}

/// The integrations of these records that are not known to have the present token.
pub fn pending(records: &[Record]) -> impl Iterator<Item = Pending<'_>> {
    records.iter().flat_map(|record| {
        let waits = move |integration: &&Integration| is_pending(record, integration);
        record.used_by.iter().filter(waits).map(move |integration| Pending { record, integration })
    })
}

/// Whether an integration is not known to have the present token and password of its record.
pub fn is_pending(record: &Record, integration: &Integration) -> bool {
    let Some(updated) = integration.updated else { return true };
    [record.issued, record.password_changed].into_iter().flatten().any(|change| change.is_after(updated))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn record() -> Record {
        Record { username: "ops@one.example".into(), token: Some("FakeOld".into()), issued: "2026-05-01".parse().ok(), ..Record::default() }
    }

    #[test]
    fn of_two_integrations_of_one_name_the_place_says_which() {
        let integration = |name: &str, place: &str| Integration { name: name.into(), place: place.into(), ..Integration::default() };
        let mut twins =
            Record { used_by: vec![integration("A", "x.env"), integration("A", "y.env"), integration("a=y.env", "z")], ..record() };
        let error = mark_done(&mut twins, "a", day("2026-11-21")).unwrap_err();
        assert_eq!(error.to_string(), "2 integrations of that name wait");
        assert_eq!(error.hint_text(), Some("name each with its place: --done \"A=x.env\" or --done \"A=y.env\""));
        let updated = |record: &Record| record.used_by.iter().map(|integration| integration.updated.is_some()).collect::<Vec<_>>();
        for (wanted, done) in [("A=x.env", [true, false, false]), ("A", [true, true, false]), ("z", [true; 3]), ("A", [true; 3])] {
            mark_done(&mut twins, wanted, day("2026-11-21")).unwrap();
            assert_eq!(updated(&twins), done, "{wanted}");
        }
    }
}
