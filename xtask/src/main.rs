//! The project's own commands: `cargo xtask test`, `endure`, `bench`, `engine`, `layers`, `specification`.

mod advisories;
mod assemblyscript;
mod bench;
mod endure;
mod engine;
mod house;
mod layers;
mod setup;
mod shell;
mod specification;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask COMMAND

  test [NAME]    install what the tests need, saying what; then run them all, or those whose name contains NAME
  endure [NAME]  run the long forms of tests, or those whose name contains NAME, and write tests/endure/README.md
  bench          measure, and write tests/bench/README.md
  advisories     check that each advisory of the engine's that affects the version here has an answer
  engine         build the JavaScript engine, which the repository keeps; `engine check`: whether it is that of its sources
  layers         check that dependencies only point down, and that no files know each other in a circle
  specification  check that each promise of SPECIFICATION.md names a test that there is
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["test"] => test(None),
        ["test", name] => test(Some(name)),
        ["endure"] => endure::run(""),
        ["endure", name] => endure::run(name),
        ["bench"] => bench::run(),
        ["advisories"] => advisories::check(),
        ["engine"] => engine::build(),
        ["engine", "check"] => engine::check(),
        ["layers"] => layers::check(),
        ["specification"] => specification::check(),
        _ => {
            print!("{HELP}");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn test(name: Option<&str>) -> anyhow::Result<()> {
    setup::all()?;
    let filter = name.as_slice();
    if name.is_none() {
        shell::run(
            "cargo",
            &[
                "test",
                "--locked",
                "--manifest-path",
                "guest-sdk/rust/Cargo.toml",
                "--workspace",
            ],
        )?;
        shell::run("npm", &["test", "--prefix", "guest-sdk/assemblyscript", "--silent"])?;
    }
    shell::run("cargo", &[&["test", "--locked", "--workspace"], filter].concat())
}
