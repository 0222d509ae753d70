//! `cargo run -p tsk --example dump -- [--lenient] FILE…`: prints values as JSON, or what is wrong.
#[path = "../tests/tsk/languages.rs"]
mod languages;

use std::{io, path::PathBuf, process::ExitCode};

struct Folder(PathBuf);

impl tsk::Environment for Folder {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        std::fs::read(self.0.join(path))
    }

    fn var(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn now(&self) -> jiff::Zoned {
        jiff::Zoned::now()
    }
}

fn main() -> ExitCode {
    let mut options = languages::options();
    let mut failed = false;
    for argument in std::env::args().skip(1) {
        if argument == "--lenient" {
            options.lenient = true;
            continue;
        }
        let path = PathBuf::from(&argument);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) => {
                eprintln!("{argument}: {error}");
                failed = true;
                continue;
            }
        };
        let folder = Folder(path.parent().map(PathBuf::from).unwrap_or_default());
        let (diagnostics, sources) = match tsk::load(&argument, &text, &folder, options) {
            Ok(config) => {
                println!("{:#}", config.to_json());
                (config.warnings, config.sources)
            }
            Err(failure) => {
                failed = true;
                (failure.diagnostics, failure.sources)
            }
        };
        for diagnostic in diagnostics {
            eprintln!("{}", diagnostic.render(&sources, false));
        }
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
