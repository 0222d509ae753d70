//! Modules that are compiled and linked, and the fujsens in them.

use std::sync::Arc;

use fujsen::Function;
use parking_lot::Mutex;
use tsk::Language;
use wasmtime::component::Component;

use crate::{
    observe::metrics,
    sandbox::{
        bindings::ModulePre,
        engine::Host,
        instance::{Guest, StoreState},
        interpreters::{Interpreters, Ready},
        lane::Habit,
    },
};

/// A module, compiled and linked, ready to be instantiated. Knows no `App`: a swap keeps the modules whose text is
/// the same.
pub struct Module {
    /// Dotted section name; empty for the top level.
    pub section: Arc<str>,
    /// `None` for a prebuilt module.
    pub language: Option<Language>,
    /// Of the component. Bytes.
    pub size: usize,
    /// SHA-256 of the component's bytes: a module whose hash, section and reuse are the same is kept over a swap.
    pub hash: [u8; 32],
    /// Its fujsens, in the order of file and line. A handler holds an index into them.
    pub functions: Vec<Function>,
    /// How many calls one instance serves; 1 is a fresh instance for each.
    pub reuse: u32,
    /// The interfaces that it imports, with their versions.
    pub imports: Vec<String>,
    /// What interprets it, where it is of an interpreted language.
    pub(crate) interpreter: Option<Arc<Ready>>,
    /// The component with all imports linked, from which an instance is made for a call.
    pub(crate) pre: ModulePre<StoreState>,
    /// Of each function.
    pub(crate) habits: Vec<Habit>,
    /// Instances that may serve further calls.
    pub(crate) idle: Mutex<Vec<Guest>>,
}

/// What distinguishes a module besides its code.
pub struct ModulePlace {
    /// Dotted section name; empty for the top level.
    pub section: Arc<str>,
    /// `None` for a prebuilt module.
    pub language: Option<Language>,
    /// How many calls one instance serves; 1 is a fresh instance for each.
    pub reuse: u32,
}

impl Module {
    /// Links a component, with WASI where it imports that. `code` is `source.wasm`, compiled for the engine of `host`.
    /// Fails when it imports what the host does not offer, or does not export the world's `call`.
    pub(crate) fn new(
        host: &Host,
        interpreters: &Interpreters,
        place: ModulePlace,
        source: &fujsen::Component,
        code: Component,
    ) -> wasmtime::Result<Self> {
        let imports: Vec<String> = code
            .component_type()
            .imports(&host.engine)
            .map(|(name, _)| name.to_owned())
            .collect();
        let interpreter = imports.iter().find_map(|name| fujsen::interpreter(name));
        let interpreter = interpreter.map(|found| interpreters.get(found)).transpose()?;
        let linker = match &interpreter {
            Some(interpreter) => &interpreter.linker,
            None if imports.iter().any(|name| is_wasi(name)) => &*host.wasi_linker,
            None => &*host.linker,
        };
        let pre = ModulePre::new(linker.instantiate_pre(&code)?)?;
        Ok(Self {
            section: place.section,
            language: place.language,
            size: source.wasm.len(),
            hash: source.hash,
            habits: source.functions.iter().map(|_| Habit::default()).collect(),
            functions: source.functions.clone(),
            reuse: place.reuse,
            imports,
            interpreter,
            pre,
            idle: Mutex::default(),
        })
    }
}

/// Whether an interface is one of WASI's.
pub(crate) fn is_wasi(interface: &str) -> bool {
    interface.starts_with("wasi:")
}

/// One fujsen of a module: what a route or a call leads to.
#[derive(Clone)]
pub struct Handler {
    /// The module that holds it, shared with its other fujsens.
    pub module: Arc<Module>,
    /// `section.name`.
    pub path: Arc<str>,
    /// Counts its calls and their times, for this version of the service.
    pub(crate) meter: Arc<metrics::Fujsen>,
    /// Index into the module's functions.
    pub(crate) function: usize,
}

impl Handler {
    /// What the module says of it: parameters, result, place.
    #[expect(
        clippy::indexing_slicing,
        reason = "a handler is made with the index of one of its module's functions"
    )]
    pub fn function(&self) -> &Function {
        &self.module.functions[self.function]
    }
}
