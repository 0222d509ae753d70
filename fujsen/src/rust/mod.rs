//! Rust: the SDK and its locked dependencies are compiled once, then each module by one run of rustc against them.
mod absent;
mod diagnostics;
mod entry;
mod lexis;
mod module;
mod recognized;
mod refusal;
mod sdk;
mod tools;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use tsk::Diagnostic;

use crate::{
    ModuleSource, Progress,
    language::{Compiled, Language},
    process::Environment,
    rust::{
        module::{CODE, Failure},
        sdk::Sdk,
        tools::Tools,
    },
    sdk::SdkSource,
    toolchain::Toolchain,
};

/// Rust, compiled by rustc against the SDK.
pub(crate) static LANGUAGE: Language = Language {
    known: tsk::Language::new(&recognized::TRAITS),
    compiled: Some(Compiled {
        templates: &[("rust", include_str!("template.tsk"))],
        lexis: lexis::LEXIS,
        exporting: |name| format!("write `#[fujsen]` on the line before `fn {name}`"),
        toolchain: |folder, _| Box::new(Rust::new(folder)),
    }),
};

/// What runs before a module can be compiled, kept for the next one.
#[derive(Debug)]
struct Ready {
    tools: Tools,
    sdk: Sdk,
}

#[derive(Debug)]
struct Rust {
    folder: PathBuf,
    environment: Environment,
    source: SdkSource,
    ready: Mutex<Option<Arc<Ready>>>,
}

impl Rust {
    /// `folder` holds the SDK, its dependencies and rustc's incremental data.
    fn new(folder: PathBuf) -> Self {
        Self::with_environment(folder, Environment::of_process())
    }

    fn with_environment(folder: PathBuf, environment: Environment) -> Self {
        Self {
            folder,
            environment,
            source: sdk::source(),
            ready: Mutex::new(None),
        }
    }

    /// Finds the tools and compiles the SDK, once. Others wait meanwhile; after a failure the next one tries again.
    fn ready(&self, module: &ModuleSource, progress: Progress<'_>) -> Result<Arc<Ready>, Diagnostic> {
        let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ready) = &*ready {
            return Ok(Arc::clone(ready));
        }
        let tools =
            Tools::find(&self.environment, &self.folder, progress).map_err(|problem| problem.report(module, CODE))?;
        let sdk = Sdk::build(&self.source, &tools, &self.environment, &self.folder, progress)
            .map_err(|problem| problem.report(module, CODE))?;
        let made = Arc::new(Ready { tools, sdk });
        *ready = Some(Arc::clone(&made));
        Ok(made)
    }

    /// The toolchain was updated, or the compiled SDK damaged, since it was made.
    fn forget(&self, used: &Ready) {
        used.sdk.discard();
        *self.ready.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Toolchain for Rust {
    fn fingerprint(&self) -> &[u8] {
        self.source.fingerprint()
    }

    fn build(&self, module: &ModuleSource, progress: Progress<'_>) -> Result<Vec<u8>, Vec<Diagnostic>> {
        let entry = entry::Entry::of(module)?;
        let ready = self.ready(module, progress).map_err(|problem| vec![problem])?;
        let compile = |ready: &Ready| module::compile(module, &entry, &ready.tools, &ready.sdk, &self.folder, progress);
        let result = compile(&ready);
        let Err(Failure::BrokenSdk) = result else {
            return result.map_err(|failure| failure.report(module));
        };
        progress("rust: the compiled SDK does not fit this toolchain; compiling it anew");
        self.forget(&ready);
        let ready = self.ready(module, progress).map_err(|problem| vec![problem])?;
        compile(&ready).map_err(|failure| failure.report(module))
    }
}

#[cfg(test)]
mod tests;
