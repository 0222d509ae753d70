//! Code of other languages, as in `php(…)` or `class X {`: only its end is looked for.

use super::Scanner;
use crate::parse::tree::Kind;

impl Scanner<'_> {
    /// Brackets behind the name of a call that is not TSK.
    pub(super) fn code(&mut self) -> bool {
        self.part(Kind::Code, |this| {
            this.skip_byte(b'(') && {
                let mut open = 0;
                while !(this.is_end() || this.starts_section() || open == 0 && this.byte() == b')') {
                    match this.byte() {
                        b'"' | b'\'' if this.code_quoted() => continue,
                        b'(' => open += 1,
                        b')' => open -= 1,
                        b'\\' if this.at + 1 < this.text.len() => this.at += 1,
                        _ => {}
                    }
                    this.at += 1;
                }
                this.closed(b')')
            }
        })
    }

    /// A string of some language. An apostrophe opens none that its line does not close.
    fn code_quoted(&mut self) -> bool {
        self.all(|this| {
            let quote = this.byte();
            this.at += 1;
            loop {
                this.skip_to(|byte| byte == quote || byte == b'\\' || byte == b'\n' && quote == b'\'');
                if this.byte() != b'\\' {
                    return this.skip_byte(quote);
                }
                this.at += 1;
                if this.is_end() || this.byte() == b'\n' && quote == b'\'' {
                    return false;
                }
                this.at += 1;
            }
        })
    }

    /// A section header on the next line.
    fn starts_section(&mut self) -> bool {
        self.byte() == b'\n'
            && self.ahead(|this| {
                this.at += 1;
                this.is_header()
            })
    }

    /// Code that stands alone: `class X {`, `if (…) {`, `up() {`.
    pub(super) fn bad_block(&mut self) -> bool {
        (self.byte().is_ascii_alphabetic() || self.byte() == b'_')
            && self.part(Kind::BadBlock, |this| {
                this.skip_to(|byte| matches!(byte, b'{' | b'#' | b'\n'));
                let opens = this.byte() == b'{'
                    && this.ahead(|this| {
                        this.at += 1;
                        this.ends_line()
                    });
                opens && this.block()
            })
    }

    pub(super) fn block(&mut self) -> bool {
        self.byte() == b'{'
            && self.part(Kind::Block, |this| {
                this.at += 1;
                let mut open = 0;
                while !(this.is_end() || this.starts_section() || open == 0 && this.byte() == b'}') {
                    match this.byte() {
                        b'"' | b'\'' if this.code_quoted() => continue,
                        b'#' => {
                            this.skip_line();
                            continue;
                        }
                        b'{' => open += 1,
                        b'}' => open -= 1,
                        _ => {}
                    }
                    this.at += 1;
                }
                this.closed(b'}')
            })
    }

    /// `(a, b) => { … }`
    pub(super) fn arrow(&mut self) -> bool {
        let is_arrow = self.byte() == b'('
            && self.ahead(|this| {
                this.at += 1;
                this.skip_to(|byte| matches!(byte, b'(' | b')' | b'\n'));
                this.skip_byte(b')') && this.points()
            });
        is_arrow
            && self.part(Kind::Arrow, |this| {
                this.code() && this.points() && {
                    this.blanks();
                    this.block();
                    true
                }
            })
    }

    fn points(&mut self) -> bool {
        self.blanks();
        self.skip(b"=>")
    }
}
