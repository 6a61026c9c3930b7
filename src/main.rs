//! The command `sfcred`.

use std::alloc::System;
use std::process::ExitCode;

use zeroizing_alloc::ZeroAlloc;

/// Wipes every buffer of every library as it is freed: wrapping fields leaves the copies that parsers and writers make.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> ExitCode {
    sfcred::cli::harden();
    sfcred::cli::contain(|| sfcred::cli::run(std::env::args_os(), chrono::Utc::now().date_naive()))
}
