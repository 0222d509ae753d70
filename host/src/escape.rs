//! Text from outside as one line of the log or of a terminal shows it.

use std::{borrow::Cow, fmt::Write};

/// One line stays one line, and nothing in it steers a terminal. The escapes are those of JSON, so that a JSON text
/// keeps its meaning.
pub(crate) fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            _ if steers(character) => {
                let _ = write!(escaped, "\\u{:04x}", character as u32);
            }
            _ => escaped.push(character),
        }
    }
    Cow::Owned(escaped)
}

/// As [`escaped`], and cut after `most` bytes with a word on how much there is.
pub(crate) fn shown(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most {
        return escaped(text);
    }
    let start = &text[..text.floor_char_boundary(most)];
    Cow::Owned(format!("{}… ({} bytes)", escaped(start), text.len()))
}

/// Control characters, line separators, and what reorders the text around it.
fn steers(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_a_terminal_or_starts_a_line() {
        assert_eq!(escaped("a \u{1b}[31m\nb\u{202e}"), "a \\u001b[31m\\nb\\u202e");
        assert_eq!(escaped("plain – ü"), "plain – ü");
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(shown("äöü", 3), "ä… (6 bytes)");
        assert_eq!(shown("äöü", 6), "äöü");
    }
}
