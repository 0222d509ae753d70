//! The Node.js that runs the AssemblyScript compiler.

use std::path::{Path, PathBuf};

use crate::{problem::Problem, process::Environment};

/// What the compiler asks for.
const OLDEST: u32 = 20;
const INSTALL: &str = "install Node.js 20 or newer, with npm: https://nodejs.org, `apt-get install nodejs npm`, \
    `dnf install nodejs` or `brew install node`";

/// Node.js, new enough.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) program: PathBuf,
}

impl Node {
    pub(super) fn find(environment: &Environment) -> Result<Self, Problem> {
        let program = environment.program("node").ok_or_else(|| {
            Problem::new(
                "fujsens in AssemblyScript need Node.js, and there is no `node` on PATH",
                INSTALL,
            )
        })?;
        // What is on PATH may be a script that picks one of several: it could not run where the compiler does.
        let output = environment
            .command(&program, Path::new("/"))
            .args(["-p", "process.version + ' ' + process.execPath"])
            .output();
        let output =
            output.map_err(|error| Problem::new(format!("{} does not run: {error}", program.display()), INSTALL))?;
        let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let (version, itself) = said.split_once(' ').unwrap_or((&said, ""));
        match major(version) {
            Some(found) if found >= OLDEST => Ok(Self {
                program: Some(PathBuf::from(itself))
                    .filter(|path| path.is_file())
                    .unwrap_or(program),
            }),
            _ => Err(Problem::new(
                format!(
                    "fujsens in AssemblyScript need Node.js {OLDEST} or newer; {} is {version}",
                    program.display()
                ),
                INSTALL,
            )),
        }
    }

    pub(super) fn npm(environment: &Environment) -> Result<PathBuf, Problem> {
        environment.program("npm").ok_or_else(|| {
            Problem::new(
                "fujsens in AssemblyScript need the npm package `assemblyscript`, and there is no `npm` on PATH to install it",
                INSTALL,
            )
        })
    }
}

/// The number before the first point of `v20.1.0`.
pub(super) fn major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}
