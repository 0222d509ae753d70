//! Which pages of other origins may use the service: `[cors]`. Without that section, none.

use std::time::Duration;

use http::{
    HeaderMap, HeaderValue,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
        ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
        ACCESS_CONTROL_REQUEST_METHOD, ALLOW, ORIGIN, VARY,
    },
};
use tsk::{Config, Diagnostic};

use crate::base::{limits, section::Section, sections};

/// What `[cors]` says.
#[derive(Clone, Debug, Default)]
pub struct Cors {
    origins: AllowedOrigins,
    /// The methods of the path where the file names none.
    methods: Option<HeaderValue>,
    headers: Option<HeaderValue>,
    expose: Option<HeaderValue>,
    max_age: Option<HeaderValue>,
    credentials: bool,
}

#[derive(Clone, Debug, Default, PartialEq)]
enum AllowedOrigins {
    #[default]
    None,
    Any,
    Named(Vec<HeaderValue>),
}

const HEADERS: HeaderValue = HeaderValue::from_static("authorization, content-type, x-request-id");
const EXPOSED: HeaderValue = HeaderValue::from_static("x-request-id");
/// Ten minutes. Browsers keep an answer for two hours at most.
const MAX_AGE: HeaderValue = HeaderValue::from_static("600");
static ANY: HeaderValue = HeaderValue::from_static("*");

impl Cors {
    /// Reads `[cors]`: `origins` (a list, or `"*"`), and where the defaults do not do, `methods`, `headers`, `expose`
    /// (lists), `max_age` (a duration) and `credentials` (a boolean).
    pub fn new(config: &Config) -> Result<Self, Vec<Diagnostic>> {
        let mut section = Section::new(config, &sections::CORS);
        let age = section.seconds("max_age", Duration::ZERO..=limits::CORS_AGE, "\"10m\"");
        let cors = Self {
            origins: origins(&mut section),
            methods: list(&mut section, "methods"),
            headers: list(&mut section, "headers"),
            expose: list(&mut section, "expose"),
            max_age: age.map(|age| HeaderValue::from(age.as_secs())),
            credentials: section.boolean("credentials").unwrap_or(false),
        };
        if let (true, AllowedOrigins::Any, Some(node)) = (cors.credentials, &cors.origins, section.get("credentials")) {
            let message = "`cors.credentials` needs origins by name";
            section.refuse(node, message, "write them out instead of `\"*\"`");
        }
        section.finish(cors)
    }

    /// The value of the `Access-Control-Allow-Origin` header for a request.
    pub(crate) fn origin(&self, request: &HeaderMap) -> Option<&HeaderValue> {
        match &self.origins {
            AllowedOrigins::None => None,
            AllowedOrigins::Any => request.get(ORIGIN).map(|_| &ANY),
            AllowedOrigins::Named(origins) => {
                let from = request.get(ORIGIN)?;
                origins.iter().find(|origin| *origin == from)
            }
        }
    }

    /// Whether an OPTIONS request is a browser's question that this service answers: the method it asks about.
    pub(crate) fn asks_first<'r>(&self, request: &'r HeaderMap) -> Option<&'r HeaderValue> {
        self.origin(request).and(request.get(ACCESS_CONTROL_REQUEST_METHOD))
    }

    /// Answers a browser's question; `response` names the methods of the path already.
    pub(crate) fn permit(&self, asked: &HeaderValue, response: &mut HeaderMap) {
        let of_path = response.get(ALLOW).unwrap_or(asked).clone();
        response.insert(ACCESS_CONTROL_ALLOW_METHODS, self.methods.clone().unwrap_or(of_path));
        response.insert(ACCESS_CONTROL_ALLOW_HEADERS, self.headers.clone().unwrap_or(HEADERS));
        response.insert(ACCESS_CONTROL_MAX_AGE, self.max_age.clone().unwrap_or(MAX_AGE));
    }

    /// What every response carries; `origin` as [`Cors::origin`] gave it.
    pub(crate) fn mark(&self, origin: Option<&HeaderValue>, response: &mut HeaderMap) {
        if matches!(self.origins, AllowedOrigins::Named(_)) {
            // Also where the origin is not allowed: a cache must not give one page's answer to another.
            response.append(VARY, HeaderValue::from_static("origin"));
        }
        let Some(origin) = origin else { return };
        response.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        response.insert(ACCESS_CONTROL_EXPOSE_HEADERS, self.expose.clone().unwrap_or(EXPOSED));
        if self.credentials {
            response.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
    }
}

