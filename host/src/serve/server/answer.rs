//! What a listener is for.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;

use crate::network::tls::IncomingTls;

/// Who answers the requests of a listener.
pub trait Responder: Clone + Send + Sync + 'static {
    /// The response to one request, whatever is wrong with it. The body of the request has not been read yet.
    fn answer(&self, request: Request<Incoming>) -> impl Future<Output = Response<Full<Bytes>>> + Send;

    /// How the next connection is secured; none where it is not.
    fn tls(&self) -> Option<Arc<IncomingTls>> {
        None
    }
}
