//! What the engine refuses, and what one instance may hold: in modules that no compiler of ours would make.

use crate::harness::{Folder, Service, eventually, tusk};

/// What makes a core module one of fujsens, around what is hostile in it: `f` is its function, and answers null.
fn module(inside: &str, body: &str) -> Vec<u8> {
    let text = format!(
        r#"(module {inside}
        (@custom "tusk:functions" "{{\"name\":\"f\",\"params\":[],\"result\":\"i64\"}}\n")
        (@custom "tusk:encoding" "utf16")
        (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 1024)
        (func (export "call") (param i32 i32 i32 i32) (result i32) {body} i32.const 16))"#
    );
    wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

const MEMORY: &str = r#"(memory (export "memory") 1)"#;

/// A file with one module by each of these names, beside one that is sound.
fn file<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let sections = names
        .into_iter()
        .map(|name| format!("[{name}]\nmodule: @wasm(\"{name}.wasm\")\n"));
    format!(
        "[service]\nname: \"engine\"\n[good]\nmodule: @wasm(\"good.wasm\")\n{}[routes]\n\"GET /good\": good.f\n",
        sections.collect::<String>()
    )
}

fn folder(text: &str, modules: &[(&str, Vec<u8>)]) -> Folder {
    let folder = Folder::new(text);
    std::fs::write(folder.file("good.wasm"), module(MEMORY, "")).unwrap();
    for (name, wasm) in modules {
        std::fs::write(folder.file(&format!("{name}.wasm")), wasm).unwrap();
    }
    folder
}

/// Proposals that are off: by name, what of it a module has, in its fields and in its code; and a word of the refusal.
const PROPOSALS: [(&str, &str, &str, &str); 21] = [
    (
        "structs",
        "(type $s (struct (field i32)))",
        "(drop (struct.new_default $s))",
        "gc",
    ),
    (
        "arrays",
        "(type $a (array (mut i8)))",
        "(drop (array.new_default $a (i32.const 9)))",
        "gc",
    ),
    ("ref_test", "", "(drop (ref.test (ref i31) (ref.null any)))", "gc"),
    ("ref_cast", "", "(drop (ref.cast (ref null i31) (ref.null any)))", "gc"),
    ("i31", "", "(drop (i31.get_u (ref.i31 (i32.const 7))))", "gc"),
    (
        "br_on_cast",
        "",
        "(drop (block (result anyref) (br_on_cast 0 anyref (ref i31) (ref.null any))))",
        "gc",
    ),
    (
        "non_final",
        "(type $t (sub (func))) (type $u (sub $t (func))) (table 1 funcref) (elem (i32.const 0) $g) (func $g (type $u))",
        "(call_indirect (type $t) (i32.const 0))",
        "gc",
    ),
    (
        "rec_groups",
        "(rec (type $x (struct)) (type $y (array (ref $x))))",
        "",
        "gc",
    ),
    (
        "call_ref",
        "(type $t (func)) (func $g (type $t)) (elem declare func $g)",
        "(call_ref $t (ref.func $g))",
        "function references",
    ),
    ("exceptions", "(tag $e)", "(throw $e)", "exceptions"),
    (
        "try_table",
        "(tag $e)",
        "(block (try_table (catch_all 0)))",
        "exceptions",
    ),
    (
        "tail_call",
        "(func $g (result i32) i32.const 16)",
        "(return_call $g)",
        "tail calls",
    ),
    ("shared_memory", "(memory 1 1 shared)", "", "thread"),
    ("atomics", "", "(drop (i32.atomic.load (i32.const 0)))", "threads"),
    ("memory64", "(memory i64 1)", "", "64-bit"),
    ("table64", "(table i64 1 funcref)", "", "64"),
    ("multi_memory", "(memory 1) (memory 1)", "", "multi"),
    (
        "relaxed_simd",
        "",
        "(drop (i8x16.relaxed_swizzle (v128.const i64x2 0 0) (v128.const i64x2 0 0)))",
        "relaxed",
    ),
    ("stack_switching", "(type $f (func)) (type $c (cont $f))", "", "cont"),
    (
        "wide_arithmetic",
        "",
        "(i64.mul_wide_u (i64.const 1) (i64.const 2)) drop drop",
        "wide",
    ),
    ("page_size", "(memory 1 (pagesize 1))", "", "page"),
];

