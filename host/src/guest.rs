//! A running instance, and one call through it.

use std::time::Duration;

use wasmtime::{ResourceLimiter, Store, Trap};
use wasmtime_wasi::{WasiCtxView, WasiView};

use crate::{
    bindings::{self, Error, Reply, Value},
    call::{Call, Panic},
    engine::Host,
    limits,
    module::{Handler, Module},
    wasi::Wasi,
};

/// What a store holds: the current call, and the instance's own bounds.
pub struct State {
    call: Option<Box<Call>>,
    memory: Memory,
    wasi: Option<Box<Wasi>>,
}

impl State {
    /// The call that runs. Host functions run only during one.
    pub fn call(&mut self) -> &mut Call {
        self.call
            .as_mut()
            .expect("a guest runs only inside `Guest::run`, which sets the call")
    }
}

/// Why a call ended without a reply.
#[derive(Debug)]
pub enum Failure {
    /// The fujsen's own error.
    Error(Error),
    Panic(Panic),
    Deadline(Duration),
    Memory(usize),
    Stack,
    /// Any other trap, in wasmtime's words.
    Trap(String),
}

impl Failure {
    /// The code of the error that it becomes.
    pub fn code(&self) -> &str {
        match self {
            Self::Error(error) => &error.code,
            Self::Panic(_) => "panic",
            Self::Deadline(_) => "deadline",
            Self::Memory(_) => "memory",
            Self::Stack => "stack",
            Self::Trap(_) => "trap",
        }
    }
}

/// An instance in its store.
pub struct Guest {
    store: Store<State>,
    instance: bindings::Module,
    calls: u32,
}

/// Runs one fujsen: on an instance kept for reuse, else on a fresh one.
/// An instance that trapped or was stopped is never entered again.
pub async fn run(host: &Host, handler: &Handler, call: Box<Call>, arguments: &[Value]) -> Result<Reply, Failure> {
    let (deadline, budget) = (call.deadline, call.app.limits.deadline);
    match tokio::time::timeout_at(deadline.into(), enter(host, handler, call, arguments)).await {
        Ok(result) => result,
        Err(_) => Err(Failure::Deadline(budget)),
    }
}

async fn enter(host: &Host, handler: &Handler, call: Box<Call>, arguments: &[Value]) -> Result<Reply, Failure> {
    let module = &handler.module;
    let mut guest = match take_idle(module) {
        Some(guest) => guest,
        // Its future is kilobytes, which calls of an instance that is there would carry along.
        None => Box::pin(Guest::fresh(host, module, call.app.limits.memory)).await?,
    };
    let result = guest.run(call, &handler.function().name, arguments).await;
    let is_sound = matches!(result, Ok(_) | Err(Failure::Error(_)));
    if guest.calls < module.reuse && is_sound {
        keep_idle(module, guest);
    }
    result
}

fn take_idle(module: &Module) -> Option<Guest> {
    if module.reuse <= 1 {
        return None;
    }
    module
        .idle
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
        .pop()
}

fn keep_idle(module: &Module, guest: Guest) {
    module
        .idle
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
        .push(guest);
}

/// Makes one instance and drops it.
pub(crate) async fn try_start(host: &Host, module: &Module) -> wasmtime::Result<()> {
    let mut store = store(host, limits::MEMORY_MAX);
    let started = tokio::time::timeout(limits::START, module.pre.instantiate_async(&mut store)).await;
    started
        .map_err(|_| wasmtime::Error::msg(format!("not ready after {:?}", limits::START)))?
        .map(drop)
}

fn store(host: &Host, memory: usize) -> Store<State> {
    let state = State {
        call: None,
        memory: Memory {
            limit: memory,
            refused: false,
        },
        wasi: None,
    };
    let mut store = Store::new(&host.engine, state);
    store.limiter(|state| &mut state.memory);
    store.set_hostcall_fuel(limits::HOSTCALL_BYTES);
    // A busy guest gives its thread back at every tick, so that the deadline's timer and the neighbours run.
    store.set_epoch_deadline(1);
    store.epoch_deadline_async_yield_and_update(1);
    store
}

impl Guest {
    async fn fresh(host: &Host, module: &Module, memory: usize) -> Result<Self, Failure> {
        let mut store = store(host, memory);
        let instance = module
            .pre
            .instantiate_async(&mut store)
            .await
            .map_err(|error| failure(&mut store, &error))?;
        Ok(Self {
            store,
            instance,
            calls: 0,
        })
    }

    async fn run(&mut self, call: Box<Call>, name: &str, arguments: &[Value]) -> Result<Reply, Failure> {
        self.calls += 1;
        self.store.data_mut().call = Some(call);
        self.store.set_epoch_deadline(1);
        let result = match self.instance.call_call(&mut self.store, name, arguments).await {
            Ok(result) => result.map_err(Failure::Error),
            Err(error) => Err(failure(&mut self.store, &error)),
        };
        let state = self.store.data_mut();
        if let (Some(wasi), Some(call)) = (&state.wasi, &mut state.call) {
            wasi.log(call);
        }
        state.call = None;
        result
    }
}

/// Says why a guest trapped: what it told the host before, else what the host refused it, else wasmtime's word.
fn failure(store: &mut Store<State>, error: &wasmtime::Error) -> Failure {
    let state = store.data_mut();
    if let Some(call) = &mut state.call {
        if let Some(error) = call.failure.take() {
            return Failure::Error(error);
        }
        if let Some(panic) = call.panic.take().filter(|_| !state.memory.refused) {
            return Failure::Panic(panic);
        }
    }
    if state.memory.refused {
        return Failure::Memory(state.memory.limit);
    }
    match error.downcast_ref::<Trap>() {
        // Rust's own stack is the start of linear memory: running out of it is reaching below address 0.
        Some(Trap::StackOverflow | Trap::MemoryOutOfBounds) => Failure::Stack,
        Some(trap) => Failure::Trap(trap.to_string()),
        None => Failure::Trap(format!("{error:#}")),
    }
}

/// Bounds linear memory, and remembers that it did: the guest itself only traps with `unreachable`.
struct Memory {
    limit: usize,
    refused: bool,
}

impl ResourceLimiter for Memory {
    fn memory_growing(&mut self, _current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        self.refused |= desired > self.limit;
        Ok(desired <= self.limit)
    }

    fn table_growing(&mut self, _current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired <= 10_000)
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        self.wasi.get_or_insert_with(|| Box::new(Wasi::new())).view()
    }
}
