//! Lines: sections, keys, and the statements between braces.

use super::{Place, Scanner, is_blank, is_letter};
use crate::parse::tree::Kind;

impl Scanner<'_> {
    /// The lines of a file, up to its end.
    pub(super) fn lines(&mut self) {
        self.skip("\u{FEFF}".as_bytes());
        if self.byte() == b'#' && self.byte_at(self.at + 1) == b'!' {
            self.skip_line();
        }
        self.line();
        while !self.is_end() {
            if self.skip_while(|byte| byte == b'\n') > 0 {
                self.line();
            } else if self.skip_while(is_blank) == 0 && !self.comment() {
                self.part(Kind::Stray, Self::line_end);
            }
        }
    }

    fn line(&mut self) {
        self.blanks();
        if !(self.is_end() || self.byte() == b'\n' || self.line_comment()) {
            self.statement();
        }
    }

    pub(super) fn line_end(&mut self) -> bool {
        self.skip_line();
        true
    }

    pub(super) fn skip_line(&mut self) {
        self.skip_to(|byte| byte == b'\n');
    }

    pub(super) fn comment(&mut self) -> bool {
        self.byte() == b'#' && self.line_end()
    }

    /// A comment where a statement could stand.
    pub(super) fn line_comment(&mut self) -> bool {
        let is_comment = match self.byte() {
            b'#' | b';' => true,
            b'/' => self.byte_at(self.at + 1) == b'/',
            _ => false,
        };
        is_comment && self.line_end()
    }

    fn statement(&mut self) -> bool {
        self.entry(Place::Line)
            || self.section()
            || self.item(Place::Line)
            || self.directive()
            || self.close_angle(Place::Line)
            || self.bad_block()
            || self.part(Kind::BadLine, |this| this.value(Place::Line))
    }

    fn section(&mut self) -> bool {
        if self.byte() != b'[' {
            return false;
        }
        self.part(Kind::Section, |this| this.header() && this.ends_line())
            || self.part(Kind::BadSection, Self::line_end)
    }

    fn header(&mut self) -> bool {
        self.skip_byte(b'[') && {
            self.blanks();
            let found = self.part(Kind::Path, Self::path);
            self.blanks();
            found && self.skip_byte(b']')
        }
    }

    /// Whether a section starts here: it ends everything that was not closed.
    pub(super) fn is_header(&mut self) -> bool {
        self.byte() == b'[' && self.ahead(|this| this.header() && this.ends_line())
    }

    fn path(&mut self) -> bool {
        self.key_part() && {
            while self.all(|this| this.skip_byte(b'.') && this.key_part()) {}
            true
        }
    }

    fn key_part(&mut self) -> bool {
        self.bare() || self.quotes()
    }

    /// A key without quotes.
    pub(super) fn bare(&mut self) -> bool {
        let start = self.at;
        loop {
            self.skip_while(is_letter);
            // `- item` and `name->other` are no keys.
            let behind = self.byte_at(self.at + 1);
            let ends = self.byte() != b'-' || is_blank(behind) || matches!(behind, b'\n' | b'>');
            if ends {
                return self.at > start;
            }
            self.at += 1;
        }
    }

    pub(super) fn key(&mut self) -> bool {
        self.part(Kind::Key, |this| match this.byte() {
            b'$' => this.skip_byte(b'$') && this.bare(),
            _ => this.path(),
        })
    }

    fn separator(&mut self) -> bool {
        let found = match self.byte() {
            b':' => true,
            b'=' => !matches!(self.byte_at(self.at + 1), b'=' | b'>'),
            _ => false,
        };
        self.at += usize::from(found);
        found
    }

    fn entry(&mut self, place: Place) -> bool {
        if !(is_letter(self.byte()) || matches!(self.byte(), b'"' | b'\'' | b'$' | b'-')) {
            return false;
        }
        self.part(Kind::Entry, |this| {
            if !this.key() {
                return false;
            }
            this.blanks();
            if this.separator() {
                this.blanks();
                let _ = this.angle() || this.value(place);
                return true;
            }
            this.angle() || this.object() || this.array()
        })
    }

    /// Whether a line with a key stands behind this line break.
    pub(super) fn is_key_line(&mut self) -> bool {
        self.ahead(|this| {
            this.blanks();
            this.key() && {
                this.blanks();
                this.separator() && this.is_space()
            }
        })
    }

    fn angle(&mut self) -> bool {
        self.byte() == b'>' && self.part(Kind::Angle, |this| this.skip_byte(b'>') && this.ends_line())
    }

    fn close_angle(&mut self, place: Place) -> bool {
        self.byte() == b'<'
            && self.part(Kind::CloseAngle, |this| {
                this.at += 1;
                if this.ends_line() {
                    return true;
                }
                let comma = |this: &mut Self| {
                    this.blanks();
                    this.skip_byte(b',')
                };
                match place {
                    Place::Line => this.all(comma),
                    Place::Brackets => this.ahead(comma),
                }
            })
    }

    fn item(&mut self, place: Place) -> bool {
        self.byte() == b'-'
            && self.part(Kind::Item, |this| {
                this.at += 1;
                if !this.is_space() {
                    return false;
                }
                this.blanks();
                let entry = place == Place::Line && this.part(Kind::ItemEntry, Self::item_entry);
                let _ = entry || this.value(place);
                true
            })
    }

    fn item_entry(&mut self) -> bool {
        self.key() && {
            self.blanks();
            let found = matches!(self.byte(), b':' | b'=');
            self.at += usize::from(found);
            found && self.is_space() && {
                self.blanks();
                self.value(Place::Line);
                true
            }
        }
    }

    fn directive(&mut self) -> bool {
        self.byte() == b'@'
            && self.part(Kind::Directive, |this| {
                this.include()
                    || this.call() && {
                        this.all(|this| {
                            this.blanks();
                            this.block()
                        });
                        true
                    }
            })
    }

    /// A statement between braces.
    pub(super) fn member(&mut self) -> bool {
        self.entry(Place::Brackets)
            || self.item(Place::Brackets)
            || self.directive()
            || self.close_angle(Place::Brackets)
            || self.bad_block()
            || self.part(Kind::BadLine, |this| this.value(Place::Brackets) || this.closer())
    }

    fn closer(&mut self) -> bool {
        matches!(self.byte(), b')' | b']')
            && self.part(Kind::Closer, |this| {
                this.at += 1;
                true
            })
    }
}