fn origins(section: &mut Section<'_>) -> AllowedOrigins {
    let texts = section
        .texts("origins", "[\"https://app.example.com\"]")
        .unwrap_or_default();
    if let [(_, "*")] = texts.as_slice() {
        return AllowedOrigins::Any;
    }
    let mut origins = Vec::new();
    for (node, text) in texts {
        match origin(text) {
            Ok(origin) => origins.push(origin),
            Err(help) => section.refuse(node, format!("`{text}` is no origin"), help),
        }
    }
    if origins.is_empty() {
        AllowedOrigins::None
    } else {
        AllowedOrigins::Named(origins)
    }
}

/// Words for a header.
fn list(section: &mut Section<'_>, key: &str) -> Option<HeaderValue> {
    let texts = section.texts(key, "[\"x-request-id\"]")?;
    let words: Vec<_> = texts.into_iter().map(|(_, text)| text).collect();
    let value = HeaderValue::from_str(&words.join(", ")).ok();
    if let (None, Some(node)) = (&value, section.get(key)) {
        section.wrong(
            key,
            node,
            "a list of words that a header can hold",
            "[\"x-request-id\"]",
        );
    }
    value
}

/// Scheme, host and port as a browser sends them, which is compared byte for byte; or what to write instead.
fn origin(text: &str) -> Result<HeaderValue, String> {
    let example = || "write scheme and host: `https://app.example.com`".to_owned();
    let url = url::Url::parse(text).map_err(|_| example())?;
    let origin = url.origin();
    if !origin.is_tuple() {
        return Err(example());
    }
    let exact = origin.ascii_serialization();
    if exact != text {
        return Err(format!("write `{exact}`"));
    }
    HeaderValue::from_str(text).map_err(|_| example())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::base::fixture;

    #[test]
    fn what_is_wrong_is_said() {
        let list = "write, for example, `headers: [\"x-request-id\"]`";
        fixture::assert_refused(
            "cors",
            Cors::new,
            &[
                (
                    json!({"origins": 5}),
                    "`cors.origins` must be a list of strings",
                    "write, for example, `origins: [\"https://app.example.com\"]`",
                ),
                (
                    json!({"origins": ["https://a.b/"]}),
                    "`https://a.b/` is no origin",
                    "write `https://a.b`",
                ),
                (
                    json!({"origins": ["https://a.b", "a.b"]}),
                    "`a.b` is no origin",
                    "write scheme and host: `https://app.example.com`",
                ),
                (
                    json!({"origins": "*", "credentials": true}),
                    "`cors.credentials` needs origins by name",
                    "write them out instead of `\"*\"`",
                ),
                (
                    json!({"credentials": "yes"}),
                    "`cors.credentials` must be true or false",
                    "write, for example, `credentials: true`",
                ),
                (
                    json!({"origin": []}),
                    "`cors` has no setting `origin`",
                    "did you mean `origins`?",
                ),
                (
                    json!({"headers": ["a\nb"]}),
                    "`cors.headers` must be a list of words that a header can hold",
                    list,
                ),
                (
                    json!({"max_age": "soon"}),
                    "`cors.max_age` must be seconds or a duration, from 0ns to 31622400s",
                    "write, for example, `max_age: \"10m\"`",
                ),
            ],
        );
    }

    #[test]
    fn origins() {
        let from = |cors: serde_json::Value, origin: &str| {
            let cors = Cors::new(&fixture::config(json!({"cors": cors}))).unwrap();
            let request = HeaderMap::from_iter([(ORIGIN, HeaderValue::from_str(origin).unwrap())]);
            let mut response = HeaderMap::new();
            cors.mark(cors.origin(&request), &mut response);
            let value = |name| {
                response
                    .get(name)
                    .map(|value: &HeaderValue| value.to_str().unwrap().to_owned())
            };
            (value(ACCESS_CONTROL_ALLOW_ORIGIN), value(VARY))
        };
        let (vary, app) = (Some("origin".to_owned()), "https://app.example.com");
        assert_eq!(from(json!({}), app), (None, None));
        assert_eq!(from(json!({"origins": "*"}), app), (Some("*".to_owned()), None));
        assert_eq!(
            from(json!({"origins": [app]}), app),
            (Some(app.to_owned()), vary.clone())
        );
        assert_eq!(
            from(json!({"origins": [app]}), "https://evil.example.com"),
            (None, vary.clone())
        );
        assert_eq!(from(json!({"origins": [app]}), "null"), (None, vary));
    }
}
