//! The admin address: metrics and health, for operators and their machines. A listener of its own, so that it answers
//! when the service has no place left, and until the service has stopped.

use std::sync::Arc;

use bytes::Bytes;
use http::{
    HeaderValue, Method, Request, Response, StatusCode,
    header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE},
};
use http_body_util::Full;
use hyper::body::Incoming;
use serde_json::json;
use tokio::{net::TcpListener, sync::watch};

use crate::{escape, health, live::Live, metrics, redact, server};

const INDEX: &str = "\
/metrics       metrics in Prometheus' text format
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
    server::serve_other(listener, Admin { live, draining }, stop).await;
}

#[derive(Clone)]
struct Admin {
    live: Arc<Live>,
    draining: watch::Receiver<bool>,
}

impl server::Answer for Admin {
    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let method = request.method();
        let mut response = match request.uri().path() {
            "/" => text("text/plain; charset=utf-8", INDEX.to_owned()),
            "/metrics" => self.metrics(),
            "/health/live" => self.live(),
            "/health/ready" => self.ready(),
            path => self.fault(StatusCode::NOT_FOUND, &format!("there is nothing at {method} {path}")),
        };
        if !matches!(*method, Method::GET | Method::HEAD) && response.status() != StatusCode::NOT_FOUND {
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
    fn metrics(&self) -> Response<Full<Bytes>> {
        let app = self.live.current();
        let service = &app.service;
        let page = app
            .metrics
            .metrics()
            .page(&service.name, &service.version, app.gate.load());
        text(metrics::CONTENT_TYPE, page)
    }

    fn live(&self) -> Response<Full<Bytes>> {
        let app = self.live.current();
        let uptime = app.metrics.metrics().uptime().as_secs_f64();
        let body = json!({"status": "live", "service": &*app.service.name, "uptime_seconds": uptime});
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
        let body = json!({"status": "error", "message": message, "service": &*app.service.name});
        json(status, body.to_string())
    }
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
