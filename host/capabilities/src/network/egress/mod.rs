//! What may leave the service: to which origins and addresses, and with which headers. What is sent there is for the
//! capabilities.

mod address;
mod error;
mod grants;
pub(crate) mod headers;
mod resolve;

pub use self::{
    error::EgressError,
    grants::{Network, Origin, dependencies, granting, names, network, origins},
    resolve::{Forbidden, allows, cause, forbidden, reason, resolve},
};
