//! How JavaScript and TypeScript are recognized in a TSK file.

use tsk::{Sign, Traits};

/// The names of JavaScript and TypeScript, their endings, and what their lines look like beside those of AssemblyScript.
pub(crate) static TRAITS: Traits = Traits {
    name: "javascript",
    aliases: &["js", "mjs", "typescript", "ts", "mts"],
    extension: "js",
    endings: &["js", "mjs", "ts", "mts"],
    sign,
};

/// What statements begin with, and no line of AssemblyScript, Rust or Python.
const OWN: &[&str] = &[
    "async function ",
    "async (",
    "const [",
    "const {",
    "export async ",
    "export default ",
    "for await ",
    "let {",
    "throw new HttpError",
    "throw new TypeError",
    "try {",
    "} catch",
    "} finally",
];
/// What lines have somewhere.
const WITHIN: &[&str] = &[
    " as const",
    " ?? ",
    " as any",
    " as unknown",
    " | undefined",
    " satisfies ",
    "(async ",
    "= async ",
    "Array.isArray(",
    "JSON.parse(",
    "JSON.stringify(",
    "Object.entries(",
    "Object.keys(",
    "console.debug(",
    "console.error(",
    "console.info(",
    "console.log(",
    "console.warn(",
    "new Promise(",
    "throw new HttpError(",
    "!== undefined",
    "=== undefined",
];
/// Types that AssemblyScript does not have.
const TYPES: &[&str] = &[
    "Partial<",
    "Promise<",
    "Record<",
    "any",
    "bigint",
    "never",
    "number",
    "object",
    "undefined",
    "unknown",
];
/// What a type stands behind.
const BEFORE_TYPES: &[&str] = &[": ", "<", " | "];
/// What declares functions, fields and types.
const DECLARING: &[&str] = &[
    "async ",
    "class ",
    "export ",
    "function ",
    "interface ",
    "private ",
    "protected ",
    "public ",
    "type ",
];
/// Of comments that say types.
const TAGS: &[&str] = &[
    "@param {",
    "@property {",
    "@return {",
    "@returns {",
    "@type {",
    "@typedef {",
];
/// AssemblyScript has them, too.
const SHARED: &[&str] = &["export ", "function ", "const ", "class ", "import "];

fn sign(line: &str) -> Option<Sign> {
    if ["//", "/*", "*"].iter().any(|mark| line.starts_with(mark)) {
        return TAGS.iter().any(|tag| line.contains(tag)).then_some(Sign::Own);
    }
    let starts = |words: &[&str]| words.iter().any(|word| line.starts_with(word));
    let is_foreign = starts(&["def ", "async def ", "fn ", "pub ", "use "]);
    if !is_foreign && (starts(OWN) || is_import(line) || has_own(&without_strings(line))) {
        return Some(Sign::Own);
    }
    starts(SHARED).then_some(Sign::Shared)
}

fn has_own(line: &str) -> bool {
    let has = |words: &[&str]| words.iter().any(|word| line.contains(word));
    has(WITHIN) || is_await(line) || has_type(line) || is_arrow(line) || is_loop(line) || has_plain_parameter(line)
}

/// `import { sql } from "tusk"`
fn is_import(line: &str) -> bool {
    line.starts_with("import ") && ["\"tusk\"", "'tusk'"].iter().any(|name| line.contains(name))
}

/// The line with nothing between its quotes.
fn without_strings(line: &str) -> String {
    let mut quote = None;
    let keep = |c: &char| match quote {
        Some(open) => {
            if *c == open {
                quote = None;
            }
            false
        }
        None => {
            if matches!(c, '"' | '\'' | '`') {
                quote = Some(*c);
            }
            true
        }
    };
    line.chars().filter(keep).collect()
}

fn has_type(line: &str) -> bool {
    let begins = |words: &[&str]| words.iter().find_map(|word| line.strip_prefix(word));
    if begins(DECLARING).is_some() {
        let behind = |before: &&str| {
            line.match_indices(*before)
                .map(|(at, before)| at + before.len())
                .collect::<Vec<_>>()
        };
        let mut places = BEFORE_TYPES.iter().flat_map(behind);
        return places.any(|at| line.get(at..).is_some_and(is_own_type));
    }
    // Elsewhere such a word may be a value: `Point { x: number }` is Rust.
    let (field, is_whole) = match begins(&["const ", "let ", "var "]) {
        Some(variable) => (variable, true),
        None => (begins(&["readonly "]).unwrap_or(line), line.ends_with(';')),
    };
    let behind = field.trim_start_matches(is_word).trim_start_matches(['?', '!']);
    is_whole && behind.strip_prefix(": ").is_some_and(is_own_type)
}

fn is_own_type(text: &str) -> bool {
    let is = |name: &&str| {
        let rest = text.strip_prefix(*name);
        rest.is_some_and(|rest| name.ends_with('<') || !rest.starts_with(|c: char| c == ':' || is_word(c)))
    };
    TYPES.iter().any(is)
}

/// `await a;`, `const a = await b`: without the semicolon or the word, it may be Python.
fn is_await(line: &str) -> bool {
    let starts = |words: &[&str]| words.iter().any(|word| line.starts_with(word));
    let is_script = line.ends_with(';') || starts(&["const ", "let ", "var "]);
    is_script && (starts(&["await ", "return await "]) || line.contains("= await "))
}

/// `const f = (a) => …`, `let f = a => …`
fn is_arrow(line: &str) -> bool {
    let line = line.strip_prefix("export ").unwrap_or(line);
    let is_variable = ["const ", "let ", "var "].iter().any(|word| line.starts_with(word));
    let Some((_, value)) = line.split_once(" = ") else {
        return false;
    };
    let name = value.trim_start_matches(is_word);
    let is_function = value.starts_with('(') && value.contains(") =>") || (name != value && name.starts_with(" =>"));
    is_variable && is_function && !line.contains("match ")
}

/// `for (const a of b) {`
fn is_loop(line: &str) -> bool {
    let begins = ["for (const ", "for (let "].iter().any(|word| line.starts_with(word));
    begins && [" of ", " in "].iter().any(|word| line.contains(word))
}

/// `function f(a) {`: without its type, which AssemblyScript asks for.
fn has_plain_parameter(line: &str) -> bool {
    let line = line.strip_prefix("export ").unwrap_or(line);
    let parameters = line.strip_prefix("function ").and_then(|rest| rest.split_once('('));
    let Some((parameters, _)) = parameters.and_then(|(_, rest)| rest.split_once(')')) else {
        return false;
    };
    let mut names = parameters.split(',').map(str::trim);
    names.any(|name| !name.is_empty() && name.chars().all(is_word))
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$')
}
