//! One version of a service: what its file says, ready to serve.

use std::{future::Future, net::SocketAddr, pin::Pin, sync::Arc, time::Instant};

use crate::base::misspelt::did_you_mean;
use crate::{
    base::{
        arguments,
        bearer::Bearer,
        value::{Error, Reply, Value},
    },
    capability::Grant,
    network::{mesh, tls},
    observe::{metrics::Now, otlp::OtherSignals, request::CallOrigin, traces::Tracer},
    sandbox::{
        call::{Call, Callee, Caller, Fujsens},
        context::Context,
        module::{Handler, Module},
        run,
    },
    service::{
        alert_rules, cors::Cors, gate::Gate, health_plan, names::Handlers, own_address, remote_config, route::Routes,
        schedule::Schedules, subscriptions::Subscriptions,
    },
};

/// One version of a service, ready to serve. Immutable: a change of the file makes a new one, and a request keeps the
/// one that it started with.
pub struct App {
    /// What every call of it has.
    pub context: Arc<Context>,
    /// `[remote_config]`; none without that section, and where its URL is empty.
    pub remote_config: Option<remote_config::RemoteConfigPlan>,
    /// `[cors]`.
    pub cors: Cors,
    /// Where the file says that operators ask.
    pub admin: Option<SocketAddr>,
    /// What the admin address asks for.
    pub admin_token: Option<Bearer>,
    /// `[service] dependencies` and `health_check`.
    pub health: health_plan::HealthPlan,
    /// `[alerts]`.
    pub alerts: alert_rules::Rules,
    /// Which services may call which route.
    pub policy: mesh::AccessPolicy,
    /// How it is called: without TLS where there is none.
    pub tls: Option<Arc<tls::IncomingTls>>,
    /// Bounds how many calls run at once, and how many requests wait for a place.
    pub gate: Gate,
    /// Every module of the file, also one that no route, event or schedule leads to.
    pub modules: Vec<Arc<Module>>,
    /// By `section.name`.
    pub handlers: Handlers,
    /// `[routes]`.
    pub routes: Routes,
    /// `[events]`.
    pub subscriptions: Subscriptions,
    /// `[schedules]`.
    pub schedules: Schedules,
    /// Which of its traces are recorded, and who gets them.
    pub tracer: Tracer,
    /// What a collector is told beside traces.
    pub beside: OtherSignals,
}

impl App {
    /// How its address begins.
    pub fn scheme(&self) -> &'static str {
        match self.tls {
            Some(_) => "https",
            None => "http",
        }
    }

    /// What metrics tell of the version that serves.
    pub fn snapshot(&self) -> Now<'_> {
        Now {
            service: &self.context.service.name,
            version: &self.context.service.version,
            gate: self.gate.load(),
        }
    }

    /// What its fujsens can reach.
    pub fn grants(&self) -> Vec<Grant> {
        let mut grants = self.context.capabilities.grants();
        grants.retain(|grant| !own_address::is_target(grant, self.admin));
        grants
    }

    /// The fujsen that `section.name` reaches; an error that names the nearest one when there is none.
    pub fn handler(&self, path: &str) -> Result<&Handler, Error> {
        self.handlers.get(path).ok_or_else(|| {
            let near = tsk::suggest(path, self.handlers.keys().map(|key| &**key));
            let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            Error::new(500, "unknown-fujsen", format!("there is no fujsen `{path}`{hint}"))
        })
    }

    /// Runs a fujsen for someone outside, from `now` on. `arguments` are in the order of its parameters.
    /// What went wrong inside is in the log and in the error's message; a message of status 500 is not for clients.
    pub async fn run(
        self: &Arc<Self>,
        handler: &Handler,
        arguments: Vec<Value>,
        origin: CallOrigin,
        now: Instant,
    ) -> Result<Reply, Error> {
        let call = self.new_call(handler, origin, now + self.context.limits.deadline, 1);
        run::run(handler, arguments, call, now).await
    }

    /// Runs a fujsen with what is left of a caller's time.
    pub async fn run_at(
        self: &Arc<Self>,
        handler: &Handler,
        arguments: Vec<Value>,
        origin: CallOrigin,
        deadline: Instant,
        depth: u8,
    ) -> Result<Reply, Error> {
        let call = self.new_call(handler, origin, deadline, depth);
        run::run(handler, arguments, call, self.now()).await
    }

    /// By the clock that does not go back.
    pub fn now(&self) -> Instant {
        self.context.clock.monotonic()
    }

    /// A call of a fujsen, for [`run::run`].
    pub(crate) fn new_call(
        self: &Arc<Self>,
        handler: &Handler,
        origin: CallOrigin,
        deadline: Instant,
        depth: u8,
    ) -> Call {
        let callee = Callee {
            section: handler.module.section.clone(),
            path: handler.path.clone(),
        };
        Call::new(self.context.clone(), self.clone(), callee, origin, deadline, depth)
    }
}

