//! New identities, and whom a file of identities stands for.

use age::secrecy::ExposeSecret;
use age::x25519::Identity;
use chrono::NaiveDate;
use sfcred_formats::{Error, Result};
use zeroize::Zeroizing;

use super::MAX_WORK_FACTOR;
use super::identities::IdentityFile;
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
    // What cannot be used at all says so itself.
    IdentityFile::read(Zeroizing::new(file.to_vec()), MAX_WORK_FACTOR)?;
    if is_sealed(file) || file.starts_with(b"-----BEGIN ") {
        return Err(hidden());
    }
    let recipients = lines(file, |line| line.parse::<Identity>().map(|identity| identity.to_public().to_string()).map_err(|_| hidden()))?;
    Ok(recipients)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::super::{To, seal};
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
            (b"hello world", "line 1: not an identity"),
            (b"age-encryption.org/v1\n", "header line 2: damaged header"),
            #[cfg(not(feature = "plugin"))]
            (b"#\nAGE-PLUGIN-YUBIKEY-1QQ", "line 2: this build does not support age plugins"),
            #[cfg(not(feature = "ssh"))]
            (b"-----BEGIN OPENSSH PRIVATE KEY-----\n", "this build does not support ssh keys"),
        ] {
            assert_eq!(recipients_of(file).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn under_a_passphrase_it_cannot_be_seen() {
        let mut sealed = Vec::new();
        let mut writer = seal(&mut sealed, &To::Passphrase("Fake-Passphrase".to_owned().into()), true).unwrap();
        writer.write_all(&NewIdentity::generate("2026-11-22".parse().unwrap()).file).unwrap();
        writer.finish().unwrap();
        assert_eq!(recipients_of(&sealed).unwrap_err().to_string(), "the recipient of this identity cannot be seen");
    }
}
