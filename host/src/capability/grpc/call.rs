//! What is asked, and what is answered.

/// A call of a method. Its message is JSON text.
#[derive(Clone, Debug)]
pub(crate) struct GrpcRequest {
    /// A key of `[grpc]`.
    pub(crate) server: String,
    /// `package.Service/Method`.
    pub(crate) method: String,
    pub(crate) message: String,
    pub(crate) metadata: Vec<(String, String)>,
    /// Total time in milliseconds, capped by what is left of the call's own. None: [`limits::GRPC_TOTAL`](crate::base::limits).
    pub(crate) timeout_ms: Option<u32>,
}

#[derive(Debug)]
pub(crate) struct GrpcResponse {
    pub(crate) message: String,
    /// Headers and trailers.
    pub(crate) metadata: Vec<(String, String)>,
}

#[derive(Debug)]
pub(crate) struct GrpcMessages {
    /// In the order in which they came.
    pub(crate) messages: Vec<String>,
    /// Whether the stream was left after so many messages as were wanted; then trailers are not among the metadata.
    pub(crate) cut: bool,
    pub(crate) metadata: Vec<(String, String)>,
}
