//! The doors of the sandbox: what a guest imports, one file a capability. Each hands its call's part on to the capability, and
//! counts what comes back.

mod config;
mod crypto;
mod events;
mod fujsen;
mod grpc;
mod http;
mod log;
mod metrics;
mod redis;
mod sql;
mod state;
mod time;
pub(crate) mod wit;

#[cfg(test)]
mod tests;

use wasmtime::component::{HasData, Linker};

use crate::sandbox::{bindings, call::Call, instance::StoreState};

/// Tells wasmtime that every host function works on the current [`Call`].
struct Current;

impl HasData for Current {
    type Data<'a> = &'a mut Call;
}

/// Offers every capability to modules.
pub(crate) fn add_to_linker(linker: &mut Linker<StoreState>) -> wasmtime::Result<()> {
    bindings::config::add_to_linker::<_, Current>(linker, StoreState::call)?;
    bindings::crypto::add_to_linker::<_, Current>(linker, StoreState::call)?;
    bindings::events::add_to_linker::<_, Current>(linker, StoreState::call)?;
    bindings::fujsen::add_to_linker::<_, Current>(linker, StoreState::call)?;
    bindings::grpc::add_to_linker::<_, Current>(linker, StoreState::call)?;
    bindings::http::add_to_linker::<_, Current>(linker, StoreState::call)?;
    bindings::log::add_to_linker::<_, Current>(linker, StoreState::call)?;
    bindings::metrics::add_to_linker::<_, Current>(linker, StoreState::call)?;
    bindings::redis::add_to_linker::<_, Current>(linker, StoreState::call)?;
    bindings::sql::add_to_linker::<_, Current>(linker, StoreState::call)?;
    bindings::state::add_to_linker::<_, Current>(linker, StoreState::call)?;
    bindings::time::add_to_linker::<_, Current>(linker, StoreState::call)?;
    bindings::tusk::fujsen::types::add_to_linker::<_, Current>(linker, StoreState::call)?;
    Ok(())
}

impl bindings::tusk::fujsen::types::Host for Call {}
