//! What travels beside messages.

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{CONTENT_TYPE, USER_AGENT},
};
use tonic::metadata::MetadataMap;

use super::GrpcError;
use crate::{base::limits, network::egress::headers, observe::request::CallOrigin};

/// Servers differ in whether they pad.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A guest's metadata without what belongs to gRPC and the host, and the request's id and trace.
pub(super) fn outgoing(given: &[(String, String)], origin: &CallOrigin) -> Result<MetadataMap, GrpcError> {
    if size(given) > limits::GRPC_METADATA {
        return Err(GrpcError::LongMetadata);
    }
    let mut headers = HeaderMap::new();
    for (name, value) in headers::outgoing(given, origin)?
        .iter()
        .filter(|(name, _)| !is_grpcs(name))
    {
        let value = if is_binary(name) {
            rebased(name, value)?
        } else {
            value.clone()
        };
        headers.append(name, value);
    }
    Ok(MetadataMap::from_headers(headers))
}

/// Headers and trailers of an answer.
pub(super) fn incoming(answers: impl IntoIterator<Item = MetadataMap>) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for headers in answers.into_iter().map(MetadataMap::into_headers) {
        for (name, value) in headers.iter().filter(|(name, _)| !is_grpcs(name)) {
            let binary = is_binary(name).then(|| rebased(name, value).ok()).flatten();
            let value = binary.unwrap_or_else(|| value.clone());
            let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
            pairs.push((name.as_str().to_owned(), text));
        }
    }
    pairs
}

/// Bytes of all names and values.
pub fn size(pairs: &[(String, String)]) -> usize {
    pairs.iter().map(|(name, value)| name.len() + value.len()).sum()
}

fn is_grpcs(name: &HeaderName) -> bool {
    name.as_str().starts_with("grpc-") || name == CONTENT_TYPE || name == USER_AGENT
}

fn is_binary(name: &HeaderName) -> bool {
    name.as_str().ends_with("-bin")
}

/// Base64 as everybody reads it: padded.
fn rebased(name: &HeaderName, value: &HeaderValue) -> Result<HeaderValue, GrpcError> {
    let bytes = BASE64.decode(value.as_bytes()).ok();
    bytes
        .and_then(|bytes| HeaderValue::from_str(&BASE64.encode(bytes)).ok())
        .ok_or_else(|| GrpcError::Metadata(name.clone()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::base::explain::Told;

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn what_is_grpcs_stays_grpcs() {
        let given = pairs(&[
            ("grpc-timeout", "1S"),
            ("Content-Type", "text/plain"),
            ("te", "gzip"),
            ("host", "evil"),
            ("X-Tenant", "7"),
            ("key-bin", "AQI"),
        ]);
        let headers = outgoing(&given, &CallOrigin::internal()).unwrap().into_headers();
        let names: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();
        assert_eq!(names, ["x-tenant", "key-bin", "x-request-id", "traceparent"]);
        assert_eq!(headers["key-bin"], "AQI=");
    }

    #[test]
    fn what_is_no_metadata_is_refused() {
        for (name, value, code) in [
            ("key-bin", "not base64!", "bad-header"),
            ("a b", "x", "bad-header"),
            ("a", "x\r\ny: z", "bad-header"),
            ("a", &*"x".repeat(limits::GRPC_METADATA), "too-large"),
        ] {
            let error = outgoing(&pairs(&[(name, value)]), &CallOrigin::internal()).told();
            assert_eq!(error.code, code, "{name}");
        }
    }

    #[test]
    fn answers_are_told_without_what_is_grpcs() {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static("application/grpc"));
        headers.insert("x-served-by", HeaderValue::from_static("b"));
        let mut trailers = HeaderMap::new();
        trailers.insert("grpc-status", HeaderValue::from_static("0"));
        trailers.insert("trace-bin", HeaderValue::from_static("AQI"));
        let told = incoming([headers, trailers].map(MetadataMap::from_headers));
        assert_eq!(told, pairs(&[("x-served-by", "b"), ("trace-bin", "AQI=")]));
    }
}
