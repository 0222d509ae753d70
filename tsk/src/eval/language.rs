//! Which language a text of code is in.

use crate::value::Language;

pub(super) const NAMES: [&str; 3] = ["rust", "assemblyscript", "python"];

pub(super) enum Guess {
    Sure(Language),
    /// What it may be, likeliest first.
    Doubt(Vec<Language>),
}

pub(super) fn of_word(word: &str) -> Option<Language> {
    match word.to_ascii_lowercase().as_str() {
        "rust" | "rs" => Some(Language::Rust),
        "assemblyscript" | "as" | "ts" | "typescript" => Some(Language::AssemblyScript),
        "python" | "py" => Some(Language::Python),
        _ => None,
    }
}

pub(super) fn of_file(ending: &str) -> Option<Language> {
    match ending {
        "rs" => Some(Language::Rust),
        "ts" => Some(Language::AssemblyScript),
        "py" => Some(Language::Python),
        _ => None,
    }
}

/// Reads the language off the lines that begin something.
pub(super) fn guess(code: &str) -> Guess {
    let mut found: Vec<Language> = Vec::new();
    let mut unsure = false;
    for line in code.lines() {
        match of_line(line.trim()) {
            Some(Sign::Of(language)) if !found.contains(&language) => found.push(language),
            Some(Sign::Script) => unsure = true,
            _ => {}
        }
    }
    match found.as_slice() {
        // `function f(a) {` has no types: it may be JavaScript, which is none of ours.
        [language] if !(unsure && *language != Language::AssemblyScript) => Guess::Sure(*language),
        [] if unsure => Guess::Doubt(vec![Language::AssemblyScript]),
        _ => Guess::Doubt(found),
    }
}

enum Sign {
    Of(Language),
    /// AssemblyScript or JavaScript.
    Script,
}

fn of_line(line: &str) -> Option<Sign> {
    let starts = |words: &[&str]| words.iter().any(|word| line.starts_with(word));
    if starts(&[
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
    ]) {
        return Some(Sign::Of(Language::Rust));
    }
    if starts(&["def ", "async def ", "elif ", "except ", "except:"]) || is_python_class(line) || is_python_import(line)
    {
        return Some(Sign::Of(Language::Python));
    }
    if starts(&["export ", "@inline", "@unmanaged"]) || is_typed_function(line) {
        return Some(Sign::Of(Language::AssemblyScript));
    }
    starts(&["function ", "async function ", "const ", "class ", "import "]).then_some(Sign::Script)
}

fn is_python_class(line: &str) -> bool {
    line.starts_with("class ") && line.split(" #").next().unwrap_or(line).trim_end().ends_with(':')
}

fn is_python_import(line: &str) -> bool {
    let from = line.starts_with("from ") && line.contains(" import ");
    from || line.starts_with("import ") && !line.contains(['{', '"', '\'', ';', '*'])
}

/// `function f(a: i32): i32 {`
fn is_typed_function(line: &str) -> bool {
    let Some(rest) = line.strip_prefix("function ") else {
        return false;
    };
    let after = rest.rsplit_once(')').map_or("", |(_, after)| after);
    after.trim_start().starts_with(':')
}
