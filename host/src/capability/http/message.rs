//! What is asked, and what is answered.

/// A request that a fujsen or the host itself sends.
#[derive(Clone, Debug)]
pub(crate) struct HttpRequest {
    /// The method, in upper or lower case.
    pub(crate) method: String,
    /// An `http`, `https` or `service` URL.
    pub(crate) url: String,
    /// Names and values; a name may stand there several times.
    pub(crate) headers: Vec<(String, String)>,
    /// The body, as it is sent; none: there is none.
    pub(crate) body: Option<Vec<u8>>,
    /// Total time in milliseconds, capped by what is left of the call's own. None: [`limits::HTTP_TOTAL`](crate::base::limits).
    pub(crate) timeout_ms: Option<u32>,
    /// How many redirects to follow.
    pub(crate) redirects: u8,
}

/// What an upstream answered.
#[derive(Clone, Debug)]
pub(crate) struct HttpResponse {
    /// The status of the answer, whichever it is.
    pub(crate) status: u16,
    /// Names and values; a name may stand there several times.
    pub(crate) headers: Vec<(String, String)>,
    /// The body, decompressed.
    pub(crate) body: Vec<u8>,
    /// The URL that answered, after redirects.
    pub(crate) url: String,
    /// From sending to the last byte of the body, in microseconds.
    pub(crate) elapsed_us: u64,
}
