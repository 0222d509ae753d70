//! The admin address: metrics and health, for operators and their machines. A listener of its own, so that it answers
//! when the service has no place left, and until the service has stopped.

use std::sync::Arc;

use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Method, Request, Response, StatusCode,
    header::{ACCEPT, ALLOW, CACHE_CONTROL, CONTENT_TYPE, HOST, ORIGIN, WWW_AUTHENTICATE},
    request::Parts,
    uri::Authority,
};
use http_body_util::Full;
use hyper::body::Incoming;
use serde_json::json;
use tokio::{net::TcpListener, sync::watch};

use crate::{
    base::{escape, redact},
    observe::metrics::PageFormat,
    serve::{health, server},
    service::{live::Live, settings},
};

/// What a 401 asks for.
const CHALLENGE: HeaderValue = HeaderValue::from_static("Bearer");

const INDEX: &str = "\
/metrics       metrics in Prometheus' text format, or in OpenMetrics where that is asked for
/health/live   200 while the process answers
/health/ready  200 while requests should be sent here, else 503; what is degraded and why, as JSON
";

/// Serves until `stop` becomes true. `draining` tells that the service itself is stopping.
pub(crate) async fn serve(
    listener: TcpListener,
    live: Arc<Live>,
    draining: watch::Receiver<bool>,
    stop: watch::Receiver<bool>,
) {
    // An address that nobody knows may be anyone's.
    let is_local = listener
        .local_addr()
        .is_ok_and(|address| settings::is_local(address.ip()));
    let panicked = live.current().context.metrics.metrics().panics.clone();
    let admin = Admin {
        live,
        draining,
        is_local,
    };
    server::serve_few(listener, admin, panicked, stop).await;
}

#[derive(Clone)]
struct Admin {
    live: Arc<Live>,
    draining: watch::Receiver<bool>,
    /// Only this machine reaches it.
    is_local: bool,
}

impl server::Responder for Admin {
    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (mut parts, _) = request.into_parts();
        let let_in = server::settle(&mut parts).and_then(|()| self.let_in(&parts));
        let method = &parts.method;
        let mut response = match parts.uri.path() {
            _ if let_in.is_err() => self.refused(let_in),
            "/" => text("text/plain; charset=utf-8", INDEX.to_owned()),
            "/metrics" => self.metrics(&parts.headers),
            "/health/live" => self.live(),
            "/health/ready" => self.ready(),
            path => self.fault(StatusCode::NOT_FOUND, &format!("there is nothing at {method} {path}")),
        };
        if !matches!(*method, Method::GET | Method::HEAD) && response.status() == StatusCode::OK {
            response = self.fault(StatusCode::METHOD_NOT_ALLOWED, "this path answers GET, HEAD");
            response
                .headers_mut()
                .insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        }
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        match *method {
            Method::HEAD => server::without_body(response),
            _ => response,
        }
    }
}

impl Admin {
    /// Whoever shows the token, and where there is none to show, whoever is on this machine; for health everybody who
    /// reaches it. Never a page of another origin: browsers on this machine open those, too, and a name of theirs may lead
    /// here (DNS rebinding).
    fn let_in(&self, parts: &Parts) -> Result<(), (StatusCode, String)> {
        let refused = |status, message: &str| Err((status, message.to_owned()));
        let host = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
        if parts.headers.get_all(ORIGIN).iter().any(|origin| !is_own(origin, host)) {
            return refused(StatusCode::FORBIDDEN, "pages of other origins are not let in");
        }
        let token = self.live.current().admin_token;
        if token.is_some_and(|token| token.is_shown(&parts.headers)) {
            return Ok(());
        }
        if self.is_local && !host.is_none_or(is_here) {
            return refused(StatusCode::FORBIDDEN, "the Host must be localhost or 127.0.0.1");
        }
        if parts.uri.path().starts_with("/health/") {
            return Ok(());
        }
        match token {
            Some(_) => refused(
                StatusCode::UNAUTHORIZED,
                "the token of [admin] is missing or wrong: authorization: Bearer TOKEN",
            ),
            None if self.is_local => Ok(()),
            // A save has taken it out.
            None => refused(StatusCode::FORBIDDEN, "[admin] has no token any more"),
        }
    }

    fn refused(&self, let_in: Result<(), (StatusCode, String)>) -> Response<Full<Bytes>> {
        let (status, message) = let_in.err().unwrap_or_default();
        let mut response = self.fault(status, &message);
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(WWW_AUTHENTICATE, CHALLENGE);
        }
        response
    }

    fn metrics(&self, headers: &HeaderMap) -> Response<Full<Bytes>> {
        let accept: Vec<_> = headers
            .get_all(ACCEPT)
            .iter()
            .filter_map(|one| one.to_str().ok())
            .collect();
        let format = PageFormat::wanted(&accept.join(","));
        let app = self.live.current();
        let page = app.context.metrics.metrics().page(app.snapshot(), format);
        text(format.content_type(), page)
    }

    fn live(&self) -> Response<Full<Bytes>> {
        let app = self.live.current();
        let uptime = app.context.metrics.metrics().uptime().as_secs_f64();
        let body = json!({"status": "live", "service": &*app.context.service.name, "uptime_seconds": uptime});
        json(StatusCode::OK, body.to_string())
    }

    fn ready(&self) -> Response<Full<Bytes>> {
        let (is_ready, report) = health::ready(&self.live.current(), *self.draining.borrow());
        let status = if is_ready {
            StatusCode::OK
        } else {
            StatusCode::SERVICE_UNAVAILABLE
        };
        json(status, report)
    }

    fn fault(&self, status: StatusCode, message: &str) -> Response<Full<Bytes>> {
        let app = self.live.current();
        let body = json!({"status": "error", "message": message, "service": &*app.context.service.name});
        json(status, body.to_string())
    }
}

/// Whether a name is this machine's for itself.
fn is_here(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else {
        return false;
    };
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(settings::is_local)
}

/// Whether an origin is that of the admin address itself, as its client calls it.
fn is_own(origin: &HeaderValue, host: Option<&str>) -> bool {
    let own = origin.to_str().ok().and_then(|origin| origin.strip_prefix("http://"));
    own.is_some_and(|own| host.is_some_and(|host| own.eq_ignore_ascii_case(host)))
}

fn text(content_type: &'static str, body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(clean(body).into()));
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// Reasons and names come from others: a page shows them, and no secret in them.
fn clean(body: String) -> String {
    escape::lines(&redact::text(&body)).into_owned()
}

fn json(status: StatusCode, body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(clean(body).into()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, server::JSON);
    response
}
