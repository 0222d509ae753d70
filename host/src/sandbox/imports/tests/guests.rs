//! Every host import as a module written by hand reaches it: numbers of its choice for each word of the canonical ABI, over a
//! memory of its choice, and memory for results where it likes.

#![allow(clippy::print_stdout, reason = "what a test prints is its report")]

use std::time::{Duration, Instant};

use super::{CORPUS, app};
use crate::{
    base::{
        fuzz::{self, Input},
        value::Value,
    },
    observe::request::CallOrigin,
    sandbox::fixture::RedisServer,
};

/// Each import: its interface and name, its parameters as [`core`] knows them, and the type of its result where that is one
/// word.
const IMPORTS: [(&str, &str, &str, &str); 39] = [
    ("config", "get", "sr", ""),
    ("config", "evaluate", "sr", ""),
    ("config", "validate", "ssr", ""),
    // Texts and bytes are passed alike.
    ("crypto", "random", "nr", ""),
    ("crypto", "uuid-v4", "r", ""),
    ("crypto", "uuid-v7", "r", ""),
    ("crypto", "digest", "nsr", ""),
    ("crypto", "hmac", "nssr", ""),
    ("events", "publish", "ssooor", ""),
    ("fujsen", "call", "sfr", ""),
    ("fujsen", "fail", "nss", ""),
    ("fujsen", "panic", "ssnn", ""),
    ("grpc", "call", "ssspur", ""),
    ("grpc", "stream", "ssspuur", ""),
    ("http", "send", "sspqunr", ""),
    ("http", "incoming", "r", ""),
    ("log", "write", "nsf", ""),
    ("metrics", "measure", "nsdfbr", ""),
    ("metrics", "figures", "r", ""),
    ("metrics", "recent-requests", "r", ""),
    ("metrics", "errors", "r", ""),
    ("metrics", "dependencies", "r", ""),
    ("redis", "command", "ssar", ""),
    ("sql", "query", "ssar", ""),
    ("sql", "execute", "ssar", ""),
    ("sql", "begin", "sr", ""),
    ("sql", "commit", "sr", ""),
    ("sql", "rollback", "sr", ""),
    ("state", "get", "sr", ""),
    ("state", "set", "svtr", ""),
    ("state", "delete", "sr", ""),
    ("state", "increment", "sltr", ""),
    ("state", "compare-and-set", "svvtr", ""),
    ("state", "expire", "str", ""),
    ("state", "expires-in", "sr", ""),
    ("time", "now", "", "l"),
    ("time", "monotonic", "", "l"),
    ("time", "format", "lsr", ""),
    // Last, since it is tried least: it takes its time.
    ("time", "sleep", "n", ""),
];

/// The words of a parameter: `i` is i32, `l` is i64, `d` is f64.
fn core(parameter: char) -> &'static str {
    match parameter {
        // A small number; where the result goes.
        'n' | 'r' => "i",
        'l' => "l",
        'd' => "d",
        // An optional text; optional bytes.
        'o' | 'q' => "iii",
        // Optional numbers of 32 and of 64 bits.
        'u' => "ii",
        't' => "il",
        // A value.
        'v' => "ili",
        // A text; named values, pairs of texts, values, numbers.
        _ => "ii",
    }
}

fn words_of(parameters: &str) -> String {
    parameters.chars().map(core).collect()
}

/// Where the memory of its choice begins: named values, pairs, values, room for a result, and texts.
const IMAGE: usize = 1 << 16;
const PAIRS: usize = IMAGE + (1 << 10);
const VALUES: usize = IMAGE + (2 << 10);
const RESULT: usize = IMAGE + (3 << 10);
const TEXTS: usize = IMAGE + (4 << 10);
/// Words of a call.
const WORDS: usize = 14;
/// Calls of one program, and the bytes of each: which import, where memory is given, and the words.
const CALLS: usize = 3;
const CALL: usize = 8 + 8 * WORDS;

fn name_of(letter: char) -> &'static str {
    match letter {
        'i' => "i32",
        'l' => "i64",
        _ => "f64",
    }
}

