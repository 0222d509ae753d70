//! The inside of `"…"`: escapes and `${…}`.

use super::syntax::Expr;
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

/// A key's text: escapes, but nothing to fill in.
pub(crate) fn unescape(text: &str, content: Span, diagnostics: &mut Vec<Diagnostic>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(found) = text[at..].find('\\') {
        out.push_str(&text[at..at + found]);
        at += found;
        at += escape(&text[at..], place(content, at, 0), &mut out, diagnostics);
    }
    out.push_str(&text[at..]);
    out
}

fn place(content: Span, at: usize, length: usize) -> Span {
    let start = content.start + at as u32;
    Span {
        file: content.file,
        start,
        end: start + length as u32,
    }
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

/// Reads one escape at the start of `text`; returns its length.
fn escape(text: &str, at: Span, out: &mut String, diagnostics: &mut Vec<Diagnostic>) -> usize {
    let Some(letter) = text[1..].chars().next() else {
        out.push('\\');
        return 1;
    };
    let plain = match letter {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        '0' => '\0',
        '"' | '\\' | '\'' | '/' | '$' => letter,
        'u' => return unicode(text, at, out, diagnostics),
        _ => {
            let length = 1 + letter.len_utf8();
            keep(diagnostics,
                Diagnostic::error("bad-escape", format!("`\\{}` is no escape", letter.escape_default()))
                    .at(place(at, 0, length))
                    .label("not known")
                    .help("the escapes are `\\n \\t \\r \\\" \\\\ \\uXXXX`; write `\\\\` for a backslash, or use '…', which has no escapes"),
            );
            out.push(letter);
            return length;
        }
    };
    out.push(plain);
    1 + letter.len_utf8()
}

fn unicode(text: &str, at: Span, out: &mut String, diagnostics: &mut Vec<Diagnostic>) -> usize {
    if let Some(high) = hex4(text) {
        if let Some(letter) = char::from_u32(high) {
            out.push(letter);
            return 6;
        }
        // JSON writes what does not fit 16 bits as two of them.
        if let Some(low) = text.get(6..).and_then(hex4)
            && (0xD800..0xDC00).contains(&high)
            && (0xDC00..0xE000).contains(&low)
            && let Some(letter) = char::from_u32(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
        {
            out.push(letter);
            return 12;
        }
    }
    keep(
        diagnostics,
        Diagnostic::error("bad-escape", "`\\u` needs the four hexadecimal digits of a character")
            .at(place(at, 0, 2))
            .help("write it as in `\\u00e9`"),
    );
    2
}

fn hex4(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    u32::from_str_radix(digits, 16).ok()
}
