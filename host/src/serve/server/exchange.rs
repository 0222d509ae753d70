//! One request, from its head to its response.

use std::{sync::Arc, time::Instant};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Method, Request, Response, StatusCode,
    header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE},
    request::Parts,
};
use http_body_util::Full;
use hyper::body::{Body as _, Incoming as Body};

use super::{
    Responder,
    access::Access,
    body,
    fault::{Fault, is_conflict},
    head, reply,
    trace::{REQUEST_ID, RequestTrace},
};
use crate::{
    base::{
        arguments::http::{Input, bind},
        redact,
    },
    network::tls,
    observe::request::{CallOrigin, IncomingRequest},
    service::{
        app::App,
        live::Live,
        route::{Route, RouteMatch},
    },
};

/// The service itself.
#[derive(Clone)]
pub(super) struct ServiceResponder(pub(super) Arc<Live>);

impl Responder for ServiceResponder {
    fn answer(&self, request: Request<Body>) -> impl Future<Output = Response<Full<Bytes>>> + Send {
        run(self.0.current(), request)
    }

    fn tls(&self) -> Option<Arc<tls::IncomingTls>> {
        self.0.current().tls.clone()
    }
}

/// Answers a request with the `App` that it came to, whatever is swapped in meanwhile.
async fn run(app: Arc<App>, request: Request<Body>) -> Response<Full<Bytes>> {
    let (mut parts, body) = request.into_parts();
    // Before anybody looks at it: policies, metrics and fujsens see one and the same request.
    let settled = head::settle(&mut parts);
    let trace = RequestTrace::of(&parts.headers, &app.tracer);
    let (clock, unmatched) = (&*app.context.clock, &app.routes.unmatched);
    let mut access = Access::start(&parts.method, &parts.uri, app.scheme(), &trace, clock, unmatched);
    let is_head = parts.method == Method::HEAD;
    let from = app.cors.origin(&parts.headers).cloned();
    let answer = match settled.map(|()| preflight(&app, &parts)) {
        Ok(Some(response)) => Ok(response),
        Ok(None) => route(&app, parts, body, &trace, &mut access).await,
        Err(fault) => Err(fault),
    };
    let mut response = answer.unwrap_or_else(|fault| fault.response(&app.context.service.name, &trace.request_id));
    app.cors.mark(from.as_ref(), response.headers_mut());
    response.headers_mut().insert(REQUEST_ID, trace.id_header());
    access.status = response.status().as_u16();
    access.bytes = response.body().size_hint().exact().unwrap_or(0);
    if is_head { without_body(response) } else { response }
}

/// The browser's question before a request to another origin.
fn preflight(app: &App, parts: &Parts) -> Option<Response<Full<Bytes>>> {
    if parts.method != Method::OPTIONS {
        return None;
    }
    let asked = app.cors.asks_first(&parts.headers)?;
    let mut response = match app.routes.find(&Method::OPTIONS, parts.uri.path()) {
        RouteMatch::OtherMethods(allow) => options(allow),
        RouteMatch::Route { .. } => options(&HeaderValue::from_static("OPTIONS")),
        RouteMatch::Undecodable | RouteMatch::Nothing => return None,
    };
    app.cors.permit(asked, response.headers_mut());
    Some(response)
}

async fn route<'a>(
    app: &'a Arc<App>,
    parts: Parts,
    body: Body,
    trace: &RequestTrace,
    access: &mut Access<'a>,
) -> Result<Response<Full<Bytes>>, Fault> {
    match app.routes.find(&parts.method, parts.uri.path()) {
        RouteMatch::Route { route, parameters } => {
            access.meter = &route.meter;
            access.route = Some((route.path.clone(), route.handler.path.clone()));
            let service = caller(app, route, &parts, trace)?;
            if head::is_coded(&parts) && !body.is_end_stream() {
                return Err(Fault::coded());
            }
            // Until here nothing was waited for.
            let now = body.is_end_stream().then_some(access.started);
            let body = body::read(body, &parts.headers, app.context.limits.body).await?;
            call(app, route, incoming(parts, parameters, body, service), trace, now).await
        }
        RouteMatch::OtherMethods(allow) if parts.method == Method::OPTIONS => Ok(options(allow)),
        RouteMatch::OtherMethods(allow) => Err(Fault::other_methods(allow)),
        RouteMatch::Undecodable => Err(Fault::new(400, "the path's percent-encoding gives no UTF-8")),
        RouteMatch::Nothing => Err(Fault::new(
            404,
            format!("there is nothing at {} {}", parts.method, parts.uri.path()),
        )),
    }
}

