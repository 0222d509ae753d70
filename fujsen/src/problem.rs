//! What keeps every module from being compiled, whatever its text.

use tsk::Diagnostic;

use crate::ModuleSource;

/// Why no module can be compiled, whatever its text.
#[derive(Debug)]
pub(crate) struct Problem {
    message: String,
    help: String,
}

impl Problem {
    /// `message` says what is wrong, `help` what to do about it.
    pub(crate) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: help.into(),
        }
    }

    /// `doing` names the file that could not be read or written.
    pub(crate) fn io(doing: impl std::fmt::Display, error: &std::io::Error) -> Self {
        Self::new(
            format!("cannot {doing}: {error}"),
            "make the cache folder writable, or choose another one",
        )
    }

    /// As an error at the first text of a module, which has nothing to do with it but cannot be compiled for it.
    pub(crate) fn report(self, module: &ModuleSource, code: &'static str) -> Diagnostic {
        let diagnostic = Diagnostic::error(code, self.message).help(self.help);
        module.at_first(diagnostic.label("needed for this fujsen"))
    }
}
