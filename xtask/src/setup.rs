//! Installs what the tests need and this machine lacks, saying what.

use anyhow::{Context, bail};

use crate::shell;

const NODE: u32 = 20;

pub(crate) fn all() -> anyhow::Result<()> {
    wasm_target("wasm32-unknown-unknown")?;
    wasm_target("wasm32-wasip2")?;
    standard_library_sources()?;
    node()?;
    system_package("redis-server", "redis-server", "redis")?;
    system_package("sqlite3", "sqlite3", "sqlite")?;
    if cfg!(target_os = "linux") {
        system_package("strace", "strace", "strace")?;
    }
    postgres()?;
    pgbouncer()?;
    for folder in ["guest-sdk/assemblyscript", "examples/own-assemblyscript"] {
        npm_packages(folder)?;
    }
    Ok(())
}

/// Through rustup.
pub(crate) fn wasm_target(target: &str) -> anyhow::Result<()> {
    let installed = shell::output("rustup", &["target", "list", "--installed"])
        .context("rustup is needed to install the WebAssembly targets; https://rustup.rs installs it")?;
    if installed.lines().any(|line| line == target) {
        return Ok(());
    }
    println!("installing the Rust target {target}");
    shell::run("rustup", &["target", "add", target])
}

/// Where they are installed, rustc names them by their place on this machine: a test says that no module does.
fn standard_library_sources() -> anyhow::Result<()> {
    let installed = shell::output("rustup", &["component", "list", "--installed"])?;
    if installed.lines().any(|line| line == "rust-src") {
        return Ok(());
    }
    println!("installing the sources of Rust's standard library");
    shell::run("rustup", &["component", "add", "rust-src"])
}

fn node() -> anyhow::Result<()> {
    system_package("node", "nodejs", "node")?;
    system_package("npm", "npm", "node")?;
    let version = shell::output("node", &["--version"])?;
    let major: u32 = version
        .trim_start_matches('v')
        .split('.')
        .next()
        .unwrap_or("")
        .parse()
        .unwrap_or(0);
    if major < NODE {
        bail!(
            "Node.js {} is too old for AssemblyScript: install {NODE} or later from https://nodejs.org",
            version.trim()
        );
    }
    Ok(())
}

/// Its packages keep the server off PATH, since several versions of it may be installed.
fn postgres() -> anyhow::Result<()> {
    let places = ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"];
    let mut folders = places
        .iter()
        .filter_map(|place| std::fs::read_dir(place).ok())
        .flatten();
    if folders.any(|folder| folder.is_ok_and(|folder| folder.path().join("bin/initdb").exists())) {
        return Ok(());
    }
    system_package("initdb", "postgresql", "postgresql@17")
}

/// Its package keeps it where root's programs are.
fn pgbouncer() -> anyhow::Result<()> {
    if std::path::Path::new("/usr/sbin/pgbouncer").exists() {
        return Ok(());
    }
    system_package("pgbouncer", "pgbouncer", "pgbouncer")
}

/// Installs through apt (as root, or with sudo) or Homebrew.
pub(crate) fn system_package(program: &str, debian: &str, homebrew: &str) -> anyhow::Result<()> {
    if shell::exists(program) {
        return Ok(());
    }
    if shell::exists("apt-get") {
        println!("installing {debian} through apt-get");
        let root = shell::output("id", &["-u"])?.trim() == "0";
        let apt = |arguments: &[&str]| match root {
            true => shell::run("apt-get", arguments),
            false => shell::run("sudo", &[&["apt-get"], arguments].concat()),
        };
        apt(&["update", "-qq"])?;
        return apt(&["install", "-y", "-qq", "--no-install-recommends", debian]);
    }
    if shell::exists("brew") {
        println!("installing {homebrew} through Homebrew");
        return shell::run("brew", &["install", homebrew]);
    }
    bail!("{program} is not on PATH, and neither apt-get nor brew is there to install it: install it by hand")
}

/// The pinned packages of an npm project; nothing to do when the lock file is older than what is installed.
fn npm_packages(folder: &str) -> anyhow::Result<()> {
    let folder_path = shell::root().join(folder);
    let changed = |path: &str| {
        std::fs::metadata(folder_path.join(path))
            .and_then(|about| about.modified())
            .ok()
    };
    if changed("node_modules/.package-lock.json") >= changed("package-lock.json") {
        return Ok(());
    }
    println!("installing the npm packages of {folder}");
    shell::run(
        "npm",
        &["ci", "--prefix", folder, "--no-audit", "--no-fund", "--silent"],
    )
}
