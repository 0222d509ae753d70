//! What a collector answers: that it took a message, or not now, or not at all.

use std::time::Duration;

use http::{HeaderMap, Response, StatusCode, header::RETRY_AFTER};
use http_body_util::BodyExt;
use jiff::{Timestamp, fmt::rfc2822};
use prost::Message as _;

use super::address::OtlpProtocol;
use crate::base::limits;

/// A message that was not taken.
#[derive(Debug, PartialEq)]
pub(super) struct ExportFailure {
    pub(super) why: String,
    pub(super) again: Again,
}

/// When it may be sent again.
#[derive(Debug, PartialEq)]
pub(super) enum Again {
    Never,
    Later,
    /// As the collector asks.
    After(Duration),
}

impl ExportFailure {
    pub(super) fn never(why: String) -> Self {
        Self {
            why,
            again: Again::Never,
        }
    }

    pub(super) fn later(why: String) -> Self {
        Self {
            why,
            again: Again::Later,
        }
    }
}

/// What a collector says of a message that it took: some of it, perhaps. For all signals the same.
#[derive(prost::Message)]
struct Taken {
    #[prost(message, optional, tag = "1")]
    partial: Option<Partial>,
}

#[derive(prost::Message)]
pub(super) struct Partial {
    #[prost(int64, tag = "1")]
    pub(super) rejected: i64,
    #[prost(string, tag = "2")]
    pub(super) message: String,
}

/// How many of the parts it did not want.
pub(super) async fn read(
    answer: Response<reqwest::Body>,
    protocol: OtlpProtocol,
) -> Result<Option<Partial>, ExportFailure> {
    let (head, mut body) = answer.into_parts();
    if !head.status.is_success() {
        return Err(of_status(head.status, &head.headers));
    }
    let (mut bytes, mut trailers) = (Vec::new(), head.headers);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| ExportFailure::later(error.to_string()))?;
        match frame.into_data() {
            Ok(data) => bytes.extend_from_slice(&data),
            Err(frame) => trailers.extend(frame.into_trailers().unwrap_or_default()),
        }
        if bytes.len() > limits::SPANS_ANSWER {
            return Ok(None);
        }
    }
    if protocol == OtlpProtocol::Http {
        return Ok(partial(&bytes));
    }
    of_call(&trailers).map(|()| bytes.get(5..).and_then(partial))
}

/// What the body of an answer says that was not taken. Collectors that answer with something else have taken it, too.
pub(super) fn partial(answer: &[u8]) -> Option<Partial> {
    Taken::decode(answer).ok().and_then(|taken| taken.partial)
}

/// The statuses that the specification names may be better next time.
fn of_status(status: StatusCode, headers: &HeaderMap) -> ExportFailure {
    let again = match status.as_u16() {
        429 | 502 | 503 | 504 => asked(headers).map_or(Again::Later, Again::After),
        _ => Again::Never,
    };
    ExportFailure {
        why: format!("it answered {}", status.as_u16()),
        again,
    }
}

/// As [`of_status`], by the status of a gRPC call.
fn of_call(trailers: &HeaderMap) -> Result<(), ExportFailure> {
    let status = trailers.get("grpc-status").and_then(|status| status.to_str().ok());
    match status.unwrap_or("none") {
        "0" => Ok(()),
        // CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS.
        status @ ("1" | "4" | "10" | "11" | "14" | "15") => {
            Err(ExportFailure::later(format!("it answered with the status {status}")))
        }
        status => {
            let status: String = status.chars().take(limits::SPAN_NAME).collect();
            Err(ExportFailure::never(format!("it answered with the status {status}")))
        }
    }
}

/// Seconds, or a date.
fn asked(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = rfc2822::parse(text).ok()?.timestamp();
    // A date that has passed is none to wait for.
    Some(at.duration_since(Timestamp::now()).try_into().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use http::HeaderValue;

    use super::*;

    fn again(status: u16, retry_after: Option<&str>) -> Again {
        let mut headers = HeaderMap::new();
        if let Some(text) = retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from_str(text).unwrap());
        }
        of_status(StatusCode::from_u16(status).unwrap(), &headers).again
    }

    #[test]
    fn what_may_be_sent_again() {
        for status in [429, 502, 503, 504] {
            assert_eq!(again(status, None), Again::Later);
            assert_eq!(again(status, Some("7")), Again::After(Duration::from_secs(7)));
            assert_eq!(again(status, Some("soon")), Again::Later);
        }
        for status in [301, 400, 401, 404, 413, 500, 501] {
            assert_eq!(again(status, Some("7")), Again::Never, "{status}");
        }
        let past = again(503, Some("Sun, 06 Nov 1994 08:49:37 GMT"));
        assert_eq!(past, Again::After(Duration::ZERO));
        let far = again(503, Some("Fri, 31 Dec 2100 23:59:59 GMT"));
        assert!(
            matches!(far, Again::After(wait) if wait > Duration::from_secs(1 << 30)),
            "{far:?}"
        );
        let call = |status: &str| {
            let trailers = HeaderMap::from_iter([("grpc-status".parse().unwrap(), status.parse().unwrap())]);
            of_call(&trailers).err().map(|failure| failure.again)
        };
        assert_eq!(
            (call("0"), call("14"), call("16")),
            (None, Some(Again::Later), Some(Again::Never))
        );
        assert!(
            of_call(&HeaderMap::new()).is_err(),
            "a call without a status is none that went well"
        );
    }
}
