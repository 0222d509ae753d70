//! Values: rows of operands and operators.
//!
//! Whether a row is an expression or plain text can depend on the keys defined before it, so operators are not nested
//! here; `parse/expression.rs` gives them their precedence.

use super::{Place, Scanner, is_letter};
use crate::parse::tree::Kind;

/// The longer ones come first.
const OPERATORS: [&[u8]; 16] = [
    b"==", b"!=", b"<=", b">=", b"&&", b"||", b"+", b"-", b"*", b"/", b"%", b"<", b">", b"!", b"?", b":",
];

/// With these, a value between brackets goes on over the end of its line.
const JOINERS: [&[u8]; 7] = [b"||", b"&&", b"?", b":", b"+", b"==", b"!="];

impl Scanner<'_> {
    pub(super) fn value(&mut self, place: Place) -> bool {
        self.part(Kind::Value, |this| {
            this.tree(place) && {
                while this.more(place) {}
                true
            }
        })
    }

    /// The next tree of a row.
    fn more(&mut self, place: Place) -> bool {
        if self.hash() {
            return true;
        }
        self.all(|this| {
            this.blanks();
            let ends = match this.byte() {
                b'\n' | b'#' => true,
                b',' | b'}' | b']' | b')' => place == Place::Brackets,
                _ => false,
            };
            !ends && this.tree(place) || place == Place::Brackets && this.turn() && this.is_joiner() && this.tree(place)
        })
    }

    /// A `#` that touches what stands before it is no comment.
    fn hash(&mut self) -> bool {
        self.byte() == b'#'
            && self.part(Kind::Hash, |this| {
                this.at += 1;
                this.word_chars();
                true
            })
    }

    fn tree(&mut self, place: Place) -> bool {
        match self.byte() {
            b'"' | b'\'' => self.text(place),
            b'0'..=b'9' => self.number() || self.word(),
            byte if is_letter(byte) => self.word(),
            b'[' => self.array(),
            b'{' => self.object(),
            b'@' => self.include() || self.call() || self.other(place),
            b'$' => self.global() || self.other(place),
            b'(' => self.arrow() || self.parens(),
            _ => self.heredoc() || self.operator(place) || self.other(place),
        }
    }

    fn operator(&mut self, place: Place) -> bool {
        let joins = place == Place::Brackets && self.is_joiner();
        let found = self.part(Kind::Operator, |this| {
            OPERATORS.iter().any(|operator| this.skip(operator))
        });
        // A `#` that touches the operator begins no comment that could end its line.
        if found && joins && self.byte() != b'#' {
            self.turn();
        }
        found
    }

    fn is_joiner(&self) -> bool {
        JOINERS.iter().any(|joiner| self.rest().starts_with(joiner))
    }

    fn other(&mut self, place: Place) -> bool {
        let ends = match self.byte() {
            b'#' | b'\n' => true,
            b',' | b')' | b']' | b'}' => place == Place::Brackets,
            _ => self.is_end(),
        };
        !ends
            && self.part(Kind::Other, |this| {
                this.at += 1;
                true
            })
    }

    /// Line breaks and the comments before them.
    pub(super) fn turn(&mut self) -> bool {
        let line = |this: &mut Self| {
            this.blanks();
            if this.skip_byte(b'#') {
                this.part(Kind::Comment, Self::line_end);
            }
            this.skip_byte(b'\n')
        };
        self.all(line) && {
            while self.all(line) {}
            self.blanks();
            true
        }
    }

    fn number(&mut self) -> bool {
        self.part(Kind::Number, |this| {
            this.digits();
            this.all(|this| this.skip_byte(b'.') && this.digits());
            this.all(|this| {
                (this.skip_byte(b'e') || this.skip_byte(b'E')) && {
                    let _ = this.skip_byte(b'+') || this.skip_byte(b'-');
                    this.digits()
                }
            });
            !this.is_word_char()
        })
    }

    fn digits(&mut self) -> bool {
        self.skip_while(|byte| byte.is_ascii_digit()) > 0
    }

    /// A bare word, or the name and the brackets of a call that is not TSK.
    fn word(&mut self) -> bool {
        let start = self.at;
        self.word_chars();
        let (name, end) = (self.text.get(start..self.at).unwrap_or_default(), self.at);
        let is_name = |name: &[u8]| {
            !name.first().is_some_and(u8::is_ascii_digit)
                && name
                    .iter()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))
        };
        let calls = self.byte() == b'(' && is_name(name);
        self.at = start;
        let to_end = |this: &mut Self| {
            this.at = end;
            true
        };
        if calls {
            self.part(Kind::CodeCall, |this| this.part(Kind::CodeName, to_end) && this.code())
        } else {
            self.part(Kind::Word, to_end)
        }
    }

    fn word_chars(&mut self) {
        loop {
            self.skip_while(|byte| is_letter(byte) || matches!(byte, b'.' | b'@' | b'#' | b'$' | b'~' | b'\\'));
            if !self.is_word_char() {
                return;
            }
            self.at += 1;
        }
    }

    fn is_word_char(&self) -> bool {
        match self.byte() {
            b'.' | b'@' | b'#' | b'$' | b'~' | b'\\' => true,
            // As in `don't`.
            b'\'' => self.byte_at(self.at + 1).is_ascii_alphabetic(),
            byte => is_letter(byte),
        }
    }

    fn global(&mut self) -> bool {
        self.part(Kind::Global, |this| {
            this.skip_byte(b'$') && this.bare() && {
                while this.all(|this| this.skip_byte(b'.') && this.bare()) {}
                true
            }
        })
    }

    pub(super) fn include(&mut self) -> bool {
        self.byte() == b'@'
            && self.part(Kind::Include, |this| {
                this.at += 1;
                this.part(Kind::IncludeName, |this| this.skip(b"include") || this.skip(b"import"))
                    && this.skip_while(super::is_blank) > 0
                    && this.part(Kind::Quoted, Self::quotes)
            })
    }

    pub(super) fn call(&mut self) -> bool {
        self.byte() == b'@'
            && self.part(Kind::Call, |this| {
                this.at += 1;
                this.part(Kind::OperatorName, Self::names) && {
                    while this.args()
                        || this.all(|this| this.skip_byte(b'.') && this.part(Kind::MemberName, Self::names))
                    {
                    }
                    true
                }
            })
    }

    fn names(&mut self) -> bool {
        self.name() && {
            while self.all(|this| this.skip_byte(b'.') && this.name()) {}
            true
        }
    }

    fn name(&mut self) -> bool {
        if !(self.byte().is_ascii_alphabetic() || self.byte() == b'_') {
            return false;
        }
        loop {
            self.skip_while(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            if self.byte() != b'-' || !self.byte_at(self.at + 1).is_ascii_alphabetic() {
                return true;
            }
            self.at += 1;
        }
    }
}
