//! An instance in its store, and what bounds it.

use std::time::Duration;

use wasmtime::{Engine, ResourceLimiter, Store, Trap, UpdateDeadline};
use wasmtime_wasi::{WasiCtxView, WasiView};

use crate::{
    base::{
        escape::shown,
        limits,
        value::{Error, Reply, Value},
    },
    sandbox::{
        bindings::{self, ModulePre},
        call::Call,
        imports::wit,
        lane,
        place::Panic,
        wasi::Wasi,
    },
};

/// What a store holds: the current call, and the instance's own bounds.
pub struct StoreState {
    call: Option<Box<Call>>,
    memory: MemoryBound,
    wasi: Option<Box<Wasi>>,
}

impl StoreState {
    /// The call that runs. Host functions run only during one, which an instance is made for, too.
    #[expect(
        clippy::expect_used,
        reason = "a store is made with its call, and `start` links no host function"
    )]
    pub fn call(&mut self) -> &mut Call {
        self.call
            .as_mut()
            .expect("a store is made with its call, and `start` links no host function")
    }
}

/// Why a call ended without a reply.
#[derive(Debug)]
pub enum CallFailure {
    /// The fujsen's own error.
    Error(Error),
    /// The guest's code panicked or aborted, and said where.
    Panic(Panic),
    /// Its time was over.
    Deadline(TimeLimit),
    /// Its memories and tables would have needed more than this together. Bytes, `[limits] memory`.
    Memory(usize),
    /// It ran out of stack, or reached outside of its memory, which is how Rust's own stack runs out.
    Stack,
    /// It handed over more than this at once. Bytes.
    TooLong(usize),
    /// Any other trap, in wasmtime's words.
    Trap(String),
}

/// Whose time was over when a call was stopped.
#[derive(Debug, thiserror::Error)]
pub enum TimeLimit {
    /// That of every call.
    #[error("stopped after {0:?}, the limit of a call (limits.deadline)")]
    Call(Duration),
    /// That of a schedule's runs.
    #[error("stopped after {0:?}, the limit of a run (`deadline` of its schedule)")]
    Run(Duration),
    /// That of the fujsen that called it.
    #[error("stopped when the time of the fujsen that called it was over")]
    Caller,
}

impl CallFailure {
    /// The code of the error that it becomes.
    pub fn code(&self) -> &str {
        match self {
            Self::Error(error) => &error.code,
            Self::Panic(_) => "panic",
            Self::Deadline(_) => "deadline",
            Self::Memory(_) => "memory",
            Self::Stack => "stack",
            Self::TooLong(_) => "too-large",
            Self::Trap(_) => "trap",
        }
    }

    /// In words; `place` says where a panic was.
    pub(crate) fn explain(self, place: impl FnOnce(&Panic) -> String) -> Error {
        let code = self.code().to_owned();
        let (status, message) = match self {
            Self::Error(error) => return error,
            Self::Panic(panic) => (500, format!("panicked at {}: {}", place(&panic), panic.message)),
            Self::Deadline(limit) => (504, limit.to_string()),
            Self::Memory(limit) => (
                500,
                format!(
                    "needs more than {} MiB of memory, all memories and tables together (limits.memory): {}",
                    limit >> 20,
                    memory_remedy(limit)
                ),
            ),
            Self::Stack => (
                500,
                "ran out of stack: does it call itself without end, or keep large arrays in variables?".to_owned(),
            ),
            Self::TooLong(limit) => (
                500,
                format!(
                    "handed more than {} MiB over at once, in its reply or to a function of the host: raise `response` or \
                     `body` in [limits] (limits.response, limits.body), the larger of which decides, or hand over less",
                    limit >> 20
                ),
            ),
            Self::Trap(trap) => (500, trap),
        };
        Error::new(status, &code, message)
    }
}

/// What to do about a call that needs more memory than `limit`, in bytes.
fn memory_remedy(limit: usize) -> String {
    let most = limits::MEMORY_MAX;
    if limit < most {
        let most = most >> 20;
        return format!("hold less at once, or raise `memory` in [limits], up to {most}MB");
    }
    "that is the most that there is for one call, so hold less at once: read rows and answers in parts (`LIMIT … OFFSET`, \
     pages), and keep what is large in a database"
        .to_owned()
}

/// An instance in its store.
pub struct Guest {
    store: Store<StoreState>,
    instance: bindings::Module,
    pub(super) calls: u32,
}