/// A module that does what its argument says.
fn guest() -> String {
    let mut imports = String::new();
    let mut calls = String::new();
    for (number, (interface, function, parameters, result)) in IMPORTS.iter().enumerate() {
        let words = words_of(parameters);
        let types = |letters: &str| letters.chars().map(name_of).collect::<Vec<_>>().join(" ");
        imports += &format!(
            "(import \"tusk:fujsen/{interface}@0.1.0\" \"{function}\" (func $f{number} (param {}) (result {})))\n",
            types(&words),
            types(result)
        );
        let words = words.chars().enumerate().map(|(at, letter)| {
            let (name, offset) = (name_of(letter), 8 + 8 * at);
            format!("({name}.load offset={offset} (local.get $at))")
        });
        let call = format!("(call $f{number} {})", words.collect::<String>());
        let call = if result.is_empty() {
            call
        } else {
            format!("(drop {call})")
        };
        calls += &format!("(if (i32.eq (local.get $which) (i32.const {number})) (then {call}))\n");
    }
    format!(
        r#"(module
{imports}
(memory (export "memory") 3)
(global $top (mut i32) (i32.const 8192))
;; Where the host puts what it hands over, if not where there is room.
(global $where (mut i32) (i32.const 0))
(func (export "cabi_realloc") (param i32 i32 i32) (param $new i32) (result i32)
    (local $start i32)
    (if (global.get $where) (then (return (global.get $where))))
    (local.set $start (i32.and (i32.add (global.get $top) (i32.const 7)) (i32.const -8)))
    (global.set $top (i32.add (local.get $start) (local.get $new)))
    (local.get $start))
(func (export "call") (param i32 i32) (param $arguments i32) (param i32) (result i32)
    (local $at i32) (local $which i32) (local $left i32)
    (local.set $at (i32.load offset=8 (local.get $arguments)))
    (memory.copy
        (i32.const {IMAGE})
        (i32.add (local.get $at) (i32.const {program}))
        (i32.sub (i32.load offset=12 (local.get $arguments)) (i32.const {program})))
    (local.set $left (i32.const {CALLS}))
    (loop $next
        (local.set $which (i32.load (local.get $at)))
        (global.set $where (i32.load offset=4 (local.get $at)))
        {calls}
        (local.set $at (i32.add (local.get $at) (i32.const {CALL})))
        (local.set $left (i32.sub (local.get $left) (i32.const 1)))
        (br_if $next (local.get $left)))
    (i64.store (i32.const 64) (i64.const 0))
    (i64.store (i32.const 72) (i64.const 0))
    (i64.store (i32.const 80) (i64.const 0))
    (i64.store (i32.const 88) (i64.const 0))
    (i32.const 64)))"#,
        program = CALLS * CALL,
    )
}

/// Where texts are, and how long each is.
type Texts = [(u32, u32)];

/// The words of a parameter as a compiler would write them.
fn sound(input: &mut Input<'_>, texts: &Texts, parameter: char) -> Vec<u64> {
    let (place, length) = texts[input.below(texts.len())];
    let text = [u64::from(place), u64::from(length)];
    let is_there = u64::from(input.below(2) == 0);
    match parameter {
        'n' => vec![input.below(6) as u64],
        'r' => vec![RESULT as u64],
        'l' => vec![input.integer() as u64],
        'd' => vec![input.random.u64(..)],
        'o' | 'q' => vec![is_there, text[0], text[1]],
        'u' => vec![is_there, input.below(20) as u64],
        // Of a value in memory: it has 8 bytes.
        'k' => vec![input.below(7) as u64, 0],
        't' => vec![is_there, input.integer() as u64],
        'v' => vec![input.below(7) as u64, text[0], text[1]],
        'f' => vec![IMAGE as u64, input.below(4) as u64],
        'p' => vec![PAIRS as u64, input.below(4) as u64],
        'a' => vec![VALUES as u64, input.below(4) as u64],
        'b' => vec![u64::from(place) & !7, input.below(4) as u64],
        _ => text.to_vec(),
    }
}

