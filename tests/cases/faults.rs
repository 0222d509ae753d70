//! A fujsen that misbehaves fails alone, with a status of its own; the host and its neighbours do not notice.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crate::harness::{Service, eventually};

const FAULTS: &str = r#"
[service]
name: "faults"

[limits]
deadline: "400ms"
memory: "16MB"

[rust]
all_fujsen = '''rust
#[fujsen]
fn loops() -> u64 {
    let mut n = 0u64;
    loop {
        n = std::hint::black_box(n.wrapping_add(1));
    }
}

#[fujsen]
fn waits() { time::sleep(Duration::from_secs(60)) }

#[fujsen]
fn panics() -> i64 {
    let empty: Vec<i64> = Vec::new();
    empty[std::hint::black_box(3)]
}

#[fujsen]
fn overflows(#[default(1)] depth: u64) -> u64 {
    let room = std::hint::black_box([depth; 64]);
    if depth == 0 { 0 } else { overflows(depth + 1) + room[7] }
}

#[fujsen]
fn eats() -> usize {
    let mut all = Vec::new();
    loop {
        all.push(std::hint::black_box(vec![1u8; 1 << 20]));
    }
}

#[fujsen]
fn floods() -> i64 {
    for _ in 0..100_000 {
        log::info("a line\nforged \u{1b}[31m", &[]);
    }
    1
}

#[fujsen]
fn fine() -> i64 { 42 }
'''

[assemblyscript]
all_fujsen = '''assemblyscript
export function loops(): i64 {
  let n: i64 = 0;
  while (true) { n++; if (n < 0) break; }
  return n;
}

export function waits(): void { time.sleep(60000); }

export function panics(): i64 {
  const empty: i64[] = [];
  return empty[3];
}

export function overflows(depth: i64 = 1): i64 {
  return depth == 0 ? 0 : overflows(depth + 1) + depth;
}

export function eats(): i32 {
  const all: Uint8Array[] = [];
  while (true) all.push(new Uint8Array(1 << 20));
  return all.length;
}

export function floods(): i64 {
  for (let i = 0; i < 100000; i++) log.info("a line\nforged \u001b[31m");
  return 1;
}

export function fine(): i64 { return 42; }
'''

[typescript]
all_fujsen = '''typescript
export function loops(): number {
  let n = 0;
  while (n >= 0) n++;
  return n;
}

export async function waits(): Promise<void> { await new Promise((done) => setTimeout(done, 60_000)); }

export function panics(): number {
  const empty: number[][] = [];
  return empty[3].length;
}

export function overflows(depth: number = 1): number {
  return depth === 0 ? 0 : overflows(depth + 1) + depth;
}

export function eats(): number {
  const all: Uint8Array[] = [];
  while (true) all.push(new Uint8Array(1 << 20));
}

export function floods(): number {
  for (let i = 0; i < 100_000; i++) log.info("a line\nforged \u001b[31m");
  return 1;
}

export function fine(): number { return 42; }
'''

[routes]
"GET /rust/loops": rust.loops
"GET /rust/waits": rust.waits
"GET /rust/panics": rust.panics
"GET /rust/overflows": rust.overflows
"GET /rust/eats": rust.eats
"GET /rust/floods": rust.floods
"GET /rust/fine": rust.fine
"GET /assemblyscript/loops": assemblyscript.loops
"GET /assemblyscript/waits": assemblyscript.waits
"GET /assemblyscript/panics": assemblyscript.panics
"GET /assemblyscript/overflows": assemblyscript.overflows
"GET /assemblyscript/eats": assemblyscript.eats
"GET /assemblyscript/floods": assemblyscript.floods
"GET /assemblyscript/fine": assemblyscript.fine
"GET /typescript/loops": typescript.loops
"GET /typescript/waits": typescript.waits
"GET /typescript/panics": typescript.panics
"GET /typescript/overflows": typescript.overflows
"GET /typescript/eats": typescript.eats
"GET /typescript/floods": typescript.floods
"GET /typescript/fine": typescript.fine
"#;

const LANGUAGES: [&str; 3] = ["rust", "assemblyscript", "typescript"];

