//! On whose behalf something is done: the request, its id, its trace.

use std::sync::Arc;

use bytes::Bytes;

use crate::observe::{trace_context::TraceContext, traces::Trace};

/// A request that the service received, as its fujsens may see it.
#[derive(Clone, Debug)]
pub struct IncomingRequest {
    /// The method, which may be any word that the client sent.
    pub method: http::Method,
    /// What the client asked for, with the query.
    pub uri: http::Uri,
    /// Path parameters, percent-decoded.
    pub parameters: Vec<(String, String)>,
    /// Query parameters in order, percent-decoded.
    pub query: Vec<(String, String)>,
    /// All its headers, in the one form that the server brings them into.
    pub headers: http::HeaderMap,
    /// The whole body; empty where there is none.
    pub body: Bytes,
    /// The service that sent it, where that is proved.
    pub service: Option<Arc<str>>,
}

/// Where a call comes from: carried along to logs and to outgoing requests.
#[derive(Clone, Debug)]
pub struct CallOrigin {
    /// The client's `x-request-id` where it is sound, else one made here: all that is done for a request is logged with
    /// it.
    pub request_id: Arc<str>,
    /// The place of this call.
    pub trace: Trace,
    /// None when no HTTP request started the call.
    pub incoming: Option<Arc<IncomingRequest>>,
}

impl CallOrigin {
    /// For a call that no request started: an id and a trace of its own, which nobody records.
    pub fn internal() -> Self {
        Self::starting(Trace::default())
    }

    /// For a call that starts its trace, and has its id.
    pub fn starting(trace: Trace) -> Self {
        Self {
            request_id: trace.id(),
            trace,
            incoming: None,
        }
    }

    /// Of what a call sends to another service: at a place of its own.
    pub fn child(&self) -> Self {
        Self {
            trace: self.trace.child(),
            ..self.clone()
        }
    }

    /// For one of several calls in a trace: an id of its own.
    pub fn within(trace: Trace) -> Self {
        Self {
            request_id: TraceContext::start().id(),
            trace,
            incoming: None,
        }
    }
}
