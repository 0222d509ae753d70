//! How AssemblyScript is recognized in a TSK file.

use tsk::{Sign, Traits};

/// The names of AssemblyScript, its ending, and what its lines look like beside those of JavaScript.
pub(crate) static TRAITS: Traits = Traits {
    name: "assemblyscript",
    aliases: &["as"],
    extension: "ts",
    endings: &["ts"],
    sign,
};

const OWN: &[&str] = &["@inline", "@unmanaged"];
/// TypeScript does not have them.
const TYPES: &[&str] = &[
    "bool", "f32", "f64", "i16", "i32", "i64", "i8", "isize", "u16", "u32", "u64", "u8", "usize",
];
/// JavaScript has them, too.
const SHARED: &[&str] = &["function ", "async function ", "const ", "class ", "import "];

fn sign(line: &str) -> Option<Sign> {
    let starts = |words: &[&str]| words.iter().any(|word| line.starts_with(word));
    let is_likely = line.starts_with("export ") || is_typed_function(line);
    if starts(OWN) || (is_likely && has_type(line)) {
        return Some(Sign::Own);
    }
    if is_likely {
        return Some(Sign::Likely);
    }
    starts(SHARED).then_some(Sign::Shared)
}

/// `(a: i32)`, `Array<i32>`
fn has_type(line: &str) -> bool {
    let is_own = |behind: &str| {
        let end = behind.find(|c: char| !c.is_alphanumeric() && c != '_');
        TYPES.contains(&behind.split_at(end.unwrap_or(behind.len())).0)
    };
    let mut places = [": ", "<"].iter().flat_map(|before| line.split(before).skip(1));
    places.any(is_own)
}

/// `function f(a: i32): i32 {`. Without a type, it may be JavaScript.
fn is_typed_function(line: &str) -> bool {
    let Some(rest) = line.strip_prefix("function ") else {
        return false;
    };
    let after = rest.rsplit_once(')').map_or("", |(_, after)| after);
    after.trim_start().starts_with(':')
}
