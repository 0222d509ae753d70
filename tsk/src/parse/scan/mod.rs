//! Text to trees, as `grammar.pest` describes them.
//!
//! Every part is chosen by what stands at its start, and a part that was begun is always finished, if need be with
//! `Missing` in place of its closing mark. So time is linear in the text, and one mistake does not hide the next.
//!
//! A method that gives a `bool` says whether its part stands here. If not, the scanner is where it was.

mod brackets;
mod code;
mod lines;
mod strings;
mod values;

use super::tree::{Kind, Trees};
use crate::limits;

/// Where there are too many levels, in bytes.
#[derive(Debug)]
pub(super) enum Failure {
    TooDeep(usize),
    /// Something stands behind the value of `${…}`.
    Unread(usize),
}

/// The lines of a file.
pub(super) fn file(text: &str) -> Result<Trees, Failure> {
    let mut scanner = Scanner::new(text);
    scanner.lines();
    scanner.finish()
}

/// The value inside `${…}`, if there is one.
pub(super) fn fragment(text: &str) -> Result<Trees, Failure> {
    let mut scanner = Scanner::new(text);
    scanner.blanks();
    scanner.value(Place::Line);
    scanner.blanks();
    scanner.finish()
}

/// What ends a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The end of its line.
    Line,
    /// A comma, a bracket, or the end of its line unless an operator stands there.
    Brackets,
}

struct Scanner<'t> {
    text: &'t [u8],
    at: usize,
    trees: Trees,
    levels: usize,
    /// Set once; nothing is read from there on.
    too_deep: Option<usize>,
}

impl<'t> Scanner<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text: text.as_bytes(),
            at: 0,
            // A guess that saves most of the growing.
            trees: Trees::with_capacity(text.len() / 16),
            levels: 0,
            too_deep: None,
        }
    }

    fn finish(self) -> Result<Trees, Failure> {
        match self.too_deep {
            Some(at) => Err(Failure::TooDeep(at)),
            None if self.at < self.text.len() => Err(Failure::Unread(self.at)),
            None => Ok(self.trees),
        }
    }

    /// The byte here, and 0 at the end. A NUL in the text starts nothing either.
    fn byte(&self) -> u8 {
        self.byte_at(self.at)
    }

    fn byte_at(&self, at: usize) -> u8 {
        self.text.get(at).copied().unwrap_or(0)
    }

    fn is_end(&self) -> bool {
        self.at >= self.text.len()
    }

    fn rest(&self) -> &'t [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Skips these bytes if they stand here.
    fn skip(&mut self, bytes: &[u8]) -> bool {
        let found = self.rest().starts_with(bytes);
        if found {
            self.at += bytes.len();
        }
        found
    }

    fn skip_byte(&mut self, byte: u8) -> bool {
        let found = self.text.get(self.at) == Some(&byte);
        self.at += usize::from(found);
        found
    }

    /// Skips as many such bytes as there are, and says how many.
    fn skip_while(&mut self, fits: impl Fn(u8) -> bool) -> usize {
        let rest = self.rest();
        let count = rest.iter().position(|byte| !fits(*byte)).unwrap_or(rest.len());
        self.at += count;
        count
    }

    /// Skips what stands before such a byte, or the whole rest.
    fn skip_to(&mut self, is_end: impl Fn(u8) -> bool) {
        self.skip_while(|byte| !is_end(byte));
    }

    fn blanks(&mut self) {
        self.skip_while(is_blank);
    }

    /// Whether a line ends here, or a comment that would end it starts.
    fn ends_line(&mut self) -> bool {
        self.ahead(|this| {
            this.blanks();
            this.is_end() || matches!(this.byte(), b'#' | b'\n')
        })
    }

    /// Whether a blank or the end of the line is here, as behind `-`.
    fn is_space(&self) -> bool {
        self.is_end() || is_blank(self.byte()) || self.byte() == b'\n'
    }

    /// All of this, or nothing.
    fn all(&mut self, parts: impl FnOnce(&mut Self) -> bool) -> bool {
        let (at, len) = (self.at, self.trees.len());
        let found = parts(self);
        if !found {
            self.at = at;
            self.trees.truncate(len);
        }
        found
    }

    /// Whether this comes next.
    fn ahead(&mut self, parts: impl FnOnce(&mut Self) -> bool) -> bool {
        let (at, len) = (self.at, self.trees.len());
        let found = parts(self);
        self.at = at;
        self.trees.truncate(len);
        found
    }

    /// A part of this kind.
    fn part(&mut self, kind: Kind, parts: impl FnOnce(&mut Self) -> bool) -> bool {
        let start = self.at;
        let index = self.trees.open(kind, start);
        let found = parts(self);
        if found {
            self.trees.close(index, self.at);
        } else {
            self.at = start;
            self.trees.truncate(index);
        }
        found
    }

    /// A part that ends with this byte, or where it is missing.
    fn closed(&mut self, byte: u8) -> bool {
        self.skip_byte(byte) || self.missing()
    }

    fn missing(&mut self) -> bool {
        self.part(Kind::Missing, |_| true)
    }

    /// One level deeper, if that is not too deep.
    fn deeper(&mut self, parts: impl FnOnce(&mut Self) -> bool) -> bool {
        if self.levels == limits::SCANNED_NESTING {
            self.too_deep.get_or_insert(self.at);
            self.at = self.text.len();
            return true;
        }
        self.levels += 1;
        let found = parts(self);
        self.levels -= 1;
        found
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r')
}

/// Letters and digits of any script, and `_`.
fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}
