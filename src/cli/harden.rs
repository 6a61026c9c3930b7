//! What the process is denied before it sees a secret.

use std::io::{self, Write};
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::process::ExitCode;

use rustix::fs::Mode;
use rustix::process::{Resource, Rlimit, setrlimit, umask};

use super::signals;

/// Forbids core dumps and tracing, keeps files to their owner, and lets a panic say nothing but its place.
///
/// What the system refuses is left as it was: the tool works without it. Closed standard streams and `SIGPIPE` are dealt with by Rust
/// before `main`: the streams are opened on `/dev/null`, so that no file becomes one of them, and the signal is ignored.
pub fn harden() {
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
    umask(Mode::RWXG | Mode::RWXO);
    signals::survive_file_size_limit();
    panic::set_hook(Box::new(report));
}

/// Runs the program; a panic unwinds to here, cleaning up on its way, and is a failure like any other.
pub fn contain(run: impl FnOnce() -> ExitCode) -> ExitCode {
    panic::catch_unwind(AssertUnwindSafe(run)).unwrap_or(ExitCode::FAILURE)
}

/// Overwrites what calls that have ended left on the stack, as the AVX2 code of `chacha20` leaves text of the last chunk that it sealed.
///
/// The allocator wipes the heap; nothing else reaches the stack.
#[inline(never)]
#[expect(clippy::large_stack_arrays, reason = "it is the stack that is wiped, deeper than any call goes")]
pub fn wipe_stack() {
    std::hint::black_box(&mut [0_u8; 256 * 1024]);
}

/// Prints the place of a panic without its message, which may hold a secret.
fn report(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map_or_else(|| "an unknown place".into(), |place| format!("{}:{}", place.file(), place.line()));
    // Not `eprintln!`, which panics again where stderr is full.
    let _ = write!(
        io::stderr(),
        "sfcred: error: internal error in {place}, nothing was changed\n\
         sfcred: hint: this is a mistake in sfcred; please report this line, and keep your files to yourself\n"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_failure() {
        assert_eq!(contain(|| panic!("of a test")), ExitCode::FAILURE);
        assert_eq!(contain(|| ExitCode::from(3)), ExitCode::from(3));
    }
}
