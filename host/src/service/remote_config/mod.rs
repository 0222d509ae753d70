//! Values that come from a configuration service while the service runs. `[remote_config]` says from where, which, and what
//! they must be like.
//!
//! `plan` is what one version of the file says, `document` what the configuration service said, `kept` the last of it that
//! was good, `watcher` asks again and again. Values only: code, grants and the host's own settings come from the file.

mod document;
mod kept;
mod places;
mod plan;
mod settings;
mod watcher;

#[cfg(test)]
mod tests;

pub(crate) use self::{
    kept::Kept,
    plan::Plan,
    watcher::{Watcher, recall},
};
