//! Tools as processes: what they see, what they may touch, and how they end.
#[cfg(target_os = "linux")]
mod confine;
mod environment;
mod run;
mod sandbox;

pub(crate) use environment::Environment;
pub(crate) use run::{Ended, Fate, has_ended, is_about_memory, kill, run, wait};
pub(crate) use sandbox::Sandbox;
