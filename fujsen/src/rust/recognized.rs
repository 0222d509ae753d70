//! How Rust is recognized in a TSK file.

use tsk::{Sign, Traits};

/// The names of Rust, its ending, and what its items begin with.
pub(crate) static TRAITS: Traits = Traits {
    name: "rust",
    aliases: &["rs"],
    extension: "rs",
    endings: &["rs"],
    sign,
};

/// What items begin with, and no line of the other languages.
const OWN: &[&str] = &[
    "fn ",
    "pub ",
    "pub(",
    "use ",
    "#[",
    "#![",
    "impl ",
    "impl<",
    "async fn ",
    "unsafe fn ",
    "mod ",
    "let mut ",
];

fn sign(line: &str) -> Option<Sign> {
    OWN.iter().any(|word| line.starts_with(word)).then_some(Sign::Own)
}
