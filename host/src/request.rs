use std::sync::Arc;

use bytes::Bytes;

/// A request that the service received, as its fujsens may see it.
#[derive(Clone, Debug)]
pub struct Incoming {
    pub method: http::Method,
    pub path: String,
    /// Path parameters, percent-decoded.
    pub parameters: Vec<(String, String)>,
    /// Query parameters in order, percent-decoded.
    pub query: Vec<(String, String)>,
    pub headers: http::HeaderMap,
    pub body: Bytes,
}

/// Where a call comes from: carried along to logs and to outgoing requests.
#[derive(Clone, Debug)]
pub struct Origin {
    pub request_id: Arc<str>,
    /// W3C trace context, as it goes out with this call's own requests.
    pub traceparent: Arc<str>,
    /// W3C vendor state, passed on unchanged.
    pub tracestate: Option<Arc<str>>,
    /// None when no HTTP request started the call.
    pub incoming: Option<Arc<Incoming>>,
}

impl Origin {
    /// For a call that no request started: an id and a trace of its own.
    pub fn internal() -> Self {
        let trace = format!("{:032x}", fastrand::u128(1..));
        Self {
            traceparent: format!("00-{trace}-{:016x}-00", fastrand::u64(1..)).into(),
            request_id: trace.into(),
            tracestate: None,
            incoming: None,
        }
    }
}
