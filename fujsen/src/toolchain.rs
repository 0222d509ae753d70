//! What a language is to the compiler: its way from text to a core module.

use tsk::Diagnostic;

use crate::ModuleSource;

/// Told what is being done, one line a step; from any thread.
pub type Progress<'a> = &'a (dyn Fn(&str) + Send + Sync);

/// One language's way from text to a core module. One value per [`crate::Compiler`], used from several threads at once.
pub(crate) trait Toolchain: std::fmt::Debug + Send + Sync {
    /// What beside the texts decides the module: the embedded SDK, pinned versions, options. Starts no tool.
    fn fingerprint(&self) -> &[u8];

    /// The core module, with its custom section `tusk:functions`. Blocks.
    /// Fails only with diagnostics that point into the texts, or that say what to install.
    fn build(&self, module: &ModuleSource, progress: Progress<'_>) -> Result<Vec<u8>, Vec<Diagnostic>>;
}
