//! What is asked, and what is answered.

/// A request that a fujsen or the host itself sends.
#[derive(Clone, Debug)]
pub(crate) struct HttpRequest {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<Vec<u8>>,
    /// Total time in milliseconds, capped by what is left of the call's own. None: [`limits::HTTP_TOTAL`](crate::base::limits).
    pub(crate) timeout_ms: Option<u32>,
    /// How many redirects to follow.
    pub(crate) redirects: u8,
}

#[derive(Clone, Debug)]
pub(crate) struct HttpResponse {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// The URL that answered, after redirects.
    pub(crate) url: String,
    /// From sending to the last byte of the body, in microseconds.
    pub(crate) elapsed_us: u64,
}