#[tokio::test]
async fn each_fault_has_its_status_and_the_next_call_is_fine() {
    // Long enough for a busy machine to come to what is wrong.
    let service = Service::start(&FAULTS.replace("\"400ms\"", "\"2s\"")).await;
    for language in LANGUAGES {
        for (fault, status, said) in [
            ("loops", 504, "limits.deadline"),
            ("waits", 504, "limits.deadline"),
            ("panics", 500, "panicked at "),
            // In JavaScript a RangeError: `Maximum call stack size exceeded`.
            ("overflows", 500, "stack"),
            ("eats", 500, "limits.memory"),
        ] {
            let answer = service.get(&format!("/{language}/{fault}")).await;
            assert_eq!(answer.status, status, "{language} {fault}: {answer:?}");
            assert_eq!(answer.json()["status"], "error");
            assert_eq!(answer.json()["service"], "faults");
            let fujsen = format!("{language}.{fault}");
            eventually(&format!("`{said}` of {fujsen} in the log"), || async {
                let log = service.log();
                let mut lines = log.lines();
                lines
                    .any(|line| line.contains(&fujsen) && line.contains(said))
                    .then_some(())
            })
            .await;
            if status == 500 {
                assert!(
                    !answer.text.contains(said),
                    "details of a 500 stay in the log: {}",
                    answer.text
                );
            }
            assert_eq!(service.get(&format!("/{language}/fine")).await.text, "42");
        }
    }
}

#[tokio::test]
async fn a_panic_names_its_line_of_the_file() {
    let service = Service::start(FAULTS).await;
    let line = |needle: &str| FAULTS.lines().position(|line| line.contains(needle)).unwrap() + 1;
    service.get("/rust/panics").await;
    service.logged(&format!("service.tsk:{}:", line("black_box(3)"))).await;
    assert!(service.log().contains("index out of bounds"), "the message is there");
    assert!(service.log().contains("rust.panics"), "the fujsen is named");
    service.get("/assemblyscript/panics").await;
    service.logged("panicked at ").await;
    service.logged("assemblyscript.panics").await;
    // With the stack, whose places are those of the file, too.
    service.get("/typescript/panics").await;
    let place = format!("service.tsk:{}:", line("empty[3].length"));
    service.logged(&format!("panicked at {place}")).await;
    service.logged(&format!("at panics ({place}")).await;
    assert!(service.log().contains("TypeError: "), "the message is there");
    assert!(service.log().contains("typescript.panics"), "the fujsen is named");
}

/// Until so many requests have come in and are not answered.
async fn in_flight(service: &Service, least: f64) {
    eventually("requests in flight", || async {
        let running = service.metrics().await.get("tusk_http_requests_in_flight", &[]);
        running.filter(|running| *running >= least)
    })
    .await;
}

#[tokio::test]
async fn neighbours_of_endless_loops_are_served() {
    let text = FAULTS.replace("[limits]", "[admin]\nport: 0\n\n[limits]");
    let service = Arc::new(Service::start(&text).await);
    let loops: Vec<_> = (0..9)
        .map(|n| {
            let service = service.clone();
            let path = format!("/{}/loops", LANGUAGES[n % LANGUAGES.len()]);
            tokio::spawn(async move { service.get(&path).await.status })
        })
        .collect();
    in_flight(&service, 1.0).await;
    let started = Instant::now();
    assert_eq!(service.get("/rust/fine").await.text, "42");
    // Far below the sum of the loops' deadlines, which is what a blocked thread would cost.
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    for one in loops {
        assert_eq!(one.await.unwrap(), 504);
    }
}

