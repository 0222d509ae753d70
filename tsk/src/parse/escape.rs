//! Escapes in quoted text.

use crate::{
    diagnostic::{Diagnostic, keep},
    span::Span,
};

/// A key's text: escapes, but nothing to fill in.
pub(super) fn unescape(text: &str, content: Span, diagnostics: &mut Vec<Diagnostic>) -> String {
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

/// Reads one escape at the start of `text`; returns its length.
pub(super) fn escape(text: &str, at: Span, out: &mut String, diagnostics: &mut Vec<Diagnostic>) -> usize {
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

/// A part of what stands at `content`.
pub(super) fn place(content: Span, at: usize, length: usize) -> Span {
    let start = content.start + at as u32;
    Span {
        file: content.file,
        start,
        end: start + length as u32,
    }
}
