//! The clipboard, through the platform's own tool.

use std::env;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use sfcred_formats::{Error, Result};
use zeroize::Zeroizing;

use super::super::show;
use super::super::signals::Last;

/// A pair of commands: one takes the text on stdin, the other gives it.
struct Tool {
    copy: &'static [&'static str],
    paste: &'static [&'static str],
    /// The variable that says that the tool has something to talk to.
    needs: Option<&'static str>,
}

const TOOLS: [Tool; 4] = [
    // The hint is what clipboard managers look for before they keep a history.
    Tool { copy: &["wl-copy", "--sensitive"], paste: &["wl-paste", "--no-newline"], needs: Some("WAYLAND_DISPLAY") },
    Tool { copy: &["xclip", "-selection", "clipboard"], paste: &["xclip", "-selection", "clipboard", "-o"], needs: Some("DISPLAY") },
    Tool { copy: &["xsel", "--clipboard", "--input"], paste: &["xsel", "--clipboard", "--output"], needs: Some("DISPLAY") },
    Tool { copy: &["pbcopy"], paste: &["pbpaste"], needs: None },
];

/// Copies a secret, and clears the clipboard after a time if it still holds that.
pub(super) fn copy(secret: &str, what: &str, clear_after: Duration) -> Result<()> {
    let usable =
        |tool: &&Tool| tool.needs.is_none_or(|name| env::var_os(name).is_some()) && tool.copy.first().is_some_and(|name| is_there(name));
    let tool = TOOLS.iter().find(usable).ok_or_else(|| {
        Error::new("no tool for the clipboard").hint("install wl-clipboard or xclip, or pipe the field: sfcred show NAME --field FIELD | …")
    })?;
    if clear_after.is_zero() {
        give(tool, secret)?;
        show::say("notice", &format!("{what} is on the clipboard"));
        return Ok(());
    }
    let copied = Zeroizing::new(secret.to_owned());
    // From before it is there, so that no end of the process leaves it there.
    let _last = Last::is(move || drop(clear(tool, &copied)))?;
    give(tool, secret)?;
    show::say("notice", &format!("{what} is on the clipboard for {} seconds; it is cleared when this ends", clear_after.as_secs()));
    thread::sleep(clear_after);
    clear(tool, secret)
}

/// Clears the clipboard, unless it holds something else.
fn clear(tool: &Tool, secret: &str) -> Result<()> {
    let holds = Command::new(tool.paste[0]).args(&tool.paste[1..]).stderr(Stdio::null()).output();
    // Where it cannot be looked at, it is cleared all the same.
    if holds.is_ok_and(|output| output.status.success() && *Zeroizing::new(output.stdout) != *secret.as_bytes()) {
        show::say("notice", "the clipboard holds something else by now, and was left alone");
        return Ok(());
    }
    give(tool, "")?;
    show::say("notice", "the clipboard was cleared");
    Ok(())
}

fn is_there(name: &str) -> bool {
    env::var_os("PATH").is_some_and(|path| env::split_paths(&path).any(|folder| is_program(&folder.join(name))))
}

fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

fn give(tool: &Tool, text: &str) -> Result<()> {
    let name = tool.copy[0];
    let run = || -> std::io::Result<bool> {
        // On its own streams, because such a tool stays behind and would hold ours open.
        let mut child =
            Command::new(name).args(&tool.copy[1..]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(text.as_bytes())?;
        }
        Ok(child.wait()?.success())
    };
    match run() {
        Ok(true) => Ok(()),
        _ => Err(Error::new(format!("{name} did not take the text")).hint("check that a desktop session is running")),
    }
}
