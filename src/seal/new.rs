//! New identities, and whom a file of identities stands for.

use age::secrecy::ExposeSecret;
use age::x25519::Identity;
use chrono::NaiveDate;
use sfcred_formats::{Error, Result};
use zeroize::Zeroizing;

use super::lines::lines;
use super::sealed::is_sealed;

/// An identity that nobody has yet.
pub struct NewIdentity {
    /// The file, as `age-keygen` writes it.
    pub file: Zeroizing<Vec<u8>>,
    /// Its recipient.
    pub recipient: String,
}

impl NewIdentity {
    /// Makes one from the randomness of the system; its file says this day.
    pub fn generate(created: NaiveDate) -> Self {
        let identity = Identity::generate();
        let recipient = identity.to_public().to_string();
        let secret = identity.to_string();
        let head = format!("# created: {created}\n# public key: {recipient}\n");
        let file = Zeroizing::new([head.as_bytes(), secret.expose_secret().as_bytes(), b"\n"].concat());
        Self { file, recipient }
    }
}

/// The recipients of a file of identities that lie open.
pub fn recipients_of(file: &[u8]) -> Result<Vec<String>> {
    let hidden = || Error::new("the recipient of this identity cannot be seen").hint("name it with -r");
    if is_sealed(file) || file.starts_with(b"-----BEGIN ") {
        return Err(hidden());
    }
    let recipients = lines(file, |line| line.parse::<Identity>().map(|identity| identity.to_public().to_string()).map_err(|_| hidden()))?;
    if recipients.is_empty() {
        return Err(Error::new("no identity in it").hint("an identity begins with AGE-SECRET-KEY-1; `age-keygen` makes one"));
    }
    Ok(recipients)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_identity_knows_its_recipient() {
        let new = NewIdentity::generate("2026-11-22".parse().unwrap());
        assert!(new.file.starts_with(b"# created: 2026-11-22\n# public key: age1"));
        assert_eq!(recipients_of(&new.file).unwrap(), [new.recipient]);
    }

    #[test]
    fn says_where_it_cannot_be_seen() {
        for (file, message) in [
            (&b""[..], "no identity in it"),
            (b"#\nAGE-PLUGIN-YUBIKEY-1QQ", "line 2: the recipient of this identity cannot be seen"),
            (b"-----BEGIN OPENSSH PRIVATE KEY-----\n", "the recipient of this identity cannot be seen"),
            (b"age-encryption.org/v1\n", "the recipient of this identity cannot be seen"),
        ] {
            assert_eq!(recipients_of(file).unwrap_err().to_string(), message);
        }
    }
}
