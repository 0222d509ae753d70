//! One line in the log per request.

use std::{sync::Arc, time::Instant};

use http::{Method, Uri};

/// What is known of a request. Its end writes the line; a client that leaves before has the status 499.
pub(super) struct Access {
    started: Instant,
    method: Method,
    uri: Uri,
    request_id: Arc<str>,
    pub(super) status: u16,
    /// Of the response's body.
    pub(super) bytes: u64,
    /// Path and fujsen of the route.
    pub(super) route: Option<(Arc<str>, Arc<str>)>,
}

impl Access {
    pub(super) fn start(method: &Method, uri: &Uri, request_id: &Arc<str>) -> Self {
        Self {
            started: Instant::now(),
            method: method.clone(),
            uri: uri.clone(),
            request_id: request_id.clone(),
            status: 499,
            bytes: 0,
            route: None,
        }
    }
}

impl Drop for Access {
    fn drop(&mut self) {
        let (route, fujsen) = self.route.as_ref().map_or(("", ""), |(route, fujsen)| (route, fujsen));
        tracing::info!(
            target: "access",
            method = self.method.as_str(),
            path = self.uri.path(),
            route,
            status = self.status,
            bytes = self.bytes,
            duration_ms = self.started.elapsed().as_micros() as f64 / 1000.0,
            request_id = &*self.request_id,
            fujsen,
        );
    }
}
