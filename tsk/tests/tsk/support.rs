//! What the tests of the language share.

use std::{io, path::PathBuf};

use tsk::{Config, Diagnostic, Environment, Failure, Options, SourceMap};

use crate::languages::options;

/// The world of a test: fixed variables, a fixed time, and the files in `tests/cases/files`.
pub(crate) struct World;

impl Environment for World {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        std::fs::read(root().join("tests/cases/files").join(path))
    }

    fn var(&self, name: &str) -> Option<String> {
        let text = match name {
            "HOST" => "example.org",
            "PORT" => "9000",
            "RATIO" => "0.75",
            "DEBUG" => "yes",
            "EMPTY" => "",
            "WORD" => "eight",
            "TOKEN" => "hunter2",
            _ => return None,
        };
        Some(text.to_owned())
    }

    fn now(&self) -> jiff::Zoned {
        "2026-03-04T15:06:07.089+01:00[Europe/Berlin]".parse().unwrap()
    }
}

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn with_lenient(lenient: bool) -> Options {
    Options { lenient, ..options() }
}

pub(crate) fn load(text: &str) -> Result<Config, Failure> {
    tsk::load("service.tsk", text, &World, options())
}

/// Loads what must load.
pub(crate) fn config(text: &str) -> Config {
    match load(text) {
        Ok(config) => config,
        Err(failure) => panic!("{}", render(&failure.diagnostics, &failure.sources)),
    }
}

pub(crate) fn render(diagnostics: &[Diagnostic], sources: &SourceMap) -> String {
    let rendered: Vec<String> = diagnostics
        .iter()
        .map(|diagnostic| diagnostic.render(sources, false))
        .collect();
    rendered.join("\n")
}
