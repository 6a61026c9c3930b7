//! Where passphrases come from.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write};
use std::os::fd::AsFd;
use std::path::Path;

use age::secrecy::{ExposeSecret, SecretString};
use sfcred_formats::{Error, Result, Secret};
use signal_hook::consts::SIGINT;
use zeroize::Zeroizing;

use super::show;
use super::signals::{self, Hidden};
use crate::place::Question;

/// How often a new passphrase may be typed wrong.
const TRIES: usize = 3;
/// The longest file a passphrase is looked for in.
const LONGEST: u64 = 64 * 1024;

/// Asks for a passphrase; `what` says for what, as in `passphrase for vault.age`.
pub fn passphrase(what: &str) -> Result<SecretString> {
    ask(&format!("{what}: "), "--from-passphrase-file FILE gives the passphrase without a terminal")
}

/// Asks for a passphrase that does not exist yet, twice, since nobody sees what is typed.
pub fn new_passphrase(what: &str) -> Result<SecretString> {
    ask_twice(what, |prompt| ask(prompt, "--to-passphrase-file FILE gives the passphrase without a terminal"))
}

/// Asks for a secret that somebody types or pastes; `hint` says how it comes without a terminal.
pub fn secret(what: &str, hint: &str) -> Result<Secret> {
    let typed = ask_for(what, &format!("{what}: "), hint)?;
    Ok(typed.expose_secret().into())
}

/// Whether there is a terminal to ask on.
pub fn is_there() -> bool {
    File::options().read(true).write(true).open("/dev/tty").is_ok()
}

/// Asks a question in the open; none without a terminal.
pub fn line(question: &str) -> Option<String> {
    let mut terminal = File::options().read(true).write(true).open("/dev/tty").ok()?;
    write!(terminal, "{question} ").ok()?;
    let mut answer = String::new();
    BufReader::new(terminal).take(LONGEST).read_line(&mut answer).ok()?;
    answer.ends_with('\n').then(|| answer.trim().to_lowercase())
}

fn ask_twice(what: &str, mut ask: impl FnMut(&str) -> Result<SecretString>) -> Result<SecretString> {
    let mut wrong = "";
    for _ in 0..TRIES {
        let so_far = if wrong.is_empty() { String::new() } else { format!("{wrong}, once more; ") };
        let first = ask(&format!("{so_far}{what}: "))?;
        if first.expose_secret().is_empty() {
            wrong = "the passphrase is empty";
        } else if first.expose_secret() == ask(&format!("{what}, again: "))?.expose_secret() {
            return Ok(first);
        } else {
            wrong = "the two passphrases differ";
        }
    }
    Err(Error::new(wrong).hint("type the same passphrase twice, or put it into a file for --to-passphrase-file"))
}

fn ask(prompt: &str, hint: &str) -> Result<SecretString> {
    ask_for("the passphrase", prompt, hint)
}

fn ask_for(what: &str, prompt: &str, hint: &str) -> Result<SecretString> {
    let failed = |error: io::Error| {
        if error.kind() == io::ErrorKind::Interrupted {
            // Control-C, which is a mere key while the input is hidden.
            signals::quit(SIGINT);
        }
        Error::new(format!("{what} did not come from the terminal")).hint(hint)
    };
    let terminal = File::open("/dev/tty").map_err(|_| Error::new(format!("no terminal to ask for {what}")).hint(hint))?;
    let _hidden = Hidden::on(terminal)?;
    rpassword::prompt_password(prompt).map(SecretString::from).map_err(failed)
}

/// Asks how long the token at the end of a password is; `None` where nobody is there to ask, or the value is to stay as it is.
pub fn token_length(question: &Question<'_>) -> Option<usize> {
    if !io::stderr().is_terminal() {
        return None;
    }
    let mut terminal = File::options().read(true).write(true).open("/dev/tty").ok()?;
    choose(question, |prompt| {
        write!(terminal, "{prompt}").ok()?;
        let mut answer = String::new();
        io::BufReader::new(&terminal).read_line(&mut answer).ok()?;
        Some(answer)
    })
}

/// Asks until an answer is one of the two lengths, or nothing.
fn choose(question: &Question<'_>, mut ask: impl FnMut(&str) -> Option<String>) -> Option<usize> {
    let ([one, other], [leaves, or]) = (question.tokens, question.left);
    let name = show::printable(question.name);
    let mut wrong = String::new();
    for _ in 0..TRIES {
        let answer = ask(&format!(
            "{wrong}{name}: does the password end with a token of {one} characters, which leaves {leaves}, or of {other}, which leaves {or}? \
             {one}, {other}, or nothing to leave it: "
        ))?;
        let answer = answer.trim();
        let length = question.tokens.into_iter().find(|length| length.to_string() == answer);
        if length.is_some() || answer.is_empty() {
            return length;
        }
        wrong = format!("the answer is neither {one} nor {other}, once more; ");
    }
    None
}

/// Reads the passphrase that is the first line of a file.
///
/// Only the line end goes: blanks at the edges are part of the passphrase.
pub fn passphrase_file(path: &Path) -> Result<SecretString> {
    File::open(path).map_err(Error::from).and_then(first_line).map_err(|error| error.in_file(path.display().to_string()))
}

