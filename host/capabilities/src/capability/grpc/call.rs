//! What is asked, and what is answered.

/// A call of a method. Its message is JSON text.
#[derive(Clone, Debug)]
pub struct GrpcRequest {
    /// A key of `[grpc]`.
    pub server: String,
    /// `package.Service/Method`.
    pub method: String,
    /// The message that is sent, in the JSON of Protobuf.
    pub message: String,
    /// Names and values; that of a name that ends in `-bin` is base64.
    pub metadata: Vec<(String, String)>,
    /// Total time in milliseconds, capped by what is left of the call's own. None: [`limits::GRPC_TOTAL`](crate::base::limits).
    pub timeout_ms: Option<u32>,
}

/// The answer of a method that answers with one message.
#[derive(Debug)]
pub struct GrpcResponse {
    /// The message, in the JSON of Protobuf.
    pub message: String,
    /// Headers and trailers.
    pub metadata: Vec<(String, String)>,
}

/// The answer of a method that streams.
#[derive(Debug)]
pub struct GrpcMessages {
    /// In the order in which they came.
    pub messages: Vec<String>,
    /// Whether the stream was left after so many messages as were wanted; then trailers are not among the metadata.
    pub cut: bool,
    /// Headers and, unless it was cut, trailers.
    pub metadata: Vec<(String, String)>,
}
