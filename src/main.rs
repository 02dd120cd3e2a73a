//! Arguments in, exit code out: the only place that exits.

use std::process::ExitCode;

fn main() -> ExitCode {
    comptoir::cli::run(std::env::args_os())
}
