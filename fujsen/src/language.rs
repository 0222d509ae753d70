//! What a language of fujsens is: how it is known, and how it is compiled.

use std::{path::PathBuf, sync::Arc};

use crate::{
    nesting::Lexis,
    toolchain::{Evaluator, Toolchain},
};

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
    /// Small services, for a start, by the info words of their code. They are called `SERVICE_NAME`.
    pub(crate) templates: &'static [(&'static str, &'static str)],
    /// How to pass over its strings and comments.
    pub(crate) lexis: Lexis,
    /// What makes the function of this name a fujsen: what to write.
    pub(crate) exporting: fn(&str) -> String,
    /// Its compiler, which keeps what it needs below this folder, and what runs its interpreter if it has one.
    pub(crate) toolchain: fn(PathBuf, &Arc<dyn Evaluator>) -> Box<dyn Toolchain>,
}

impl Language {
    /// The info word that names it, such as `rust`.
    pub fn name(&self) -> &'static str {
        self.known.name()
    }

    /// TSK files of small services called `SERVICE_NAME`, by the info words of their code; none for a language that nothing
    /// compiles.
    pub fn templates(&self) -> &'static [(&'static str, &'static str)] {
        self.compiled.as_ref().map_or(&[], |compiled| compiled.templates)
    }
}
