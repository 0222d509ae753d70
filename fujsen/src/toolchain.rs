//! What a language is to the compiler: its way from text to a module.

use tsk::Diagnostic;

use crate::{Interpreter, ModuleSource};

/// Told what is being done, one line a step; from any thread.
pub type Progress<'a> = &'a (dyn Fn(&str) + Send + Sync);

/// One language's way from text to a module. One value per [`crate::Compiler`], used from several threads at once.
pub(crate) trait Toolchain: std::fmt::Debug + Send + Sync {
    /// What beside the texts decides the module: the embedded SDK, pinned versions, options. Starts no tool.
    fn fingerprint(&self) -> &[u8];

    /// A core module, or a component, with the custom section `tusk:functions`. Blocks.
    /// Fails only with diagnostics that point into the texts, or that say what to install.
    fn build(&self, module: &ModuleSource, progress: Progress<'_>) -> Result<Vec<u8>, Vec<Diagnostic>>;
}

/// Runs interpreters while modules are compiled. This crate knows no WebAssembly engine; the host has one.
pub trait Evaluator: std::fmt::Debug + Send + Sync {
    /// Makes an instance of the interpreter on its own beginning, with no host to call, and has it evaluate `input`: by
    /// `tusk_allocate(length) -> address`, and `tusk_start(address, length) -> answer`, which begins with its length in four
    /// bytes. Blocks, for a bounded time.
    fn evaluate(&self, interpreter: &'static Interpreter, input: &[u8]) -> Result<Evaluated, EvaluationError>;
}

/// What an interpreter came to.
#[derive(Clone, Debug)]
pub struct Evaluated {
    /// What `tusk_start` answered.
    pub answer: Vec<u8>,
    /// The whole memory afterwards.
    pub memory: Vec<u8>,
}

/// Why an evaluation was stopped.
#[derive(Clone, Debug, thiserror::Error)]
pub enum EvaluationError {
    /// It took longer than this.
    #[error("it is not ready after {0:?}")]
    Time(std::time::Duration),
    /// It needs more memory than this. Bytes.
    #[error("it needs more than {} MiB of memory", .0 >> 20)]
    Memory(usize),
    /// Anything else, in words.
    #[error("{0}")]
    Other(String),
}

/// Evaluates nothing: for programs that compile no interpreted language.
#[derive(Debug)]
pub(crate) struct NoEvaluator;

impl Evaluator for NoEvaluator {
    fn evaluate(&self, _interpreter: &'static Interpreter, _input: &[u8]) -> Result<Evaluated, EvaluationError> {
        Err(EvaluationError::Other(
            "this program has nothing that could evaluate it".to_owned(),
        ))
    }
}
