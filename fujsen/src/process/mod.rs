//! Tools as processes: what they see, what they may touch, and how they end.
#[cfg(target_os = "linux")]
mod confine;
mod environment;
mod fate;
mod group;
mod run;
mod sandbox;

pub(crate) use environment::Environment;
pub(crate) use fate::{Fate, is_about_memory};
pub(crate) use run::{Ended, has_ended, kill, receive, run, wait};
pub(crate) use sandbox::Sandbox;

#[cfg(all(test, target_os = "linux"))]
#[allow(clippy::unwrap_used)]
mod tests;
