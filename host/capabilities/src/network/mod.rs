//! Ways to others: who may be reached, how they are found, known and borne with.

pub(crate) mod discovery;
pub mod egress;
pub mod mesh;
pub(crate) mod name;
pub mod resilience;
pub mod tls;
