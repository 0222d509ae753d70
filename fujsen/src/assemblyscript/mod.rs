//! AssemblyScript: one warm compiler process turns the texts of a section into a core module.
mod diagnostics;
mod lexis;
mod node;
mod packages;
mod recognized;
mod sdk;
mod worker;

use std::{
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use tsk::Diagnostic;

use self::{
    node::Node,
    packages::Packages,
    worker::{Request, Worker},
};
use crate::{
    ModuleSource, Progress,
    language::{Compiled, Language},
    problem::Problem,
    process::Environment,
    sdk::{SdkSource, named},
    toolchain::Toolchain,
};

/// AssemblyScript, compiled by asc in Node.js.
pub(crate) static LANGUAGE: Language = Language {
    known: tsk::Language::new(&recognized::TRAITS),
    compiled: Some(Compiled {
        templates: &[("assemblyscript", include_str!("template.tsk"))],
        lexis: lexis::LEXIS,
        exporting: |name| format!("write `export` before the function: `export function {name}(…)`"),
        toolchain: |folder, _| Box::new(AssemblyScript::new(folder)),
    }),
};

/// Of what keeps every text from being compiled.
const CODE: &str = "assemblyscript-toolchain";

/// Compiles one module at a time: the compiler has a thread of its own, and more of them would only share the machine.
#[derive(Debug)]
struct AssemblyScript {
    folder: PathBuf,
    environment: Environment,
    source: SdkSource,
    worker: Mutex<Option<Worker>>,
}

impl AssemblyScript {
    /// `folder` holds the SDK and the npm packages that it needs.
    fn new(folder: PathBuf) -> Self {
        Self::with_environment(folder, Environment::of_process())
    }

    fn with_environment(folder: PathBuf, environment: Environment) -> Self {
        Self {
            folder,
            environment,
            source: sdk::source(),
            worker: Mutex::new(None),
        }
    }

    fn start(&self, progress: Progress<'_>) -> Result<Worker, Problem> {
        let node = Node::find(&self.environment)?;
        let packages = Packages::install(&self.environment, &self.folder, progress)?;
        let sdk = self.folder.join(named("sdk", self.source.fingerprint()));
        self.source.write(&sdk)?;
        Worker::start(&node, &packages, &sdk, &self.folder, progress)
    }

    /// The worker's answer. A worker that was ended meanwhile, or that ended itself, is replaced once.
    fn ask(&self, request: &Request, progress: Progress<'_>) -> Result<worker::Reply, Problem> {
        let mut slot = self.worker.lock().unwrap_or_else(PoisonError::into_inner);
        let warm = slot.take().filter(|worker| !worker.has_ended());
        let is_warm = warm.is_some();
        let mut worker = match warm {
            Some(worker) => worker,
            None => self.start(progress)?,
        };
        let mut result = worker.ask(request);
        if is_warm && result.as_ref().is_err_and(worker::Failure::is_gone) {
            worker = self.start(progress)?;
            result = worker.ask(request);
        }
        if result.is_ok() {
            *slot = Some(worker);
        }
        result.map_err(worker::Failure::problem)
    }
}

impl Toolchain for AssemblyScript {
    fn fingerprint(&self) -> &[u8] {
        self.source.fingerprint()
    }

    fn build(&self, module: &ModuleSource, progress: Progress<'_>) -> Result<Vec<u8>, Vec<Diagnostic>> {
        let request = Request::of(module);
        let reply = self
            .ask(&request, progress)
            .map_err(|problem| vec![problem.report(module, CODE)])?;
        diagnostics::outcome(reply, module)
    }
}

#[cfg(all(test, unix))]
mod tests;
