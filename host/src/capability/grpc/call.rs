//! What is asked, and what is answered.

/// A call of a method. Its message is JSON text.
#[derive(Clone, Debug)]
pub(crate) struct GrpcRequest {
    /// A key of `[grpc]`.
    pub(crate) server: String,
    /// `package.Service/Method`.
    pub(crate) method: String,
    /// The message that is sent, in the JSON of Protobuf.
    pub(crate) message: String,
    /// Names and values; that of a name that ends in `-bin` is base64.
    pub(crate) metadata: Vec<(String, String)>,
    /// Total time in milliseconds, capped by what is left of the call's own. None: [`limits::GRPC_TOTAL`](crate::base::limits).
    pub(crate) timeout_ms: Option<u32>,
}

/// The answer of a method that answers with one message.
#[derive(Debug)]
pub(crate) struct GrpcResponse {
    /// The message, in the JSON of Protobuf.
    pub(crate) message: String,
    /// Headers and trailers.
    pub(crate) metadata: Vec<(String, String)>,
}

/// The answer of a method that streams.
#[derive(Debug)]
pub(crate) struct GrpcMessages {
    /// In the order in which they came.
    pub(crate) messages: Vec<String>,
    /// Whether the stream was left after so many messages as were wanted; then trailers are not among the metadata.
    pub(crate) cut: bool,
    /// Headers and, unless it was cut, trailers.
    pub(crate) metadata: Vec<(String, String)>,
}
