//! What code prints, and what the sandbox lacks.

use serde_json::{Value, json};

use crate::harness::Service;

const PRINTS: &str = r#"
[service]
name: "prints"

[rust]
all_fujsen = '''rust
fn help(n: i64) -> i64 { println!("helped with {n}"); n }

// What is written as a path is refused at its line, before it runs.
macro_rules! hidden {
    ($($part:ident),+; $($argument:expr),*) => { std::$($part)::+($($argument),*) };
}

#[fujsen]
fn prints() -> i64 {
    println!("printed {}", 1);
    print!("in ");
    print!("parts\nand ");
    eprintln!("to stderr");
    eprint!("unfinished");
    println!();
    std::println!("nobody reads this");
    dbg!(help(40) + 2)
}

#[fujsen]
fn system_time() -> u64 {
    hidden!(time, SystemTime, now;).duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

#[fujsen]
fn instant() -> u128 { hidden!(time, Instant, now;).elapsed().as_millis() }

#[fujsen]
fn sleep() { hidden!(thread, sleep; Duration::from_millis(1)) }

#[fujsen]
fn thread() { hidden!(thread, spawn; || 1); }

#[fujsen]
fn variable() -> Result<String> { Ok(hidden!(env, var; "HOME")?) }

#[fujsen]
fn unwrapped() -> String { hidden!(env, var; "HOME").unwrap() }

#[fujsen]
fn file() -> Result<Vec<u8>> { Ok(hidden!(fs, read; "/etc/passwd")?) }

#[fujsen]
fn socket() -> Result<bool> { Ok(hidden!(net, TcpStream, connect; "127.0.0.1:1").map(|_| true)?) }

#[fujsen]
fn map() -> i64 { std::collections::HashMap::<i64, i64>::new()[&7] }

#[fujsen]
fn mine() { panic!("my own") }
'''

[assemblyscript]
all_fujsen = '''assemblyscript
export function random(): bool { const a = Math.random(); return a >= 0 && a < 1; }
'''

[typescript]
all_fujsen = '''typescript
// What other hosts have is refused at its line, before it runs; but not where the text asks whether it is there.
export function others(): string[] { return [typeof process, typeof require, typeof Buffer, typeof Worker, typeof Intl]; }

export async function prints(): Promise<number> {
  console.log("shown", { a: [1, "b"] });
  console.warn("%s of %d", "parts", 2);
  console.error(new RangeError("unlucky"));
  console.info(await Promise.resolve("awaited"));
  return 42;
}

export function variable(): string { return process.env.HOME; }

export function file(): string { return require("fs").readFileSync("/etc/passwd"); }

export function buffer(): number { return Buffer.from("a").length; }

export function worker(): void { new Worker("a.js"); }

export function made(): number { return new Function("return 1")(); }

export function dates(): string { return new Intl.DateTimeFormat("de").format(0); }

export function thrown(): void { throw new Error("my own", { cause: "another's" }); }

export function random(): boolean { const a = Math.random(); return a >= 0 && a < 1 && a !== Math.random(); }
'''

[routes]
"GET /prints": rust.prints
"GET /system_time": rust.system_time
"GET /instant": rust.instant
"GET /sleep": rust.sleep
"GET /thread": rust.thread
"GET /variable": rust.variable
"GET /unwrapped": rust.unwrapped
"GET /file": rust.file
"GET /socket": rust.socket
"GET /map": rust.map
"GET /mine": rust.mine
"GET /random": assemblyscript.random
"GET /typescript/others": typescript.others
"GET /typescript/prints": typescript.prints
"GET /typescript/variable": typescript.variable
"GET /typescript/file": typescript.file
"GET /typescript/buffer": typescript.buffer
"GET /typescript/worker": typescript.worker
"GET /typescript/made": typescript.made
"GET /typescript/dates": typescript.dates
"GET /typescript/thrown": typescript.thrown
"GET /typescript/random": typescript.random
"#;

#[tokio::test]
async fn what_code_prints_is_logged_and_what_it_lacks_has_a_remedy() {
    let service = Service::start(PRINTS).await;
    assert_eq!(service.get("/prints").await.text, "42");
    assert_eq!(service.get("/typescript/prints").await.text, "42");
    for line in [
        "printed 1",
        "in parts",
        "and ",
        "to stderr",
        "unfinished",
        "helped with 40",
        "help(40) + 2 = 42",
        "shown { a: [",
        "parts of 2",
        "RangeError: unlucky",
        "awaited",
    ] {
        service.logged(line).await;
    }
    let log = service.log();
    let entry = |text: &str| -> Value {
        let line = log
            .lines()
            .find(|line| line.contains(text))
            .unwrap_or_else(|| panic!("{text}: {log}"));
        serde_json::from_str(line).unwrap()
    };
    let shown = entry("printed 1").to_string();
    assert!(
        shown.contains("rust.prints") && shown.contains("INFO") && shown.contains("stdout"),
        "{shown}"
    );
    let shown = entry("to stderr").to_string();
    assert!(
        shown.contains("rust.prints") && shown.contains("WARN") && shown.contains("stderr"),
        "{shown}"
    );
    for (text, level) in [
        ("shown { a: [", "INFO"),
        ("parts of 2", "WARN"),
        ("RangeError: unlucky", "ERROR"),
        ("awaited", "INFO"),
    ] {
        let shown = entry(text);
        assert_eq!(
            (&shown["level"], &shown["fujsen"]),
            (&json!(level), &json!("typescript.prints")),
            "{shown}"
        );
    }
    // The line of a fujsen within the file, by its text.
    let line_of = |text: &str| PRINTS.lines().position(|line| line.contains(text)).unwrap() + 1;
    for (path, remedy, place) in [
        ("system_time", "time::now()", "fn system_time"),
        ("instant", "time::monotonic()", "fn instant"),
        ("sleep", "time::sleep(duration)", "fn sleep"),
        ("thread", "a fujsen has no threads", "fn thread"),
        ("unwrapped", "config::get", "fn unwrapped"),
        ("map", "", "fn map"),
        ("mine", "my own", "fn mine"),
        ("typescript/variable", "@env(", "function variable"),
        ("typescript/file", "modules are imported", "function file"),
        ("typescript/buffer", "use Uint8Array", "function buffer"),
        ("typescript/worker", "a fujsen has no threads", "function worker"),
        ("typescript/made", "eval: true", "function made"),
        ("typescript/dates", "time.format", "function dates"),
        ("typescript/thrown", "my own; caused by another's", "function thrown"),
    ] {
        let answer = service.get(&format!("/{path}")).await;
        assert_eq!(answer.status, 500, "{path}");
        let place = format!("service.tsk:{}:", line_of(place));
        service.logged(&place).await;
        let log = service.log();
        let told = log.lines().find(|line| line.contains(&place)).unwrap();
        assert!(
            told.contains(remedy) && !told.contains("/rustc/") && !told.contains("library/std"),
            "{told}"
        );
    }
    for (path, remedy) in [
        ("variable", "@env("),
        ("file", "a fujsen has no files"),
        ("socket", "a fujsen has no files, sockets"),
    ] {
        assert_eq!(service.get(&format!("/{path}")).await.status, 500, "{path}");
        service.logged(remedy).await;
    }
    assert_eq!(service.get("/random").await.text, "true");
    assert_eq!(service.get("/typescript/random").await.text, "true");
    let others = ["undefined"; 5];
    assert_eq!(service.get("/typescript/others").await.json(), json!(others));
}
