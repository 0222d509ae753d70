//! The command line.

mod arguments;
mod call;
mod check;
mod events;
mod fmt;
mod get;
mod new;
mod output;
mod progress;
mod report;
mod sealed;
mod serve;
mod signals;
mod up;

use std::{io, process::ExitCode};

use clap::Parser;

use self::arguments::{Cli, Command};
use crate::observe::log;

/// Runs the command that the process was started with.
pub fn run() -> ExitCode {
    log::report_panics(output::say);
    let _ending = Ending;
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(asked) => return usage(&asked),
    };
    match command(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.print();
            ExitCode::FAILURE
        }
    }
}

/// The last lines of the log are written, also when a panic ends the process.
struct Ending;

impl Drop for Ending {
    fn drop(&mut self) {
        log::flush();
    }
}

fn command(cli: Cli) -> Result<(), output::CommandFailure> {
    match cli.command {
        Some(Command::Check { file, format }) => check::run(&file, format),
        Some(Command::Get {
            file,
            key,
            eval,
            lenient,
        }) => get::run(&file, key.as_deref(), lenient, eval),
        Some(Command::Call {
            file,
            fujsen,
            arguments,
        }) => call::run(&file, &fujsen, &arguments),
        Some(Command::Events { file, action }) => events::run(&file, action),
        Some(Command::Fmt { files, check }) => fmt::run(&files, check),
        Some(Command::New { name, template }) => new::run(&name, template),
        Some(Command::Up { paths, log_format }) => up::run(&paths, log_format),
        None => serve::run(cli.serve),
    }
}

/// Prints the help or the version that was asked for, or what is wrong with the arguments.
fn usage(asked: &clap::Error) -> ExitCode {
    let code = asked.exit_code();
    match asked.print() {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe && !asked.use_stderr() => {
            output::say(&format!("cannot write the output: {error}"));
            ExitCode::FAILURE
        }
        _ => u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from),
    }
}
