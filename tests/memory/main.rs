//! No secret stays in the process's memory when a verb has ended.
//!
//! Three processes take part: one writes the inputs, one runs the verbs and looks through its own memory after each of them, and the one
//! that started them looks at the outputs. The one in the middle never holds a secret, other than by the verbs it runs.

#[cfg(target_os = "linux")]
mod needles;
#[cfg(target_os = "linux")]
mod scan;
#[cfg(target_os = "linux")]
mod verbs;

use std::alloc::System;

use zeroizing_alloc::ZeroAlloc;

/// As in the program itself.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

#[cfg(target_os = "linux")]
fn main() {
    match std::env::var("SFCRED_MEMORY_TEST").as_deref() {
        Ok("write") => verbs::write_inputs(),
        Ok("run") => verbs::run_all(),
        _ => verbs::test(),
    }
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("memory cannot be looked at here");
}
