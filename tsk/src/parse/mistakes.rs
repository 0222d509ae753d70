//! What is wrong with a line, and what to write instead.

use super::syntax::Key;
use crate::{diagnostic::Diagnostic, span::Span};

pub(super) fn stray(span: Span, text: &str) -> Diagnostic {
    if let Some(close) = text.chars().next().filter(|c| matches!(c, '}' | ')' | ']')) {
        return Diagnostic::error("unexpected-close", format!("`{close}` closes nothing"))
            .at(span)
            .label("no bracket is open here")
            .help("remove it; a bracket in a comment opens nothing");
    }
    let what: String = text
        .chars()
        .take(20)
        .map(|c| if c.is_control() { '\u{FFFD}' } else { c })
        .collect();
    Diagnostic::error("unexpected-text", format!("`{what}` is not expected here"))
        .at(span)
        .label("no value or key starts like this")
        .help(match text.starts_with('|') {
            true => "write text over several lines between \"\"\" and \"\"\"",
            false => "put text in quotes: \"…\"",
        })
}

pub(super) fn missing_value(key: &Key, line: Span) -> Diagnostic {
    let name = key.parts.join(".");
    Diagnostic::error("missing-value", format!("`{name}` has no value"))
        .at(line)
        .label("nothing follows, not even an indented block")
        .help(format!(
            "write `{name}: null` or `{name}: \"\"`; a value that starts with `#` needs quotes"
        ))
}

pub(super) fn bad_section(span: Span, text: &str) -> Diagnostic {
    let inside = text.trim_start_matches(['[', ' ']);
    let name: String = inside
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
        .collect();
    let whole = inside.split(']').next().unwrap_or_default().trim();
    let name = match name.as_str() {
        _ if text.contains(']') && whole.len() > name.len() && !whole.contains(['"', '\'', '[', ',']) => {
            format!("\"{whole}\"")
        }
        "" => "name".to_owned(),
        _ => name,
    };
    let (code, message, label) = if text.contains(']') {
        (
            "bad-section",
            "this is no section header",
            "a header is `[name]` on a line of its own",
        )
    } else {
        (
            "unclosed-section",
            "this section header is not closed",
            "`]` is missing",
        )
    };
    let trimmed = Span {
        end: span.start + text.trim_end().len() as u32,
        ..span
    };
    Diagnostic::error(code, message)
        .at(trimmed)
        .label(label)
        .help(format!("write `[{name}]`"))
}

pub(super) fn code_block(span: Span, text: &str) -> Diagnostic {
    let head = text.split('{').next().unwrap_or_default().trim_end();
    let shown: String = head.chars().take(40).collect();
    Diagnostic::error("code", format!("`{shown} {{` is code, and TSK has values"))
        .at(Span {
            end: span.start + head.len() as u32,
            ..span
        })
        .label("no key and no section starts like this")
        .help("write code as the text of a fujsen: `name_fujsen = '''rust`; an object is `name { … }`")
}

pub(super) fn fence(span: Span, text: &str) -> Diagnostic {
    let line = text.lines().next().unwrap_or_default().trim_end();
    Diagnostic::error("not-tsk", "this is Markdown; TSK has no fences")
        .at(Span {
            end: span.start + line.len() as u32,
            ..span
        })
        .label("what follows is not read")
        .help("keep only the lines between the fences")
}

/// The end of a string at the start of a line that has more on it.
fn quoted_start(line: &str) -> Option<(usize, char)> {
    let quote = line.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let end = line[1..].find(quote)? + 2;
    (end > 2 && end < line.len() && !line[end..].starts_with(quote)).then_some((end, quote))
}

pub(super) fn bad_line(span: Span, text: &str) -> Diagnostic {
    let first = text.lines().next().unwrap_or_default().trim_end();
    let line = Span {
        end: span.start + first.len() as u32,
        ..span
    };
    let word: String = first
        .chars()
        .take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
        .collect();
    if let Some((end, quote)) = quoted_start(first) {
        return Diagnostic::error(
            "missing-colon",
            format!("{quote}…{quote} is followed by neither `:` nor `=`"),
        )
        .at(line)
        .label("a key and its value have `:` or `=` between them")
        .help(format!("write `{}: {}`", &first[..end], first[end..].trim_start()));
    }
    if word.is_empty() {
        let diagnostic = stray(line, first);
        return match diagnostic.code {
            "unexpected-close" => diagnostic,
            _ => diagnostic.help("a line is `key: value`, `[section]`, or a comment after `#`"),
        };
    }
    Diagnostic::error("missing-colon", format!("`{word}` is followed by neither `:` nor `=`"))
        .at(line)
        .label("a key and its value have `:` or `=` between them")
        .help(entry_instead(&word, &first[word.len()..]))
}

/// How a line that begins with this word may have been meant.
fn entry_instead(word: &str, rest: &str) -> String {
    let is_key = word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && !word.ends_with(['.', '-']);
    let rest = rest.trim_start();
    let arrow = rest.strip_prefix("=>").or_else(|| rest.strip_prefix("->"));
    let value = arrow.unwrap_or(rest).trim_start();
    if !is_key || value.split_whitespace().count() > 3 {
        return "a line is `key: value`, `[section]`, or a comment after `#`".to_owned();
    }
    match (word, value) {
        (_, "") => format!("write `{word}: value`"),
        ("export" | "set" | "let" | "const" | "var", _) => format!("write `{value}`"),
        _ => format!("write `{word}: {value}`"),
    }
}
