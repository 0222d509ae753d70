//! What a text is measured by.

use crate::limits;

/// A word, an operator or a literal, or a bracket.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Token {
    /// Bytes from the start of the text.
    pub(super) at: usize,
    /// Brackets that it stands in.
    pub(super) depth: usize,
    /// How many tokens of its expression there are up to it.
    pub(super) part: usize,
    /// Brackets that it stands in and that were opened behind a `<`: parsers try both that it opens type arguments and
    /// that it compares, which doubles their work with each level.
    pub(super) guesses: usize,
    /// Whether what it is depends on more than this has read.
    pub(super) is_doubtful: bool,
}

/// Why a token is one too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Excess {
    Depth,
    Guesses,
    Part,
    Doubt,
}

impl Token {
    /// What is wrong with it, if anything.
    pub(super) fn excess(&self) -> Option<Excess> {
        match self {
            Self { depth, .. } if *depth > limits::NESTING => Some(Excess::Depth),
            Self { guesses, .. } if *guesses > limits::GUESSES => Some(Excess::Guesses),
            Self { part, .. } if *part > limits::EXPRESSION => Some(Excess::Part),
            Self { is_doubtful: true, .. } => Some(Excess::Doubt),
            _ => None,
        }
    }
}
