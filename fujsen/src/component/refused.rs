//! Why a module that was built elsewhere cannot be used.

use crate::limits;

/// Why a prebuilt module cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PrebuiltError {
    /// It cannot be read as WebAssembly; why, in the parser's words.
    #[error("this is not WebAssembly: {0}")]
    NotWasm(String),
    /// It exports no function `call`, so that nothing in it could be run.
    #[error("it does not export `call` of the world tusk:fujsen/module")]
    NoCall,
    /// It imports these, which are neither the world's nor those of WASI 0.2.
    #[error("it imports {}, which this host does not have", shown(.0))]
    UnknownImports(Vec<String>),
    /// It does not say which functions it has.
    #[error("it has no custom section `tusk:functions`; build it with the guest SDK")]
    NoFunctions,
    /// It is over a bound: how much of what it has, and the most that there may be.
    #[error("it has {0}; at most {1} are allowed")]
    TooMuch(String, String),
    /// A function, or `function(parameter)`, whose name is empty, too long, or has other characters than names may
    /// have.
    #[error("its function `{}` has no name that can be used: letters, digits, `_`, `-`, `.` and `$`", printed(.0, limits::SHOWN))]
    BadName(String),
    /// Anything else, in words.
    #[error("{}", printed(.0, limits::SHOWN))]
    Other(String),
}

/// What a module says, on one line and not without end: so many characters at most.
pub(crate) fn printed(text: &str, most: usize) -> String {
    let short: String = text.chars().take(most).collect();
    let rest = if short.len() < text.len() { "…" } else { "" };
    let quiet = short.chars().map(|c| match c {
        '"' | '\'' | '\\' => c.to_string(),
        _ => c.escape_debug().to_string(),
    });
    quiet.collect::<String>() + rest
}

fn shown(names: &[String]) -> String {
    let more = names.len().saturating_sub(limits::NAMES_SHOWN);
    let names: Vec<_> = names
        .iter()
        .take(limits::NAMES_SHOWN)
        .map(|name| printed(name, limits::SHOWN))
        .collect();
    let rest = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    names.join(", ") + &rest
}
