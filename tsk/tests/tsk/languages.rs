//! The languages that this project's host knows, as it recognizes them.

use tsk::{Language, Options};

#[path = "../../../fujsen/src/assemblyscript/recognized.rs"]
mod assemblyscript;
#[path = "../../../fujsen/src/javascript/recognized.rs"]
mod javascript;
#[path = "../../../fujsen/src/python/recognized.rs"]
mod python;
#[path = "../../../fujsen/src/rust/recognized.rs"]
mod rust;

/// How the host reads a file.
pub(crate) fn options() -> Options {
    static LANGUAGES: [Language; 4] = [
        Language::new(&rust::TRAITS),
        Language::new(&assemblyscript::TRAITS),
        Language::new(&javascript::TRAITS),
        Language::new(&python::TRAITS),
    ];
    Options {
        languages: &LANGUAGES,
        ..Options::default()
    }
}
