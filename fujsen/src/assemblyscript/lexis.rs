//! What strings and comments of AssemblyScript look like.

use crate::nesting::Lexis;

pub(super) const LEXIS: Lexis = Lexis {
    comments_nest: false,
    lines_end_statements: true,
    lifetimes: false,
    raw_strings: false,
    templates: true,
    choice: "switch",
};
