//! Which mails are Salesforce's own.

use crate::salesforce;

/// The subjects of Salesforce's mails, today's and the one until 2015.
pub(super) const SUBJECTS: [&str; 2] = ["your new salesforce security token", "salesforce.com security token confirmation"];

/// Whether a subject or a sender is Salesforce's.
pub(super) fn is_theirs(subject: &str, from: &str) -> bool {
    let subject = subject.to_lowercase();
    let host = |from: &str| from.rsplit_once('@').map(|(_, host)| host.trim().trim_end_matches(['>', ')', ']']).trim().to_owned());
    SUBJECTS.iter().any(|known| subject.contains(known)) || host(from).is_some_and(|host| salesforce::is_salesforce(&host))
}