/// The service that calls a route, where it has to say so or can prove it.
fn caller(app: &App, route: &Route, parts: &Parts, trace: &RequestTrace) -> Result<Option<Arc<str>>, Fault> {
    let certified = parts.extensions.get().map_or(&[][..], |tls::Peer(names)| names);
    let checked = app.policy.check(&route.method, &route.path, &parts.headers, certified);
    checked.map_err(|refused| {
        let (service, route, request_id) = (&app.context.service.name, &route.path, &trace.request_id);
        tracing::warn!(target: "mesh", %service, method = parts.method.as_str(), %route, %request_id, "refused: {}", refused.reason);
        refused.into()
    })
}

/// `now` is none where time has passed since the clock was read.
async fn call(
    app: &Arc<App>,
    route: &Route,
    incoming: IncomingRequest,
    trace: &RequestTrace,
    now: Option<Instant>,
) -> Result<Response<Full<Bytes>>, Fault> {
    let arguments = bind(
        route.handler.function(),
        Input {
            parameters: &incoming.parameters,
            query: &incoming.query,
            body: &incoming.body,
            content_type: content_type(&incoming.headers),
            expects_body: !matches!(incoming.method, Method::GET | Method::HEAD),
        },
    )?;
    let pass = app.gate.enter().await.map_err(|_| Fault::busy())?;
    let origin = CallOrigin {
        request_id: trace.request_id.clone(),
        trace: trace.place.clone(),
        incoming: Some(Arc::new(incoming)),
    };
    let now = now.filter(|_| !pass.has_waited).unwrap_or_else(|| app.now());
    let reply = app.run(&route.handler, arguments, origin, now).await;
    let reply = reply.inspect_err(|error| {
        if is_conflict(error.status, &error.code) {
            let (service, fujsen, request_id) = (&app.context.service.name, &route.handler.path, &trace.request_id);
            let (code, message) = (&error.code, redact::message(&error.message));
            tracing::warn!(target: "fujsen", %service, %fujsen, %request_id, %code, "refused: {message}");
        }
    })?;
    reply::response(reply, route.is_void, app.context.limits.response).map_err(|why| {
        let (service, fujsen) = (&app.context.service.name, &route.handler.path);
        tracing::error!(target: "fujsen", %service, %fujsen, request_id = %trace.request_id, "the reply was refused: {why}");
        Fault::new(500, why)
    })
}

fn incoming(
    parts: Parts,
    parameters: Vec<(String, String)>,
    body: Bytes,
    service: Option<Arc<str>>,
) -> IncomingRequest {
    let query = match parts.uri.query() {
        Some(query) => url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        None => Vec::new(),
    };
    IncomingRequest {
        method: parts.method,
        uri: parts.uri,
        parameters,
        query,
        headers: parts.headers,
        body,
        service,
    }
}

/// What is no text is no content type that is known.
fn content_type(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(CONTENT_TYPE)
        .map(|value| value.to_str().unwrap_or("unknown"))
}

fn options(allow: &HeaderValue) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response.headers_mut().insert(ALLOW, allow.clone());
    response
}

/// Says how long the body of the GET is, and leaves it out.
pub(crate) fn without_body(mut response: Response<Full<Bytes>>) -> Response<Full<Bytes>> {
    let length = response.body().size_hint().exact().unwrap_or(0);
    if length > 0 {
        response.headers_mut().insert(CONTENT_LENGTH, length.into());
    }
    *response.body_mut() = Full::default();
    response
}
