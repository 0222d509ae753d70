//! The interpreters of languages that are interpreted: core modules that the components of such a language share.
//!
//! Each is compiled to machine code once. It evaluates texts when they are compiled, which gives the memory that their component
//! begins with, and it is linked to all those components.

use std::sync::Arc;

use fujsen::{Evaluated, EvaluationError, Interpreter};
use parking_lot::Mutex;
use wasmtime::{Extern, Instance, Memory, Module, Store, component::Linker};

use crate::{
    base::{escape::shown, limits},
    sandbox::{
        engine::Host,
        instance::{self, CallFailure, StoreState},
        precompiled::Precompiled,
    },
};

/// Interpreters that are compiled. Shared between threads.
pub(crate) struct Interpreters {
    host: Host,
    precompiled: Arc<Precompiled>,
    ready: Mutex<Vec<Arc<Ready>>>,
}

/// One of them, for this engine.
pub(crate) struct Ready {
    /// What components import it as.
    pub(crate) name: &'static str,
    /// The interpreter, whose memory is imported.
    pub(crate) module: Module,
    /// Exports the memory that it begins with.
    beginning: Module,
    /// Offers what the host's linker offers, and the interpreter.
    pub(crate) linker: Linker<StoreState>,
}

impl std::fmt::Debug for Interpreters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Interpreters").finish_non_exhaustive()
    }
}

impl Interpreters {
    /// Compiles nothing yet.
    pub(crate) fn new(host: Host, precompiled: Arc<Precompiled>) -> Self {
        Self {
            host,
            precompiled,
            ready: Mutex::default(),
        }
    }

    /// The interpreter of this name: from the cache of machine code, or compiled now, which takes seconds. Blocks.
    pub(crate) fn get(&self, interpreter: &'static Interpreter) -> wasmtime::Result<Arc<Ready>> {
        // Held meanwhile, so that two modules that come first do not both compile it.
        let mut ready = self.ready.lock();
        if let Some(known) = ready.iter().find(|known| known.name == interpreter.name) {
            return Ok(known.clone());
        }
        let engine = &self.host.engine;
        let module = self.precompiled.module(engine, &interpreter.wasm, &interpreter.hash)?;
        let mut linker = (*self.host.linker).clone();
        linker.root().module(&interpreter.name, &module)?;
        let made = Arc::new(Ready {
            name: &interpreter.name,
            beginning: Module::new(engine, &interpreter.beginning)?,
            module,
            linker,
        });
        ready.push(made.clone());
        Ok(made)
    }
}

impl fujsen::Evaluator for Interpreters {
    fn evaluate(&self, interpreter: &'static Interpreter, input: &[u8]) -> Result<Evaluated, EvaluationError> {
        let other = |error: wasmtime::Error| EvaluationError::Other(format!("{error:#}"));
        let ready = self.get(interpreter).map_err(other)?;
        let mut store = instance::store(&self.host.engine, limits::MEMORY_MAX);
        let input = input.to_vec();
        let running = async move {
            let evaluated = run(&mut store, &ready, &input).await;
            evaluated.map_err(|error| explained(instance::failure(&mut store, &error)))
        };
        match self.host.lane.wait(limits::START, running) {
            Some(Ok(evaluated)) => evaluated,
            Some(Err(_)) => Err(EvaluationError::Other(
                "the host could not run it: its log says why".to_owned(),
            )),
            None => Err(EvaluationError::Time(limits::START)),
        }
    }
}

fn explained(failure: CallFailure) -> EvaluationError {
    match failure {
        CallFailure::Memory(limit) => EvaluationError::Memory(limit),
        other => {
            EvaluationError::Other(shown(&other.explain(|_| String::new()).message, limits::MODULE_WORDS).into_owned())
        }
    }
}

async fn run(store: &mut Store<StoreState>, ready: &Ready, input: &[u8]) -> wasmtime::Result<Evaluated> {
    let (instance, memory) = instantiate(store, ready).await?;
    let allocate = instance.get_typed_func::<u32, u32>(&mut *store, "tusk_allocate")?;
    let start = instance.get_typed_func::<(u32, u32), u32>(&mut *store, "tusk_start")?;
    let length = u32::try_from(input.len())?;
    let at = allocate.call_async(&mut *store, length).await?;
    memory.write(&mut *store, at as usize, input)?;
    let answer = start.call_async(&mut *store, (at, length)).await? as usize;
    let mut head = [0; 4];
    memory.read(&*store, answer, &mut head)?;
    let mut text = vec![0; u32::from_le_bytes(head) as usize];
    memory.read(&*store, answer.saturating_add(head.len()), &mut text)?;
    Ok(Evaluated {
        answer: text,
        memory: memory.data(&*store).to_vec(),
    })
}

/// On the memory that the interpreter begins with. Whatever it calls of the host traps: it knows that there is none.
async fn instantiate(store: &mut Store<StoreState>, ready: &Ready) -> wasmtime::Result<(Instance, Memory)> {
    let beginning = Instance::new_async(&mut *store, &ready.beginning, &[]).await?;
    let memory = beginning.get_memory(&mut *store, "memory");
    let memory = memory.ok_or_else(|| wasmtime::format_err!("the interpreter has no memory"))?;
    let mut linker = wasmtime::Linker::<StoreState>::new(store.engine());
    linker.define(&mut *store, "image", "memory", Extern::Memory(memory))?;
    linker.define_unknown_imports_as_traps(&ready.module)?;
    let instance = linker.instantiate_async(&mut *store, &ready.module).await?;
    Ok((instance, memory))
}
