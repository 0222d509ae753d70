//! What one file says, as a version that serves: read, linked, named, and swapped for the next.

pub(crate) mod alert_rules;
pub(crate) mod ambiguous;
pub mod app;
pub mod cors;
pub mod gate;
pub(crate) mod health_plan;
pub mod link;
pub mod live;
pub mod load;
pub mod names;
pub(crate) mod own_address;
pub mod read;
pub(crate) mod remote_config;
pub mod route;
pub mod schedule;
pub mod settings;
pub mod subscriptions;
pub(crate) mod target;
pub(crate) mod unused;
