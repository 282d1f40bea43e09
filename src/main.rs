//! The command line -> a command -> its exit code: 0 done, 1 failed or found something to mend, 2 misused.

use std::process::ExitCode;

use deltalink::cli;

fn main() -> ExitCode {
    cli::main()
}
