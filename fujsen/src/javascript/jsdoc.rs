//! What a comment of JSDoc says of a function.

/// The words of a comment, and what its tags say.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct JsDoc<'a> {
    /// The text before the first tag.
    pub(super) text: String,
    pub(super) parameters: Vec<Tagged<'a>>,
    pub(super) result: Option<&'a str>,
}

/// `@param {string} [name="world"]`
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tagged<'a> {
    pub(super) name: &'a str,
    /// Between the braces.
    pub(super) ty: Option<&'a str>,
    /// Whether it stands in brackets.
    pub(super) is_optional: bool,
    /// Behind the `=` in the brackets.
    pub(super) default: Option<&'a str>,
}

/// `@typedef {…} Name`, with the `@property` lines behind it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct TypeDefinition<'a> {
    pub(super) tagged: Tagged<'a>,
    pub(super) properties: Vec<Tagged<'a>>,
}

impl<'a> JsDoc<'a> {
    /// `comment` begins with `/**`.
    pub(super) fn of(comment: &'a str) -> Self {
        let mut doc = Self::default();
        let mut lines = lines(comment).peekable();
        let mut words = Vec::new();
        while let Some(line) = lines.next_if(|line| !line.starts_with('@')) {
            words.push(line);
        }
        doc.text = words.join("\n").trim().to_owned();
        for (tag, rest) in tags(comment) {
            match tag {
                "param" | "arg" | "argument" => doc.parameters.extend(Tagged::of(rest)),
                "returns" | "return" => doc.result = braced(rest).0,
                _ => {}
            }
        }
        doc
    }
}

impl<'a> TypeDefinition<'a> {
    /// What a comment defines.
    pub(super) fn all(comment: &'a str) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        for (tag, rest) in tags(comment) {
            match (tag, found.last_mut()) {
                ("typedef", _) => found.extend(Tagged::of(rest).map(|tagged| Self {
                    tagged,
                    properties: Vec::new(),
                })),
                ("property" | "prop", Some(last)) => last.properties.extend(Tagged::of(rest)),
                _ => {}
            }
        }
        found
    }
}

impl<'a> Tagged<'a> {
    fn of(rest: &'a str) -> Option<Self> {
        let (ty, rest) = braced(rest);
        let rest = rest.trim_start();
        let Some(inner) = rest.strip_prefix('[') else {
            let end = rest.find(|c: char| c.is_whitespace() || c == '-').unwrap_or(rest.len());
            let name = rest.get(..end).filter(|name| !name.is_empty())?;
            return Some(Self {
                name,
                ty,
                ..Self::default()
            });
        };
        let inner = inner.get(..closing(inner, '[', ']')?)?;
        let (name, default) = match inner.split_once('=') {
            Some((name, default)) => (name, Some(default.trim())),
            None => (inner, None),
        };
        Some(Self {
            name: name.trim(),
            ty,
            is_optional: true,
            default,
        })
    }
}

/// The type in braces at the start of a text, and what stands behind it.
fn braced(text: &str) -> (Option<&str>, &str) {
    let text = text.trim_start();
    let whole = || {
        let inner = text.strip_prefix('{')?;
        let end = closing(inner, '{', '}')?;
        Some((inner.get(..end)?.trim(), inner.get(end + 1..)?))
    };
    match whole() {
        Some((ty, rest)) => (Some(ty), rest),
        None => (None, text),
    }
}

/// Where the bracket is closed that was opened before the text.
fn closing(text: &str, open: char, close: char) -> Option<usize> {
    let mut depth = 0usize;
    for (at, c) in text.char_indices() {
        if c == open {
            depth += 1;
        } else if c == close {
            match depth.checked_sub(1) {
                Some(outer) => depth = outer,
                None => return Some(at),
            }
        }
    }
    None
}

/// The lines of a comment without its marks.
fn lines(comment: &str) -> impl Iterator<Item = &str> {
    content(comment).lines().map(unmarked)
}

fn content(comment: &str) -> &str {
    let inner = comment.strip_prefix("/**").unwrap_or(comment);
    inner.strip_suffix("*/").unwrap_or(inner)
}

fn unmarked(line: &str) -> &str {
    let line = line.trim();
    let inner = line.strip_prefix('*').unwrap_or(line);
    inner.strip_prefix(' ').unwrap_or(inner).trim_end()
}

/// The tags of a comment, each with what stands behind it. That goes on over lines until the next tag: a type may be long.
fn tags(comment: &str) -> Vec<(&str, &str)> {
    let content = content(comment);
    let starts: Vec<usize> = content
        .split_inclusive('\n')
        .scan(0, |at, line| {
            let start = *at;
            *at += line.len();
            Some((start, line))
        })
        .filter_map(|(start, line)| {
            let tag = unmarked(line).trim_start();
            tag.starts_with('@').then(|| start + line.find('@').unwrap_or(0))
        })
        .collect();
    let ends = starts.iter().skip(1).copied().chain([content.len()]);
    let tag = |(start, end): (&usize, usize)| {
        let whole = content.get(start + 1..end)?;
        let end = whole.find(|c: char| !c.is_alphanumeric()).unwrap_or(whole.len());
        Some(whole.split_at(end))
    };
    starts.iter().zip(ends).filter_map(tag).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_before_the_first_tag_are_the_doc() {
        let doc = JsDoc::of(
            "/**\n * GET /users\n *\n *   more {@link x}\n * @param {string} a the @name\n * @returns {number}\n */",
        );
        assert_eq!(doc.text, "GET /users\n\n  more {@link x}");
        assert_eq!(doc.result, Some("number"));
        assert_eq!(JsDoc::of("/** GET /users */").text, "GET /users");
        assert_eq!(JsDoc::of("/***/").text, "");
        assert_eq!(JsDoc::of("/**\r\n * a\r\n * b\r\n */").text, "a\nb");
    }

    #[test]
    fn parameters_have_types_brackets_and_defaults() {
        let doc = JsDoc::of(
            "/**\n * @param {{a: string, b: number[]}} user - who\n * @param name\n * @param {number} [limit=10]\n * @arg {string} [q]\n * @param {Array<{\n *   id: number }>} items\n * @param\n */",
        );
        let tagged = |name, ty, is_optional, default| Tagged {
            name,
            ty,
            is_optional,
            default,
        };
        assert_eq!(
            doc.parameters,
            [
                tagged("user", Some("{a: string, b: number[]}"), false, None),
                tagged("name", None, false, None),
                tagged("limit", Some("number"), true, Some("10")),
                tagged("q", Some("string"), true, None),
                tagged("items", Some("Array<{\n *   id: number }>"), false, None),
            ]
        );
    }

    #[test]
    fn types_are_defined_whole_or_by_property() {
        let all = TypeDefinition::all(
            "/** @typedef {{a: string}} A\n * @typedef {Object} B\n * @property {string} b\n * @prop {number} [c]\n */",
        );
        assert_eq!(all.len(), 2);
        assert_eq!((all[0].tagged.name, all[0].tagged.ty), ("A", Some("{a: string}")));
        assert_eq!(all[1].properties.len(), 2);
        assert!(all[1].properties[1].is_optional);
    }

    #[test]
    fn nothing_in_a_comment_is_an_error() {
        for comment in [
            "/** @",
            "/** @param {",
            "/** @param {a",
            "/** @param [",
            "/** @param {a} [b",
            "/**@é*/",
            "/** @typedef",
        ] {
            JsDoc::of(comment);
            TypeDefinition::all(comment);
        }
    }
}
