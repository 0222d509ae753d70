//! The wasmtime engine: one per process.

use std::{sync::Arc, thread};

use wasmtime::{
    Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, WasmBacktraceDetails, component::Linker,
};

use crate::{capability, guest::State, limits};

/// Compiles and runs modules. Cheap to clone; the epoch advances while one clone lives.
#[derive(Clone)]
pub struct Host {
    pub engine: Engine,
    /// Offers the capabilities, and nothing else.
    pub linker: Arc<Linker<State>>,
    /// Offers WASI preview 2 with nothing granted beside them, for components that import it.
    pub wasi_linker: Arc<Linker<State>>,
}

impl Host {
    /// An engine with pooled instances; where the address space or the number of maps is too small for the pool, one
    /// that allocates on demand, with a line in the log.
    pub fn new() -> wasmtime::Result<Self> {
        let engine = Engine::new(&config(true)).or_else(|error| {
            tracing::warn!(%error, "no room for pooled instances: allocating each on demand, which is slower");
            Engine::new(&config(false))
        })?;
        let mut linker = Linker::new(&engine);
        capability::add_to_linker(&mut linker)?;
        let mut wasi_linker = linker.clone();
        wasmtime_wasi::p2::add_to_linker_async(&mut wasi_linker)?;
        advance_epoch(&engine);
        Ok(Self {
            engine,
            linker: Arc::new(linker),
            wasi_linker: Arc::new(wasi_linker),
        })
    }
}

fn config(pooled: bool) -> Config {
    let mut config = Config::new();
    config
        .epoch_interruption(true)
        .memory_init_cow(true)
        .concurrency_support(false)
        .wasm_backtrace_details(WasmBacktraceDetails::Disable)
        .max_wasm_stack(limits::WASM_STACK)
        .async_stack_size(limits::ASYNC_STACK)
        .cranelift_opt_level(wasmtime::OptLevel::Speed);
    config.allocation_strategy(if pooled {
        InstanceAllocationStrategy::Pooling(pool())
    } else {
        InstanceAllocationStrategy::OnDemand
    });
    config
}

fn pool() -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(limits::INSTANCES)
        // A component is its core module and the shims and adapters that wit-component adds.
        .total_core_instances(limits::INSTANCES * 4)
        .total_memories(limits::INSTANCES)
        .total_tables(limits::INSTANCES * 2)
        .total_stacks(limits::INSTANCES)
        .max_memory_size(limits::MEMORY_MAX)
        .table_elements(4000)
        .linear_memory_keep_resident(limits::KEEP_RESIDENT)
        .table_keep_resident(16 << 10)
        .async_stack_keep_resident(16 << 10)
        .max_unused_warm_slots(256);
    pool
}

/// One thread per engine makes busy guests yield; it ends with the engine.
fn advance_epoch(engine: &Engine) {
    let engine = engine.weak();
    thread::Builder::new()
        .name("epoch".into())
        .spawn(move || {
            while let Some(engine) = engine.upgrade() {
                engine.increment_epoch();
                drop(engine);
                thread::sleep(limits::EPOCH_TICK);
            }
        })
        .expect("the operating system can start one thread");
}