impl Fujsens for App {
    fn call<'a>(
        self: Arc<Self>,
        name: &'a str,
        arguments: Vec<(String, Value)>,
        caller: Caller<'a>,
    ) -> Pin<Box<dyn Future<Output = Result<Value, Error>> + Send + 'a>> {
        Box::pin(async move {
            let handler = find(&self, caller.section, name)?;
            let arguments = arguments::bind_named(handler.function(), arguments)?;
            let mut call = self.new_call(handler, caller.origin, caller.deadline, caller.depth);
            call.sessions.config = caller.config;
            body(run::run(handler, arguments, call, self.now()).await?)
        })
    }
}

/// A name of the own section comes before the same path from the top.
fn find<'a>(app: &'a App, section: &str, name: &str) -> Result<&'a Handler, Error> {
    let own = if section.is_empty() {
        None
    } else {
        app.handlers.get(format!("{section}.{name}").as_str())
    };
    own.or_else(|| app.handlers.get(name)).ok_or_else(|| {
        let hint = did_you_mean(name, app.handlers.keys().map(|path| &**path));
        Error::new(
            500,
            "unknown-fujsen",
            format!("no fujsen `{name}`{hint}; others are called as `section.name`"),
        )
    })
}

/// What the callee answered, or the error that its status amounts to.
fn body(reply: Reply) -> Result<Value, Error> {
    if reply.status < 400 {
        return Ok(reply.body);
    }
    let code = match reply.status {
        400 => "bad-request",
        404 => "not-found",
        409 => "conflict",
        503 => "unavailable",
        _ => "failed",
    };
    let message = match reply.body {
        Value::Text(text) => text,
        Value::Json(text) => message(&text).unwrap_or(text),
        _ => format!("it answered {}", reply.status),
    };
    Err(Error::new(reply.status, code, message))
}

/// The `message` of a JSON object.
fn message(json: &str) -> Option<String> {
    let object: serde_json::Value = serde_json::from_str(json).ok()?;
    Some(object.get("message")?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body_value: Value) -> Result<Value, (u16, String, String)> {
        body(Reply {
            status,
            headers: Vec::new(),
            body: body_value,
        })
        .map_err(|error| (error.status, error.code, error.message))
    }

    #[test]
    fn a_failed_status_is_an_error() {
        assert_eq!(answer(0, Value::Integer(1)), Ok(Value::Integer(1)));
        assert_eq!(answer(201, Value::Null), Ok(Value::Null));
        let error = |status, code: &str, message: &str| Err((status, code.to_owned(), message.to_owned()));
        assert_eq!(
            answer(404, Value::Text("no user 7".into())),
            error(404, "not-found", "no user 7")
        );
        let json = Value::Json(r#"{"message": "taken"}"#.into());
        assert_eq!(answer(409, json), error(409, "conflict", "taken"));
        assert_eq!(answer(418, Value::Null), error(418, "failed", "it answered 418"));
    }
}