#[tokio::test]
async fn a_proposal_that_no_compiler_of_ours_uses_is_refused_by_name() {
    let modules: Vec<(&str, Vec<u8>)> = PROPOSALS
        .iter()
        .map(|(name, inside, body, _)| {
            // Two memories are a proposal of their own.
            let memory = match *name {
                "memory64" => r#"(memory (export "memory") i64 1)"#,
                "page_size" => r#"(memory (export "memory") 65536 (pagesize 1))"#,
                "shared_memory" => r#"(memory (export "memory") 1 1 shared)"#,
                _ => MEMORY,
            };
            let inside = match *name {
                "memory64" | "page_size" | "shared_memory" => "",
                _ => inside,
            };
            (*name, module(&format!("{memory} {inside}"), body))
        })
        .collect();
    let text = file(modules.iter().map(|(name, _)| *name));
    let refused = folder(&text, &modules);
    let output = tusk(refused.path(), &["check", "service.tsk"]);
    assert_eq!(output.code, Some(1), "{output:?}");
    for (name, _, _, word) in PROPOSALS {
        // The diagnostic stands at the module's line, which has its name.
        let said = output
            .stderr
            .split("error")
            .find(|part| part.contains(&format!("{name}.wasm")));
        let said = said.unwrap_or_else(|| panic!("nothing is said of {name}:\n{}", output.stderr));
        assert!(
            said.to_lowercase().contains(word),
            "`{word}` is not said of {name}: {said}"
        );
    }
    assert!(!output.stderr.contains("panicked"), "{}", output.stderr);

    // The same on a save: the version before it serves on, and the next one is taken.
    let service = Service::start_in(folder(&file([]), &modules), &[]).await;
    service.folder.write("service.tsk", &text);
    service.logged("was not applied").await;
    assert_eq!(service.get("/good").await.status, 200);
    service
        .folder
        .write("service.tsk", &file([]).replace("/good", "/better"));
    let applied = || async { (service.get("/better").await.status == 200).then_some(()) };
    eventually("the next save", applied).await;
}

/// Modules whose start asks the host for something.
fn starting() -> Vec<(&'static str, Vec<u8>)> {
    let time = r#"(import "tusk:fujsen/time@0.1.0" "now" (func $now (result i64)))"#;
    let sleep = r#"(import "tusk:fujsen/time@0.1.0" "sleep" (func $sleep (param i32)))"#;
    let log = r#"(import "tusk:fujsen/log@0.1.0" "write" (func $write (param i32 i32 i32 i32 i32)))"#;
    let start = |import: &str, code: &str| module(&format!("{import} {MEMORY} (func $s {code}) (start $s)"), "");
    vec![
        ("now", start(time, "(drop (call $now))")),
        ("sleep", start(sleep, "(call $sleep (i32.const 1))")),
        (
            "log",
            start(
                log,
                "(call $write (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))",
            ),
        ),
    ]
}

#[tokio::test]
async fn a_module_that_calls_the_host_while_it_starts_is_refused_and_the_watcher_lives() {
    let modules = starting();
    let text = file(modules.iter().map(|(name, _)| *name));
    let output = tusk(folder(&text, &modules).path(), &["check", "service.tsk"]);
    assert_eq!(output.code, Some(1), "{output:?}");
    for said in [
        "the module of [now] cannot be started: a module may not call the host while it starts: it calls `time.now`",
        "it calls `time.sleep`",
        "[log] cannot be started: a module may not call the host while it starts",
        "service.tsk:6:",
        "move it into a fujsen",
    ] {
        assert!(output.stderr.contains(said), "`{said}` is not in:\n{}", output.stderr);
    }
    assert!(!output.stderr.contains("panicked"), "{}", output.stderr);

    let service = Service::start_in(folder(&file([]), &modules), &[]).await;
    for round in 0..2 {
        service.folder.write("service.tsk", &text);
        let refused = || async { (service.log().matches("was not applied").count() > round).then_some(()) };
        eventually("the refusal", refused).await;
        assert_eq!(service.get("/good").await.status, 200);
        let path = format!("/round{round}");
        service.folder.write("service.tsk", &file([]).replace("/good", &path));
        let applied = || async { (service.get(&path).await.status == 200).then_some(()) };
        eventually("the next save", applied).await;
        service.folder.write("service.tsk", &file([]));
        let applied = || async { (service.get("/good").await.status == 200).then_some(()) };
        eventually("the first text again", applied).await;
    }
}

