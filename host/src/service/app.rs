use std::{sync::Arc, time::Instant};

use tsk::SourceMap;

use crate::{
    base::{
        bearer::Bearer,
        bindings::{Error, Reply, Value},
        escape,
        limits::{self, Limits},
        redact::{self, Secrets},
    },
    capability::{Capabilities, Grant},
    network::{mesh, tls},
    observe::{
        metrics::{self, Outcome},
        request::Origin,
        traces::{self, Kind, Tracer},
    },
    sandbox::{
        call::{Call, Panic},
        engine::Host,
        guest::{self, Failure},
        module::{Handler, Module},
    },
    service::{
        alert_rules,
        cors::Cors,
        gate::Gate,
        health_plan,
        link::{self, Places},
        names::Handlers,
        remote_config,
        route::Routes,
        schedule::Schedules,
        subscriptions::Subscriptions,
    },
};

/// One version of a service, ready to serve. Immutable: a change of the file makes a new one, and a request keeps the
/// one that it started with.
pub struct App {
    pub service: Service,
    pub limits: Limits,
    pub capabilities: Capabilities,
    pub remote_config: Option<remote_config::Plan>,
    pub cors: Cors,
    /// What the admin address asks for.
    pub admin_token: Option<Bearer>,
    pub health: health_plan::Plan,
    pub alerts: alert_rules::Rules,
    /// Which services may call which route.
    pub policy: mesh::Policy,
    /// How it is called: without TLS where there is none.
    pub tls: Option<Arc<tls::Incoming>>,
    pub gate: Gate,
    pub modules: Vec<Arc<Module>>,
    /// By `section.name`.
    pub handlers: Handlers,
    pub routes: Routes,
    /// Finds the meters of this version, and the process's metrics behind them.
    pub metrics: metrics::Version,
    pub subscriptions: Subscriptions,
    pub schedules: Schedules,
    pub tracer: Tracer,
    pub sources: SourceMap,
    pub(crate) places: Places,
    pub(crate) host: Host,
    /// Kept out of all that is said while this version lives.
    pub(crate) _secrets: Arc<Secrets>,
}

/// What `[service]` says of itself.
#[derive(Clone, Debug)]
pub struct Service {
    pub name: Arc<str>,
    pub version: Arc<str>,
}

impl App {
    /// How its address begins.
    pub fn scheme(&self) -> &'static str {
        match self.tls {
            Some(_) => "https",
            None => "http",
        }
    }

    pub fn grants(&self) -> Vec<Grant> {
        self.capabilities.grants()
    }

    /// The fujsen that `section.name` reaches; an error that names the nearest one when there is none.
    pub fn handler(&self, path: &str) -> Result<&Handler, Error> {
        self.handlers.get(path).ok_or_else(|| {
            let near = tsk::suggest(path, self.handlers.keys().map(|key| &**key));
            let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            Error::new(500, "unknown-fujsen", format!("there is no fujsen `{path}`{hint}"))
        })
    }

    /// Runs a fujsen for someone outside. `arguments` are in the order of its parameters.
    /// What went wrong inside is in the log and in the error's message; a message of status 500 is not for clients.
    pub fn run(
        self: &Arc<Self>,
        handler: &Handler,
        arguments: Vec<Value>,
        origin: Origin,
    ) -> impl Future<Output = Result<Reply, Error>> + Send {
        let deadline = Instant::now() + self.limits.deadline;
        self.run_at(handler, arguments, origin, deadline, 1)
    }

    /// Runs a fujsen with what is left of a caller's time.
    pub async fn run_at(
        self: &Arc<Self>,
        handler: &Handler,
        arguments: Vec<Value>,
        origin: Origin,
        deadline: Instant,
        depth: u8,
    ) -> Result<Reply, Error> {
        let call = Call::new(self, handler, origin, deadline, depth);
        self.run_call(handler, arguments, call).await
    }

    /// Runs a fujsen as a call that was made for it.
    pub(crate) async fn run_call(&self, handler: &Handler, arguments: Vec<Value>, call: Call) -> Result<Reply, Error> {
        let request_id = call.origin.request_id.clone();
        let module = &handler.module;
        let mut span = call
            .origin
            .trace
            .span(Kind::Internal, || handler.path.to_string().into());
        span.describe(|span| span.set("tusk.language", module.language.map_or("prebuilt", tsk::Language::name)));
        let running = handler.meter.start();
        let result = guest::run(&self.host.lane, handler, Box::new(call), arguments).await;
        running.end(outcome(&result));
        let trace_id = span.trace_id();
        self.end(span, module, &result);
        result.map_err(|failure| {
            let error = self.explain(module, failure);
            if error.status >= 500 {
                tracing::error!(
                    target: "fujsen",
                    service = %self.service.name, fujsen = %handler.path, %request_id,
                    trace_id = trace_id.map(|id| tracing::field::display(format!("{id:032x}"))),
                    status = error.status, code = %error.code, "{}", error.message
                );
            }
            error
        })
    }

    /// Ends the span of a call. What a guest says of its failure is for the log, where the trace's id stands beside it.
    fn end(&self, mut span: traces::Span, module: &Module, result: &Result<Reply, Failure>) {
        let failed = !matches!(outcome(result), Outcome::Ok | Outcome::Refused);
        match result {
            Ok(reply) if failed => span.fail(&reply.status.to_string()),
            Err(Failure::Panic(panic)) => {
                span.describe(|span| span.reason(format!("panicked at {}", self.place(module, panic))));
                span.fail("panic");
            }
            Err(failure) if failed => span.fail(failure.code()),
            _ => span.end(),
        }
    }

    /// A failure in words, with the line of the TSK file where it is known. Whatever its guest says, it is bounded, and
    /// without the secrets of the file.
    fn explain(&self, module: &Module, failure: Failure) -> Error {
        let mut error = failure.explain(|panic| self.place(module, panic));
        if error.status >= 500 {
            error.message = redact::message(&error.message);
        }
        error.code = escape::shown(&error.code, limits::ERROR_CODE).into_owned();
        error
    }

    fn place(&self, module: &Module, panic: &Panic) -> String {
        match link::place(&self.places, &self.sources, &module.section, panic) {
            Some(place) => self.sources.locate(place),
            None if panic.line == 0 => panic.file.clone(),
            None => format!("{}:{}:{}", panic.file, panic.line, panic.column),
        }
    }
}

/// How a call ended, for its meter.
fn outcome(result: &Result<Reply, Failure>) -> Outcome {
    let by_status = |status| match status {
        0..400 => Outcome::Ok,
        400..500 => Outcome::Refused,
        _ => Outcome::Failed,
    };
    match result {
        Ok(reply) => by_status(reply.status),
        Err(Failure::Error(error)) => by_status(error.status),
        Err(Failure::Panic(_)) => Outcome::Panic,
        Err(Failure::Deadline(_)) => Outcome::Deadline,
        Err(Failure::Memory(_)) => Outcome::Memory,
        Err(Failure::Stack) => Outcome::Stack,
        Err(Failure::TooLong(_) | Failure::Trap(_)) => Outcome::Trap,
    }
}
