//! Text that others have made, on its way to people: one line stays one line, nothing in it steers a terminal or hides, and it
//! ends.

use std::{borrow::Cow, fmt::Write};

/// One line of plain characters. The escapes are those of JSON, so that a JSON text keeps its meaning.
pub fn escaped(text: &str) -> Cow<'_, str> {
    without(text, steers)
}

/// As [`escaped`], for a text of several lines that the host has laid out itself.
pub fn lines(text: &str) -> Cow<'_, str> {
    without(text, |character| character != '\n' && steers(character))
}

/// As [`escaped`], of at most `most` bytes of the text.
pub fn shown(text: &str, most: usize) -> Cow<'_, str> {
    match capped(text, most) {
        Cow::Borrowed(text) => escaped(text),
        Cow::Owned(text) => Cow::Owned(escaped(&text).into_owned()),
    }
}

/// At most `most` bytes of a text, and a word on how much there is.
pub fn capped(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most {
        return Cow::Borrowed(text);
    }
    let start = text.get(..text.floor_char_boundary(most)).unwrap_or_default();
    Cow::Owned(format!("{start}… ({} bytes)", text.len()))
}

fn without(text: &str, is_bad: impl Fn(char) -> bool) -> Cow<'_, str> {
    // Most texts: seen many bytes at a time.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Cow::Borrowed(text);
    }
    let Some(first) = text.find(&is_bad) else {
        return Cow::Borrowed(text);
    };
    let mut escaped = String::with_capacity(text.len() + 16);
    escaped.push_str(text.get(..first).unwrap_or_default());
    for character in text.get(first..).unwrap_or_default().chars() {
        match character {
            _ if !is_bad(character) => escaped.push(character),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    let _ = write!(escaped, "\\u{unit:04x}");
                }
            }
        }
    }
    Cow::Owned(escaped)
}

/// Control characters, what ends a line elsewhere, what reorders the text around it, and what nobody sees.
fn steers(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
                | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_and_json_keeps_its_meaning() {
        for text in [
            "a\nb",
            "a\r\nINFO forged",
            "\u{1b}[2J\u{1b}]0;title\u{7}",
            "abc\u{202e}fdp.exe",
            "line\u{2028}sep\u{2029}par",
            "zero\u{200b}width\u{200d}\u{feff}\u{2060}",
            "\u{85}\u{9b}31m\0\u{7f}",
            "tag\u{e0041}\u{e007f}",
            "\u{2066}isolate\u{2069}\u{61c}",
        ] {
            let escaped = escaped(text);
            assert!(!escaped.chars().any(steers), "{escaped:?}");
            assert!(escaped.chars().all(|c| c == ' ' || c.is_ascii_graphic()), "{escaped:?}");
            let back: String = serde_json::from_str(&format!("\"{escaped}\"")).unwrap();
            assert_eq!(back, text);
        }
        for plain in ["", "Grüße, 世界 👍", "a\\b \"q\" {}"] {
            assert!(matches!(escaped(plain), Cow::Borrowed(text) if text == plain));
        }
        assert_eq!(lines("a\n\u{1b}b\r\n"), "a\n\\u001bb\\r\n");
    }

    #[test]
    fn what_is_long_is_cut_at_a_character() {
        assert_eq!(capped("abc", 3), "abc");
        assert_eq!(capped("abcd", 3), "abc… (4 bytes)");
        assert_eq!(shown("aöö\n", 2), "a… (6 bytes)");
        assert_eq!(shown("aö\n", 4), "aö\\n");
    }
}
