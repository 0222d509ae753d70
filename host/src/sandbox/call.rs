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
    /// The caller's own: the request, its id and its trace.
    pub origin: CallOrigin,
    /// When the caller's time is over, and with it the callee's. By the clock that does not go back.
    pub deadline: Instant,
    /// That of the callee.
    pub depth: u8,
    /// Both see one version of the values.
    pub config: ConfigSession,
}

/// What a module is to its calls.
pub struct Callee {
    /// The section of the module, dotted; empty for the top level.
    pub section: Arc<str>,
    /// `section.name`.
    pub path: Arc<str>,
}

/// One running call: what host functions know about who called them. Lives for one call, never longer, so that an
/// instance that is kept for reuse holds no version of the service.
pub struct Call {
    /// What its version of the service gives to it, held until the call ends.
    pub context: Arc<Context>,
    /// What runs the fujsens that this one calls.
    pub fujsens: Arc<dyn Fujsens>,
    /// The section whose module runs; empty for the top level.
    pub section: Arc<str>,
    /// `section.name`, for logs and errors.
    pub fujsen: Arc<str>,
    /// The request, its id and its trace, at a place of the call's own where the trace is recorded.
    pub origin: CallOrigin,
    /// When the call must have ended, host calls included. By the clock that does not go back.
    pub deadline: Instant,
    /// 1 for a call from outside.
    pub depth: u8,
    /// Set by `fujsen.fail`; the guest traps right after.
    pub failure: Option<Error>,
    /// Set by `fujsen.panic`; the guest traps right after.
    pub panic: Option<Panic>,
    /// What capabilities keep until the call ends.
    pub sessions: Sessions,
    retained: usize,
}

impl Call {
    /// A call that has not begun. `depth` is 1 for a call from outside, and one more for each fujsen that called
    /// another.
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
