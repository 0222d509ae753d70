//! The Rust toolchain of this machine.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{Progress, once::once, problem::Problem, process::Environment};

/// What rustc compiles to.
pub(super) const TARGET: &str = "wasm32-unknown-unknown";

/// The compilers of one Rust toolchain.
#[derive(Clone, Debug)]
pub(super) struct Tools {
    /// The compiler itself: rustup's stand-in for it costs as much as a small compile.
    pub(super) rustc: PathBuf,
    pub(super) cargo: PathBuf,
    sysroot: PathBuf,
    /// What `rustc -vV` says: compiled crates fit only the compiler that made them.
    pub(super) version: String,
}

/// Where tools are started that need no folder. Both cargo and rustup take settings from the folders above, which
/// others may be able to write.
pub(super) const ANYWHERE: &str = "/";

const INSTALL: &str = "install Rust from https://rustup.rs: \
    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --target wasm32-unknown-unknown";

impl Tools {
    /// Finds them, and installs the target where rustup can. `folder` is where they will work.
    pub(super) fn find(environment: &Environment, folder: &Path, progress: Progress<'_>) -> Result<Self, Problem> {
        fs::create_dir_all(folder).map_err(|error| Problem::io(format!("make {}", folder.display()), &error))?;
        let cargo_proxy = program(environment, "cargo")?;
        let proxy = program(environment, "rustc")?;
        let sysroot = output(
            environment
                .command(&proxy, Path::new(ANYWHERE))
                .args(["--print", "sysroot"]),
        )
        .map_err(|said| {
            Problem::new(
                format!("`rustc` does not run: {said}"),
                "repair it with: rustup default stable",
            )
        })?;
        let sysroot = PathBuf::from(sysroot.trim());
        let itself = |name: &str| Some(sysroot.join("bin").join(name)).filter(|path| path.is_file());
        let rustc = itself("rustc").unwrap_or(proxy);
        let cargo = itself("cargo").unwrap_or(cargo_proxy);
        add_target(environment, folder, &sysroot, progress)?;
        let version = output(environment.command(&rustc, Path::new(ANYWHERE)).arg("-vV"))
            .map_err(|said| Problem::new(format!("`rustc -vV` fails: {said}"), INSTALL))?;
        check_version(&version)?;
        Ok(Self {
            rustc,
            cargo,
            sysroot,
            version,
        })
    }

    /// What belongs to the compilers. A distribution's are part of the system, of which only the programs are missing.
    pub(super) fn toolchain(&self) -> Vec<PathBuf> {
        match self.sysroot.as_path() {
            root if root == Path::new("/usr") => vec!["/usr/bin".into(), self.rustc.clone()],
            root => vec![root.to_owned(), self.rustc.clone()],
        }
    }

    /// Names the standard library's sources as they are named where they are not installed. rustc names the installed
    /// ones by their place on this machine, in what panics say.
    pub(super) fn remap(&self) -> String {
        let sources = self.sysroot.join("lib/rustlib/src/rust");
        format!("--remap-path-prefix={}=/rustc", sources.display())
    }
}

fn program(environment: &Environment, name: &str) -> Result<PathBuf, Problem> {
    environment.program(name).ok_or_else(|| {
        let message = format!("fujsens in Rust need `{name}`, which is neither on PATH nor in ~/.cargo/bin");
        Problem::new(message, INSTALL)
    })
}

fn add_target(environment: &Environment, folder: &Path, sysroot: &Path, progress: Progress<'_>) -> Result<(), Problem> {
    let installed = sysroot.join("lib/rustlib").join(TARGET).join("lib");
    if installed.is_dir() {
        return Ok(());
    }
    let missing = format!("the Rust toolchain in {} lacks the target {TARGET}", sysroot.display());
    let Some(rustup) = environment.program("rustup") else {
        let help = format!("install your distribution's package of that target, or Rust by rustup. {INSTALL}");
        return Err(Problem::new(missing, help));
    };
    // rustup fails where another one is at the same: several services may start at once.
    once(
        &folder.join("rustup.lock"),
        || installed.is_dir().then_some(()),
        || {
            progress(&format!(
                "rust: installing the target {TARGET}: rustup target add {TARGET}"
            ));
            let mut command = environment.command(&rustup, Path::new(ANYWHERE));
            let added = output(command.args(["target", "add", TARGET]));
            added.map(drop).map_err(|said| {
                Problem::new(
                    format!("{missing}, and rustup could not add it: {said}"),
                    format!("run: rustup target add {TARGET}"),
                )
            })
        },
    )
}

/// The SDK needs what 1.88 brought.
fn check_version(version: &str) -> Result<(), Problem> {
    let release = version
        .lines()
        .find_map(|line| line.strip_prefix("release: "))
        .unwrap_or_default();
    let mut numbers = release
        .split(['.', '-'])
        .map(|number| number.parse::<u32>().unwrap_or(0));
    let (major, minor) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if (major, minor) >= (1, 88) {
        return Ok(());
    }
    Err(Problem::new(
        format!("fujsens in Rust need rustc 1.88 or newer; this one is {release}"),
        "run: rustup update stable",
    ))
}

/// What a tool printed, or the end of what it complained about.
fn output(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(last_lines(&said, 3))
}

/// The last lines that say something, in one.
pub(super) fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let last = lines.iter().skip(lines.len().saturating_sub(count));
    last.copied().collect::<Vec<_>>().join("; ")
}
