//! Commands of the host that end by themselves.

use std::{path::Path, process::Command};

use super::cache;

/// What a command left behind.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs the binary in a folder.
pub(crate) fn tusk(folder: &Path, arguments: &[&str]) -> Output {
    tusk_with(folder, arguments, &[])
}

/// As [`tusk`], with environment variables.
pub(crate) fn tusk_with(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = command(folder);
    let output = command
        .args(arguments)
        .envs(variables.iter().copied())
        .output()
        .expect("the binary starts");
    Output {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// The binary with the tests' cache and nothing of the developer's own settings.
pub(crate) fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tusk-host"));
    command
        .current_dir(folder)
        .env("TUSK_CACHE", cache())
        .env_remove("TUSK_LOG")
        .env_remove("PORT")
        .env_remove("MESSAGE_QUEUE")
        .env_remove("POSTGRES_URL");
    for name in [
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        "OTEL_EXPORTER_OTLP_HEADERS",
        "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
        "OTEL_RESOURCE_ATTRIBUTES",
        "OTEL_TRACES_SAMPLER_ARG",
    ] {
        command.env_remove(name);
    }
    command
}
