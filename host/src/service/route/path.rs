//! The path of a route as its author writes it.

use super::normal;

/// `/users/{id}/files/{*rest}`, checked.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Path {
    /// The same path with its parameters named by position: two routes may name the same place differently.
    pub(super) canonical: String,
    /// The parameters' names in order.
    pub(super) names: Vec<String>,
}

/// Why a path is refused, and what to write instead.
#[derive(Debug, PartialEq)]
pub(super) struct PathError {
    pub(super) message: String,
    pub(super) help: String,
}

fn wrong<T>(message: impl Into<String>, help: impl Into<String>) -> Result<T, PathError> {
    Err(PathError {
        message: message.into(),
        help: help.into(),
    })
}

impl Path {
    pub(super) fn parse(text: &str) -> Result<Self, PathError> {
        let Some(tail) = text.strip_prefix('/') else {
            return wrong(
                format!("the path `{text}` does not start with `/`"),
                format!("write `/{text}`"),
            );
        };
        if let Some(bad) = text
            .chars()
            .find(|c| c.is_whitespace() || c.is_control() || matches!(c, '?' | '#'))
        {
            let help = "a route has a path only: query parameters bind to the fujsen's parameters by name";
            return wrong(format!("the path `{text}` contains {bad:?}"), help);
        }
        let Some(spelled) = normal::spell(text) else {
            return wrong(
                format!("the path `{text}` has a `%` without two hexadecimal digits"),
                "write the character itself, or `%25` for a `%`",
            );
        };
        if normal::has_dots(&spelled) {
            let help = "write the path that is meant: clients resolve `.` and `..` before they ask";
            return wrong(format!("the path `{text}` has a `.` or `..` between its `/`"), help);
        }
        let mut path = Self {
            canonical: String::with_capacity(text.len()),
            names: Vec::new(),
        };
        let last = tail.split('/').count() - 1;
        for (index, segment) in tail.split('/').enumerate() {
            if segment.is_empty() && index != last {
                return wrong(
                    format!("the path `{text}` has an empty segment"),
                    "write one `/` between segments",
                );
            }
            path.canonical.push('/');
            path.segment(segment, index == last)?;
        }
        Ok(path)
    }

    fn segment(&mut self, segment: &str, is_last: bool) -> Result<(), PathError> {
        if let Some(name) = other_style(segment) {
            return wrong(
                format!("`{segment}` is not how a path parameter is written"),
                format!("write `{{{name}}}`"),
            );
        }
        let Some((before, rest)) = segment.split_once('{') else {
            if segment.contains('}') {
                return wrong(
                    format!("`{segment}` has a `}}` without a `{{`"),
                    "write a parameter as `{id}`",
                );
            }
            self.literal(segment);
            return Ok(());
        };
        let Some((name, after)) = rest.split_once('}') else {
            return wrong(
                format!("`{segment}` has a `{{` without a `}}`"),
                "write a parameter as `{id}`",
            );
        };
        if [before, after].iter().any(|text| text.contains(['{', '}'])) {
            return wrong(
                format!("`{segment}` has more than one parameter"),
                "a segment holds one: put a `/` between them",
            );
        }
        let (star, name) = name.strip_prefix('*').map_or(("", name), |name| ("*", name));
        let is_whole_end = is_last && before.is_empty() && after.is_empty();
        if star == "*" && !is_whole_end {
            let help = format!("a parameter that takes the rest of the path stands at its end: `/files/{{*{name}}}`");
            return wrong(format!("`{segment}` cannot take the rest of the path here"), help);
        }
        if !is_identifier(name) {
            let help = "a parameter has the name of the fujsen's parameter: letters, digits and `_`";
            return wrong(format!("`{{{name}}}` does not name a parameter"), help);
        }
        if self.names.iter().any(|taken| taken == name) {
            return wrong(
                format!("the parameter `{name}` occurs twice"),
                "give each parameter its own name",
            );
        }
        self.literal(before);
        self.canonical.push_str(&format!("{{{star}p{}}}", self.names.len()));
        self.literal(after);
        self.names.push(name.to_owned());
        Ok(())
    }

    /// As requests are spelled; [`Self::parse`] has seen that it can be.
    fn literal(&mut self, text: &str) {
        self.canonical.push_str(&normal::spell(text).unwrap_or(text.into()));
    }
}

/// `:id` and `<int:id>` of other frameworks.
fn other_style(segment: &str) -> Option<&str> {
    let name = match segment.strip_prefix(':') {
        Some(name) => name,
        None => segment.strip_prefix('<')?.strip_suffix('>')?.rsplit(':').next()?,
    };
    is_identifier(name).then_some(name)
}

fn is_identifier(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
