//! Strings. Each runs to its closing quotes, or to where they are missing at the latest.

use super::{Place, Scanner, is_blank};
use crate::parse::tree::Kind;

impl Scanner<'_> {
    /// A string as a value.
    pub(super) fn text(&mut self, place: Place) -> bool {
        self.part(Kind::Text, |this| {
            let quote = this.byte();
            let triple = [quote; 3];
            if this.skip(&triple) {
                while !this.is_end() && !this.skip(&triple) {
                    this.at += 1;
                    this.skip_to(|byte| byte == quote);
                }
                return true;
            }
            let start = this.at;
            if !this.quotes() {
                return false;
            }
            // Between brackets, a string with nothing behind its opening quote runs over lines.
            let is_wide = place == Place::Brackets
                && this.byte() == b'\n'
                && this
                    .text
                    .get(start + 1..this.at)
                    .is_some_and(|inside| inside.iter().all(|byte| is_blank(*byte)));
            if is_wide {
                this.at = start + 1;
                this.quoted_text(quote, Lines::Many);
                this.skip_byte(quote);
            }
            true
        })
    }

    /// A string as part of a key, or as a path: on one line.
    pub(super) fn quotes(&mut self) -> bool {
        let quote = self.byte();
        matches!(quote, b'"' | b'\'') && {
            self.at += 1;
            self.quoted_text(quote, Lines::One);
            self.skip_byte(quote);
            true
        }
    }

    /// What stands before the closing quote.
    fn quoted_text(&mut self, quote: u8, lines: Lines) {
        let has_escapes = quote == b'"';
        loop {
            self.skip_to(|byte| byte == quote || byte == b'\\' && has_escapes || byte == b'\n' && lines == Lines::One);
            // A backslash that is the last byte of all escapes nothing.
            if self.byte() != b'\\' || self.at + 1 == self.text.len() {
                return;
            }
            self.at += 1;
            if self.byte() == b'\n' && lines == Lines::One {
                return;
            }
            self.at += 1;
        }
    }

    /// `<<<HTML … HTML`, which is no TSK. A word in capitals alone on its line ends it.
    pub(super) fn heredoc(&mut self) -> bool {
        self.rest().starts_with(b"<<<")
            && self.part(Kind::Heredoc, |this| {
                this.at += 3;
                this.at += usize::from(matches!(this.byte(), b'"' | b'\''));
                if !this.heredoc_name() {
                    return false;
                }
                this.at += usize::from(matches!(this.byte(), b'"' | b'\''));
                this.blanks();
                this.byte() == b'\n' && {
                    this.part(Kind::HeredocText, Self::heredoc_text);
                    this.all(Self::heredoc_close) || this.missing()
                }
            })
    }

    fn heredoc_text(&mut self) -> bool {
        loop {
            self.skip_to(|byte| byte == b'\n');
            let closes = self.ahead(|this| {
                this.heredoc_close() && {
                    this.blanks();
                    this.is_end() || matches!(this.byte(), b'\n' | b')' | b';' | b',')
                }
            });
            if closes || self.is_end() {
                return true;
            }
            self.at += 1;
        }
    }

    fn heredoc_close(&mut self) -> bool {
        self.skip_byte(b'\n') && {
            self.blanks();
            self.heredoc_name()
        }
    }

    fn heredoc_name(&mut self) -> bool {
        self.byte().is_ascii_uppercase() && {
            self.skip_while(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
            true
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    One,
    Many,
}