#[test]
fn a_start_that_traps_spins_or_eats_is_refused() {
    let start = |inside: &str, code: &str| module(&format!("{inside} (func $s {code}) (start $s)"), "");
    let modules = [
        ("traps", start(MEMORY, "unreachable")),
        ("spins", start(MEMORY, "(loop (br 0))")),
        ("eats", module(r#"(memory (export "memory") 1000)"#, "")),
        ("deep", start(MEMORY, "(call $s)")),
    ];
    let text = file(modules.iter().map(|(name, _)| *name)) + "[limits]\nmemory: \"16MB\"\n";
    let output = tusk(folder(&text, &modules).path(), &["check", "service.tsk"]);
    assert_eq!(output.code, Some(1), "{output:?}");
    for said in [
        "[traps] cannot be started: wasm trap: wasm `unreachable`",
        "[spins] cannot be started: it is not ready after",
        "[eats] cannot be started: needs more than 16 MiB of memory, all memories and tables together (limits.memory): hold \
         less at once, or raise `memory` in [limits], up to 64MB",
        "[deep] cannot be started: ran out of stack",
    ] {
        assert!(output.stderr.contains(said), "`{said}` is not in:\n{}", output.stderr);
    }
}

/// A component around core modules of which each has a memory of its own, grown in each call by `pages`.
fn many_memories(count: usize, pages: usize) -> Vec<u8> {
    let inner: String = (0..count)
        .map(|n| {
            format!(
                r#"(core module $m{n} (memory 1) (func (export "eat")
                    (if (i32.eq (memory.grow (i32.const {pages})) (i32.const -1)) (then unreachable))
                    (memory.fill (i32.const 0) (i32.const 1) (i32.mul (memory.size) (i32.const 65536)))))
                (core instance $i{n} (instantiate $m{n}))
                "#
            )
        })
        .collect();
    let imports: String = (0..count)
        .map(|n| format!(r#"(import "m{n}" "eat" (func $eat{n}))"#))
        .collect();
    let calls: String = (0..count).map(|n| format!("(call $eat{n})")).collect();
    let with: String = (0..count)
        .map(|n| format!(r#"(with "m{n}" (instance $i{n}))"#))
        .collect();
    let text = format!(
        r#"(component
        (import "tusk:fujsen/types@0.1.0" (instance $types
            (type $v (variant (case "null") (case "boolean" bool) (case "integer" s64) (case "real" f64)
                (case "text" string) (case "bytes" (list u8)) (case "json" string)))
            (export "value" (type $value (eq $v)))
            (type $e (record (field "status" u16) (field "code" string) (field "message" string)))
            (export "error" (type $error (eq $e)))
            (type $p (tuple string string)) (type $h (list $p))
            (type $r (record (field "status" u16) (field "headers" $h) (field "body" $value)))
            (export "reply" (type $reply (eq $r)))))
        (alias export $types "value" (type $value))
        (alias export $types "error" (type $error))
        (alias export $types "reply" (type $reply))
        (@custom "tusk:functions" "{{\"name\":\"f\",\"params\":[],\"result\":\"i64\"}}\n")
        {inner}
        (core module $main {imports}
            (memory (export "memory") 1)
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 1024)
            (func (export "call") (param i32 i32 i32 i32) (result i32) {calls} i32.const 16))
        (core instance $main (instantiate $main {with}))
        (func (export "call") (param "name" string) (param "arguments" (list $value))
            (result (result $reply (error $error)))
            (canon lift (core func $main "call") (memory (core memory $main "memory")) (realloc (core func $main "cabi_realloc")))))"#
    );
    wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

#[tokio::test]
async fn the_memory_limit_counts_all_memories_of_a_component() {
    let modules = [("few", many_memories(6, 10)), ("many", many_memories(19, 100))];
    let text = file(["few", "many"]).replace(
        "\"GET /good\"",
        "\"GET /few\": few.f\n\"GET /many\": many.f\n\"GET /good\"",
    );
    let service = Service::start_in(folder(&text, &modules), &[]).await;
    assert_eq!(
        service.get("/few").await.status,
        200,
        "six small memories fit: {}",
        service.log()
    );
    assert_eq!(service.get("/many").await.status, 500);
    service
        .logged(
            "needs more than 64 MiB of memory, all memories and tables together (limits.memory): that is the most that there \
             is for one call",
        )
        .await;
    assert_eq!(service.get("/good").await.status, 200);

    let modules = [("crowd", many_memories(40, 1))];
    let output = tusk(folder(&file(["crowd"]), &modules).path(), &["check", "service.tsk"]);
    assert_eq!(output.code, Some(1), "{output:?}");
    assert!(output.stderr.contains("41 Wasm linear memories"), "{}", output.stderr);
    assert!(output.stderr.contains("[limits] memory"), "{}", output.stderr);
}

const BIG: &str = r#"
[service]
name: "big"

[limits]
body: "24MB"
response: "9MB"

[rust]
all_fujsen = '''rust
#[fujsen]
fn bytes(kb: usize) -> Response { Response::bytes("application/octet-stream", vec![7u8; kb << 10]) }

#[fujsen]
fn text(kb: usize) -> String { "x".repeat(kb << 10) }

#[fujsen]
fn length(body: Vec<u8>) -> usize { body.len() }

#[fujsen]
fn keeps(kb: usize) -> Result<bool> { state::set("key", "x".repeat(kb << 10).as_str())?; Ok(true) }
'''

[assemblyscript]
all_fujsen = '''assemblyscript
export function bytes(kb: i32): Response {
  return Response.bytes(new Uint8Array(kb << 10));
}

export function text(kb: i32): string { return "x".repeat(kb << 10); }

export function length(body: Uint8Array): i32 { return body.length; }

export function keeps(kb: i32): bool { state.set("key", "x".repeat(kb << 10)); return true; }
'''

[typescript]
all_fujsen = '''typescript
export function bytes(kb: number): Uint8Array { return new Uint8Array(kb << 10); }

export function text(kb: number): string { return "x".repeat(kb << 10); }

export function length(body: Uint8Array): number { return body.length; }

export function keeps(kb: number): boolean { state.set("key", "x".repeat(kb << 10)); return true; }
'''

[state]

[routes]
"GET /rust/bytes": rust.bytes
"GET /rust/text": rust.text
"POST /rust/length": rust.length
"GET /rust/keeps": rust.keeps
"GET /assemblyscript/bytes": assemblyscript.bytes
"GET /assemblyscript/text": assemblyscript.text
"POST /assemblyscript/length": assemblyscript.length
"GET /assemblyscript/keeps": assemblyscript.keeps
"GET /typescript/bytes": typescript.bytes
"GET /typescript/text": typescript.text
"POST /typescript/length": typescript.length
"GET /typescript/keeps": typescript.keeps
"#;

#[tokio::test]
async fn limits_of_bodies_hold_in_all_languages_and_are_named() {
    let service = Service::start(BIG).await;
    for language in ["rust", "assemblyscript", "typescript"] {
        for kind in ["bytes", "text"] {
            // Within the limit, two bytes of JSON's quotes included.
            let answer = service.get(&format!("/{language}/{kind}?kb=9000")).await;
            assert_eq!(answer.status, 200, "{language} {kind}: {}", service.log());
            assert!(answer.text.len() >= 9000 << 10);
            // A little beyond it, and far beyond.
            for kb in [9300, 26_000] {
                let before = service.log().matches("limits.response").count();
                let answer = service.get(&format!("/{language}/{kind}?kb={kb}")).await;
                assert_eq!(answer.status, 500, "{language} {kind} {kb}");
                let named = || async { (service.log().matches("limits.response").count() > before).then_some(()) };
                // Texts of 26 MB do not fit the memory of AssemblyScript and JavaScript, which is told as well.
                if kb < 10_000 || kind == "bytes" {
                    eventually(
                        &format!("the setting for {language} {kind} {kb} in {}", service.log()),
                        named,
                    )
                    .await;
                }
            }
        }
        let body = vec![1u8; 12 << 20];
        let request = service
            .client
            .post(format!("{}/{language}/length", service.url))
            .header("content-type", "application/octet-stream");
        assert_eq!(
            service.send(request.body(body)).await.text,
            (12 << 20).to_string(),
            "{language}"
        );
        assert_eq!(service.get(&format!("/{language}/keeps?kb=8000")).await.status, 500);
    }
    assert!(
        !service.log().contains("fuel"),
        "wasmtime's words are for nobody: {}",
        service.log()
    );
}

#[test]
fn texts_without_end_are_cut_in_tables_and_refused_as_paths() {
    let name = "n".repeat(70_000);
    let text = format!(
        "[service]\nname: \"{name}\"\n[good]\nmodule: @wasm(\"good.wasm\")\n[{name}]\nmodule: @wasm(\"good.wasm\")\n\
         [routes]\n\"GET /good\": good.f\n\"GET /other\": {name}.f\n"
    );
    let output = tusk(folder(&text, &[]).path(), &["check", "service.tsk"]);
    assert_eq!(output.code, Some(0), "it is refused, or panics");
    let longest = output.stdout.lines().map(str::len).max();
    assert!(longest < Some(2000), "a line has {longest:?} bytes");

    let path = format!("/{}", "p".repeat(70_000));
    let output = tusk(
        folder(&file([]).replace("/good", &path), &[]).path(),
        &["check", "service.tsk"],
    );
    assert_eq!(output.code, Some(1));
    assert!(
        output.stderr.contains("a path of 70001 bytes is longer than 2048"),
        "it is another error"
    );
    assert!(!output.stderr.contains("panicked"), "it panicked");
}

#[test]
fn a_module_of_hundreds_of_megabytes_is_refused_before_it_is_read() {
    let folder = folder(&file(["vast"]), &[("vast", module(MEMORY, ""))]);
    let vast = std::fs::OpenOptions::new()
        .write(true)
        .open(folder.file("vast.wasm"))
        .unwrap();
    // Of zeroes that are nowhere on the disk.
    vast.set_len(300 << 20).unwrap();
    let output = tusk(folder.path(), &["check", "service.tsk"]);
    assert_eq!(output.code, Some(1), "{output:?}");
    assert!(output.stderr.contains("it is longer than 64 MiB"), "{}", output.stderr);
}

#[tokio::test]
async fn calls_that_spin_do_not_keep_timers_health_or_neighbours() {
    let spinning = module(MEMORY, "(loop (br 0))");
    let text = file(["spins"]).replace("\"GET /good\"", "\"GET /spins\": spins.f\n\"GET /good\"")
        + "[limits]\ndeadline: \"2s\"\n[admin]\nport: 0\n";
    let service = Service::start_in(folder(&text, &[("spins", spinning)]), &[]).await;
    let spins = futures_util::future::join_all((0..100).map(|_| service.get("/spins")));
    let others = async {
        let mut served = 0;
        while served < 200 {
            assert_eq!(service.get("/good").await.status, 200);
            if served % 20 == 0 {
                assert_eq!(service.admin("/health/live").await.status, 200);
            }
            served += 1;
        }
        std::time::Instant::now()
    };
    let spun = async { (spins.await, std::time::Instant::now()) };
    let ((answers, ended), served) = tokio::join!(spun, others);
    assert!(
        answers.iter().all(|answer| answer.status == 504),
        "{:?}",
        answers.first()
    );
    assert!(served < ended, "two hundred short calls waited for a hundred that spin");
}
