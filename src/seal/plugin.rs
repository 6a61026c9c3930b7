//! Age plugins, which are other programs that get run, if the build has them.

use sfcred_formats::Error;

pub(super) use built::{identity, recipient};

/// The error for a plugin that was run without success; what it said may hold anything, so it is not repeated.
pub(super) fn failed() -> Error {
    Error::new("an age plugin failed").hint("run `age` with the same key: it shows what the plugin says")
}

#[cfg(not(feature = "plugin"))]
mod built {
    use sfcred_formats::Result;

    use crate::seal::not_built;

    /// Reads a recipient that a plugin understands.
    pub(in crate::seal) fn recipient(_: &str) -> Result<Box<dyn age::Recipient + Send>> {
        Err(not_built("age plugins", "plugin"))
    }

    /// Reads an identity that a plugin understands.
    pub(in crate::seal) fn identity(_: &str) -> Result<Box<dyn age::Identity>> {
        Err(not_built("age plugins", "plugin"))
    }
}

/// Plugins run without callbacks: one that shows a message goes on unheard, one that asks for a PIN or a confirmation fails.
#[cfg(feature = "plugin")]
mod built {
    use age::NoCallbacks;
    use age::plugin::{Identity, IdentityPluginV1, Recipient, RecipientPluginV1};
    use sfcred_formats::{Error, Result};

    use crate::seal::recipients;

    /// Reads a recipient that a plugin understands.
    pub(in crate::seal) fn recipient(text: &str) -> Result<Box<dyn age::Recipient + Send>> {
        let recipient: Recipient = text.parse().map_err(|_| recipients::not_a_recipient())?;
        match RecipientPluginV1::new(recipient.plugin(), std::slice::from_ref(&recipient), &[], NoCallbacks) {
            Ok(plugin) => Ok(Box::new(plugin)),
            Err(_) => Err(missing(recipient.plugin())),
        }
    }

    /// Reads an identity that a plugin understands.
    pub(in crate::seal) fn identity(text: &str) -> Result<Box<dyn age::Identity>> {
        let identity: Identity = text.parse().map_err(|_| Error::new("not an identity").hint("ask the plugin for it again"))?;
        match IdentityPluginV1::new(identity.plugin(), std::slice::from_ref(&identity), NoCallbacks) {
            Ok(plugin) => Ok(Box::new(plugin)),
            Err(_) => Err(missing(identity.plugin())),
        }
    }

    fn missing(name: &str) -> Error {
        Error::new(format!("the plugin age-plugin-{name} is not installed")).hint("install it where PATH finds it")
    }
}
