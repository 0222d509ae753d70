//! One line in the log per request.

use std::{sync::Arc, time::Instant};

use http::{Method, Uri};

use crate::metrics;

/// What is known of a request. Its end counts it and writes the line; a client that leaves before has the status 499.
pub(super) struct Access<'a> {
    started: Instant,
    method: Method,
    uri: Uri,
    request_id: Arc<str>,
    pub(super) status: u16,
    /// Of the response's body.
    pub(super) bytes: u64,
    /// Path and fujsen of the route.
    pub(super) route: Option<(Arc<str>, Arc<str>)>,
    /// That of the route, once it is known.
    pub(super) meter: &'a metrics::Route,
}

impl<'a> Access<'a> {
    /// `meter` counts the request when no route is found.
    pub(super) fn start(method: &Method, uri: &Uri, request_id: &Arc<str>, meter: &'a metrics::Route) -> Self {
        meter.begin();
        Self {
            started: Instant::now(),
            method: method.clone(),
            uri: uri.clone(),
            request_id: request_id.clone(),
            status: 499,
            bytes: 0,
            route: None,
            meter,
        }
    }
}

impl Drop for Access<'_> {
    fn drop(&mut self) {
        let took = self.started.elapsed();
        self.meter.end(&self.method, self.status, took);
        let (route, fujsen) = self.route.as_ref().map_or(("", ""), |(route, fujsen)| (route, fujsen));
        tracing::info!(
            target: "access",
            method = self.method.as_str(),
            path = self.uri.path(),
            route,
            status = self.status,
            bytes = self.bytes,
            duration_ms = took.as_micros() as f64 / 1000.0,
            request_id = &*self.request_id,
            fujsen,
        );
    }
}
