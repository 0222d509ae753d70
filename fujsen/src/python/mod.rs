//! Python: recognized, so that its texts are told that nothing compiles them yet.
mod recognized;

use crate::language::Language;

/// Python, which nothing compiles.
pub(crate) static LANGUAGE: Language = Language {
    known: tsk::Language::new(&recognized::TRAITS),
    compiled: None,
};
