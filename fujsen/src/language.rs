//! What a language of fujsens is: how it is known, and how it is compiled.

use std::path::PathBuf;

use crate::{nesting::Lexis, toolchain::Toolchain};

/// A language of fujsens. Its folder says all that is known of it, and [`LANGUAGES`](crate::LANGUAGES) lists it.
#[derive(Debug)]
pub struct Language {
    /// Its names, how its files end, and what its code looks like.
    pub known: tsk::Language,
    /// None where nothing compiles it yet.
    pub(crate) compiled: Option<Compiled>,
}

/// What there is to a language that can be compiled.
#[derive(Debug)]
pub(crate) struct Compiled {
    /// A small service, for a start. It is called `SERVICE_NAME`.
    pub(crate) template: &'static str,
    /// How to pass over its strings and comments.
    pub(crate) lexis: Lexis,
    /// What makes the function of this name a fujsen: what to write.
    pub(crate) exporting: fn(&str) -> String,
    /// Its compiler, which keeps what it needs below this folder.
    pub(crate) toolchain: fn(PathBuf) -> Box<dyn Toolchain>,
}

impl Language {
    /// The info word that names it, such as `rust`.
    pub fn name(&self) -> &'static str {
        self.known.name()
    }

    /// The TSK file of a small service called `SERVICE_NAME`; none for a language that nothing compiles.
    pub fn template(&self) -> Option<&'static str> {
        self.compiled.as_ref().map(|compiled| compiled.template)
    }
}
