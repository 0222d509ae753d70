//! The npm packages that the AssemblyScript compiler consists of.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{node::Node, sdk};
use crate::{Progress, cache::private_folder, once::once, problem::Problem, process::Environment};

/// The npm packages that the SDK's lock file names, installed in a folder of the host's own.
#[derive(Debug)]
pub(super) struct Packages {
    /// Holds `node_modules`.
    pub(super) folder: PathBuf,
}

impl Packages {
    /// Installs them unless an earlier run has. Processes that want the same ones wait for each other; an install
    /// that was cut short never gets its final name, so the next run starts anew.
    pub(super) fn install(environment: &Environment, folder: &Path, progress: Progress<'_>) -> Result<Self, Problem> {
        private_folder(folder).map_err(|error| Problem::io(format!("make {}", folder.display()), &error))?;
        let name = sdk::packages();
        let target = folder.join(&name);
        once(
            &folder.join("lock"),
            || is_whole(&target).then_some(()),
            || {
                let npm = Node::npm(environment)?;
                let unfinished = folder.join(format!("{name}.unfinished"));
                prepare(&unfinished, &target)
                    .map_err(|error| Problem::io(format!("write {}", unfinished.display()), &error))?;
                progress("assemblyscript: installing the npm package assemblyscript, once for this version: npm ci");
                run(environment, &npm, &unfinished)?;
                fs::rename(&unfinished, &target)
                    .map_err(|error| Problem::io(format!("rename {}", unfinished.display()), &error))
            },
        )?;
        Ok(Self { folder: target })
    }
}

fn is_whole(folder: &Path) -> bool {
    folder.join("node_modules/assemblyscript/dist/asc.js").is_file()
}

fn prepare(unfinished: &Path, target: &Path) -> std::io::Result<()> {
    for old in [unfinished, target] {
        match fs::remove_dir_all(old) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    fs::create_dir_all(unfinished)?;
    for (name, text) in sdk::MANIFESTS {
        fs::write(unfinished.join(name), text)?;
    }
    Ok(())
}

fn run(environment: &Environment, npm: &Path, folder: &Path) -> Result<(), Problem> {
    let output = environment
        .command(npm, folder)
        .args([
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--loglevel",
            "error",
        ])
        .output()
        .map_err(|error| Problem::new(format!("{} does not run: {error}", npm.display()), "install npm"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
    Err(Problem::new(
        format!(
            "npm could not install the package assemblyscript: {}",
            lines.take(4).collect::<Vec<_>>().join("; ")
        ),
        format!(
            "it comes from the npm registry: check the network, HTTPS_PROXY and ~/.npmrc, or try `npm ci` in {}",
            folder.display()
        ),
    ))
}
