//! The program `tusk-host`.

fn main() -> std::process::ExitCode {
    tusk_host::cli::run()
}
