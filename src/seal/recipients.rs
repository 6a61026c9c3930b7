//! Whom to seal to, as users write it.

use age::Recipient;
use sfcred_formats::{Error, Result};

use super::lines::lines;
use super::{plugin, ssh};

/// Reads a recipient as `-r` takes it: `age1…`, and what the features `ssh` and `plugin` add.
pub fn recipient(text: &str) -> Result<Box<dyn Recipient + Send>> {
    if LOW_ORDER.contains(&text) {
        return Err(Error::new("a recipient to whom anyone could open").hint("ask for another one: this one is no real key"));
    }
    if text.starts_with("age1")
        && let Ok(recipient) = text.parse::<age::x25519::Recipient>()
    {
        return Ok(Box::new(recipient));
    }
    if text.starts_with("age1pq1") {
        return Err(
            Error::new("a post-quantum recipient, which is not supported").hint("ask for an ordinary one, which `age-keygen` makes")
        );
    }
    if text.starts_with("ssh-") {
        return ssh::recipient(text);
    }
    // Behind `age1` comes the name of a plugin up to another `1`, which never stands in what follows it.
    if text.strip_prefix("age1").is_some_and(|rest| rest.contains('1')) {
        return plugin::recipient(text);
    }
    if text.to_ascii_uppercase().starts_with("AGE-") {
        return Err(Error::new("an identity, where a recipient belongs").hint("`age-keygen -y` prints the recipient of an identity"));
    }
    Err(not_a_recipient())
}

/// Reads a file of recipients as `-R` takes it: one a line, with blank lines and `#` comments; one bad line spoils the file.
pub fn recipients_file(bytes: &[u8]) -> Result<Vec<Box<dyn Recipient + Send>>> {
    let recipients = lines(bytes, recipient)?;
    if recipients.is_empty() {
        return Err(Error::new("no recipient in it").hint("write one recipient a line"));
    }
    Ok(recipients)
}

/// The error for text that is nothing to seal to.
pub(super) fn not_a_recipient() -> Error {
    Error::new("not a recipient").hint("a recipient begins with `age1`; `age-keygen` makes one")
}

/// The recipients for which X25519 gives zero whatever the sender's key is; the crate panics at them.
const LOW_ORDER: [&str; 14] = [
    "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z",
    "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqzqqsuwj9m",
    "age1qyqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqj7vrya",
    "age1qyqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqzqqk67yly",
    "age1ur4h5lpmgxu2u9jku0a0r87ydtdqnr0tnsetrlvxvgz3vh6fhqqqzyt4v9",
    "age1ur4h5lpmgxu2u9jku0a0r87ydtdqnr0tnsetrlvxvgz3vh6fhzqqxqejhu",
    "age1t7wft09r2zxzfvwsk92eeql0tvzyghxytqwgapkcyf8dm5ylz9ts6wm9s8",
    "age1t7wft09r2zxzfvwsk92eeql0tvzyghxytqwgapkcyf8dm5ylz8ts72fzt7",
    "age1anlllllllllllllllllllllllllllllllllllllllllllllllals4n2t7m",
    "age1anllllllllllllllllllllllllllllllllllllllllllllllllls3hcv9z",
    "age1ahlllllllllllllllllllllllllllllllllllllllllllllllalsn46ayy",
    "age1ahlllllllllllllllllllllllllllllllllllllllllllllllllsh3g6la",
    "age1amlllllllllllllllllllllllllllllllllllllllllllllllalselrwrv",
    "age1amlllllllllllllllllllllllllllllllllllllllllllllllllsam3fc4",
];

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";

    fn refusal(text: &str) -> String {
        recipient(text).err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn refuses_what_is_no_recipient() {
        assert!(recipient(GOOD).is_ok());
        for text in ["", "age1", "age", &GOOD[..61], &GOOD.to_uppercase(), &GOOD.replace('t', "q"), &format!("{GOOD} "), "ecdsa-sha2 AAAA"]
        {
            assert_eq!(refusal(text), "not a recipient", "{text}");
        }
        assert_eq!(refusal("age1pq1qqqq"), "a post-quantum recipient, which is not supported");
        assert_eq!(refusal("AGE-SECRET-KEY-1QQQQ"), "an identity, where a recipient belongs");
    }

    #[test]
    fn refuses_low_order() {
        for text in LOW_ORDER {
            assert!(text.parse::<age::x25519::Recipient>().is_ok(), "{text}");
            assert_eq!(refusal(text), "a recipient to whom anyone could open", "{text}");
        }
    }

    #[test]
    #[cfg(not(feature = "ssh"))]
    fn ssh_needs_its_feature() {
        assert_eq!(refusal("ssh-ed25519 AAAA"), "this build does not support ssh keys");
    }

    #[test]
    #[cfg(not(feature = "plugin"))]
    fn plugins_need_their_feature() {
        assert_eq!(refusal("age1yubikey1qqqq"), "this build does not support age plugins");
    }

    #[test]
    fn reads_a_file() {
        let good = format!("# team\n\n{GOOD}\r\n \n#x\n{GOOD}");
        assert_eq!(recipients_file(good.as_bytes()).map(|found| found.len()).ok(), Some(2));
        for (bytes, message) in [
            (&b""[..], "no recipient in it"),
            (b"# nobody\n", "no recipient in it"),
            (b"#\n\nsecret-looking\n", "line 3: not a recipient"),
            (b"#\n\xff\n", "line 2: not UTF-8 text"),
            (&"#".repeat((64 << 10) + 1).into_bytes(), "larger than 64 KiB, the limit of a file of keys"),
        ] {
            assert_eq!(recipients_file(bytes).err().map(|error| error.to_string()).as_deref(), Some(message));
        }
    }
}
