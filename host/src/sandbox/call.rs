//! One running call.

use std::{future::Future, pin::Pin, sync::Arc, time::Instant};

use crate::{
    base::{
        limits,
        value::{Error, Value},
    },
    capability::config::ConfigSession,
    observe::request::CallOrigin,
    sandbox::{context::Context, fault::ImportError, place::Panic, sessions::Sessions},
};

/// Runs the fujsens that a fujsen calls.
pub trait Fujsens: Send + Sync {
    /// Calls `name` for a fujsen, with what it has left.
    fn call<'a>(
        self: Arc<Self>,
        name: &'a str,
        arguments: Vec<(String, Value)>,
        caller: Caller<'a>,
    ) -> Pin<Box<dyn Future<Output = Result<Value, Error>> + Send + 'a>>;
}

/// What a callee has from its caller.
pub struct Caller<'a> {
    /// Names of this section come first.
    pub section: &'a str,
    pub origin: CallOrigin,
    pub deadline: Instant,
    /// That of the callee.
    pub depth: u8,
    /// Both see one version of the values.
    pub config: ConfigSession,
}

/// What a module is to its calls.
pub struct Callee {
    pub section: Arc<str>,
    /// `section.name`.
    pub path: Arc<str>,
}

/// One running call: what host functions know about who called them. Lives for one call, never longer, so that an
/// instance that is kept for reuse holds no version of the service.
pub struct Call {
    pub context: Arc<Context>,
    pub fujsens: Arc<dyn Fujsens>,
    /// The section whose module runs; empty for the top level.
    pub section: Arc<str>,
    /// `section.name`, for logs and errors.
    pub fujsen: Arc<str>,
    pub origin: CallOrigin,
    pub deadline: Instant,
    /// 1 for a call from outside.
    pub depth: u8,
    /// Set by `fujsen.fail`; the guest traps right after.
    pub failure: Option<Error>,
    /// Set by `fujsen.panic`; the guest traps right after.
    pub panic: Option<Panic>,
    pub sessions: Sessions,
    retained: usize,
}

impl Call {
    pub fn new(
        context: Arc<Context>,
        fujsens: Arc<dyn Fujsens>,
        callee: Callee,
        mut origin: CallOrigin,
        deadline: Instant,
        depth: u8,
    ) -> Self {
        origin.trace = origin.trace.inner();
        Self {
            sessions: Sessions::new(&origin.trace),
            context,
            fujsens,
            section: callee.section,
            fujsen: callee.path,
            origin,
            deadline,
            depth,
            failure: None,
            panic: None,
            retained: 0,
        }
    }

    /// What is left of the call's time.
    pub fn remaining(&self) -> std::time::Duration {
        self.deadline.saturating_duration_since(self.context.clock.monotonic())
    }

    /// Counts bytes that a host call hands to the guest against the call's budget.
    pub(crate) fn retain(&mut self, bytes: usize) -> Result<(), ImportError> {
        self.retained = self.retained.saturating_add(bytes);
        if self.retained > limits::RETAINED_BYTES {
            return Err(ImportError::TooLarge);
        }
        Ok(())
    }
}
