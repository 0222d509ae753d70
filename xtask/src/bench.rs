//! `cargo xtask bench`: runs the bench as a release.

use crate::shell;

/// Runs the release bench, which prints its table and writes it to tests/bench/README.md.
pub(crate) fn run() -> anyhow::Result<()> {
    shell::run("cargo", &["bench", "--locked", "--workspace", "--bench", "bench"])
}
