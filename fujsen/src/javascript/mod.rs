//! JavaScript and TypeScript: texts are read, stripped of types, and evaluated by the engine once.
mod absent;
mod blank;
mod exports;
mod image;
mod jsdoc;
mod lexis;
mod parse;
mod read;
mod recognized;
mod refusal;
mod schema;
mod script;
mod signature;
mod surface;
mod survey;
mod syntax;
mod types;

use std::sync::Arc;

use tsk::Diagnostic;

use crate::{
    ModuleSource, Progress,
    language::{Compiled, Language},
    toolchain::{Evaluator, Toolchain},
};

/// JavaScript, and TypeScript of which nothing is used but its types, run by QuickJS.
pub(crate) static LANGUAGE: Language = Language {
    known: tsk::Language::new(&recognized::TRAITS),
    compiled: Some(Compiled {
        templates: &[
            ("javascript", include_str!("javascript.tsk")),
            ("typescript", include_str!("typescript.tsk")),
        ],
        lexis: lexis::LEXIS,
        exporting: |name| format!("write `export` before the function: `export function {name}(…)`"),
        toolchain: |_, evaluator| {
            Box::new(JavaScript {
                evaluator: evaluator.clone(),
            })
        },
    }),
};

/// Starts no process: texts are read here, and evaluated in the sandbox.
#[derive(Debug)]
struct JavaScript {
    evaluator: Arc<dyn Evaluator>,
}

impl Toolchain for JavaScript {
    fn fingerprint(&self) -> &[u8] {
        image::fingerprint()
    }

    fn build(&self, module: &ModuleSource, _progress: Progress<'_>) -> Result<Vec<u8>, Vec<Diagnostic>> {
        let scripts = read::read(module)?;
        image::build(module, &scripts, &*self.evaluator)
    }
}

#[cfg(test)]
mod tests;