#[tokio::test]
async fn a_log_flood_is_cut_counted_and_cannot_forge_lines() {
    // The deadline would cut it too, on a busy machine.
    let service = Service::start(&FAULTS.replace("\"400ms\"", "\"20s\"")).await;
    for language in LANGUAGES {
        assert_eq!(
            service.get(&format!("/{language}/floods")).await.text,
            "1",
            "{language}"
        );
    }
    service.logged("dropped").await;
    let log = service.log();
    assert!(log.len() < 2_000_000, "the log is bounded: {} bytes", log.len());
    assert!(!log.contains('\u{1b}'), "no escape codes reach the terminal");
    for line in log.lines().filter(|line| !line.is_empty()) {
        serde_json::from_str::<serde_json::Value>(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    }
}

#[tokio::test]
async fn reused_instances_survive_faults_of_others() {
    let text = FAULTS
        .replace("[rust]\n", "[rust]\nreuse: 100\n")
        .replace("[assemblyscript]\n", "[assemblyscript]\nreuse: 100\n")
        .replace("[typescript]\n", "[typescript]\nreuse: 100\n");
    let service = Service::start(&text).await;
    for language in LANGUAGES {
        for _ in 0..3 {
            assert_eq!(service.get(&format!("/{language}/fine")).await.text, "42");
            assert_eq!(service.get(&format!("/{language}/panics")).await.status, 500);
            assert_eq!(service.get(&format!("/{language}/loops")).await.status, 504);
        }
    }
}

#[tokio::test]
async fn calls_over_the_limit_are_shed() {
    let text = FAULTS.replace(
        "deadline: \"400ms\"",
        "deadline: \"2s\"\nconcurrency: 2\nqueue: 1\nqueue_wait: \"200ms\"",
    );
    let service = Arc::new(Service::start(&text).await);
    let calls: Vec<_> = (0..6)
        .map(|_| {
            let service = service.clone();
            tokio::spawn(async move { service.get("/rust/waits").await })
        })
        .collect();
    let mut shed = 0;
    for call in calls {
        let answer = call.await.unwrap();
        if answer.status == 503 {
            assert!(!answer.header("retry-after").is_empty());
            shed += 1;
        } else {
            assert_eq!(answer.status, 504);
        }
    }
    assert_eq!(
        shed, 4,
        "two run, one waits its 200 ms in vain, three find the queue full"
    );
    assert_eq!(service.get("/rust/fine").await.text, "42");
}

#[tokio::test]
async fn sigterm_under_load_fails_no_accepted_request() {
    let mut service = Service::start(
        &FAULTS
            .replace("[limits]", "[admin]\nport: 0\n\n[limits]")
            .replace("\"400ms\"", "\"5s\"")
            .replace("from_secs(60)", "from_millis(1500)"),
    )
    .await;
    let (client, url) = (service.client.clone(), format!("{}/rust/waits", service.url));
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let request = client.get(&url);
            tokio::spawn(async move { request.send().await.map(|response| response.status().as_u16()) })
        })
        .collect();
    in_flight(&service, 20.0).await;
    crate::harness::signal(service.id() as i32, "TERM");
    for call in calls {
        assert!(matches!(call.await.unwrap(), Ok(200 | 204)));
    }
    assert!(service.ended().await.success());
}

/// A module whose `call` answers with bytes that are no reply.
const LIAR: &str = r#"(module
    (@custom "tusk:functions" "{\"name\":\"lie\",\"params\":[],\"result\":\"i64\"}\n")
    (@custom "tusk:encoding" "utf16")
    (memory (export "memory") 1)
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 1024)
    (data (i32.const 16) "\07\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff")
    (func (export "call") (param i32 i32 i32 i32) (result i32) i32.const 16))"#;

#[tokio::test]
async fn a_wrong_type_of_answer_fails_that_call() {
    let folder = crate::harness::Folder::new(
        "[liar]\nmodule: @wasm(\"liar.wasm\")\n[a]\nf_fujsen = '''rust\n#[fujsen]\nfn f() -> i64 { 5 }\n'''\n[routes]\n\"GET /lie\": liar.lie\n\"GET /f\": a.f\n",
    );
    std::fs::write(folder.file("liar.wasm"), wat::parse_str(LIAR).unwrap()).unwrap();
    let service = Service::start_in(folder, &[]).await;
    for _ in 0..3 {
        assert_eq!(service.get("/lie").await.status, 500);
        assert_eq!(service.get("/f").await.text, "5");
    }
    service.logged("liar.lie").await;
}