/// Words of which some are whatever they are.
fn words(input: &mut Input<'_>, texts: &Texts, parameters: &str, is_spoilt: bool) -> Vec<u64> {
    let mut words: Vec<u64> = parameters
        .chars()
        .flat_map(|parameter| sound(input, texts, parameter))
        .collect();
    for word in words.iter_mut().filter(|_| is_spoilt) {
        *word = match input.below(40) {
            0 => input.random.u64(..),
            1 => input.integer() as u64,
            2 => word.wrapping_add(1),
            3 => input.below(1 << 18) as u64,
            _ => *word,
        };
    }
    words
}

/// The calls, and the image behind them.
fn program(input: &mut Input<'_>) -> Vec<u8> {
    let (mut image, mut places) = (Vec::new(), Vec::new());
    for _ in 0..8 {
        let text: Vec<u16> = input.text().encode_utf16().take(1 << 10).collect();
        places.push(((TEXTS + image.len()) as u32, text.len() as u32));
        image.extend(text.iter().flat_map(|unit| unit.to_le_bytes()));
    }
    let is_spoilt = input.below(2) == 0;
    let mut program = Vec::new();
    for _ in 0..CALLS {
        let rarely = usize::from(input.below(500) == 0);
        let which = input.below(IMPORTS.len() - 1 + rarely);
        let given = match input.below(30) {
            0 if is_spoilt => input.random.u32(..),
            1 if is_spoilt => IMAGE as u32 + input.random.u32(..64),
            _ => 0,
        };
        program.extend((which as u32).to_le_bytes());
        program.extend(given.to_le_bytes());
        let mut words = words(input, &places, IMPORTS[which].2, is_spoilt);
        words.resize(WORDS, 0);
        program.extend(words.iter().flat_map(|word| word.to_le_bytes()));
    }
    // Records: their kinds, numbers and texts as words of 4 bytes, 4 KiB in all.
    for (next, record) in [(PAIRS, "sks"), (VALUES, "ss"), (RESULT, "ks"), (TEXTS, "n")] {
        let end = CALLS * CALL + next - IMAGE;
        while program.len() < end {
            let words = words(input, &places, record, is_spoilt);
            program.extend(words.iter().flat_map(|word| (*word as u32).to_le_bytes()));
        }
        program.truncate(end);
    }
    program.extend(image);
    program
}

fn any_guest(executions: u64) {
    let folder = tempfile::tempdir().unwrap();
    let redis = RedisServer::durable();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let guard = runtime.enter();
    let (loader, app) = app(&guest(), folder.path(), &redis.url());
    runtime
        .block_on(app.context.capabilities.connect())
        .unwrap_or_else(|_| panic!("the database is there"));
    let handler = app.handler("a.nothing").unwrap().clone();
    let (mut answered, mut failed) = (0_u64, 0_u64);
    fuzz::run("host imports from a guest", executions, &CORPUS, |input| {
        let until = Instant::now() + Duration::from_millis(200);
        let arguments = vec![Value::Bytes(program(input))];
        match runtime.block_on(app.run_at(&handler, arguments, CallOrigin::internal(), until, 1)) {
            Ok(_) => answered += 1,
            Err(_) => failed += 1,
        }
    });
    println!("figure: {answered} of them answered, {failed} failed");
    assert!(answered > 0 && failed > 0);
    // Nothing of it is left behind: the service serves.
    let until = Instant::now() + Duration::from_secs(30);
    let mut idle = Vec::new();
    for _ in 0..CALLS {
        let mut one = vec![0; CALL];
        // `time.now`, which takes nothing and always answers.
        one[0] = IMPORTS.iter().position(|import| import.1 == "now").unwrap() as u8;
        idle.extend(one);
    }
    let served = runtime.block_on(app.run_at(&handler, vec![Value::Bytes(idle)], CallOrigin::internal(), until, 1));
    assert!(served.is_ok(), "{served:?}");
    drop((guard, loader));
}

#[test]
fn any_words_of_a_guest_are_taken_or_refused() {
    any_guest(fuzz::SHORT);
}

#[test]
#[ignore = "some minutes"]
fn endure_fuzz_guests() {
    any_guest(fuzz::long());
}
