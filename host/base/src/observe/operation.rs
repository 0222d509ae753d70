//! One operation on a dependency (a statement, a command, a request), as metrics and traces see it: started once, ended
//! once.

use crate::{
    base::explain::Explain,
    observe::{
        metrics,
        traces::{Recording, Span, SpanKind, Trace},
    },
};

/// An operation that runs. It counts as cancelled when it is dropped without an end.
pub struct Operation<'a> {
    meter: metrics::OperationMeter<'a>,
    span: Span,
}

impl<'a> Operation<'a> {
    /// Starts at `trace`, its own place. `describe` gives it a name and attributes where it is recorded.
    pub fn start(meter: &'a metrics::DependencyMeter, trace: &Trace, describe: impl FnOnce(&mut Recording)) -> Self {
        let mut span = trace.span(SpanKind::Client, || meter.kind().into());
        span.describe(|span| {
            span.set("tusk.dependency", meter.name());
            describe(span);
        });
        Self {
            meter: meter.start(),
            span,
        }
    }

    /// Runs to the end of `work`.
    pub async fn run<T, E: Explain>(self, work: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        let result = work.await;
        self.end(result.as_ref().err().map(Explain::meaning));
        result
    }

    /// Says more, once there is an answer.
    pub fn describe(&mut self, describe: impl FnOnce(&mut Recording)) {
        self.span.describe(describe);
    }

    /// `failed` is the HTTP status that a failure amounts to, and its kind in one word.
    pub fn end(self, failed: Option<(u16, &str)>) {
        self.meter.end(failed.map(|(status, _)| status));
        match failed {
            None => self.span.end(),
            Some((_, kind)) => self.span.fail(kind),
        }
    }
}
