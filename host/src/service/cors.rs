//! Which pages of other origins may use the service: `[cors]`. Without that section, none.

use http::{
    HeaderMap, HeaderValue,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
        ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
        ACCESS_CONTROL_REQUEST_METHOD, ALLOW, ORIGIN, VARY,
    },
};
use tsk::{Config, Diagnostic, Node, Span, Value};

use crate::base::sections;

/// What `[cors]` says.
#[derive(Clone, Debug, Default)]
pub struct Cors {
    origins: Origins,
    /// The methods of the path where the file names none.
    methods: Option<HeaderValue>,
    headers: Option<HeaderValue>,
    expose: Option<HeaderValue>,
    max_age: Option<HeaderValue>,
    credentials: bool,
}

#[derive(Clone, Debug, Default, PartialEq)]
enum Origins {
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
        let mut reader = Reader {
            config,
            diagnostics: Vec::new(),
        };
        let cors = Self {
            origins: reader.origins(),
            methods: reader.list("methods"),
            headers: reader.list("headers"),
            expose: reader.list("expose"),
            max_age: reader.max_age(),
            credentials: reader.credentials(),
        };
        reader.unknown();
        if cors.credentials && cors.origins == Origins::Any {
            let node = config.get("cors.credentials");
            reader.wrong(
                node,
                "`cors.credentials` needs origins by name",
                "write them out instead of `\"*\"`",
            );
        }
        if reader.diagnostics.is_empty() {
            Ok(cors)
        } else {
            Err(reader.diagnostics)
        }
    }

    /// The value of the `Access-Control-Allow-Origin` header for a request.
    pub(crate) fn origin(&self, request: &HeaderMap) -> Option<&HeaderValue> {
        match &self.origins {
            Origins::None => None,
            Origins::Any => request.get(ORIGIN).map(|_| &ANY),
            Origins::Named(origins) => {
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
        if matches!(self.origins, Origins::Named(_)) {
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

struct Reader<'a> {
    config: &'a Config,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    fn get(&self, key: &str) -> Option<&'a Node> {
        self.config.get(&format!("cors.{key}"))
    }

    fn wrong(&mut self, node: Option<&Node>, message: &str, help: &str) {
        let span = node.map_or(Span::default(), |node| node.span);
        self.diagnostics
            .push(Diagnostic::error("wrong-setting", message).at(span).help(help));
    }

    /// The texts of a list; one text is a list of one.
    fn texts(&mut self, key: &str, example: &str) -> Option<Vec<(&'a Node, &'a str)>> {
        let node = self.get(key)?;
        let items = match &node.value {
            Value::Array(items) => items.iter().collect(),
            _ => vec![node],
        };
        let texts: Option<Vec<_>> = items
            .into_iter()
            .map(|item| match &item.value {
                Value::String(text) => Some((item, text.trim())),
                _ => None,
            })
            .collect();
        if texts.is_none() {
            self.wrong(Some(node), &format!("`cors.{key}` must be a list of strings"), example);
        }
        texts
    }

    fn origins(&mut self) -> Origins {
        let example = "write, for example, `origins: [\"https://app.example.com\"]`";
        let Some(texts) = self.texts("origins", example) else {
            return Origins::None;
        };
        if let [(_, "*")] = texts.as_slice() {
            return Origins::Any;
        }
        let mut origins = Vec::new();
        for (node, text) in texts {
            match origin(text) {
                Ok(origin) => origins.push(origin),
                Err(help) => self.wrong(Some(node), &format!("`{text}` is no origin"), &help),
            }
        }
        if origins.is_empty() {
            Origins::None
        } else {
            Origins::Named(origins)
        }
    }

    fn list(&mut self, key: &str) -> Option<HeaderValue> {
        let texts = self.texts(key, &format!("write, for example, `{key}: [\"…\"]`"))?;
        let joined = texts.iter().map(|(_, text)| *text).collect::<Vec<_>>().join(", ");
        let value = HeaderValue::from_str(&joined).ok();
        if value.is_none() {
            self.wrong(
                self.get(key),
                &format!("`cors.{key}` does not fit into a header"),
                "use letters, digits and `-`",
            );
        }
        value
    }

    fn max_age(&mut self) -> Option<HeaderValue> {
        let node = self.get("max_age")?;
        let seconds = match &node.value {
            Value::Integer(seconds) => u64::try_from(*seconds).ok(),
            Value::String(text) => tsk::duration(text).map(|duration| duration.as_secs()),
            _ => None,
        };
        if seconds.is_none() {
            self.wrong(
                Some(node),
                "`cors.max_age` must be a duration",
                "write, for example, `max_age: \"10m\"`",
            );
        }
        seconds.map(HeaderValue::from)
    }

    fn credentials(&mut self) -> bool {
        match self.get("credentials") {
            None => false,
            Some(Node {
                value: Value::Bool(value),
                ..
            }) => *value,
            node => {
                self.wrong(
                    node,
                    "`cors.credentials` must be true or false",
                    "write `credentials: true`",
                );
                false
            }
        }
    }

    fn unknown(&mut self) {
        let Some(Node {
            value: Value::Object(settings),
            ..
        }) = self.config.get("cors")
        else {
            return;
        };
        let known = sections::CORS.keys.known();
        for (key, node) in settings.iter().filter(|(key, _)| !known.contains(&key.as_str())) {
            let help = match tsk::suggest(key, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are: {}", known.join(", ")),
            };
            let message = format!("there is no setting `cors.{key}`");
            self.diagnostics
                .push(Diagnostic::error("wrong-setting", message).at(node.key_span).help(help));
        }
    }
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
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;
    use crate::capability::fixture;

    #[test]
    fn settings_that_are_wrong() {
        for (cors, expected) in [
            (json!({"origins": 5}), "`cors.origins` must be a list of strings"),
            (json!({"origins": ["https://a.b/"]}), "`https://a.b/` is no origin"),
            (json!({"origins": ["https://a.b", "a.b"]}), "`a.b` is no origin"),
            (
                json!({"origins": "*", "credentials": true}),
                "`cors.credentials` needs origins by name",
            ),
            (json!({"origin": []}), "there is no setting `cors.origin`"),
            (json!({"methods": ["\n"]}), ""),
            (
                json!({"headers": ["a\nb"]}),
                "`cors.headers` does not fit into a header",
            ),
        ] {
            let found = Cors::new(&fixture::config(json!({"cors": cors})));
            let message = found
                .err()
                .map(|diagnostics| diagnostics[0].message.clone())
                .unwrap_or_default();
            assert_eq!(message, expected, "{cors}");
        }
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
