//! From sources to components, by the cache or a compiler.

use std::{path::PathBuf, sync::Arc};

use sha2::{Digest, Sha256};
use tsk::Diagnostic;

use crate::{
    Component, ModuleSource, PrebuiltError, Text,
    cache::{self, Cache},
    language::{Compiled, Language},
    languages::LANGUAGES,
    modules::unsupported,
    nesting,
    toolchain::{Evaluator, NoEvaluator, Progress, Toolchain},
    wit,
};

/// Changed when a module is made in another way from the same parts.
const REVISION: &str = "1";

/// Compiles modules, keeping what it needs and what it made below one folder. Shared between threads.
#[derive(Debug)]
pub struct Compiler {
    folder: PathBuf,
    cache: Cache,
    languages: Vec<Ready>,
}

/// A language, and its compiler.
#[derive(Debug)]
struct Ready {
    known: tsk::Language,
    language: &'static Compiled,
    toolchain: Box<dyn Toolchain>,
}

impl Compiler {
    /// `folder` is the host's cache, made (0700) when it is not there. Compiles no interpreted language.
    pub fn new(folder: PathBuf) -> Self {
        Self::with_evaluator(folder, Arc::new(NoEvaluator))
    }

    /// As [`new`](Self::new), with what runs the interpreters of interpreted languages.
    pub fn with_evaluator(folder: PathBuf, evaluator: Arc<dyn Evaluator>) -> Self {
        let ready = |language: &&'static Language| {
            let compiled = language.compiled.as_ref()?;
            Some(Ready {
                known: language.known,
                language: compiled,
                toolchain: (compiled.toolchain)(folder.join(language.name()), &evaluator),
            })
        };
        Self {
            cache: Cache::new(folder.join("components")),
            languages: LANGUAGES.iter().filter_map(ready).collect(),
            folder,
        }
    }

    /// What an earlier compile of the same text made, without starting any tool.
    pub fn cached(&self, module: &ModuleSource) -> Option<Component> {
        cache::check(&self.folder).ok()?;
        let key = key(module, &*self.ready(module)?.toolchain);
        Component::of_component(self.cache.get(&key)?).ok()
    }

    /// The component of a module: from the cache, else by its language's compiler. Blocks.
    /// Errors point into the TSK file (or the file that `@file` names).
    pub fn compile(&self, module: &ModuleSource, progress: Progress<'_>) -> Result<Component, Vec<Diagnostic>> {
        if let Some(component) = self.cached(module) {
            return Ok(component);
        }
        let Ready {
            language, toolchain, ..
        } = self.ready(module).ok_or_else(|| unsupported(module))?;
        cache::private_folder(&self.folder).map_err(|error| {
            let message = format!("cannot make the cache folder {}: {error}", self.folder.display());
            let help = "make it writable, or choose another one: TUSK_CACHE=/path/to/folder";
            vec![module.at_first(Diagnostic::error("cache", message).help(help))]
        })?;
        cache::check(&self.folder).map_err(|why| {
            let message = format!("nothing is compiled in the cache folder {}: {why}", self.folder.display());
            let help = "programs that somebody else put there would run: remove the folder, make it yours alone (chmod 700), or \
                choose another one: TUSK_CACHE=/path/to/folder";
            vec![module.at_first(Diagnostic::error("cache", message).help(help))]
        })?;
        nesting::check(module, &language.lexis)?;
        let wasm = toolchain.build(module, progress)?;
        let component = Component::built(wasm).map_err(|error| match error {
            PrebuiltError::NoFunctions => {
                let nothing = |text| nothing_exported(text, language.exporting);
                module.texts.iter().map(nothing).collect()
            }
            other => vec![internal(module, &other.to_string())],
        })?;
        if let Err(error) = self.cache.put(&key(module, &**toolchain), &component.wasm) {
            progress(&format!("the compiled module could not be kept: {error}"));
        }
        Ok(component)
    }

    fn ready(&self, module: &ModuleSource) -> Option<&Ready> {
        self.languages.iter().find(|ready| ready.known == module.language)
    }
}

/// Everything that decides the component.
fn key(module: &ModuleSource, toolchain: &dyn Toolchain) -> [u8; 32] {
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    part(REVISION.as_bytes());
    part(&wit::fingerprint());
    part(module.language.name().as_bytes());
    part(toolchain.fingerprint());
    part(module.section.as_bytes());
    part(&[module.eval.into()]);
    for text in &module.texts {
        part(text.key.as_bytes());
        part(text.source.text.as_bytes());
    }
    hash.finalize().into()
}

fn nothing_exported(text: &Text, exporting: fn(&str) -> String) -> Diagnostic {
    let name = text.key.strip_suffix("_fujsen").unwrap_or(&text.key);
    Diagnostic::error("no-fujsen", "this text exports no function, so nothing can call it")
        .at(text.key_span)
        .help(exporting(name))
}

/// The compiler was content, but what it made is not a module.
fn internal(module: &ModuleSource, why: &str) -> Diagnostic {
    let message = format!("the compiled module cannot be used: {why}");
    module.at_first(Diagnostic::error("component", message))
}
