//! Why a module that was built elsewhere cannot be used.

use crate::limits;

/// Why a prebuilt module cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PrebuiltError {
    #[error("this is not WebAssembly: {0}")]
    NotWasm(String),
    #[error("it does not export `call` of the world tusk:fujsen/module")]
    NoCall,
    #[error("it imports {}, which this host does not have", shown(.0))]
    UnknownImports(Vec<String>),
    #[error("it has no custom section `tusk:functions`; build it with the guest SDK")]
    NoFunctions,
    #[error("it has {0}; at most {1} are allowed")]
    TooMuch(String, String),
    #[error("its function `{}` has no name that can be used: letters, digits, `_`, `-`, `.` and `$`", printed(.0))]
    BadName(String),
    #[error("{}", printed(.0))]
    Other(String),
}

/// What a module says, on one line and not without end.
fn printed(text: &str) -> String {
    let short: String = text.chars().take(limits::SHOWN).collect();
    let rest = if short.len() < text.len() { "…" } else { "" };
    format!("{}{rest}", short.escape_debug())
}

fn shown(names: &[String]) -> String {
    let more = names.len().saturating_sub(limits::NAMES_SHOWN);
    let names: Vec<_> = names
        .iter()
        .take(limits::NAMES_SHOWN)
        .map(|name| printed(name))
        .collect();
    let rest = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    names.join(", ") + &rest
}
