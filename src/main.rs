//! The command line -> a command -> its exit code: 0 done, 1 failed or found something to mend, 2 misused.

use std::process::ExitCode;

use deltalink::cli;

/// A small request allocates two hundred times.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::main()
}
