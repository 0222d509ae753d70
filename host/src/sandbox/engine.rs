//! The wasmtime engine: one per process.

use std::{io, sync::Arc, thread};

use wasmtime::{
    Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, WasmFeatures, component::Linker,
};

use crate::{
    base::limits,
    observe::tasks,
    sandbox::{instance::StoreState, lane::Lane},
};

/// Compiles and runs modules. Cheap to clone; the epoch advances while one clone lives.
#[derive(Clone)]
pub struct Host {
    /// Wasmtime, with all that is configured of it. A clone is the same engine.
    pub engine: Engine,
    /// Offers the capabilities, and nothing else.
    pub linker: Arc<Linker<StoreState>>,
    /// Offers WASI preview 2 with nothing granted beside them, for components that import it.
    pub wasi_linker: Arc<Linker<StoreState>>,
    /// Where calls that run long go on; all clones share it.
    pub(crate) lane: Arc<Lane>,
}

/// What rustc and asc make use of. Every other proposal is off: what no guest of ours needs can only be a fault of the
/// engine's. Garbage collection among them, whose instructions end the process in wasmtime 48.0.8 without its feature.
const PROPOSALS: WasmFeatures = WasmFeatures::FLOATS
    .union(WasmFeatures::MUTABLE_GLOBAL)
    .union(WasmFeatures::SATURATING_FLOAT_TO_INT)
    .union(WasmFeatures::SIGN_EXTENSION)
    .union(WasmFeatures::MULTI_VALUE)
    .union(WasmFeatures::BULK_MEMORY)
    .union(WasmFeatures::REFERENCE_TYPES)
    .union(WasmFeatures::EXTENDED_CONST)
    .union(WasmFeatures::SIMD)
    .union(WasmFeatures::COMPONENT_MODEL);

impl Host {
    /// An engine with pooled instances; where the address space or the number of maps is too small for the pool, one
    /// that allocates on demand, with a line in the log.
    /// `offer` says what modules may import besides WASI.
    pub fn new(offer: impl FnOnce(&mut Linker<StoreState>) -> wasmtime::Result<()>) -> wasmtime::Result<Self> {
        let engine = Engine::new(&config(true)).or_else(|error| {
            tracing::warn!(%error, "no room for pooled instances: allocating each on demand, which is slower");
            Engine::new(&config(false))
        })?;
        let mut linker = Linker::new(&engine);
        offer(&mut linker)?;
        let mut wasi_linker = linker.clone();
        wasmtime_wasi::p2::add_to_linker_async(&mut wasi_linker)?;
        advance_epoch(&engine)?;
        Ok(Self {
            engine,
            linker: Arc::new(linker),
            wasi_linker: Arc::new(wasi_linker),
            lane: Arc::default(),
        })
    }
}

fn config(pooled: bool) -> Config {
    let mut config = Config::new();
    config
        .wasm_features(PROPOSALS.complement(), false)
        .epoch_interruption(true)
        .memory_init_cow(true)
        .concurrency_support(false)
        // Nobody reads them, and the names in them are the guest's.
        .wasm_backtrace_max_frames(None)
        .max_wasm_stack(limits::WASM_STACK)
        .async_stack_size(limits::ASYNC_STACK)
        // Without it, a stack of the pool keeps all that any call has ever reached of it.
        .async_stack_zeroing(true)
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
        .total_core_instances(limits::INSTANCES * limits::MODULES_INSIDE)
        .max_core_instances_per_component(limits::MODULES_INSIDE)
        .total_memories(limits::INSTANCES * limits::SPARE_MEMORIES)
        .max_memories_per_component(limits::MEMORIES_INSIDE)
        .total_tables(limits::INSTANCES * limits::SPARE_MEMORIES)
        .max_tables_per_component(limits::MEMORIES_INSIDE)
        .total_stacks(limits::INSTANCES)
        .max_memory_size(limits::MEMORY_MAX)
        .table_elements(limits::TABLE_ELEMENTS)
        .linear_memory_keep_resident(limits::KEEP_RESIDENT)
        .table_keep_resident(limits::KEEP_RESIDENT_TABLE)
        // Only what was written is kept, not the first pages, which in Rust's modules are the end of a stack.
        .pagemap_scan(Enabled::Auto)
        .async_stack_keep_resident(limits::KEEP_RESIDENT_STACK)
        .max_unused_warm_slots(limits::WARM_SLOTS);
    pool
}

/// One thread per engine makes busy guests yield; it ends with the engine.
fn advance_epoch(engine: &Engine) -> io::Result<()> {
    let engine = engine.weak();
    tasks::keep_thread("epoch", move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            thread::sleep(limits::EPOCH_TICK);
        }
    })
    .map(drop)
}