/// A store without a call; `memory` bounds what its instance holds, in bytes.
pub(crate) fn store(engine: &Engine, memory: usize) -> Store<StoreState> {
    let state = StoreState {
        call: None,
        memory: MemoryBound {
            limit: memory,
            held: 0,
            last: 0,
            refused: false,
        },
        wasi: None,
    };
    let mut store = Store::new(engine, state);
    store.limiter(|state| &mut state.memory);
    store.set_hostcall_fuel(limits::HANDED_OVER);
    store.set_max_component_handles(limits::HANDLES);
    // A busy guest gives its thread back, so that the deadline's timer and the neighbours run.
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(|_| {
        Ok(match lane::is_turn_over() {
            true => UpdateDeadline::Yield(1),
            false => UpdateDeadline::Continue(1),
        })
    });
    store
}

impl Guest {
    /// An instance that is made during a call, and for it.
    pub(super) async fn fresh(module: &ModulePre<StoreState>, call: Box<Call>) -> Result<Self, CallFailure> {
        let mut store = store(module.engine(), call.context.limits.memory);
        begin(&mut store, call);
        let instance = module
            .instantiate_async(&mut store)
            .await
            .map_err(|error| failure(&mut store, &error))?;
        Ok(Self {
            store,
            instance,
            calls: 0,
        })
    }

    /// `call` is none where the instance was made for it.
    pub(super) async fn run(
        &mut self,
        call: Option<Box<Call>>,
        name: &str,
        arguments: Vec<Value>,
    ) -> Result<Reply, CallFailure> {
        self.calls += 1;
        if let Some(call) = call {
            begin(&mut self.store, call);
        }
        let result = match self
            .instance
            .call_call(&mut self.store, name, &wit::all(arguments))
            .await
        {
            Ok(Ok(reply)) => Ok(reply.into()),
            Ok(Err(error)) => Err(CallFailure::Error(error.into())),
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

fn begin(store: &mut Store<StoreState>, call: Box<Call>) {
    store.set_hostcall_fuel(call.context.limits.handed_over());
    store.data_mut().call = Some(call);
    store.set_epoch_deadline(1);
}

/// Says why a guest trapped: what it told the host before, else what the host refused it, else wasmtime's word.
pub(crate) fn failure(store: &mut Store<StoreState>, error: &wasmtime::Error) -> CallFailure {
    let handed_over = store.hostcall_fuel();
    let state = store.data_mut();
    if let Some(call) = &mut state.call {
        if let Some(error) = call.failure.take() {
            return CallFailure::Error(error);
        }
        if let Some(panic) = call.panic.take().filter(|_| !state.memory.refused) {
            return CallFailure::Panic(panic);
        }
    }
    if state.memory.refused {
        return CallFailure::Memory(state.memory.limit);
    }
    match error.downcast_ref::<Trap>() {
        // Rust's own stack is the start of linear memory: running out of it is reaching below address 0.
        Some(Trap::StackOverflow | Trap::MemoryOutOfBounds) => CallFailure::Stack,
        Some(trap) => CallFailure::Trap(trap.to_string()),
        // Wasmtime has no type for it.
        None if error.root_cause().to_string().contains(FUEL) => CallFailure::TooLong(handed_over),
        None => CallFailure::Trap(shown(&format!("{error:#}"), limits::MODULE_WORDS).into_owned()),
    }
}

/// What wasmtime says when a guest hands over more than `Limits::handed_over`.
const FUEL: &str = "fuel allocated for hostcalls has been exhausted";

/// Bounds what all memories and tables of an instance hold together, and remembers that it did: the guest itself only traps
/// with `unreachable`.
struct MemoryBound {
    limit: usize,
    held: usize,
    /// The last growth, which may fail after it was allowed.
    last: usize,
    refused: bool,
}

impl MemoryBound {
    fn grow(&mut self, current: usize, desired: usize) -> bool {
        let more = desired.saturating_sub(current);
        let held = self.held.saturating_add(more);
        if held > self.limit {
            self.refused = true;
            self.last = 0;
            return false;
        }
        (self.held, self.last) = (held, more);
        true
    }

    fn take_back(&mut self) {
        self.held -= std::mem::take(&mut self.last);
    }
}

/// What an element of a table takes. Bytes.
const ELEMENT: usize = size_of::<usize>();

impl ResourceLimiter for MemoryBound {
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        Ok(self.grow(current, desired))
    }

    fn memory_grow_failed(&mut self, _error: wasmtime::Error) -> wasmtime::Result<()> {
        self.take_back();
        Ok(())
    }

    fn table_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        Ok(self.grow(current.saturating_mul(ELEMENT), desired.saturating_mul(ELEMENT)))
    }

    fn table_grow_failed(&mut self, _error: wasmtime::Error) -> wasmtime::Result<()> {
        self.take_back();
        Ok(())
    }
}

impl WasiView for StoreState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        self.wasi.get_or_insert_with(|| Box::new(Wasi::new())).view()
    }
}
