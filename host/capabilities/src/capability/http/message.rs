//! What is asked, and what is answered.

/// A request that a fujsen or the host itself sends.
#[derive(Clone, Debug)]
pub struct HttpRequest {
    /// The method, in upper or lower case.
    pub method: String,
    /// An `http`, `https` or `service` URL.
    pub url: String,
    /// Names and values; a name may stand there several times.
    pub headers: Vec<(String, String)>,
    /// The body, as it is sent; none: there is none.
    pub body: Option<Vec<u8>>,
    /// Total time in milliseconds, capped by what is left of the call's own. None: [`limits::HTTP_TOTAL`](crate::base::limits).
    pub timeout_ms: Option<u32>,
    /// How many redirects to follow.
    pub redirects: u8,
}

/// What an upstream answered.
#[derive(Clone, Debug)]
pub struct HttpResponse {
    /// The status of the answer, whichever it is.
    pub status: u16,
    /// Names and values; a name may stand there several times.
    pub headers: Vec<(String, String)>,
    /// The body, decompressed.
    pub body: Vec<u8>,
    /// The URL that answered, after redirects.
    pub url: String,
    /// From sending to the last byte of the body, in microseconds.
    pub elapsed_us: u64,
}
