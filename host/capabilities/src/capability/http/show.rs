//! URLs in messages.

use url::Url;

/// A URL for messages: without user, password and query.
pub fn show(url: &Url) -> String {
    let origin = url.origin();
    let shown = if origin.is_tuple() {
        origin.ascii_serialization()
    } else {
        // A service's URL has no origin in the sense of the web.
        format!("{}://{}", url.scheme(), url.host_str().unwrap_or_default())
    };
    format!("{shown}{}", url.path())
}
