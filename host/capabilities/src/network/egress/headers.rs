//! Headers that go out.

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{
        ACCEPT_ENCODING, AUTHORIZATION, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, EXPECT,
        HOST, PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
    },
};

use super::EgressError;
use crate::{
    base::limits,
    network::mesh::{SERVICE_NAME, SERVICE_TOKEN, SERVICE_VERSION},
    observe::request::CallOrigin,
};

/// Headers that frame the message or steer the connection, or that the host itself sets: a guest's are left out.
fn is_hosts(name: &HeaderName) -> bool {
    [
        HOST,
        CONTENT_LENGTH,
        CONNECTION,
        TRANSFER_ENCODING,
        TE,
        TRAILER,
        UPGRADE,
        EXPECT,
        PROXY_AUTHORIZATION,
        ACCEPT_ENCODING,
        SERVICE_NAME,
        SERVICE_TOKEN,
        SERVICE_VERSION,
    ]
    .contains(name)
        || [
            "keep-alive",
            "proxy-connection",
            "http2-settings",
            "x-request-id",
            "traceparent",
            "tracestate",
        ]
        .contains(&name.as_str())
}

/// A guest's headers without those that belong to the host, and those of the host: the request's id, and the place in
/// its trace. `origin` is that of what is sent, a child of the call's.
pub(crate) fn outgoing(given: &[(String, String)], origin: &CallOrigin) -> Result<HeaderMap, EgressError> {
    // Before there is a map: one of tens of thousands panics.
    let bytes: usize = given.iter().map(|(name, value)| name.len() + value.len()).sum();
    if bytes > limits::HEADER_BYTES || given.len() > limits::HEADER_COUNT {
        let count = given.len();
        return Err(EgressError::Headers { count, bytes });
    }
    let mut headers = HeaderMap::with_capacity(given.len() + 3);
    for (name, value) in given {
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| EgressError::HeaderName(name.clone()))?;
        let value = HeaderValue::from_str(value).map_err(|_| EgressError::HeaderValue(key.clone()))?;
        if !is_hosts(&key) {
            headers.append(key, value);
        }
    }
    let traceparent = origin.trace.to_string();
    let own = [
        ("x-request-id", Some(&*origin.request_id)),
        ("traceparent", Some(&traceparent)),
        ("tracestate", origin.trace.state()),
    ];
    for (name, value) in own {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(value).ok()) {
            headers.insert(name, value);
        }
    }
    Ok(headers)
}

/// What must not follow a redirect to another origin.
pub(crate) fn forget_credentials(headers: &mut HeaderMap) {
    for name in [AUTHORIZATION, COOKIE, SERVICE_TOKEN] {
        headers.remove(name);
    }
}

/// What describes a body that a redirect has turned into a GET without one.
pub(crate) fn forget_body(headers: &mut HeaderMap) {
    for name in [CONTENT_TYPE, CONTENT_ENCODING] {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::explain::Told;
    use crate::observe::trace_context::TraceContext;

    fn origin() -> CallOrigin {
        CallOrigin {
            request_id: "r-1".into(),
            trace: TraceContext::parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", Some("a=b"))
                .unwrap()
                .into(),
            incoming: None,
        }
    }

    #[test]
    fn the_host_keeps_its_headers() {
        let given = [
            "Host",
            "content-length",
            "Transfer-Encoding",
            "Connection",
            "X-Request-Id",
            "traceparent",
            "X-Service-Name",
            "x-service-version",
            "x-service-token",
            "X-Own",
        ]
        .map(|name| (name.to_owned(), "1".to_owned()));
        let headers = outgoing(&given, &origin()).unwrap();
        assert_eq!(headers.len(), 4);
        assert_eq!(
            (headers["x-own"].as_bytes(), headers["x-request-id"].as_bytes()),
            (&b"1"[..], &b"r-1"[..])
        );
        assert_eq!(headers["tracestate"], "a=b");
        assert_eq!(headers["traceparent"], origin().trace.to_string());
    }

    #[test]
    fn what_is_too_much_is_refused_before_it_is_built() {
        let pairs = |count: usize, name: &dyn Fn(usize) -> String| -> Vec<_> {
            (0..count).map(|n| (name(n), String::new())).collect()
        };
        for given in [
            pairs(30_000, &|n| format!("x{n}")),
            pairs(70_000, &|_| String::new()),
            pairs(70_000, &|_| "host".to_owned()),
            pairs(limits::HEADER_COUNT + 1, &|_| "x".to_owned()),
            vec![("x".to_owned(), "y".repeat(limits::HEADER_BYTES))],
        ] {
            let error = outgoing(&given, &origin()).told();
            assert_eq!((error.status, &*error.code), (500, "bad-header"));
        }
        assert!(outgoing(&pairs(limits::HEADER_COUNT, &|n| format!("x{n}")), &origin()).is_ok());
    }

    #[test]
    fn nothing_is_smuggled() {
        for (name, value) in [("a b", "x"), ("", "x"), ("x-ok", "a\r\nevil: 1"), ("x-ok", "\0")] {
            let error = outgoing(&[(name.to_owned(), value.to_owned())], &origin()).told();
            assert_eq!(error.code, "bad-header");
        }
    }
}
