//! The inside of `"…"`: text and `${…}`.

use super::{
    escape::{escape, place},
    syntax::Expr,
};
use crate::{
    diagnostic::{Diagnostic, keep},
    span::Span,
};

#[derive(Debug)]
pub(crate) enum Piece {
    Literal(String),
    /// `${expression}`
    Hole(Expr),
    /// `${NAME:-default}`
    Variable {
        name: String,
        default: String,
        span: Span,
    },
}

/// Splits the text between two `"`. `content` says where it stands.
pub(crate) fn pieces(text: &str, content: Span, diagnostics: &mut Vec<Diagnostic>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut at = 0;
    while let Some(found) = text[at..].find(['\\', '$']) {
        literal.push_str(&text[at..at + found]);
        at += found;
        let rest = &text[at..];
        if rest.starts_with('\\') {
            at += escape(rest, place(content, at, 0), &mut literal, diagnostics);
        } else if let Some(inside) = rest.strip_prefix("${") {
            let Some(end) = closing_brace(inside) else {
                keep(diagnostics, unclosed_hole(place(content, at, 2)));
                return pieces;
            };
            if !literal.is_empty() {
                pieces.push(Piece::Literal(std::mem::take(&mut literal)));
            }
            pieces.extend(hole(&inside[..end], place(content, at + 2, end), diagnostics));
            at += end + 3;
        } else {
            literal.push('$');
            at += 1;
        }
    }
    literal.push_str(&text[at..]);
    if !literal.is_empty() {
        pieces.push(Piece::Literal(literal));
    }
    pieces
}

/// Strings inside the hole may hold braces.
fn closing_brace(text: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0usize, None);
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), _) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'{') => depth += 1,
            (None, b'}') if depth == 0 => return Some(at),
            (None, b'}') => depth -= 1,
            _ => {}
        }
    }
    // An apostrophe in a shell-style default is no quote.
    text.find('}')
}

fn hole(text: &str, span: Span, diagnostics: &mut Vec<Diagnostic>) -> Option<Piece> {
    if let Some((name, default)) = text.split_once(":-")
        && !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    {
        return Some(Piece::Variable {
            name: name.to_owned(),
            default: default.to_owned(),
            span,
        });
    }
    let expression = super::fragment(span.file, text, span.start, diagnostics);
    if expression.is_none() {
        keep(
            diagnostics,
            Diagnostic::error("empty-interpolation", "`${}` names nothing")
                .at(span)
                .label("a name belongs here")
                .help("write `${name}`, or `\\${}` for the characters themselves"),
        );
    }
    expression.map(Piece::Hole)
}

fn unclosed_hole(span: Span) -> Diagnostic {
    Diagnostic::error("unclosed-interpolation", "`${` without `}`")
        .at(span)
        .label("opened here")
        .help("close it with `}`, or write `\\${` for the characters themselves")
}
