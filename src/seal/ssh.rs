//! Ssh keys as recipients and identities, if the build has them.

pub(super) use built::{identity, recipient};

#[cfg(not(feature = "ssh"))]
mod built {
    use sfcred_formats::Result;

    use crate::seal::{IdentityFile, not_built};

    /// Reads a public key.
    pub(in crate::seal) fn recipient(_: &str) -> Result<Box<dyn age::Recipient + Send>> {
        Err(not_built("ssh keys", "ssh"))
    }

    /// Reads a private key.
    pub(in crate::seal) fn identity(_: &[u8]) -> Result<IdentityFile> {
        Err(not_built("ssh keys", "ssh"))
    }
}

#[cfg(feature = "ssh")]
mod built {
    use age::ssh::{Identity, Recipient};
    use age::{DecryptError, secrecy::SecretString};
    use sfcred_formats::{Error, Result};

    use crate::seal::{IdentityFile, recipients};

    /// Reads a public key.
    pub(in crate::seal) fn recipient(text: &str) -> Result<Box<dyn age::Recipient + Send>> {
        match text.parse::<Recipient>() {
            Ok(recipient) => Ok(Box::new(recipient)),
            Err(_) => Err(recipients::not_a_recipient().hint("of ssh keys, ed25519 and rsa with 2048 to 4096 bits can be sealed to")),
        }
    }

    /// Reads a private key.
    pub(in crate::seal) fn identity(bytes: &[u8]) -> Result<IdentityFile> {
        match Identity::from_buffer(bytes, None) {
            Ok(Identity::Encrypted(key)) => {
                Ok(IdentityFile::Locked(Box::new(move |passphrase: SecretString| match key.decrypt(passphrase) {
                    Ok(key) => Ok(Some(vec![Box::new(Identity::from(key))])),
                    Err(DecryptError::KeyDecryptionFailed) => Ok(None),
                    Err(_) => Err(not_a_key()),
                })))
            }
            Ok(key @ Identity::Unencrypted(_)) => Ok(IdentityFile::Plain(vec![Box::new(key)])),
            Ok(Identity::Unsupported(_)) | Err(_) => Err(not_a_key()),
        }
    }

    fn not_a_key() -> Error {
        Error::new("not an ssh key that can open files").hint("it must be ed25519 or rsa; `ssh-keygen -p` brings older files up to date")
    }
}
