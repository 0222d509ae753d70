use std::path::PathBuf;

use tsk::Diagnostic;

use crate::{Component, ModuleSource};

/// Told what is being done, one line a step; from any thread.
pub type Progress<'a> = &'a (dyn Fn(&str) + Send + Sync);

/// Compiles modules, keeping what it needs and what it made below one folder. Shared between threads.
#[derive(Debug)]
pub struct Compiler {
    folder: PathBuf,
}

impl Compiler {
    /// `folder` is the host's cache, made (0700) when it is not there.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// What an earlier compile of the same text made, without starting any tool.
    pub fn cached(&self, module: &ModuleSource) -> Option<Component> {
        let _ = (module, &self.folder);
        None
    }

    /// The component of a module: from the cache, else by its language's compiler. Blocks.
    /// Errors point into the TSK file (or the file that `@file` names).
    pub fn compile(&self, module: &ModuleSource, progress: Progress<'_>) -> Result<Component, Vec<Diagnostic>> {
        let _ = (module, progress);
        Err(Vec::new())
    }
}
