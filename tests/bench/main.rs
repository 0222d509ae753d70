//! Measures what the README promises, in ratios within one run, and writes tests/bench/README.md.
//! Run by `cargo xtask bench`.

#![expect(clippy::unwrap_used, reason = "what fails ends the bench")]

mod calls;
mod events;
mod load;
mod memory;
mod native;
#[allow(dead_code, reason = "it has more than the benchmarks need")]
#[path = "../harness/redis.rs"]
mod redis;
mod report;
mod serve;
mod sibling;
mod start;
mod starve;
mod swap;
mod traces;

use report::Report;

/// One part of the bench.
type Measure = fn(&tokio::runtime::Runtime, &mut Report);

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    // What the host is measured beside has a process of its own, too.
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [serve, what, others @ ..] = &arguments[..]
        && serve == serve::OTHER
    {
        return runtime.block_on(serve::other(what, others));
    }
    let mut report = Report::default();
    let parts: [(&str, Measure); 9] = [
        ("calls", calls::measure),
        ("events", events::measure),
        ("start", start::measure),
        ("swap", swap::measure),
        ("serve", serve::measure),
        ("sibling", sibling::measure),
        ("memory", memory::measure),
        ("starve", starve::measure),
        ("traces", traces::measure),
    ];
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    for (name, measure) in parts {
        if wanted.is_empty() || wanted.iter().any(|one| one == name) {
            measure(&runtime, &mut report);
        }
    }
    report.print();
    if wanted.is_empty() {
        report.write();
    }
}

/// The project's folder.
fn root() -> std::path::PathBuf {
    std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .unwrap()
}

/// A service with the same handlers in every language: `echo` takes about 100 bytes and answers about as much.
fn service(reuse: u32) -> String {
    format!(
        r#"
[service]
name: "bench"
word: "one"

[rust]
reuse: {reuse}

greet_fujsen = '''rust
#[derive(Serialize)]
struct Greeting {{ hello: String, id: i64, length: usize }}

#[fujsen]
fn greet(name: String, id: i64, text: String) -> Greeting {{
    Greeting {{ hello: name, id: id + 1, length: text.len() }}
}}

#[fujsen]
fn trivial(text: String) -> String {{ text }}
'''

[assemblyscript]
reuse: {reuse}

greet_fujsen = '''assemblyscript
class Greeting {{ hello: string = ""; id: i64; length: i32; }}

export function greet(name: string, id: i64, text: string): Greeting {{
  const greeting = new Greeting();
  greeting.hello = name;
  greeting.id = id + 1;
  greeting.length = text.length;
  return greeting;
}}

export function trivial(text: string): string {{ return text; }}
'''

[typescript]
reuse: {reuse}

greet_fujsen = '''typescript
export function greet(name: string, id: number, text: string) {{
  return {{ hello: name, id: id + 1, length: text.length }};
}}

export function trivial(text: string): string {{ return text; }}
'''

[routes]
"POST /rust": rust.greet
"POST /assemblyscript": assemblyscript.greet
"POST /typescript": typescript.greet
"#
    )
}

const LANGUAGES: [&str; 3] = ["rust", "assemblyscript", "typescript"];

/// Whether a language is interpreted: its aims are others.
fn is_interpreted(language: &str) -> bool {
    language == "typescript"
}
