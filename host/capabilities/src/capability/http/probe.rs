//! Whether an upstream is there, asked by the host itself.

use std::time::Instant;

use http::{HeaderMap, Method};
use url::Url;

use super::{Http, HttpError, exchange::OutgoingRequest};

impl Http {
    /// Whether a GET of `url` is answered with 2xx by `deadline`. The origin must be granted as for any request, and
    /// redirects are not followed. Not counted among the service's own requests.
    pub async fn probe(&self, url: &Url, deadline: Instant) -> Result<(), HttpError> {
        let outgoing = OutgoingRequest {
            method: Method::GET,
            url: url.clone(),
            headers: HeaderMap::new(),
            body: None,
            beyond: None,
            audience: self.granted(url)?.target.audience.clone(),
            is_direct: true,
        };
        let response = self.answer(outgoing, 0, Instant::now(), deadline).await?;
        match response.status {
            200..300 => Ok(()),
            status => Err(HttpError::Unhealthy(status)),
        }
    }
}
