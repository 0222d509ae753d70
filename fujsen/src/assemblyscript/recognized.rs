//! How AssemblyScript is recognized in a TSK file.

use tsk::{Sign, Traits};

/// The names of AssemblyScript, its ending, and what its lines look like beside those of JavaScript.
pub(crate) static TRAITS: Traits = Traits {
    name: "assemblyscript",
    aliases: &["as", "ts", "typescript"],
    extension: "ts",
    sign,
};

const OWN: &[&str] = &["export ", "@inline", "@unmanaged"];
/// JavaScript has them, too.
const SHARED: &[&str] = &["function ", "async function ", "const ", "class ", "import "];

fn sign(line: &str) -> Option<Sign> {
    let starts = |words: &[&str]| words.iter().any(|word| line.starts_with(word));
    if starts(OWN) || is_typed_function(line) {
        return Some(Sign::Own);
    }
    starts(SHARED).then_some(Sign::Shared)
}

/// `function f(a: i32): i32 {`. Without a type, it may be JavaScript.
fn is_typed_function(line: &str) -> bool {
    let Some(rest) = line.strip_prefix("function ") else {
        return false;
    };
    let after = rest.rsplit_once(')').map_or("", |(_, after)| after);
    after.trim_start().starts_with(':')
}
