//! AssemblyScript: one warm compiler process turns the texts of a section into a core module.
mod diagnostics;
mod environment;
mod node;
mod packages;
mod sdk;
mod worker;

use std::{
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use tsk::Diagnostic;

use self::{
    environment::Environment,
    node::Node,
    packages::Packages,
    sdk::SdkSource,
    worker::{Request, Worker},
};
use crate::{ModuleSource, Progress, toolchain::Toolchain};

/// Compiles one module at a time: the compiler has a thread of its own, and more of them would only share the machine.
#[derive(Debug)]
pub(crate) struct AssemblyScript {
    folder: PathBuf,
    environment: Environment,
    source: SdkSource,
    worker: Mutex<Option<Worker>>,
}

impl AssemblyScript {
    /// `folder` holds the SDK and the npm packages that it needs.
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self::with_environment(folder, Environment::of_process())
    }

    fn with_environment(folder: PathBuf, environment: Environment) -> Self {
        Self {
            folder,
            environment,
            source: SdkSource::embedded(),
            worker: Mutex::new(None),
        }
    }

    fn start(&self, progress: Progress<'_>) -> Result<Worker, Problem> {
        let node = Node::find(&self.environment)?;
        let packages = Packages::install(&self.environment, &self.folder, progress)?;
        let sdk = self.source.write(&self.folder)?;
        Worker::start(&node, &self.environment, &packages, &sdk, &self.folder)
    }

    /// The worker's answer. A worker that was ended meanwhile, or that ended itself, is replaced once.
    fn ask(&self, request: &Request, progress: Progress<'_>) -> Result<worker::Reply, Problem> {
        let mut slot = self.worker.lock().unwrap_or_else(PoisonError::into_inner);
        let is_warm = slot.is_some();
        let mut worker = match slot.take() {
            Some(worker) => worker,
            None => self.start(progress)?,
        };
        let mut result = worker.ask(request);
        if is_warm && matches!(result, Err(worker::Failure::Gone(_))) {
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
            .map_err(|problem| vec![problem.report(module)])?;
        diagnostics::outcome(reply, module)
    }
}

/// Why no module can be compiled, whatever its text.
#[derive(Debug)]
struct Problem {
    message: String,
    help: String,
}

impl Problem {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: help.into(),
        }
    }

    /// `doing` names the file that could not be read or written.
    fn io(doing: impl std::fmt::Display, error: &std::io::Error) -> Self {
        Self::new(
            format!("cannot {doing}: {error}"),
            "make the cache folder writable, or choose another one",
        )
    }

    fn report(self, module: &ModuleSource) -> Diagnostic {
        let diagnostic = Diagnostic::error("assemblyscript-toolchain", self.message).help(self.help);
        match module.texts.first() {
            Some(text) => diagnostic.at(text.key_span).label("needed for this fujsen"),
            None => diagnostic,
        }
    }
}

#[cfg(all(test, unix))]
mod tests;
