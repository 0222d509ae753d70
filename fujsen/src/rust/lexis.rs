//! What strings, comments and expressions of Rust look like.

use crate::nesting::{Grammar, Lexis};

pub(super) const LEXIS: Lexis = Lexis {
    grammar: Grammar::Rust,
    choice: "match",
};
