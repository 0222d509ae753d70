//! What strings and comments of Rust look like.

use crate::nesting::Lexis;

pub(super) const LEXIS: Lexis = Lexis {
    comments_nest: true,
    lines_end_statements: false,
    lifetimes: true,
    raw_strings: true,
    templates: false,
    choice: "match",
};