/// Reads a secret from the first line of a file, or of stdin for `-`.
pub fn secret_file(path: &Path) -> Result<Secret> {
    let file = if path == Path::new("-") {
        // A file of our own: the buffer of the standard library is never wiped.
        io::stdin().as_fd().try_clone_to_owned().map(File::from)
    } else {
        File::open(path)
    };
    let line = file.map_err(Error::from).and_then(|file| any_first_line(file, "secret"));
    let name = if path == Path::new("-") { "stdin".to_owned() } else { path.display().to_string() };
    // What some editors put before a text is no part of the secret.
    line.map(|line| line.expose_secret().trim_start_matches('\u{FEFF}').into()).map_err(|error| error.in_file(name))
}

/// Reads it where there need not be one: an empty first line is no passphrase.
pub fn passphrase_file_or_none(path: &Path) -> Result<SecretString> {
    let line = File::open(path).map_err(Error::from).and_then(|file| any_first_line(file, "passphrase"));
    line.map_err(|error| error.in_file(path.display().to_string()))
}

fn first_line(file: impl Read) -> Result<SecretString> {
    let line = any_first_line(file, "passphrase")?;
    if line.expose_secret().is_empty() {
        return Err(Error::new("the first line is empty").hint("the passphrase goes on the first line"));
    }
    Ok(line)
}

/// The first line, of which `what` is its name for messages.
fn any_first_line(file: impl Read, what: &str) -> Result<SecretString> {
    let mut bytes = Zeroizing::new(Vec::new());
    if file.take(LONGEST + 1).read_to_end(&mut bytes)? as u64 > LONGEST {
        return Err(Error::new(format!("a {what} file is longer than {LONGEST} bytes, the limit"))
            .hint(format!("the {what} goes on the first line of a file of its own")));
    }
    let line = match bytes.iter().position(|&byte| byte == b'\n') {
        Some(end) => bytes[..end].strip_suffix(b"\r").unwrap_or(&bytes[..end]),
        None => &bytes,
    };
    match str::from_utf8(line) {
        Ok(line) => Ok(line.to_owned().into()),
        Err(_) => Err(Error::new("the first line is not UTF-8").hint(format!("write the {what} as UTF-8 text on the first line"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_first_line_only() {
        for (file, line) in [
            ("fake", "fake"),
            ("fake\n", "fake"),
            ("fake\r\nmore\n", "fake"),
            (" fake \n\n", " fake "),
            ("fake\r", "fake\r"),
            ("fake\r\r\n", "fake\r"),
        ] {
            assert_eq!(first_line(file.as_bytes()).unwrap().expose_secret(), line, "{file:?}");
        }
        assert!(first_line(&*vec![b'x'; 64 * 1024]).is_ok());
    }

    #[test]
    fn refuses_what_is_no_passphrase() {
        for (file, message) in [
            (&b""[..], "the first line is empty"),
            (b"\r\nfake", "the first line is empty"),
            (b"f\xe4ke\n", "the first line is not UTF-8"),
            (&vec![b'x'; 64 * 1024 + 1], "a passphrase file is longer than 65536 bytes, the limit"),
        ] {
            assert_eq!(first_line(file).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn a_wrong_answer_is_asked_again_and_says_why() {
        let question = Question { name: "a@one.example", tokens: [25, 24], left: [18, 19] };
        for (typed, asked, result) in
            [(&["25"][..], 1, Some(25)), (&["yes", "24\n"], 2, Some(24)), (&["", "24"], 1, None), (&["26", "1", "x", "24"], 3, None)]
        {
            let mut prompts = Vec::new();
            let mut typed = typed.iter();
            let answer = choose(&question, |prompt| {
                prompts.push(prompt.to_owned());
                typed.next().map(|typed| (*typed).to_owned())
            });
            assert_eq!((prompts.len(), answer), (asked, result));
            let again = "the answer is neither 25 nor 24, once more; a@one.example: ";
            assert!(
                prompts[0].starts_with("a@one.example: ") && prompts[1..].iter().all(|prompt| prompt.starts_with(again)),
                "{prompts:?}"
            );
        }
    }

    #[test]
    fn asks_until_both_agree() {
        for (typed, prompts, result) in [
            (&["a", "a"][..], &["new: ", "new, again: "][..], Ok("a")),
            (
                &["a", "b", "", "c", "c"],
                &[
                    "new: ",
                    "new, again: ",
                    "the two passphrases differ, once more; new: ",
                    "the passphrase is empty, once more; new: ",
                    "new, again: ",
                ],
                Ok("c"),
            ),
            (
                &["", "", ""],
                &["new: ", "the passphrase is empty, once more; new: ", "the passphrase is empty, once more; new: "],
                Err("the passphrase is empty".to_owned()),
            ),
        ] {
            let mut asked = Vec::new();
            let mut typed = typed.iter();
            let answer = ask_twice("new", |prompt| {
                asked.push(prompt.to_owned());
                Ok((*typed.next().unwrap()).to_owned().into())
            });
            assert_eq!(answer.as_ref().map(ExposeSecret::expose_secret).map_err(Error::to_string), result);
            assert_eq!(asked, prompts);
        }
    }
}
