//! Arrays, arguments, objects and parentheses.

use super::{Place, Scanner};
use crate::parse::tree::Kind;

impl Scanner<'_> {
    pub(super) fn object(&mut self) -> bool {
        self.byte() == b'{'
            && self.deeper(|this| {
                this.part(Kind::Object, |this| {
                    this.at += 1;
                    while this.gap() || this.byte() != b'}' && this.member() {}
                    this.closed(b'}')
                })
            })
    }

    /// What may stand between statements.
    fn gap(&mut self) -> bool {
        match self.byte() {
            b' ' | b',' | b';' | b'\t' | b'\r' => self.at += 1,
            b'\n' => return self.all(|this| this.skip_byte(b'\n') && !this.is_header() && this.line_start()),
            _ => return self.comment(),
        }
        true
    }

    fn line_start(&mut self) -> bool {
        self.blanks();
        self.line_comment();
        true
    }

    pub(super) fn array(&mut self) -> bool {
        self.byte() == b'[' && self.list(Kind::Array, b']')
    }

    pub(super) fn args(&mut self) -> bool {
        self.byte() == b'(' && self.list(Kind::Args, b')')
    }

    fn list(&mut self, kind: Kind, close: u8) -> bool {
        self.deeper(|this| {
            this.part(kind, |this| {
                this.at += 1;
                while this.list_gap() || this.byte() != close && this.list_item() {}
                this.closed(close)
            })
        })
    }

    /// A value and its comma. Further commas are parts, with nothing before them.
    fn list_item(&mut self) -> bool {
        self.value(Place::Brackets) && {
            if !self.skip_byte(b',') {
                self.all(|this| {
                    while this.list_blank() {}
                    this.skip_byte(b',')
                });
            }
            true
        }
    }

    fn list_gap(&mut self) -> bool {
        self.list_blank()
            || self.byte() == b','
                && self.part(Kind::Comma, |this| {
                    this.at += 1;
                    true
                })
    }

    fn list_blank(&mut self) -> bool {
        match self.byte() {
            b' ' | b'\t' | b'\r' => self.at += 1,
            b'\n' => {
                return self.all(|this| {
                    this.skip_byte(b'\n') && !this.is_header() && !this.is_key_line() && this.line_start()
                });
            }
            _ => return self.comment(),
        }
        true
    }

    pub(super) fn parens(&mut self) -> bool {
        self.byte() == b'('
            && self.deeper(|this| {
                this.part(Kind::Parens, |this| {
                    this.at += 1;
                    this.turn();
                    this.blanks();
                    this.value(Place::Brackets);
                    let closes = this.all(|this| {
                        this.turn();
                        this.blanks();
                        this.skip_byte(b')')
                    });
                    closes || this.missing()
                })
            })
    }
}
