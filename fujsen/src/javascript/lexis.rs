//! What strings, comments and expressions of JavaScript look like.

use crate::nesting::{Grammar, Lexis};

pub(super) const LEXIS: Lexis = Lexis {
    grammar: Grammar::Script,
    choice: "switch",
};
