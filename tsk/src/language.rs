//! A language that fujsens are written in, as far as reading a file needs to know it.

use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
};

/// A language of fujsens. Two are the same when their names are.
///
/// This crate knows none by itself: [`Options::languages`](crate::Options::languages) says which there are.
#[derive(Clone, Copy)]
pub struct Language(&'static Traits);

/// What tells a language from others.
pub struct Traits {
    /// The info word that names it, in lower case: `rust`.
    pub name: &'static str,
    /// Other info words for it: `rs`.
    pub aliases: &'static [&'static str],
    /// What its files are called, without the point: `rs`.
    pub extension: &'static str,
    /// All that names of its files may end in, which other languages may claim, too.
    pub endings: &'static [&'static str],
    /// What a line of code, without the space around it, says about being of this language.
    pub sign: fn(&str) -> Option<Sign>,
}

/// What one line of code says about being of a language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// No other language that is like it has such a line.
    Own,
    /// It is of this language, unless another that may have such a line has one of its own beside it.
    Likely,
    /// It may be of this language, or of one that is like it.
    Shared,
}

impl Language {
    /// The language with these traits.
    pub const fn new(traits: &'static Traits) -> Self {
        Self(traits)
    }

    /// The info word that names it.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// What its files are called, without the point.
    pub fn extension(self) -> &'static str {
        self.0.extension
    }

    pub(crate) fn claims(self, ending: &str) -> bool {
        self.0.endings.contains(&ending)
    }

    pub(crate) fn is_called(self, word: &str) -> bool {
        let names = std::iter::once(&self.0.name).chain(self.0.aliases);
        names.into_iter().any(|name| name.eq_ignore_ascii_case(word))
    }

    /// What a line of code says about being of this language.
    pub fn sign(self, line: &str) -> Option<Sign> {
        (self.0.sign)(line)
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl PartialEq for Language {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Language {}

impl PartialOrd for Language {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Language {
    fn cmp(&self, other: &Self) -> Ordering {
        self.name().cmp(other.name())
    }
}

impl Hash for Language {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name().hash(state);
    }
}
