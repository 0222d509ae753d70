//! The head of a request as everything after reads it, whichever protocol and spelling it came in.

use std::borrow::Cow;

use http::{
    HeaderValue, Uri, Version,
    header::{CONTENT_ENCODING, COOKIE, HOST},
    request::Parts,
    uri::{Authority, PathAndQuery},
};

use super::{fault::Fault, wire};
use crate::service::route;

/// Brings a head into its one form: the path in its one spelling, `host` from where the request says it (RFC 9112, 3.2.2;
/// RFC 9113, 8.3.1), and one `cookie` (RFC 9113, 8.2.3).
pub(super) fn settle(parts: &mut Parts) -> Result<(), Fault> {
    if let Some(wire::Refusal { status, message }) = parts.extensions.get() {
        return Err(Fault::new(*status, *message));
    }
    host(parts)?;
    cookies(parts);
    path(parts)
}

/// Whether the body comes in a coding, which nobody here undoes.
pub(super) fn is_coded(parts: &Parts) -> bool {
    let codings = parts.headers.get_all(CONTENT_ENCODING).iter();
    codings
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii)
        .any(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case(b"identity"))
}

fn host(parts: &mut Parts) -> Result<(), Fault> {
    if parts.headers.get_all(HOST).iter().count() > 1 {
        return Err(Fault::new(400, "there are several Host"));
    }
    let bad = || Fault::new(400, "the Host is no name of a host");
    if let Some(scheme) = parts.uri.scheme_str()
        && !matches!(scheme, "http" | "https")
    {
        return Err(Fault::new(400, "the target is no http URL"));
    }
    let given = parts.headers.get(HOST);
    if given.is_some_and(|value| !wire::is_host(value.as_bytes())) {
        return Err(bad());
    }
    let Some(authority) = parts.uri.authority().map(Authority::as_str) else {
        // HTTP/1.0 need not say it; in HTTP/1.1 the wire has asked for it.
        return match given {
            None if parts.version == Version::HTTP_2 => Err(Fault::new(400, "the :authority is missing")),
            _ => Ok(()),
        };
    };
    if !wire::is_host(authority.as_bytes()) {
        return Err(bad());
    }
    let differs = given.is_some_and(|given| !given.as_bytes().eq_ignore_ascii_case(authority.as_bytes()));
    if differs && parts.version == Version::HTTP_2 {
        return Err(Fault::new(400, "the Host differs from :authority"));
    }
    let host = HeaderValue::from_str(authority).map_err(|_| bad())?;
    parts.headers.insert(HOST, host);
    Ok(())
}

fn cookies(parts: &mut Parts) {
    let fields: Vec<&[u8]> = parts
        .headers
        .get_all(COOKIE)
        .iter()
        .map(HeaderValue::as_bytes)
        .collect();
    if fields.len() < 2 {
        return;
    }
    // Header values joined by what they may hold are one.
    if let Ok(all) = HeaderValue::from_bytes(&fields.join(&b"; "[..])) {
        parts.headers.insert(COOKIE, all);
    }
}

fn path(parts: &mut Parts) -> Result<(), Fault> {
    let given = parts.uri.path();
    let path = match route::normal(given) {
        None => return Err(Fault::new(400, "the path has a % without two hexadecimal digits")),
        Some(Cow::Borrowed(_)) if !given.is_empty() => return Ok(()),
        Some(path) if path.is_empty() => Cow::Borrowed("/"),
        Some(path) => path,
    };
    let all = match parts.uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.into_owned(),
    };
    let bad = || Fault::new(400, "the target is no path");
    let mut uri = std::mem::take(&mut parts.uri).into_parts();
    if uri.authority.is_some() && uri.scheme.is_none() {
        return Err(Fault::new(400, "the target names no path: this is no proxy"));
    }
    uri.path_and_query = Some(PathAndQuery::from_maybe_shared(all).map_err(|_| bad())?);
    parts.uri = Uri::from_parts(uri).map_err(|_| bad())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    /// Target, host and cookie of a head once it is settled, or why it is refused.
    fn settled(version: Version, target: &str, headers: &[(&str, &str)]) -> Result<String, Fault> {
        let mut request = Request::builder().version(version).uri(target);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        settle(&mut parts)?;
        let text = |name| parts.headers.get(name).map_or("-", |value| value.to_str().unwrap());
        Ok(format!(
            "{} {} {}",
            parts.uri.path_and_query().unwrap(),
            text(HOST),
            text(COOKIE)
        ))
    }

    #[test]
    fn heads_that_are_sound() {
        let (one, two) = (Version::HTTP_11, Version::HTTP_2);
        for (version, target, headers, expected) in [
            (one, "/%65cho?a=%65", &[("host", "a:1")][..], "/echo?a=%65 a:1 -"),
            (one, "http://b/x/../y", &[("host", "a")], "/y b -"),
            (one, "http://b", &[("host", "a")], "/ b -"),
            (Version::HTTP_10, "/", &[], "/ - -"),
            (one, "*", &[("host", "a")], "* a -"),
            (
                one,
                "/",
                &[("host", "a"), ("cookie", "x=1"), ("cookie", "y=2; z=3")],
                "/ a x=1; y=2; z=3",
            ),
            (two, "https://b:8/%7ea", &[], "/~a b:8 -"),
            (
                two,
                "https://b/",
                &[("host", "B"), ("cookie", "x=1"), ("cookie", "y=2")],
                "/ b x=1; y=2",
            ),
        ] {
            assert_eq!(settled(version, target, headers).unwrap(), expected, "{target}");
        }
    }

    #[test]
    fn heads_that_are_not() {
        let (one, two) = (Version::HTTP_11, Version::HTTP_2);
        for (version, target, headers) in [
            (one, "/", &[("host", "a"), ("host", "a")][..]),
            (one, "/", &[("host", "a/b")]),
            (one, "/", &[("host", "me@a")]),
            (one, "/%zz", &[("host", "a")]),
            (one, "ftp://a/", &[("host", "a")]),
            (one, "http://me:pass@a/", &[("host", "a")]),
            (one, "a:443", &[("host", "a")]),
            (two, "/", &[]),
            (two, "https://a/", &[("host", "b")]),
            (two, "https://me@a/", &[]),
        ] {
            assert!(settled(version, target, headers).is_err(), "{target} {headers:?}");
        }
    }

    #[test]
    fn codings_of_bodies() {
        for (value, expected) in [
            ("gzip", true),
            ("identity, br", true),
            ("Identity", false),
            ("", false),
            ("x", true),
        ] {
            let (parts, ()) = Request::builder()
                .header("content-encoding", value)
                .body(())
                .unwrap()
                .into_parts();
            assert_eq!(is_coded(&parts), expected, "{value}");
        }
    }
}
