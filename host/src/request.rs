use std::sync::Arc;

use bytes::Bytes;

use crate::trace_context::TraceContext;

/// A request that the service received, as its fujsens may see it.
#[derive(Clone, Debug)]
pub struct Incoming {
    pub method: http::Method,
    pub uri: http::Uri,
    /// Path parameters, percent-decoded.
    pub parameters: Vec<(String, String)>,
    /// Query parameters in order, percent-decoded.
    pub query: Vec<(String, String)>,
    pub headers: http::HeaderMap,
    pub body: Bytes,
    /// The service that sent it, where that is proved.
    pub service: Option<Arc<str>>,
}

/// Where a call comes from: carried along to logs and to outgoing requests.
#[derive(Clone, Debug)]
pub struct Origin {
    pub request_id: Arc<str>,
    /// With the span of this call.
    pub trace: TraceContext,
    /// None when no HTTP request started the call.
    pub incoming: Option<Arc<Incoming>>,
}

impl Origin {
    /// For a call that no request started: an id and a trace of its own.
    pub fn internal() -> Self {
        let trace = TraceContext::start();
        Self {
            request_id: trace.id(),
            trace,
            incoming: None,
        }
    }

    /// For a call that an event starts: an id of its own, in the trace of whoever published the event.
    pub fn following(publisher: Option<TraceContext>) -> Self {
        Self {
            request_id: TraceContext::start().id(),
            trace: publisher.map_or_else(TraceContext::start, |publisher| publisher.child()),
            incoming: None,
        }
    }
}
