//! The JavaScript engine: built here, and kept in the repository, so that nobody needs a C compiler to run JavaScript.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, ensure};
use sha2::{Digest, Sha256};

use crate::{setup, shell};

const CRATE: &str = "guest-sdk/javascript/engine";
const ENGINE: &str = "guest-sdk/javascript/engine.wasm";
/// Beside it: what it was built from, as a hash.
const SOURCES: &str = "guest-sdk/javascript/engine.sources";
const TARGET: &str = "wasm32-unknown-unknown";

/// Builds the engine anew.
pub(crate) fn build() -> anyhow::Result<()> {
    setup::wasm_target(TARGET)?;
    setup::system_package("clang", "clang", "llvm")?;
    setup::system_package("llvm-ar", "llvm", "llvm")?;
    let folder = shell::root().join(CRATE);
    let remaps = remaps()?;
    let mut cargo = shell::command("cargo", &["build", "--release", "--locked", "--target", TARGET]);
    let status = cargo
        .current_dir(&folder)
        .env("CC_wasm32_unknown_unknown", "clang")
        .env("AR_wasm32_unknown_unknown", "llvm-ar")
        .env("CARGO_ENCODED_RUSTFLAGS", remaps.join("\x1f"))
        .env_remove("CARGO_TARGET_DIR")
        .status()
        .context("cannot start cargo")?;
    ensure!(status.success(), "the engine does not build");
    let built = folder.join("target").join(TARGET).join("release/tusk_javascript.wasm");
    fs::copy(&built, shell::root().join(ENGINE)).with_context(|| built.display().to_string())?;
    fs::write(shell::root().join(SOURCES), fingerprint()? + "\n")?;
    println!("{ENGINE} is built");
    Ok(())
}

/// No path of this machine in the engine.
fn remaps() -> anyhow::Result<Vec<String>> {
    let sysroot = shell::output("rustc", &["--print", "sysroot"])?;
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(std::env::home_dir()?.join(".cargo")));
    let home = home.context("there is no home folder")?;
    let places = [
        (Path::new(sysroot.trim()).join("lib/rustlib/src/rust"), "/rustc"),
        (home.join("registry/src"), "crates"),
        (shell::root(), "tusk-host"),
    ];
    let remap = |(path, name): (PathBuf, &str)| format!("--remap-path-prefix={}={name}", path.display());
    Ok(places.map(remap).to_vec())
}

/// Fails when the engine that is kept was built from other sources.
pub(crate) fn check() -> anyhow::Result<()> {
    let kept = fs::read_to_string(shell::root().join(SOURCES)).with_context(|| SOURCES.to_owned())?;
    ensure!(
        kept.trim() == fingerprint()?,
        "{ENGINE} was built from other sources: run `cargo xtask engine` and commit what it writes"
    );
    println!("the JavaScript engine is that of its sources");
    Ok(())
}

/// SHA-256 of the engine's own files, and of the interfaces that its bindings are made from.
fn fingerprint() -> anyhow::Result<String> {
    let folder = shell::root().join(CRATE);
    let mut files = files(&folder.join("src"))?;
    files.extend(self::files(&shell::root().join("guest-sdk/wit"))?);
    files.extend(["Cargo.toml", "Cargo.lock"].map(|name| folder.join(name)));
    files.sort();
    let mut hash = Sha256::new();
    for file in files {
        let text = fs::read(&file).with_context(|| file.display().to_string())?;
        let name = file.strip_prefix(shell::root()).unwrap_or(&file);
        hash.update(format!("{} {}\n", name.display(), text.len()));
        hash.update(text);
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}
