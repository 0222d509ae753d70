//! A fujsen's reply as a response.

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Response, StatusCode,
    header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, TE, TRAILER, TRANSFER_ENCODING, UPGRADE},
};
use http_body_util::Full;
use serde::de::IgnoredAny;

use crate::base::{
    limits,
    value::{Reply, Value},
};

/// The value of a `content-type` that says JSON.
pub(crate) const JSON: HeaderValue = HeaderValue::from_static("application/json");
const BYTES: HeaderValue = HeaderValue::from_static("application/octet-stream");

/// What the host says itself, or what holds for one connection only.
const HOSTS_OWN: [HeaderName; 8] = [
    CONNECTION,
    CONTENT_LENGTH,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
];

/// `is_void`: the fujsen's result type is nothing, so that nothing is 204. `limit` bounds the body, in bytes.
/// The error says what the fujsen got wrong, for the log.
pub(super) fn response(reply: Reply, is_void: bool, limit: usize) -> Result<Response<Full<Bytes>>, String> {
    let headers = headers(reply.headers)?;
    let status = match reply.status {
        0 if is_void && matches!(reply.body, Value::Null) => StatusCode::NO_CONTENT,
        0 => StatusCode::OK,
        status => StatusCode::from_u16(status)
            .ok()
            .filter(|status| (200..600).contains(&status.as_u16()))
            .ok_or_else(|| format!("{status} is no status of a response"))?,
    };
    let bodiless = matches!(
        status,
        StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED
    );
    let kind = match reply.body {
        Value::Bytes(_) => BYTES,
        _ => JSON,
    };
    let body = if bodiless {
        Bytes::new()
    } else {
        body(reply.body, headers.contains_key(CONTENT_TYPE))?
    };
    if body.len() > limit {
        return Err(format!(
            "the body of {} bytes is longer than {limit} (limits.response)",
            body.len()
        ));
    }
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    if !bodiless {
        response.headers_mut().entry(CONTENT_TYPE).or_insert(kind);
    }
    Ok(response)
}

/// Bytes go out as they are, and so does a text with a content type; all else is JSON.
fn body(value: Value, has_type: bool) -> Result<Bytes, String> {
    match value {
        Value::Text(text) if has_type => Ok(text.into()),
        Value::Bytes(bytes) => Ok(bytes.into()),
        value => {
            if let Value::Json(text) = &value {
                serde_json::from_str::<IgnoredAny>(text).map_err(|error| format!("its body is not JSON: {error}"))?;
            }
            Ok(value.into_json_text().into())
        }
    }
}

fn headers(given: Vec<(String, String)>) -> Result<HeaderMap, String> {
    let bytes: usize = given.iter().map(|(name, value)| name.len() + value.len()).sum();
    // Before there is a map: one of tens of thousands panics.
    if bytes > limits::HEADER_BYTES || given.len() > limits::HEADER_COUNT {
        return Err(format!(
            "its {} headers of {bytes} bytes are too many or too long: at most {} headers of {} bytes in all",
            given.len(),
            limits::HEADER_COUNT,
            limits::HEADER_BYTES
        ));
    }
    let mut headers = HeaderMap::with_capacity(given.len() + 4);
    for (name, value) in given {
        let parsed = HeaderName::from_bytes(name.as_bytes()).map_err(|_| format!("{name:?} is no header name"))?;
        if HOSTS_OWN.contains(&parsed) {
            continue;
        }
        let value =
            HeaderValue::from_str(&value).map_err(|_| format!("the value of the header {name} is no header value"))?;
        if parsed == CONTENT_TYPE {
            headers.insert(parsed, value);
        } else {
            headers.append(parsed, value);
        }
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    /// `status headers body` of what a reply becomes, or why it is refused.
    fn sent(status: u16, headers: &[(&str, &str)], body: Value) -> String {
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        match response(Reply { status, headers, body }, true, 100) {
            Ok(response) => {
                let (parts, body) = response.into_parts();
                let headers: Vec<_> = parts
                    .headers
                    .iter()
                    .map(|(name, value)| format!("{name}={}", value.to_str().unwrap()))
                    .collect();
                let body = futures_util::FutureExt::now_or_never(body.collect())
                    .unwrap()
                    .unwrap()
                    .to_bytes();
                format!(
                    "{} {} {}",
                    parts.status.as_u16(),
                    headers.join(","),
                    String::from_utf8_lossy(&body)
                )
            }
            Err(why) => why,
        }
    }

    #[test]
    fn replies() {
        let text = || Value::Text("hi".into());
        let json = "content-type=application/json";
        for (status, headers, body, expected) in [
            (
                0,
                &[][..],
                Value::Json("{\"a\":1}".into()),
                format!("200 {json} {{\"a\":1}}"),
            ),
            (0, &[], Value::Null, "204  ".to_owned()),
            (200, &[], Value::Null, format!("200 {json} null")),
            (201, &[], text(), format!("201 {json} \"hi\"")),
            (
                0,
                &[("content-type", "text/plain")],
                text(),
                "200 content-type=text/plain hi".to_owned(),
            ),
            (
                0,
                &[("Content-Type", "image/png")],
                Value::Bytes(b"hi".to_vec()),
                "200 content-type=image/png hi".into(),
            ),
            (
                0,
                &[("content-type", "a/b+json")],
                Value::Json("[]".into()),
                "200 content-type=a/b+json []".into(),
            ),
            (
                0,
                &[],
                Value::Bytes(b"hi".to_vec()),
                "200 content-type=application/octet-stream hi".into(),
            ),
            (
                0,
                &[("set-cookie", "a"), ("set-cookie", "b")],
                Value::Integer(1),
                format!("200 set-cookie=a,set-cookie=b,{json} 1"),
            ),
            (
                0,
                &[
                    ("Content-Length", "9"),
                    ("transfer-encoding", "x"),
                    ("Connection", "close"),
                ],
                Value::Null,
                "204  ".into(),
            ),
            (304, &[("etag", "x")], text(), "304 etag=x ".to_owned()),
            (
                0,
                &[("x", "a\r\nb: c")],
                text(),
                "the value of the header x is no header value".to_owned(),
            ),
            (0, &[("x y", "a")], text(), "\"x y\" is no header name".to_owned()),
            (100, &[], text(), "100 is no status of a response".to_owned()),
            (700, &[], text(), "700 is no status of a response".to_owned()),
            (
                0,
                &[],
                Value::Text("x".repeat(99)),
                "the body of 101 bytes is longer than 100 (limits.response)".to_owned(),
            ),
            (
                0,
                &[],
                Value::Json("{".into()),
                "its body is not JSON: EOF while parsing an object at line 1 column 1".to_owned(),
            ),
        ] {
            assert_eq!(sent(status, headers, body), expected);
        }
        let named: Vec<_> = (0..40_000).map(|n| format!("x{n}")).collect();
        for many in [
            named.iter().map(|name| (name.as_str(), "")).collect(),
            vec![("x", ""); 70_000],
            vec![("connection", ""); 70_000],
            vec![("content-type", "a/b"); 101],
            vec![("x", &*"y".repeat(limits::HEADER_BYTES))],
        ] {
            let refused = sent(0, &many, Value::Null);
            assert!(
                refused.starts_with(&format!("its {} headers of ", many.len())),
                "{refused}"
            );
        }
        let most = vec![("x", "y"); limits::HEADER_COUNT];
        assert!(sent(0, &most, Value::Null).starts_with("204 "));
    }
}
