//! Strings: escapes and interpolation.

use super::{Evaluator, arithmetic};
use crate::{
    diagnostic::Diagnostic,
    parse::{
        string::{self, Piece},
        syntax::{Style, Text},
    },
    span::Span,
    value::{Secret, Value},
};

impl Evaluator<'_, '_> {
    /// The value of a string literal.
    pub(super) fn string(&mut self, text: Text) -> Option<Value> {
        let content = self.slice(text.content);
        match text.style {
            Style::Single => Some(Value::String(content.to_owned())),
            Style::Triple => {
                let (_, body) = raw(content);
                Some(Value::String(content[body..].to_owned()))
            }
            Style::Double if !content.contains('\\') && !content.contains('$') => {
                Some(Value::String(content.to_owned()))
            }
            Style::Double => self.interpolated(text.content),
        }
    }

    pub(super) fn slice(&self, span: Span) -> &str {
        self.text
            .get(span.start as usize..span.end as usize)
            .unwrap_or_default()
    }

    fn interpolated(&mut self, content: Span) -> Option<Value> {
        let text = self.text.clone();
        let text = text
            .get(content.start as usize..content.end as usize)
            .unwrap_or_default();
        let before = self.loader.error_count();
        let pieces = string::pieces(text, content, &mut self.loader.diagnostics);
        let mut failed = self.loader.error_count() != before;
        let (mut out, mut secret) = (String::new(), false);
        for piece in pieces {
            match self.piece(piece) {
                Some((text, is_secret)) if out.len() + text.len() <= crate::limits::STRING_BYTES => {
                    out.push_str(&text);
                    secret |= is_secret;
                }
                Some((text, _)) => {
                    let value = Value::String(out + &text);
                    return self.made(value, content);
                }
                None => failed = true,
            }
        }
        if failed {
            return None;
        }
        let value = if secret {
            Value::Secret(Secret::new(out))
        } else {
            Value::String(out)
        };
        self.made(value, content)
    }

    fn piece(&mut self, piece: Piece) -> Option<(String, bool)> {
        match piece {
            Piece::Literal(text) => Some((text, false)),
            Piece::Variable { name, default, span } => {
                let _ = span;
                let value = self.loader.environment.var(&name).filter(|text| !text.is_empty());
                Some((value.unwrap_or(default), false))
            }
            Piece::Hole(expr) => {
                let span = expr.span;
                let value = self.operand(expr)?;
                // Known only when it is read; lenient mode keeps it as it is written.
                if self.loader.options.lenient && matches!(value, Value::Deferred(_)) {
                    return Some((format!("${{{}}}", self.slice(span)), false));
                }
                let text = arithmetic::text(&value);
                if text.is_none() {
                    self.report(
                        Diagnostic::error(
                            "not-text",
                            format!("{} cannot stand in a text", arithmetic::kind(&value)),
                        )
                        .at(span)
                        .label("named here")
                        .help("name one of its values, as in `${name.key}`"),
                    );
                }
                text
            }
        }
    }
}

/// Splits the inside of a `'''` string: the info word, and where the text begins.
///
/// The info word is an identifier that the rest of the line leaves alone; the text begins on the next line then, and
/// also when nothing at all follows the quotes.
pub(super) fn raw(content: &str) -> (Option<&str>, usize) {
    let Some(newline) = content.find('\n') else {
        return (None, 0);
    };
    let first = content[..newline].trim_end_matches('\r');
    let word = first.trim_end_matches([' ', '\t']);
    if word.is_empty() {
        return (None, newline + 1);
    }
    let identifier = word
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'+' | b'#'))
        && word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if identifier {
        (Some(word), newline + 1)
    } else {
        (None, 0)
    }
}
